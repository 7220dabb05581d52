from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

MOST = 99


class NoticesConfig(AppConfig):
    name = "liaison.notices"
    verbose_name = _("提醒与通知")

    def ready(self):
        from liaison.common.panels import lend

        lend("unread notices", unread)


def unread(user) -> int:
    """How many messages wait in the person's inbox, counted as far as a badge shows them."""
    from .models import Notice

    return Notice.objects.inbox_of(user).unread()[: MOST + 1].count()
