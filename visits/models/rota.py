import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.accounts.models import Job, User
from liaison.accounts.scoping import ScopedQuerySet
from liaison.common.fields import CodeField, PublicIdField
from representatives.models import Representative
from stations.models import Room, Station

from ..choices import RotaState, VisitKind
from .visit import Attendance, Visit


class RotaPlanQuerySet(ScopedQuerySet):
    place = "code"


@pghistory.track(exclude=["figures", "conflicts"])
class RotaPlan(models.Model):
    """轮值: a proposal who sits where when, for a street or the district and a period. Nothing holds until accepted."""

    public_id = PublicIdField(unique=True)
    code = CodeField(_("范围"), max_length=15)  # a division's or a station's code, as postings have it
    from_on = models.DateField(_("从"))
    to_on = models.DateField(_("到"))
    options = models.JSONField(_("要求"), default=dict)
    state = models.CharField(_("状态"), max_length=10, choices=RotaState, default=RotaState.WAITING)
    figures = models.JSONField(_("结果"), default=dict)
    conflicts = models.JSONField(_("冲突"), default=list)
    job = models.OneToOneField(Job, models.SET_NULL, null=True, related_name="+", verbose_name=_("任务"))
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("建立人"))
    created_at = models.DateTimeField(_("建立时间"), default=timezone.now)

    objects = RotaPlanQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("轮值方案"), pgettext_lazy("plural", "轮值方案")
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["code", "-created_at"], name="rota_plan_place")]
        constraints = [
            models.CheckConstraint(
                condition=Q(to_on__gte=F("from_on")),
                name="rota_ends_after_start",
                violation_error_message=_("结束日期早于开始日期"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.from_on}—{self.to_on}"

    def get_absolute_url(self) -> str:
        return reverse("visits:rota", args=[self.public_id])

    @property
    def is_at_work(self) -> bool:
        return self.state == RotaState.WAITING and self.job is not None and self.job.is_open

    @property
    def shown_state(self) -> tuple[str, str]:
        """The mark and the word for where the plan stands; a job that ended without an answer made none."""
        if self.state == RotaState.WAITING and not self.is_at_work:
            return "late", str(RotaState.FAILED.label)
        marks = {RotaState.READY: "done", RotaState.WAITING: "info"}
        return marks.get(self.state, "late"), str(self.get_state_display())

    @property
    def why_not(self) -> str:
        """What the job said at its end, where there is no answer."""
        if self.figures or self.job is None or self.job.is_open:
            return ""
        return self.job.words or str(self.job.get_state_display())


class RotaSlotQuerySet(ScopedQuerySet):
    place = "station__code"


@pghistory.track()
class RotaSlot(models.Model):
    """One visit of a plan: a draft that is there already (`visit`), or one that accepting the plan would make."""

    plan = models.ForeignKey(RotaPlan, models.CASCADE, related_name="slots", verbose_name=_("轮值方案"))
    visit = models.ForeignKey(Visit, models.SET_NULL, null=True, related_name="+", verbose_name=_("进站"))
    station = models.ForeignKey(Station, models.PROTECT, related_name="+", verbose_name=_("联络站"))
    kind = models.CharField(_("类别"), max_length=20, choices=VisitKind)
    title = models.CharField(_("主题"), max_length=120, blank=True)
    room = models.ForeignKey(Room, models.PROTECT, null=True, related_name="+", verbose_name=_("房间"))
    starts_at = models.DateTimeField(_("开始时间"))
    ends_at = models.DateTimeField(_("结束时间"))
    accepted_at = models.DateTimeField(_("采用时间"), null=True)
    is_new = models.BooleanField(_("新增场次"), default=False)  # one whose draft was deleted is not
    # Who was there when the plan was made: where others are there now, a hand was quicker, and it stays as it is.
    before = ArrayField(models.BigIntegerField(), verbose_name=_("原有人员"), default=list)
    note = models.CharField(_("说明"), max_length=200, blank=True)  # a day that moved, a room that was taken
    refusal = models.CharField(_("没有采用的原因"), max_length=400, blank=True)

    objects = RotaSlotQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("轮值场次")
        ordering = ["plan", "station", "starts_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="rota_slot_ends_after_start"),
        ]

    def __str__(self) -> str:
        return f"{self.station} {timezone.localtime(self.starts_at):%Y-%m-%d %H:%M}"


class RotaSeatQuerySet(ScopedQuerySet):
    place = "slot__station__code"


@pghistory.track(exclude=["attendance"])
class RotaSeat(models.Model):
    """A representative in a slot; `is_fixed` where a person was put there by hand and the plan kept it."""

    slot = models.ForeignKey(RotaSlot, models.CASCADE, related_name="seats", verbose_name=_("轮值场次"))
    representative = models.ForeignKey(Representative, models.PROTECT, related_name="+", verbose_name=_("人大代表"))
    is_fixed = models.BooleanField(_("手工安排"), default=False)
    # What accepting made of it. No constraint: whom a hand took out and put back has another row, and this one is gone.
    attendance = models.ForeignKey(
        Attendance, models.DO_NOTHING, null=True, db_constraint=False, related_name="+", verbose_name=_("参加代表")
    )

    objects = RotaSeatQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("轮值席位")
        constraints = [models.UniqueConstraint(fields=["slot", "representative"], name="rota_seat_once")]

    def __str__(self) -> str:
        return f"{self.slot} {self.representative}"
