from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CommonConfig(AppConfig):
    name = "liaison.common"

    def ready(self):
        from .triggers import quicken

        post_migrate.connect(quicken)
