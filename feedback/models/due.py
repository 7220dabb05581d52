from datetime import date

import pghistory
from django.db import models
from django.db.models import Q
from django.db.models.functions import Left
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.accounts.choices import Role
from liaison.accounts.models import User
from liaison.accounts.scoping import ScopedQuerySet
from liaison.common.fields import CodeField
from liaison.policy.choices import Unit

from ..choices import DueEnd, DueKind, Rank
from ..triggers import APPEND_ONLY, DUE_TRIGGERS
from .opinion import DISTRICT_DIGITS, Opinion
from .referral import ONE_MATTER, Referral
from .suggestion import Suggestion, SuggestionSigner


def of_own(user: User) -> Q:
    """Rows of what is the representative's own: of a suggestion of several signers each row stands once."""
    opinions, suggestions = Opinion.objects.all(), Suggestion.objects.all()
    return Q(opinion__in=opinions.filter(opinions.own_q(user))) | Q(
        suggestion__in=suggestions.filter(suggestions.own_q(user))
    )


class DueDateQuerySet(ScopedQuerySet):
    place = "place"

    def within(self, posting) -> Q:
        if posting.role == Role.DEPARTMENT:
            return Q(referral__department__members=posting.user)
        return super().within(posting)

    def own_q(self, user: User) -> Q:
        return of_own(user)

    def open(self) -> "DueDateQuerySet":
        return self.filter(ended_on=None)

    def overdue(self, on: date) -> "DueDateQuerySet":
        """Open dates that have passed; the day itself still counts."""
        return self.open().filter(due_on__lt=on)


