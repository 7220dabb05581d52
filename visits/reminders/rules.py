"""Which reminders a kind of visit has, and when: what ships, and the rows (`ReminderRule`) that staff set over it."""

from datetime import datetime, timedelta
from enum import Enum
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import User
from liaison.common.exceptions import verb
from liaison.notices.choices import Kind
from liaison.notices.manners import on_day
from liaison.policy.choices import OURS

from ..choices import REMINDERS, VisitKind
from ..models import ReminderRule, Visit

NUMBERS = 4  # of a rule: what it does, without where it comes from


class Anchor(Enum):
    """From where a reminder's hour is counted, and so which of its numbers staff can set."""

    ASKED = "asked"  # when it was published, or the person joined it
    DAYS_BEFORE = "days_before"
    HOURS_BEFORE = "hours_before"
    END = "end"
    DAYS_AFTER = "days_after"
    LOGGED = "logged"

    @property
    def has_amount(self) -> bool:
        return self in (Anchor.DAYS_BEFORE, Anchor.HOURS_BEFORE, Anchor.DAYS_AFTER)

    @property
    def has_hour(self) -> bool:
        return self in (Anchor.DAYS_BEFORE, Anchor.DAYS_AFTER)


class Shape(NamedTuple):
    """What no rule changes: from where its hour is counted, and who hears it."""

    anchor: Anchor
    to: str


SHAPES: dict[Kind, Shape] = {
    Kind.VISIT_CONFIRM: Shape(Anchor.ASKED, _("应到的代表，还没有确认的")),
    Kind.VISIT_EARLY: Shape(Anchor.DAYS_BEFORE, _("应到的代表")),
    Kind.VISIT_NEAR: Shape(Anchor.DAYS_BEFORE, _("应到的代表")),
    Kind.VISIT_TOMORROW: Shape(Anchor.DAYS_BEFORE, _("应到的代表，本站站长、联络员，群消息")),
    Kind.VISIT_TODAY: Shape(Anchor.HOURS_BEFORE, _("应到的代表")),
    Kind.VISIT_UNCONFIRMED: Shape(Anchor.DAYS_BEFORE, _("本站站长、联络员，有代表未确认时")),
    Kind.VISIT_LOG: Shape(Anchor.END, _("本站站长、联络员")),
    Kind.VISIT_UNLOGGED: Shape(Anchor.DAYS_AFTER, _("本站站长、联络员")),
    Kind.VISIT_UNLOGGED_LONG: Shape(Anchor.DAYS_AFTER, _("本站站长、联络员，街道人大工委（行业站为区人大）")),
    Kind.VISIT_THANKS: Shape(Anchor.LOGGED, _("到站的代表")),
}


class Rule(NamedTuple):
    """`amount` in days or hours, as its anchor says; `hour` of that day; `grace` in hours, then it is dropped."""

    is_on: bool
    amount: int
    hour: int
    grace: int
    source: str = OURS
    is_own: bool = False  # set for this kind of visit, not for all


# Graces: a reminder with its date stays useful until the next one takes over. That of 16:00 on the day before lasts to
# nine, so that one found late in the night still leaves at the end of the quiet hours.
SHIPPED: dict[Kind, Rule] = {
    Kind.VISIT_CONFIRM: Rule(True, 0, 0, 72),
    Kind.VISIT_EARLY: Rule(True, 7, 9, 48),
    Kind.VISIT_NEAR: Rule(True, 3, 9, 24),
    Kind.VISIT_TOMORROW: Rule(True, 1, 16, 17),
    Kind.VISIT_TODAY: Rule(True, 2, 0, 2),
    Kind.VISIT_UNCONFIRMED: Rule(True, 1, 10, 10),
    Kind.VISIT_LOG: Rule(True, 0, 0, 24),
    Kind.VISIT_UNLOGGED: Rule(True, 1, 9, 48),
    Kind.VISIT_UNLOGGED_LONG: Rule(True, 3, 9, 72),
    Kind.VISIT_THANKS: Rule(True, 0, 0, 72),
}
# A lesson does not hang on one who listens: nobody hunts for answers, and nobody is thanked for learning.
SHIPPED_OFF = {
    (VisitKind.TRAINING, Kind.VISIT_NEAR),
    (VisitKind.TRAINING, Kind.VISIT_UNCONFIRMED),
    (VisitKind.TRAINING, Kind.VISIT_THANKS),
}


