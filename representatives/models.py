from datetime import date

import pghistory
import pgtrigger
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.accounts.models import User
from liaison.accounts.scoping import EVERYTHING, ScopedQuerySet
from liaison.common.fields import CodeField, PublicIdField
from liaison.common.ranges import Exclusive, one_of
from liaison.common.search import fold, grams_field, grams_index, matches
from liaison.common.triggers import refuse
from stations.models import Station

from .choices import Leadership, SeatLevel, SeatStatus, Sex
from .names import spellings


def seats_in_office() -> "SeatQuerySet":
    """The serving seats of the person that a query is about."""
    return Seat.objects.serving().filter(representative=models.OuterRef("pk"))


class RepresentativeQuerySet(ScopedQuerySet):
    def under(self, code: str) -> Q:
        if not code:
            return EVERYTHING
        return Q(pk__in=Membership.objects.current().filter(Membership.objects.under(code)).values("representative"))

    def own_q(self, user) -> Q:
        return Q(user=user)

    def public_q(self) -> Q:
        return Q(is_public=True)

    def serving(self) -> "RepresentativeQuerySet":
        """People with at least one seat in office."""
        return self.filter(models.Exists(seats_in_office()))

    def at_level(self, level: int) -> "RepresentativeQuerySet":
        """People with a seat in office at `level`, whatever others they hold."""
        return self.filter(models.Exists(seats_in_office().filter(level=level)))

    def with_level(self) -> "RepresentativeQuerySet":
        """Adds `level`: the highest level at which the person sits; none when no seat is in office."""
        return self.annotate(level=models.Subquery(seats_in_office().order_by("level").values("level")[:1]))

    def belonging_to(self, station: Station) -> "RepresentativeQuerySet":
        """People who belong to `station` today."""
        members = Membership.objects.current().filter(station=station)
        return self.filter(pk__in=members.values("representative"))

    def named(self, term: str) -> "RepresentativeQuerySet":
        """People whose name contains `term`, or whose pinyin or initials begin with it."""
        word = fold(term).replace(" ", "").replace("'", "")
        if word.isascii():
            return self.filter(Q(pinyin__startswith=word) | Q(initials__startswith=word))
        return self.filter(matches(word, "name", "name_grams"))


@pghistory.track(exclude=["name_grams"])
class Representative(models.Model):
    """A people's-congress representative (人大代表): a person, counted once however many seats they hold."""

    public_id = PublicIdField(unique=True)
    name = models.CharField(_("姓名"), max_length=40)
    pinyin = CodeField(_("拼音"), max_length=120, blank=True, editable=False)
    initials = CodeField(_("首字母"), max_length=40, blank=True, editable=False)
    name_grams = grams_field("name")
    sex = models.CharField(_("性别"), max_length=6, choices=Sex, blank=True)
    ethnicity = models.CharField(_("民族"), max_length=20, blank=True)
    birth_year = models.PositiveSmallIntegerField(_("出生年"), null=True, blank=True)
    party = models.CharField(_("党派"), max_length=30, blank=True)
    education = models.CharField(_("学历"), max_length=30, blank=True)
    employer = models.CharField(_("工作单位"), max_length=120, blank=True)
    post = models.CharField(_("职务"), max_length=80, blank=True)
    leadership = models.CharField(_("领导干部"), max_length=10, choices=Leadership, default=Leadership.NONE)
    certificate = models.CharField(_("代表证号"), max_length=40, blank=True)
    introduction = models.TextField(_("简介"), blank=True)
    user = models.OneToOneField(
        User, models.SET_NULL, null=True, blank=True, related_name="representative", verbose_name=_("账号")
    )
    is_public = models.BooleanField(_("公开"), default=True)

    objects = RepresentativeQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("人大代表"), pgettext_lazy("plural", "人大代表")
        ordering = ["pinyin", "id"]
        indexes = [
            models.Index(fields=["pinyin", "id"], name="representative_pinyin"),
            models.Index(fields=["initials"], name="representative_initials"),
            grams_index("name_grams", "representative_name_grams"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(birth_year=None) | Q(birth_year__range=(1900, 2100)),
                name="representative_birth_year",
                violation_error_message=_("出生年应为四位年份"),
            )
        ]
        triggers = [refuse("representative_kept", "代表信息不能删除，离任请终止其任期", pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs):
        self.pinyin, self.initials = spellings(self.name)
        if (fields := kwargs.get("update_fields")) is not None and "name" in fields:
            kwargs["update_fields"] = {*fields, "pinyin", "initials"}
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("representatives:representative", args=[self.public_id])


class SeatQuerySet(ScopedQuerySet):
    def under(self, code: str) -> Q:
        return (
            Q(representative__in=Representative.objects.filter(Representative.objects.under(code)))
            if code
            else EVERYTHING
        )

    def own_q(self, user) -> Q:
        return Q(representative__user=user)

    def public_q(self) -> Q:
        return Q(representative__is_public=True)

    def serving(self) -> "SeatQuerySet":
        return self.filter(status=SeatStatus.SERVING)


@pghistory.track()
class Seat(models.Model):
    """A seat in one congress: level, term (届), constituency (district level) or electing body (higher levels)."""

    representative = models.ForeignKey(Representative, models.PROTECT, related_name="seats", verbose_name=_("人大代表"))
    level = models.PositiveSmallIntegerField(_("级别"), choices=SeatLevel)
    term = models.PositiveSmallIntegerField(_("届次"), help_text=_("第几届"))
    constituency = models.CharField(_("选区"), max_length=80, blank=True)
    electing_body = models.CharField(_("原选举单位"), max_length=80, blank=True)
    status = models.CharField(_("任期状态"), max_length=10, choices=SeatStatus, default=SeatStatus.SERVING)
    from_on = models.DateField(_("任职日期"))
    to_on = models.DateField(_("终止日期"), null=True, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("任期"), pgettext_lazy("plural", "任期")
        ordering = ["level", "-term"]
        indexes = [models.Index(fields=["level", "status", "representative"], name="seat_level")]
        constraints = [
            models.UniqueConstraint(
                fields=["representative", "level", "term"],
                name="seat_once",
                violation_error_message=_("该代表同级同届的任期已登记"),
            ),
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gte=F("from_on")),
                name="seat_ends_after_start",
                violation_error_message=_("终止日期应晚于任职日期"),
            ),
            models.CheckConstraint(
                condition=~Q(status=SeatStatus.ENDED) | Q(to_on__isnull=False),
                name="seat_ended_has_date",
                violation_error_message=_("终止的任期应填写终止日期（代表法第六十二条）"),
            ),
        ]
        triggers = [refuse("seat_kept", "任期不能删除，请改为终止并填写日期", pgtrigger.Delete)]

    def __str__(self) -> str:
        return _("%(level)s（第%(term)s届）") % {"level": self.get_level_display(), "term": self.term}


