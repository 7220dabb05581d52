from django.apps import AppConfig
from django.utils.translation import pgettext_lazy


class RepresentativesConfig(AppConfig):
    name = "representatives"
    verbose_name = pgettext_lazy("plural", "人大代表")

    def ready(self):
        from liaison.common.panels import lend

        from .people import people_of

        lend("people of a station", people_of)