class Rules:
    """All rules, read at once; `of` is those of one kind of visit, "" what holds where a kind has none of its own."""

    def __init__(self) -> None:
        self.rows = {
            (row.visit_kind, row.kind): Rule(row.is_on, row.amount, row.hour, row.grace, row.source, True)
            for row in ReminderRule.objects.all()
        }

    def of(self, visit_kind: str) -> dict[Kind, Rule]:
        return {kind: self.one(visit_kind, kind) for kind in REMINDERS}

    def one(self, visit_kind: str, kind: Kind) -> Rule:
        """The kind's own row; else the row for all, with what ships off for this kind; else what ships."""
        return self.rows.get((visit_kind, kind)) or self.inherited(visit_kind, kind)

    def inherited(self, visit_kind: str, kind: Kind) -> Rule:
        """What holds as long as the kind has no row of its own."""
        if not visit_kind:
            return SHIPPED[kind]
        rule = self.rows.get(("", kind), SHIPPED[kind])._replace(is_own=False)
        return rule._replace(is_on=False) if (visit_kind, kind) in SHIPPED_OFF else rule


def hours_of(kind: Kind, rule: Rule, visit: Visit, moment: datetime | None = None) -> tuple[datetime, datetime]:
    """When a reminder is due, and from when on it is dropped: after its grace, or, if it is ahead, once it begins.

    `moment` is when somebody was asked or when it was logged, for reminders that count from there.
    """
    anchor = SHAPES[kind].anchor
    if anchor is Anchor.DAYS_BEFORE:
        due_at = on_day(timezone.localdate(visit.starts_at) - timedelta(days=rule.amount), rule.hour)
    elif anchor is Anchor.HOURS_BEFORE:
        due_at = visit.starts_at - timedelta(hours=rule.amount)
    elif anchor is Anchor.DAYS_AFTER:
        due_at = on_day(timezone.localdate(visit.ends_at) + timedelta(days=rule.amount), rule.hour)
    else:
        due_at = visit.ends_at if anchor is Anchor.END else moment
    expires_at = due_at + timedelta(hours=rule.grace)
    is_ahead = anchor in (Anchor.ASKED, Anchor.DAYS_BEFORE, Anchor.HOURS_BEFORE)
    return due_at, min(expires_at, visit.starts_at) if is_ahead else expires_at


@verb
def set_rules(visit_kind: str, wanted: dict[Kind, Rule], *, source: str, by: User) -> int:
    """Set the rules of a kind of visit, or of all (""); gives how many changed. What is planned follows within minutes.

    One that says what would hold without it is not kept: it goes on following the rule for all.
    """
    list(ReminderRule.objects.select_for_update().order_by("pk"))
    rules, changed = Rules(), 0
    for kind, rule in wanted.items():
        if rule[:NUMBERS] == rules.one(visit_kind, kind)[:NUMBERS]:
            continue
        changed += 1
        row = ReminderRule.objects.filter(visit_kind=visit_kind, kind=kind)
        if rule[:NUMBERS] == rules.inherited(visit_kind, kind)[:NUMBERS]:
            row.delete()
            continue
        new = row.first() or ReminderRule(visit_kind=visit_kind, kind=kind)
        new.is_on, new.amount, new.hour, new.grace, new.source = *rule[:NUMBERS], source.strip()
        new.full_clean()
        new.save()
    return changed
