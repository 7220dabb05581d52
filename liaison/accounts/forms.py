from allauth.account.forms import LoginForm as BaseLoginForm
from django.utils.translation import gettext_lazy as _


class LoginForm(BaseLoginForm):
    """allauth's, which says 用户名 where the rest of the house says 账号."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("账号")
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
