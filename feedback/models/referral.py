import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.accounts.choices import Role
from liaison.accounts.models import User
from liaison.accounts.scoping import NOTHING, ScopedQuerySet
from liaison.common.fields import CodeField, PublicIdField

from ..choices import REFERRAL_OPEN, Part, ReferralState
from ..triggers import REFERRAL_TRIGGERS
from .department import Department
from .matter import FAR
from .opinion import Opinion
from .suggestion import Suggestion

ONE_MATTER = Q(opinion__isnull=False, suggestion=None) | Q(opinion=None, suggestion__isnull=False)


class ReferralQuerySet(ScopedQuerySet):
    place = "place"

    def within(self, posting) -> Q:
        if posting.role == Role.DEPARTMENT:
            return Q(department__members=posting.user)
        return super().within(posting)

    def own_q(self, user: User) -> Q:
        return NOTHING

    def open(self) -> "ReferralQuerySet":
        return self.filter(state__in=REFERRAL_OPEN)


@pghistory.track(exclude=["next_due_on"])
class Referral(models.Model):
    """转办件: an opinion or a suggestion in the hands of one department, to lead or to assist.

    A wrong one is returned and another is made: each keeps its own dates. The count starts at receipt, so both the
    day it was sent and the day it was signed for are kept (河南省人大代表建议办理规定).
    """

    public_id = PublicIdField(unique=True)
    opinion = models.ForeignKey(
        Opinion, models.PROTECT, null=True, related_name="referrals", verbose_name=_("意见"), db_index=False
    )
    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, null=True, related_name="referrals", verbose_name=_("代表建议"), db_index=False
    )
    place = CodeField(_("所在"), max_length=15)  # the matter's: a station's code, or a division's
    department = models.ForeignKey(
        Department, models.PROTECT, related_name="referrals", verbose_name=_("承办单位"), db_index=False
    )
    part = models.CharField(_("主办或协办"), max_length=10, choices=Part, default=Part.LEAD)
    state = models.CharField(_("状态"), max_length=10, choices=ReferralState, default=ReferralState.SENT)
    round = models.PositiveSmallIntegerField(_("第几次办理"), default=1)
    note = models.TextField(_("转办说明"), blank=True)
    sent_at = models.DateTimeField(_("交办时间"), default=timezone.now)
    sent_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("交办人"))
    received_at = models.DateTimeField(_("签收时间"), null=True)
    received_by = models.CharField(_("签收人"), max_length=60, blank=True)
    ended_at = models.DateTimeField(_("办完时间"), null=True)
    return_reason = models.CharField(_("退回理由"), max_length=400, blank=True)
    # Raised to make links that were given out before worthless.
    link_version = models.PositiveSmallIntegerField(default=1)
    next_due_on = models.DateField(_("期限"), default=FAR, editable=False)

    objects = ReferralQuerySet.as_manager()

    class Meta:
        verbose_name, verbose_name_plural = _("转办件"), pgettext_lazy("plural", "转办件")
        ordering = ["next_due_on", "id"]
        indexes = [
            models.Index(
                fields=["department", "next_due_on", "id"], name="referral_inbox", condition=Q(state__in=REFERRAL_OPEN)
            ),
            models.Index(fields=["department", "-sent_at", "-id"], name="referral_department"),
            models.Index(fields=["opinion"], name="referral_opinion", condition=Q(opinion__isnull=False)),
            models.Index(fields=["suggestion"], name="referral_suggestion", condition=Q(suggestion__isnull=False)),
            models.Index(fields=["place", "next_due_on", "id"], name="referral_place",
                         condition=Q(state__in=REFERRAL_OPEN)),
        ]  # fmt: skip
        constraints = [
            models.CheckConstraint(
                name="referral_of_one", condition=ONE_MATTER, violation_error_message=_("转办件应属于一件事")
            ),
            models.UniqueConstraint(
                fields=["opinion"],
                condition=Q(part=Part.LEAD, state__in=REFERRAL_OPEN),
                name="referral_one_lead",
                violation_error_message=_("已有主办单位，请先收回再转办"),
            ),
            models.UniqueConstraint(
                fields=["suggestion"],
                condition=Q(part=Part.LEAD, state__in=REFERRAL_OPEN),
                name="referral_one_lead_suggestion",
                violation_error_message=_("已有主办单位，请先收回再交办"),
            ),
            models.UniqueConstraint(
                fields=["opinion", "department"],
                condition=Q(state__in=REFERRAL_OPEN),
                name="referral_once",
                violation_error_message=_("已经转给这个单位"),
            ),
            models.UniqueConstraint(
                fields=["suggestion", "department"],
                condition=Q(state__in=REFERRAL_OPEN),
                name="referral_once_suggestion",
                violation_error_message=_("已经交给这个单位"),
            ),
            models.CheckConstraint(
                name="referral_return_has_reason",
                condition=~Q(state=ReferralState.RETURNED) | ~Q(return_reason=""),
                violation_error_message=_("退回应说明理由"),
            ),
        ]
        triggers = REFERRAL_TRIGGERS

    def __str__(self) -> str:
        return f"{self.department} {self.matter}"

    def get_absolute_url(self) -> str:
        return reverse("feedback:referral", args=[self.public_id])

    @property
    def matter(self) -> Opinion | Suggestion:
        return self.opinion or self.suggestion

    @property
    def is_open(self) -> bool:
        return self.state in REFERRAL_OPEN

    @property
    def leads(self) -> bool:
        return self.part == Part.LEAD

    @property
    def due_on(self):
        return None if self.next_due_on == FAR else self.next_due_on
