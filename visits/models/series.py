from datetime import date, datetime, timedelta
from uuid import UUID

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.accounts.models import User
from liaison.accounts.scoping import ScopedQuerySet
from liaison.common.fields import PublicIdField
from liaison.common.templatetags.face import cn_day
from liaison.policy.choices import Key
from liaison.policy.models import Threshold
from representatives.models import Representative
from stations.models import Room, Station

from ..choices import Frequency, OffDays, RollOver, VisitKind
from ..rules import Rule, count_days, faults, in_words

MOST_VISITS = 400  # of one series: every working day of a year and a half, the furthest that anybody plans
MOST_COUNTED = 20_000


def small_numbers(label, **kwargs) -> ArrayField:
    return ArrayField(models.SmallIntegerField(), verbose_name=label, default=list, blank=True, **kwargs)


class SeriesQuerySet(ScopedQuerySet):
    place = "station__code"

    def running(self, on: date) -> "SeriesQuerySet":
        """Series whose last day has not passed."""
        return self.filter(to_on__gte=on)

    def sent_before(self, form_key: str | UUID | None, by: User) -> "Series | None":
        """The series that the form with this key made when `by` sent it the first time."""
        try:
            key = form_key and UUID(str(form_key))
        except ValueError:
            return None
        return self.for_user(by).filter(form_key=key, created_by=by).first() if key else None


@pghistory.track()
class Series(models.Model):
    """系列: a rule that makes visits of the same kind at the same station. The visits are independent once made.

    `weekdays` are ISO (1 Monday … 7 Sunday), `ordinals` 1…5 or -1 (the last of the month), `month_days` 1…31 or -1
    (the last day), `months` 1…12 (none: every month), `interval` in weeks.
    """

    public_id = PublicIdField(unique=True)
    station = models.ForeignKey(
        Station, models.PROTECT, related_name="series", verbose_name=_("联络站"), db_index=False
    )
    kind = models.CharField(_("类别"), max_length=20, choices=VisitKind)
    title = models.CharField(_("主题"), max_length=120, blank=True)
    topics = models.TextField(_("可反映的事项"), blank=True)
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("房间"))
    place = models.CharField(_("其他地点"), max_length=120, blank=True)
    is_online = models.BooleanField(_("线上"), default=False)
    starts = models.TimeField(_("开始时间"))
    ends = models.TimeField(_("结束时间"))
    frequency = models.CharField(_("重复方式"), max_length=20, choices=Frequency)
    interval = models.PositiveSmallIntegerField(_("每隔几周"), default=1)
    weekdays = small_numbers(_("星期"))
    ordinals = small_numbers(_("第几个"))
    month_days = small_numbers(_("几号"))
    months = small_numbers(_("月份"))
    off_days = models.CharField(_("避开"), max_length=10, choices=OffDays, default=OffDays.HOLIDAYS)
    roll_over = models.CharField(_("顺延方式"), max_length=20, choices=RollOver, default=RollOver.NEXT_WORKDAY)
    from_on = models.DateField(_("从"))
    to_on = models.DateField(_("到"))
    # An edit of "this and the following" ends one series and begins the next.
    continues = models.ForeignKey(
        "self", models.SET_NULL, null=True, related_name="continued_by", editable=False, verbose_name=_("接续")
    )
    representatives = models.ManyToManyField(Representative, through="SeriesPerson", related_name="+")
    # One per filled-in form, as visits have it.
    form_key = models.UUIDField(_("表单编号"), null=True, unique=True, editable=False)
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False)
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("修改时间"), auto_now=True)

    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("系列"), pgettext_lazy("plural", "系列")
        ordering = ["station", "from_on", "id"]
        indexes = [models.Index(fields=["station", "from_on", "id"], name="series_station_from")]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")),
                name="series_ends_after_start",
                violation_error_message=_("结束日期早于开始日期"),
            ),
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="series_hours_in_order",
                violation_error_message=_("结束时间应晚于开始时间"),
            ),
            models.CheckConstraint(
                condition=Q(interval__range=(1, 52)),
                name="series_interval_sane",
                violation_error_message=_("间隔应为 1 到 52 周"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.station} {self.heading}"

    def get_absolute_url(self) -> str:
        return reverse("visits:series", args=[self.public_id])

    @property
    def heading(self) -> str:
        return self.title or str(self.get_kind_display())

    def clean(self) -> None:
        """What depends on policy or on several fields at once; a series of 10,000 visits is counted, not made."""
        errors = {name: [words] for name, words in faults(self.rule).items()}
        if self.starts and self.ends:
            self._clean_hours(errors)
        if self.from_on and self.to_on:
            self._clean_days(errors)
        if self.room_id and self.station_id and self.room.station_id != self.station_id:
            errors.setdefault("room", []).append(_("这个房间不在所选的联络站"))
        if errors:
            raise ValidationError(errors)

    def _clean_hours(self, errors) -> None:
        longest = Threshold.objects.number(Key.LONGEST_HOURS)
        day = date.min
        if self.ends <= self.starts:
            errors.setdefault("ends", []).append(_("结束时间应晚于开始时间"))
        elif datetime.combine(day, self.ends) - datetime.combine(day, self.starts) > timedelta(hours=longest):
            errors.setdefault("ends", []).append(_("一次进站最长 %(n)s 小时，请检查结束时间") % {"n": longest})

    def _clean_days(self, errors) -> None:
        today = timezone.localdate()
        furthest = Threshold.objects.number(Key.FURTHEST_DAYS, today)
        last = today + timedelta(days=furthest)
        if self._state.adding and not self.continues_id and self.from_on < today:
            errors.setdefault("from_on", []).append(_("这个日期已经过去，请选今天或以后的日期"))
        if self.to_on < self.from_on:
            errors.setdefault("to_on", []).append(_("结束日期早于开始日期"))
            return
        if self.to_on > last:
            words = {"n": furthest, "day": cn_day(last)}
            errors.setdefault("to_on", []).append(_("最远只能安排到 %(n)s 天以后（%(day)s），请检查年份") % words)
        if faults(self.rule):
            return
        count = count_days(self.rule, self.from_on, self.to_on, MOST_COUNTED)
        if count > MOST_VISITS:
            n = count if count <= MOST_COUNTED else _("%(n)s 多") % {"n": MOST_COUNTED}
            words = _("这样会产生 %(n)s 次进站，一个系列最多 %(most)s 次，请缩短期限或减少日期")
            errors.setdefault("to_on", []).append(words % {"n": n, "most": MOST_VISITS})
        elif not count:
            errors.setdefault("to_on", []).append(_("这段时间里没有符合规则的日期，请放长期限或修改规则"))

    @property
    def rule_words(self) -> str:
        """每周的星期一、星期四: the rule as people say it."""
        return in_words(self.rule)

    @property
    def rule(self) -> Rule:
        days = {name: tuple(getattr(self, name)) for name in ("weekdays", "ordinals", "month_days", "months")}
        return Rule(self.frequency, self.interval, **days, off_days=self.off_days, roll_over=self.roll_over)


class SeriesPersonQuerySet(ScopedQuerySet):
    place = "series__station__code"


@pghistory.track()
class SeriesPerson(models.Model):
    """A representative whom each visit of a series expects."""

    series = models.ForeignKey(Series, models.CASCADE, related_name="people", verbose_name=_("系列"))
    representative = models.ForeignKey(Representative, models.PROTECT, related_name="+", verbose_name=_("人大代表"))

    objects = SeriesPersonQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("系列的代表")
        constraints = [models.UniqueConstraint(fields=["series", "representative"], name="series_person_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.representative}"
