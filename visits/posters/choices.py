from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from ..choices import PrintForm


class PosterSize(TextChoices):
    A4 = PrintForm.A4, _("A4（门口、公告栏）")
    A3 = PrintForm.A3, _("A3（墙上、橱窗）")


class PosterOf(TextChoices):
    VISITS = "visits", _("每次进站一张")
    STATIONS = "stations", _("每个联络站一张，列出近期各次")
