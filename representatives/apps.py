from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class RepresentativesConfig(AppConfig):
    name = "representatives"
    verbose_name = _("人大代表")

    def ready(self):
        from liaison.common.panels import lend

        from .people import people_of

        lend("people of a station", people_of)