@pghistory.track(exclude=["district"])
class DueDate(models.Model):
    """期限: by when something has to be done in a matter, with all that the day was made of (DESIGN §1.5).

    `count` and `unit` are the clock's, reckoned by `feedback.deadlines`; a day that a person set has none. `pauses` and
    `extensions` are lists of what `deadlines.Pause` and `deadlines.Extension` hold, days as ISO text.
    """

    kind = models.CharField(_("期限"), max_length=10, choices=DueKind)
    opinion = models.ForeignKey(
        Opinion, models.PROTECT, null=True, related_name="due_dates", verbose_name=_("意见"), db_index=False
    )
    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, null=True, related_name="due_dates", verbose_name=_("代表建议"), db_index=False
    )
    referral = models.ForeignKey(
        Referral, models.PROTECT, null=True, related_name="due_dates", verbose_name=_("转办件"), db_index=False
    )
    signer = models.ForeignKey(
        SuggestionSigner, models.PROTECT, null=True, related_name="due_dates", verbose_name=_("代表"), db_index=False
    )
    place = CodeField(_("所在"), max_length=15)
    district = models.GeneratedField(
        expression=Left("place", DISTRICT_DIGITS), output_field=CodeField(max_length=6), db_persist=True
    )
    start_on = models.DateField(_("起算日"))
    count = models.PositiveSmallIntegerField(_("长短"), null=True)
    unit = models.CharField(_("单位"), max_length=20, choices=Unit, blank=True)
    source = models.CharField(_("依据"), max_length=300, blank=True)
    # The rule that the clock is of (policy's Key), and the day from which this value of it holds (none: as shipped).
    rule = models.CharField(_("规则"), max_length=60, blank=True, db_default="")
    rule_since = models.DateField(_("规则生效日期"), null=True)
    reason = models.CharField(_("说明"), max_length=200, blank=True)  # of a day that a person set
    pauses = models.JSONField(_("暂停"), default=list)
    extensions = models.JSONField(_("延期"), default=list)
    passed = models.JSONField(_("扣除的天数"), default=list)
    first_due_on = models.DateField(_("原定日期"), null=True)
    due_on = models.DateField(_("到期日"), null=True)  # null while a pause is open that the clock runs into
    rolled_from = models.DateField(_("顺延自"), null=True)
    is_provisional = models.BooleanField(_("日历尚未公布"), default=False)
    calendar_version = models.CharField(_("日历版本"), max_length=40, blank=True)
    # Why the day is another than it was; the history keeps what it was before, each time.
    changed_why = models.CharField(_("变更原因"), max_length=200, blank=True, db_default="")
    set_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("设定人"))
    set_at = models.DateTimeField(_("设定时间"), default=timezone.now)
    ended_on = models.DateField(_("结束日"), null=True)
    ended_as = models.CharField(_("结果"), max_length=10, choices=DueEnd, blank=True)

    objects = DueDateQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("期限"), pgettext_lazy("plural", "期限")
        ordering = ["due_on", "id"]
        indexes = [
            models.Index(fields=["due_on", "id"], name="due_open", condition=Q(ended_on=None)),
            models.Index(fields=["district", "due_on", "id"], name="due_district_open", condition=Q(ended_on=None)),
            models.Index(fields=["opinion"], name="due_opinion", condition=Q(opinion__isnull=False)),
            models.Index(fields=["suggestion"], name="due_suggestion", condition=Q(suggestion__isnull=False)),
            models.Index(fields=["referral"], name="due_referral", condition=Q(referral__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(
                name="due_of_one", condition=ONE_MATTER, violation_error_message=_("期限应属于一件事")
            ),
            models.CheckConstraint(
                name="due_ended_how",
                condition=Q(ended_on=None, ended_as="") | Q(ended_on__isnull=False) & ~Q(ended_as=""),
                violation_error_message=_("期限结束应说明结果"),
            ),
            models.CheckConstraint(
                name="due_explained",
                condition=Q(count__isnull=False) & ~Q(unit="") & ~Q(source="") | Q(count=None) & ~Q(reason=""),
                violation_error_message=_("期限应说明怎么来的"),
            ),
        ]
        triggers = DUE_TRIGGERS

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_on or ''}".strip()

    def get_absolute_url(self) -> str:
        return reverse("feedback:due", args=[self.pk])

    @property
    def matter(self) -> Opinion | Suggestion:
        return self.opinion or self.suggestion

    @property
    def length(self) -> int | None:
        """The clock's length in force, after all extensions; None for a day that a person set."""
        return self.count and max([self.count, *(e["count"] for e in self.extensions)])

    @property
    def is_paused(self) -> bool:
        return any(pause["to"] is None for pause in self.pauses)

    def is_overdue(self, on: date) -> bool:
        return self.ended_on is None and self.due_on is not None and self.due_on < on


class UrgeQuerySet(ScopedQuerySet):
    place = "place"

    def within(self, posting) -> Q:
        if posting.role == Role.DEPARTMENT:
            return Q(referral__department__members=posting.user)
        return super().within(posting)

    def own_q(self, user: User) -> Q:
        return of_own(user)


class Urge(models.Model):
    """督办: a reminder with a name and a date on it. By a person, or by rule where `by` is empty. Never changed."""

    opinion = models.ForeignKey(Opinion, models.PROTECT, null=True, related_name="urges", verbose_name=_("意见"))
    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, null=True, related_name="urges", verbose_name=_("代表建议")
    )
    referral = models.ForeignKey(Referral, models.PROTECT, null=True, related_name="urges", verbose_name=_("转办件"))
    due = models.ForeignKey(DueDate, models.PROTECT, null=True, related_name="urges", verbose_name=_("期限"))
    place = CodeField(_("所在"), max_length=15)
    rank = models.CharField(_("对象"), max_length=10, choices=Rank, default=Rank.PERSON)
    to = models.CharField(_("被督办人"), max_length=120)
    words = models.CharField(_("督办意见"), max_length=400, blank=True)
    until = models.DateField(_("要求办结日期"), null=True, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("督办人"))
    at = models.DateTimeField(_("督办时间"), default=timezone.now)

    objects = UrgeQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = _("督办")
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="urge_of_one", condition=ONE_MATTER, violation_error_message=_("督办应属于一件事")
            ),
            # By rule each rank is reached once for each date.
            models.UniqueConstraint(
                fields=["due", "rank"], condition=Q(by=None), name="urge_by_rule_once",
                violation_error_message=_("已经督办过"),
            ),
        ]  # fmt: skip
        triggers = APPEND_ONLY

    def __str__(self) -> str:
        return f"{self.get_rank_display()} {self.to}"
