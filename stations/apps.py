from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class StationsConfig(AppConfig):
    name = "stations"
    verbose_name = pgettext_lazy("plural", "联络站")
