from datetime import date, datetime, timedelta
from uuid import UUID

import pghistory
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Left
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.accounts.models import User
from liaison.accounts.scoping import ScopedQuerySet
from liaison.common.fields import CodeField, PublicIdField
from liaison.common.ranges import Exclusive, one_of
from liaison.common.search import grams_field, grams_index, matches
from liaison.policy.choices import Key
from liaison.policy.models import Threshold
from representatives.models import Representative
from stations.models import Room, Station

from ..choices import HOLDING, MOVES, OVER, AttendanceState, State, VisitKind
from ..notice import NoticeRule
from ..triggers import ATTENDANCE_TRIGGERS, VISIT_TRIGGERS

DISTRICT_DIGITS = 6
# A visit that goes where the rule of its series goes: not over, not cancelled, not changed by itself.
FOLLOWS_RULE = Q(series__isnull=False, is_apart=False, state__in=[State.DRAFT, State.PUBLISHED])


class VisitQuerySet(ScopedQuerySet):
    place = "station__code"

    def under(self, code: str) -> Q:
        """From the district down the first six digits are named as well: they and the date are one index range."""
        if len(code) < DISTRICT_DIGITS:
            return super().under(code)
        whole = Q(district=code[:DISTRICT_DIGITS])
        return whole if len(code) == DISTRICT_DIGITS else whole & super().under(code)

    def public_q(self) -> Q:
        """Whatever was published once stays public, a cancelled visit with its reason included."""
        return Q(published_at__isnull=False)

    def own_q(self, user) -> Q:
        mine = Attendance.objects.filter(representative__user=user).values("visit")
        return Q(pk__in=mine)

    def between(self, from_: date, to: date) -> "VisitQuerySet":
        """Visits that begin on a day from `from_` to `to`, both counted, by the clock of the place."""
        return self.filter(starts_at__gte=day_start(from_), starts_at__lt=day_start(to + timedelta(days=1)))

    def since(self, day: date) -> "VisitQuerySet":
        """Visits that begin on `day` or after it."""
        return self.filter(starts_at__gte=day_start(day))

    def before(self, day: date) -> "VisitQuerySet":
        """Visits that began on a day before `day`."""
        return self.filter(starts_at__lt=day_start(day))

    def standing(self) -> "VisitQuerySet":
        return self.exclude(state=State.CANCELLED)

    def to_publish(self, on: date, rule: NoticeRule, within_days: int = 0) -> "VisitQuerySet":
        """Drafts ahead whose last day for publishing has come or gone, or comes `within_days`."""
        last = rule.latest_start(on + timedelta(days=within_days))
        return self.filter(state=State.DRAFT).since(on).before(last + timedelta(days=1))

    def past_notice(self, on: date, rule: NoticeRule) -> "VisitQuerySet":
        """Drafts ahead that can only be published late."""
        return self.to_publish(on, rule, within_days=-1)

    def near_notice(self, on: date, rule: NoticeRule, within_days: int) -> "VisitQuerySet":
        """Drafts ahead whose last day for publishing is today or comes `within_days`."""
        first = rule.latest_start(on - timedelta(days=1)) + timedelta(days=1)
        return self.to_publish(on, rule, within_days).since(first)

    def to_log(self, on: date, within_days: int) -> "VisitQuerySet":
        """Visits that ended more than `within_days` ago and were not logged."""
        return self.filter(
            state__in=[State.PUBLISHED, State.HELD], ends_at__lt=day_start(on - timedelta(days=within_days))
        )

    def sent_before(self, form_key: str | UUID | None, by: User) -> "Visit | None":
        """The visit that the form with this key made when `by` sent it the first time."""
        try:
            key = form_key and UUID(str(form_key))
        except ValueError:
            return None
        return self.for_user(by).filter(form_key=key, created_by=by).first() if key else None

    def about(self, term: str) -> "VisitQuerySet":
        return self.filter(matches(term, "title", "title_grams"))


