from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _


class SeatLevel(IntegerChoices):
    """Level of a people's congress, the highest first, so that ordering by it is ordering by rank."""

    NATIONAL = 1, _("全国人大代表")
    PROVINCE = 2, _("省人大代表")
    CITY = 3, _("市人大代表")
    DISTRICT = 4, _("区人大代表")
    TOWNSHIP = 5, _("乡镇人大代表")


class SeatStatus(TextChoices):
    """代表法 2025 §61–62: a seat may be suspended or end; it is never deleted."""

    SERVING = "serving", _("在任")
    SUSPENDED = "suspended", _("暂停")
    ENDED = "ended", _("终止")


class Leadership(TextChoices):
    NONE = "none", _("非领导干部")
    COUNTY = "county", _("县处级")
    BUREAU = "bureau", _("厅局级")
    MINISTRY = "ministry", _("省部级")


class Sex(TextChoices):
    MALE = "male", _("男")
    FEMALE = "female", _("女")
