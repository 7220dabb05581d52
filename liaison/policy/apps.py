from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PolicyConfig(AppConfig):
    name = "liaison.policy"
    verbose_name = _("规则与日历")