def day_start(day: date) -> datetime:
    """The first instant of `day` by the clock of the place."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def to_the_minute(moment: datetime) -> datetime:
    """`moment` as the forms show it."""
    return moment.replace(second=0, microsecond=0)


@pghistory.track(exclude=["title_grams", "district", "announced", "changed_from"])
class Visit(models.Model):
    """进站: representatives at a station for an hour or a day, of whatever kind. Planned, published, held, logged."""

    public_id = PublicIdField(unique=True)
    station = models.ForeignKey(
        Station, models.PROTECT, related_name="visits", verbose_name=_("联络站"), db_index=False
    )
    # The first six digits stand by themselves: scope and date together are one index range, and a nation can be
    # sharded on them.
    district = models.GeneratedField(
        expression=Left("station_id", 6), output_field=CodeField(max_length=6), db_persist=True
    )
    kind = models.CharField(_("类别"), max_length=20, choices=VisitKind)
    title = models.CharField(_("主题"), max_length=120, blank=True)
    title_grams = grams_field("title")
    topics = models.TextField(_("可反映的事项"), blank=True, help_text=_("群众可以就哪些事反映意见"))
    starts_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("结束时间"))
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="visits", verbose_name=_("房间"))
    place = models.CharField(_("其他地点"), max_length=120, blank=True, help_text=_("不在联络站内时填写"))
    is_online = models.BooleanField(_("线上"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=State, default=State.DRAFT, editable=False)
    published_at = models.DateTimeField(_("公布时间"), null=True, editable=False)
    published_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("公布人")
    )
    late_reason = models.CharField(_("逾期公布的原因"), max_length=200, blank=True, editable=False)
    cancel_reason = models.CharField(_("取消原因"), max_length=200, blank=True, editable=False)
    voters_received = models.PositiveIntegerField(
        _("接待人数"), null=True, blank=True, validators=[MaxValueValidator(10_000)]
    )
    summary = models.TextField(_("反映的主要内容"), blank=True)
    result = models.TextField(_("处理情况"), blank=True)
    logged_at = models.DateTimeField(_("登记时间"), null=True, editable=False)
    logged_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("登记人")
    )
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("建立人")
    )
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("修改时间"), auto_now=True)
    # Raised by a trigger whenever hours, place or state change: a reminder knows by it which visit it told of, and a
    # calendar takes it as SEQUENCE. `changed_at` moves with whatever the public sees: a calendar's LAST-MODIFIED.
    version = models.PositiveIntegerField(default=1, editable=False)
    # Where it comes from: the series and the day that its rule named, before holidays moved it (and why they did).
    series = models.ForeignKey(
        "visits.Series", models.SET_NULL, null=True, related_name="visits", editable=False, verbose_name=_("系列"),
        db_index=False,
    )  # fmt: skip
    rule_on = models.DateField(_("按规则的日期"), null=True, editable=False)
    moved_why = models.CharField(_("顺延原因"), max_length=120, blank=True, editable=False, db_default="")
    is_apart = models.BooleanField(_("单独改过"), default=False, editable=False, db_default=False)
    # The day to which a changed calendar would move it and somebody decided that it stays: not asked again.
    declined_on = models.DateField(_("不改期到"), null=True, editable=False)
    # What was announced when it became public, and the part of it that no longer holds: it is shown struck through.
    # Both are written by a trigger, whoever publishes and whoever changes.
    announced = models.JSONField(_("公布时的内容"), null=True, editable=False)
    changed_from = models.JSONField(_("公布后变更的内容"), null=True, editable=False)
    change_reason = models.CharField(_("变更原因"), max_length=200, blank=True, editable=False, db_default="")
    # The number of its notice (公告编号), counted by station and year.
    notice_year = models.PositiveSmallIntegerField(_("公告年份"), null=True, editable=False)
    notice_no = models.PositiveIntegerField(_("公告序号"), null=True, editable=False)
    # One per filled-in form: the same form sent twice meets the unique index instead of making two visits.
    form_key = models.UUIDField(_("表单编号"), null=True, unique=True, editable=False)
    representatives = models.ManyToManyField(Representative, through="Attendance", related_name="visits")

    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("进站"), pgettext_lazy("plural", "进站")
        ordering = ["starts_at", "id"]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="visit_start"),
            models.Index(fields=["district", "starts_at", "id"], name="visit_district_start"),
            models.Index(fields=["station", "starts_at", "id"], name="visit_station_start"),
            models.Index(fields=["kind", "starts_at", "id"], name="visit_kind_start"),
            models.Index(fields=["ends_at"], name="visit_open_end", condition=Q(state__in=["published", "held"])),
            models.Index(fields=["starts_at"], name="visit_draft_start", condition=Q(state="draft")),
            grams_index("title_grams", "visit_title_grams"),
            models.Index(
                fields=["-changed_at", "-id"], name="visit_news", condition=Q(state__in=["published", "cancelled"])
            ),
            models.Index(fields=["series", "rule_on"], name="visit_series_day", condition=Q(series__isnull=False)),
            # Those that a changed calendar may move: by the holiday on which their rule puts them, or moved before.
            models.Index(fields=["rule_on", "district"], name="visit_may_move", condition=FOLLOWS_RULE),
            models.Index(
                fields=["district", "rule_on"], name="visit_was_moved", condition=FOLLOWS_RULE & ~Q(moved_why="")
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="visit_ends_after_start",
                violation_error_message=_("结束时间应晚于开始时间"),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("starts_at") + timedelta(hours=24)),
                name="visit_within_a_day",
                violation_error_message=_("一次进站不能超过 24 小时"),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["published", "held", "logged"]) | Q(published_at__isnull=False),
                name="visit_public_has_time",
                violation_error_message=_("公布的进站应有公布时间"),
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(cancel_reason=""),
                name="visit_cancelled_has_reason",
                violation_error_message=_("取消进站应说明原因"),
            ),
            models.CheckConstraint(
                condition=~Q(state="logged") | Q(voters_received__isnull=False, logged_at__isnull=False),
                name="visit_logged_has_count",
                violation_error_message=_("登记进站应填写接待人数"),
            ),
            models.UniqueConstraint(
                fields=["station", "notice_year", "notice_no"],
                name="visit_notice_once",
                violation_error_message=_("公告编号重复，请重试"),
            ),
            Exclusive(
                name="visit_room_free",
                expressions=[
                    (one_of("room_id"), RangeOperators.OVERLAPS),
                    (
                        Func("starts_at", "ends_at", function="tstzrange", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=~Q(state="cancelled") & Q(room__isnull=False),
                violation_error_message=_("该房间在这段时间已有安排"),
            ),
        ]
        triggers = VISIT_TRIGGERS

    def __str__(self) -> str:
        return f"{timezone.localtime(self.starts_at):%Y-%m-%d %H:%M} {self.heading}"

    def get_absolute_url(self) -> str:
        return reverse("visits:visit", args=[self.public_id])

    def clean(self) -> None:
        """What depends on policy or on another row; the rest stands in constraints."""
        errors: dict[str, list] = {}
        if self.starts_at and self.ends_at:
            self._clean_hours(errors)
            self._clean_past(errors)
        if self.notice_no and Visit.objects.filter(pk=self.pk).exclude(station=self.station_id).exists():
            errors.setdefault("station", []).append(_("已公布的进站不能换到别的联络站，请取消后另行安排"))
        if self.room_id and self.station_id and self.room.station_id != self.station_id:
            errors.setdefault("room", []).append(_("这个房间不在所选的联络站"))
        if errors:
            raise ValidationError(errors)

    def _clean_hours(self, errors) -> None:
        today = timezone.localdate()
        longest = Threshold.objects.number(Key.LONGEST_HOURS, today)
        furthest = Threshold.objects.number(Key.FURTHEST_DAYS, today)
        if self.ends_at <= self.starts_at:
            errors.setdefault("ends_at", []).append(_("结束时间应晚于开始时间"))
        elif self.ends_at - self.starts_at > timedelta(hours=longest):
            errors.setdefault("ends_at", []).append(_("一次进站最长 %(n)s 小时，请检查结束时间") % {"n": longest})
        if timezone.localdate(self.starts_at) > today + timedelta(days=furthest):
            errors.setdefault("starts_at", []).append(_("最远只能安排到 %(n)s 天以后，请检查年份") % {"n": furthest})

    def _clean_past(self, errors) -> None:
        """Nothing is planned for the past or moved into it; what stands there may change in other ways.

        One that was published and has begun may still be set right by some minutes of the same day.
        """
        before = Visit.objects.filter(pk=self.pk).values("starts_at", "state").first() if self.pk else None
        if before and to_the_minute(before["starts_at"]) == to_the_minute(self.starts_at):
            return
        now = timezone.now()
        begun = before is not None and before["state"] == State.PUBLISHED and before["starts_at"] <= now
        if timezone.localdate(self.starts_at) < timezone.localdate(now):
            errors.setdefault("starts_at", []).append(_("这个日期已经过去，请选今天或以后的日期"))
        elif self.starts_at <= now and not begun:
            error = ValidationError(_("这个时间已经过去，请选以后的时间"), code="hour")
            errors.setdefault("starts_at", []).append(error)

    # Questions

    def representatives_holding(self) -> models.QuerySet[Representative]:
        """Those who keep the hour free for this visit."""
        return Representative.objects.filter(attendances__visit=self.pk, attendances__state__in=HOLDING)

    @property
    def heading(self) -> str:
        """The theme, or the kind where no theme was given."""
        return self.title or str(self.get_kind_display())

    @property
    def is_late(self) -> bool:
        """Published later than the notice period: counted, with its reason."""
        return bool(self.late_reason)

    @property
    def is_late_change(self) -> bool:
        """What was announced was changed within the notice period: counted, with its reason."""
        return bool(self.change_reason)

    @property
    def is_changed(self) -> bool:
        """Something that was announced holds no longer, and the visit is still to come."""
        return self.state == State.PUBLISHED and self.changed_from is not None

    @property
    def notice_number(self) -> str:
        """公告编号: counted by station and year."""
        return f"〔{self.notice_year}〕第{self.notice_no}号" if self.notice_no else ""

    def can_become(self, state: str) -> bool:
        return state in MOVES[self.state]

    @property
    def can_change(self) -> bool:
        """Plans may be changed; what is over is history."""
        return self.state in (State.DRAFT, State.PUBLISHED)

    @property
    def can_publish(self) -> bool:
        return self.can_become(State.PUBLISHED)

    @property
    def can_cancel(self) -> bool:
        return self.can_become(State.CANCELLED)

    @property
    def can_delete(self) -> bool:
        """A draft that nobody saw; a draft's cancellation without a trace is its deletion."""
        return self.state == State.DRAFT

    def can_log(self, at: datetime) -> bool:
        """From its start on: a liaison writes down what happens while it happens."""
        return self.state in (State.PUBLISHED, State.HELD) and self.starts_at <= at

    @property
    def can_pin(self) -> bool:
        """From publishing until it is logged the pinned notice may be photographed; then the photos are evidence."""
        return self.state in (State.PUBLISHED, State.HELD)

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    def notice_ends_on(self, rule: NoticeRule) -> date:
        """The last day on which publishing keeps the notice period."""
        return rule.ends_on(timezone.localdate(self.starts_at))


