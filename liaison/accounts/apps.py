from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "liaison.accounts"
    verbose_name = _("账号与权限")

    def ready(self):
        from django.apps import apps

        from liaison.common import pages

        from .grants import EVERYBODY_READS

        pages.watch(apps.get_model(noun)._meta.db_table for noun in EVERYBODY_READS)
