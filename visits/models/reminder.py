"""What reminding needs to keep: rules that staff set, what each representative was asked, and how far planning came."""

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.accounts.scoping import ScopedQuerySet
from liaison.common.fields import PublicIdField, random_id
from liaison.notices.choices import Kind
from representatives.models import Representative

from ..choices import REMINDERS, VisitKind
from .visit import Visit

KEY_LENGTH = 12  # 60 bits: short enough for a text message, too many to guess
LAST_HOUR, MOST_AMOUNT, MOST_GRACE = 23, 60, 240


def invitation_key() -> str:
    return random_id(KEY_LENGTH)


class ReminderRuleQuerySet(ScopedQuerySet):
    pass


@pghistory.track()
class ReminderRule(models.Model):
    """Whether and when a reminder goes out for a kind of visit, where that is not what ships (`reminders.rules`).

    Without a kind of visit it holds for every kind that has no rule of its own.
    """

    visit_kind = models.CharField(
        _("进站类别"), max_length=20, choices=VisitKind, blank=True, help_text=_("留空为所有类别")
    )
    kind = models.CharField(_("提醒"), max_length=30, choices=[(kind.value, kind.label) for kind in REMINDERS])
    is_on = models.BooleanField(_("发送"), default=True)
    # Days or hours before the start or after the end, and the hour of that day; which of them count, the kind says.
    amount = models.PositiveSmallIntegerField(_("提前或推后"), validators=[MaxValueValidator(MOST_AMOUNT)], default=0)
    hour = models.PositiveSmallIntegerField(_("几点"), validators=[MaxValueValidator(LAST_HOUR)], default=0)
    grace = models.PositiveSmallIntegerField(
        _("迟到多少小时不再发"), validators=[MinValueValidator(1), MaxValueValidator(MOST_GRACE)]
    )
    source = models.CharField(_("依据"), max_length=200)
    changed_at = models.DateTimeField(_("修改时间"), auto_now=True)

    objects = ReminderRuleQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("提醒规则"), pgettext_lazy("plural", "提醒规则")
        ordering = ["visit_kind", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["visit_kind", "kind"],
                name="reminder_rule_once",
                violation_error_message=_("这类进站的这种提醒已有规则"),
            ),
            models.CheckConstraint(
                condition=Q(hour__lte=LAST_HOUR, amount__lte=MOST_AMOUNT, grace__range=(1, MOST_GRACE)),
                name="reminder_rule_sane",
                violation_error_message=_("钟点最大为 23，天数最大为 60，迟到时限为 1 到 240 小时"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_visit_kind_display() or _('所有类别')} {Kind(self.kind).label}"


class InvitationQuerySet(ScopedQuerySet):
    place = "visit__station__code"

    def own_q(self, user) -> Q:
        """Only what oneself was asked: nobody answers for a colleague."""
        return Q(representative__user=user)


@pghistory.track(exclude=["key", "asked_at"])
class Invitation(models.Model):
    """What a representative was asked about a public visit: whether they come. Whoever has the key may answer.

    It stays when the person is taken off the visit, so that an old link says so. Leave itself stands at the attendance.
    """

    public_id = PublicIdField(unique=True)
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="invitations", verbose_name=_("进站"))
    representative = models.ForeignKey(
        Representative, models.PROTECT, related_name="invitations", verbose_name=_("人大代表")
    )
    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=invitation_key, editable=False, db_collation="C")
    # None while the person is not on the list: whoever is put back is asked anew.
    asked_at = models.DateTimeField(_("请其确认的时间"), null=True, editable=False)
    # Taken back by a trigger when the hours change: whoever said yes to nine o'clock has not said yes to three.
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, editable=False)
    # Raised with every answer that says something else than the last: each leave is told once, by this number.
    answers = models.PositiveIntegerField(_("答复次数"), default=0, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("参加确认")
        ordering = ["visit", "id"]
        constraints = [models.UniqueConstraint(fields=["visit", "representative"], name="invitation_once")]

    def __str__(self) -> str:
        return f"{self.representative} {self.visit}"


class PlanningMarkQuerySet(ScopedQuerySet):
    pass


@pghistory.track(exclude=["at", "key"])
class PlanningMark(models.Model):
    """How far planning again has come: a walk over rows in the order of a time and a key, that the next run goes on.

    `name` says which walk: the notices that fall due, the changes that were looked at, or the visits of a place.
    """

    name = models.CharField(_("名称"), max_length=40, unique=True)
    at = models.DateTimeField(_("到"), null=True)
    key = models.BigIntegerField(_("编号"), default=0)

    objects = PlanningMarkQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("提醒重排进度")

    def __str__(self) -> str:
        return self.name