class AttendanceQuerySet(ScopedQuerySet):
    place = "visit__station__code"

    def own_q(self, user) -> Q:
        """Everybody at one's own visits: people who come together know of each other."""
        return Q(visit__in=Attendance.objects.filter(representative__user=user).values("visit"))

    def public_q(self) -> Q:
        """Who is to be met. Who asked leave or stayed away is not for the public, nor for a filter of theirs."""
        return Q(visit__published_at__isnull=False, representative__is_public=True, state__in=HOLDING)


@pghistory.track(exclude=["during", "holds"])
class Attendance(models.Model):
    """A representative at a visit: expected, on leave, came or did not. `during` and `holds` follow the visit."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="attendances", verbose_name=_("进站"))
    representative = models.ForeignKey(
        Representative, models.PROTECT, related_name="attendances", verbose_name=_("人大代表")
    )
    state = models.CharField(_("到站情况"), max_length=10, choices=AttendanceState, default=AttendanceState.EXPECTED)
    note = models.CharField(_("备注"), max_length=120, blank=True)
    during = DateTimeRangeField(editable=False, null=True)
    holds = models.BooleanField(editable=False, default=True)

    objects = AttendanceQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("参加代表"), pgettext_lazy("plural", "参加代表")
        ordering = ["visit", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit", "representative"],
                name="attendance_once",
                violation_error_message=_("该代表已在参加名单中"),
            ),
            Exclusive(
                name="attendance_one_place",
                expressions=[
                    (one_of("representative_id"), RangeOperators.OVERLAPS),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(holds=True),
                violation_error_message=_("有代表在这段时间已安排在另一处"),
            ),
        ]
        triggers = ATTENDANCE_TRIGGERS

    def __str__(self) -> str:
        return f"{self.representative} {self.get_state_display()}"
