import re

from django.contrib.auth.password_validation import MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class LengthValidator(MinimumLengthValidator):
    """Django's own, in Chinese: its catalogue has no words for this refusal."""

    def get_error_message(self) -> str:
        return _("密码太短，至少 %(n)s 个字符") % {"n": self.min_length}


class ThreeKindsValidator:
    """Three of: lower case, upper case, digit, other sign (等保 2.0 asks for complexity; the count is ours)."""

    kinds = (r"[a-z]", r"[A-Z]", r"\d", r"[^A-Za-z0-9]")

    def validate(self, password: str, user=None) -> None:
        if sum(bool(re.search(kind, password)) for kind in self.kinds) < 3:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return _("密码须包含大写字母、小写字母、数字、符号中的至少三种")
