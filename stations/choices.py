from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class StationKind(TextChoices):
    STREET = "street", _("街道联络站")
    COMMUNITY = "community", _("社区联络站")
    INDUSTRY = "industry", _("行业联络站")


# Digits of the division that a station of this kind belongs to: an industry station belongs to the district.
REGION_DIGITS = {StationKind.STREET: 9, StationKind.COMMUNITY: 12, StationKind.INDUSTRY: 6}
SERIAL_DIGITS = 3  # "-01"


class RoomKind(TextChoices):
    """一厅三室."""

    COUNCIL_HALL = "council_hall", _("代表议事厅")
    RECEPTION_ROOM = "reception_room", _("代表接待室")
    ACTIVITY_ROOM = "activity_room", _("代表活动室")
    READING_ROOM = "reading_room", _("图书阅览室")


class ProvisionKind(TextChoices):
    """九有."""

    PREMISES = "premises", _("有场所")
    SIGNBOARD = "signboard", _("有牌子")
    EQUIPMENT = "equipment", _("有设备")
    STAFF = "staff", _("有人员")
    RULES = "rules", _("有制度")
    PLAN = "plan", _("有计划")
    ACTIVITIES = "activities", _("有活动")
    LEDGERS = "ledgers", _("有台账")
    ARCHIVES = "archives", _("有档案")
