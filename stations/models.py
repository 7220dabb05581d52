import re

import pghistory
import pgtrigger
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.accounts.choices import Role
from liaison.accounts.models import Region, User
from liaison.accounts.scoping import ScopedQuerySet
from liaison.common.coordinates import Point, metres_between
from liaison.common.fields import CodeField
from liaison.common.search import Grams
from liaison.common.triggers import refuse

from .choices import REGION_DIGITS, SERIAL_DIGITS, ProvisionKind, RoomKind, StationKind
from .distance import At, Degrees, Inside, at, box, metres
from .maps import MapLink, map_links


class StationQuerySet(ScopedQuerySet):
    place = "code"

    def public_q(self) -> Q:
        return Q(is_open=True)

    def on_the_map(self) -> "StationQuerySet":
        return self.filter(latitude__isnull=False)

    def near(self, point: Point, most: int) -> "StationQuerySet":
        """The `most` stations nearest to `point`, each with `distance` in metres (great circle).

        Asks twice. The index first gives as many stations in the order of degrees, which is not that of metres; but
        the farthest of them says how far to look, and within that box all are measured.
        """
        found = self.on_the_map().order_by(Degrees(At("longitude", "latitude"), at(point)))
        places = found.values_list("latitude", "longitude")[:most]
        far = max((metres_between(point, place) for place in places), default=0.0)
        around = self.on_the_map().filter(Inside(At("longitude", "latitude"), box(point, far * 1.0001 + 1)))
        distance = metres("latitude", "longitude", *map(models.Value, point))
        return around.annotate(distance=distance).order_by("distance", "code")[:most]


@pghistory.track()
class Station(models.Model):
    """A liaison station (联络站). Its code is its division's code and a serial; both are printed and never change."""

    code = CodeField(
        _("代码"),
        max_length=15,
        primary_key=True,
        validators=[
            RegexValidator(r"^(\d{6}|\d{9}|\d{12})-\d{2}$", _("代码应为区划代码加两位序号，如 410105002001-01"))
        ],
    )
    region = models.ForeignKey(Region, models.PROTECT, related_name="stations", verbose_name=_("所在区划"))
    kind = models.CharField(_("类别"), max_length=10, choices=StationKind)
    name = models.CharField(_("名称"), max_length=80)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    hours = models.CharField(_("开放时间"), max_length=120, blank=True)
    phone = models.CharField(_("对外电话"), max_length=30, blank=True, help_text=_("联络站座机，不填个人手机"))
    latitude = models.FloatField(
        _("纬度"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text="WGS-84",
    )
    longitude = models.FloatField(
        _("经度"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text="WGS-84",
    )
    area = models.DecimalField(_("面积（平方米）"), max_digits=8, decimal_places=1, null=True, blank=True)
    issuer = models.CharField(
        _("发布单位"),
        max_length=80,
        blank=True,
        default="",
        db_default="",
        help_text=_("公告落款的单位；空着时街道站、社区站署街道人大工委，行业站署区人大常委会"),
    )
    feature = models.TextField(_("一站一品一特色"), blank=True)
    accessible = models.BooleanField(_("有无障碍设施"), default=False)
    opened_on = models.DateField(_("设立日期"), null=True, blank=True)
    is_open = models.BooleanField(_("开放"), default=True, help_text=_("撤销的联络站不再公开，记录保留"))

    objects = StationQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("联络站"), pgettext_lazy("plural", "联络站")
        ordering = ["code"]
        indexes = [
            models.Index(fields=["kind", "code"], name="station_kind_code"),
            GistIndex(At("longitude", "latitude"), name="station_point", condition=Q(latitude__isnull=False)),
            GinIndex(Grams("name"), name="station_name_grams", fastupdate=False),
        ]
        constraints = [
            models.CheckConstraint(
                name="station_code_in_region",
                condition=Q(code__startswith=models.functions.Concat("region_id", models.Value("-"))),
                violation_error_message=_("联络站代码应以所在区划的代码开头"),
            ),
            models.CheckConstraint(
                name="station_region_fits_kind",
                condition=Q(
                    *[Q(kind=kind, code__length=n + SERIAL_DIGITS) for kind, n in REGION_DIGITS.items()],
                    _connector=Q.OR,
                ),
                violation_error_message=_("街道站、社区站、行业站应分别设在街道、社区、区"),
            ),
            models.CheckConstraint(
                name="station_point_whole",
                condition=Q(latitude=None, longitude=None) | Q(latitude__isnull=False, longitude__isnull=False),
                violation_error_message=_("经度和纬度应同时填写"),
            ),
            models.CheckConstraint(
                name="station_point_on_earth",
                condition=Q(latitude=None) | Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                violation_error_message=_("经度或纬度超出范围"),
            ),
        ]
        triggers = [refuse("station_kept", "联络站不能删除，撤销请取消“开放”", pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("stations:station", args=[self.code])

    @property
    def street_code(self) -> str | None:
        """Code of the street that the station lies in; none for an industry station."""
        return self.region_id[:9] if len(self.region_id) >= 9 else None

    @cached_property
    def street(self) -> Region | None:
        return Region.objects.filter(code=self.street_code).first() if self.street_code else None

    @property
    def point(self) -> Point | None:
        return None if self.latitude is None else (self.latitude, self.longitude)

    @property
    def map_links(self) -> list[MapLink]:
        """Maps on other sites that show the station; none where its place is not known."""
        return map_links(self.point, self.name, self.address) if self.point else []

    @property
    def dial(self) -> str:
        """The number as a phone dials it; empty where the field holds more than a number."""
        number = self.phone.replace(" ", "")
        return number if re.fullmatch(r"\+?[0-9-]{5,20}", number) else ""

    @property
    def provisions_met(self) -> int:
        """How many of the nine provisions (九有) are met."""
        return sum(provision.met for provision in self.provisions.all())

    def liaisons(self):
        """Heads and liaisons of the station today."""
        return User.objects.posted(Role.LIAISON, self.code)


class OfStationQuerySet(ScopedQuerySet):
    place = "station__code"


@pghistory.track()
class Room(models.Model):
    """A room of a station (一厅三室). A room holds one visit at a time (visits.Visit has the constraint)."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="rooms", verbose_name=_("联络站"))
    kind = models.CharField(_("类别"), max_length=20, choices=RoomKind)
    name = models.CharField(_("名称"), max_length=40, blank=True, help_text=_("同类房间多于一间时填写"))
    seats = models.PositiveSmallIntegerField(_("座位数"), null=True, blank=True)

    objects = OfStationQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("房间"), pgettext_lazy("plural", "房间")
        ordering = ["station", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "kind", "name"], name="room_once", violation_error_message=_("该站已有同名房间")
            )
        ]

    def __str__(self) -> str:
        return self.name or self.get_kind_display()


@pghistory.track()
class Provision(models.Model):
    """One of the nine provisions (九有) at a station: whether it is met, on what evidence, seen when."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="provisions", verbose_name=_("联络站"))
    kind = models.CharField(_("项目"), max_length=12, choices=ProvisionKind)
    met = models.BooleanField(_("达标"), default=False)
    evidence = models.CharField(_("依据"), max_length=200, blank=True)
    seen_on = models.DateField(_("查验日期"), null=True, blank=True)

    objects = OfStationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("九有")
        ordering = ["station", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["station", "kind"], name="provision_once", violation_error_message=_("该项已登记")
            ),
            models.CheckConstraint(
                condition=Q(met=False) | Q(seen_on__isnull=False),
                name="provision_met_has_date",
                violation_error_message=_("达标的项目应填写查验日期"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {_('达标') if self.met else _('未达标')}"