class MembershipQuerySet(ScopedQuerySet):
    place = "station__code"

    def own_q(self, user) -> Q:
        return Q(representative__user=user)

    def public_q(self) -> Q:
        return Q(representative__is_public=True)

    def current(self, on: date | None = None) -> "MembershipQuerySet":
        """Memberships in force on a day; the last day is not counted."""
        day = on or timezone.localdate()
        return self.filter(Q(to_on=None) | Q(to_on__gt=day), from_on__lte=day)


@pghistory.track()
class Membership(models.Model):
    """编组进站: a representative belongs to a station for a time; one of the stations is the home station."""

    representative = models.ForeignKey(
        Representative, models.PROTECT, related_name="memberships", verbose_name=_("人大代表")
    )
    station = models.ForeignKey(Station, models.PROTECT, related_name="memberships", verbose_name=_("联络站"))
    is_home = models.BooleanField(_("主站"), default=True)
    from_on = models.DateField(_("进站日期"), default=timezone.localdate)
    to_on = models.DateField(_("离站日期"), null=True, blank=True, help_text=_("不含当日"))

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("编组进站"), pgettext_lazy("plural", "编组进站")
        ordering = ["station", "-is_home", "representative"]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on=None) | Q(to_on__gt=F("from_on")),
                name="membership_ends_after_start",
                violation_error_message=_("离站日期应晚于进站日期"),
            ),
            Exclusive(
                name="membership_one_home",
                expressions=[
                    (one_of("representative_id"), RangeOperators.OVERLAPS),
                    (
                        Func("from_on", "to_on", function="daterange", output_field=DateRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(is_home=True),
                violation_error_message=_("该代表在这段时间已有主站"),
            ),
            models.UniqueConstraint(
                fields=["representative", "station"],
                condition=Q(to_on=None),
                name="membership_once",
                violation_error_message=_("该代表已编入此站"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.representative} · {self.station}"


class AbsenceQuerySet(ScopedQuerySet):
    def under(self, code: str) -> Q:
        people = Representative.objects.filter(Representative.objects.under(code))
        return Q(representative__in=people) if code else EVERYTHING

    def own_q(self, user) -> Q:
        return Q(representative__user=user)

    def during(self, from_: date, to: date) -> "AbsenceQuerySet":
        """Absences of which at least one day lies from `from_` to `to`, both counted."""
        return self.filter(from_on__lte=to, to_on__gte=from_)


@pghistory.track()
class Absence(models.Model):
    """请假、外出: days, both counted, on which nothing is planned for a representative."""

    public_id = PublicIdField(unique=True)
    representative = models.ForeignKey(
        Representative, models.PROTECT, related_name="absences", verbose_name=_("人大代表")
    )
    from_on = models.DateField(_("从"))
    to_on = models.DateField(_("到"), help_text=_("含当日"))
    reason = models.CharField(_("事由"), max_length=60, blank=True, help_text=_("如 外出学习；不公开"))
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("登记人")
    )
    created_at = models.DateTimeField(_("登记时间"), default=timezone.now, editable=False)

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("请假外出"), pgettext_lazy("plural", "请假外出")
        ordering = ["from_on", "id"]
        indexes = [models.Index(fields=["from_on", "id"], name="absence_days")]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")),
                name="absence_ends_after_start",
                violation_error_message=_("结束日期早于开始日期"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.representative} {self.from_on}—{self.to_on}"
