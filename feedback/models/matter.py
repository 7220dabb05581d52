"""What an opinion and a suggestion have in common: steps that are never changed, and a state that they lead to."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import User

FAR = date(9999, 12, 31)


class Matter(models.Model):
    """Something that is handled step by step. `state`, `last_no`, `closed_at`, `next_due_on` follow by triggers.

    `last_no` is the version that a page was made from: who acts on an older one is shown what came between.
    """

    last_no = models.PositiveIntegerField(default=0, editable=False)
    next_due_on = models.DateField(_("最近期限"), default=FAR, editable=False)
    closed_at = models.DateTimeField(_("办结时间"), null=True, editable=False)
    created_at = models.DateTimeField(_("登记时间"), default=timezone.now, editable=False)
    changed_at = models.DateTimeField(_("最近进展"), default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        User, models.PROTECT, null=True, related_name="+", editable=False, verbose_name=_("登记人")
    )

    class Meta:
        abstract = True

    moves: dict[str, dict[str, str]] = {}

    def can(self, kind: str) -> bool:
        """Whether this step is a legal move from where the matter stands."""
        return self.state in self.moves.get(kind, {})

    @property
    def due_on(self) -> date | None:
        """The nearest open date, whatever has to be done by it; None where there is none."""
        return None if self.next_due_on == FAR else self.next_due_on


class StepBase(models.Model):
    """One thing that was done. Triggers give it its number and the state it came from; nobody changes it afterwards."""

    no = models.PositiveIntegerField(_("序号"), default=0, editable=False)
    from_state = models.CharField(max_length=20, blank=True, editable=False)
    to_state = models.CharField(max_length=20)
    at = models.DateTimeField(_("时间"), default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人"))
    words = models.TextField(_("内容"), blank=True)
    data = models.JSONField(_("明细"), default=dict)

    class Meta:
        abstract = True


def legal_steps(moves: dict[str, dict[str, str]]) -> Q:
    """The dict of legal moves as a check constraint."""
    legal = Q()
    for kind, ways in moves.items():
        staying = sorted(old for old, new in ways.items() if old == new)
        if staying:
            legal |= Q(kind=kind, from_state__in=staying, to_state=F("from_state"))
        for new in sorted({new for old, new in ways.items() if old != new}):
            legal |= Q(kind=kind, from_state__in=sorted(o for o, n in ways.items() if n == new != o), to_state=new)
    return legal
