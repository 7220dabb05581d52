"""Working open dates out again from the calendar and the rules in force at their start; nothing moves by itself.

A rule that got another value for days that had begun already, a holiday that was announced, a weekend that is worked
after all: whatever would be another day is shown first and changed when somebody says so. What came out the same is
left alone, so that to do it twice is to do it once.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from datetime import date
from itertools import islice
from typing import NamedTuple

from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.utils.translation import gettext as _

from liaison.accounts.jobs import report, work
from liaison.accounts.models import Job, User
from liaison.accounts.scoping import may
from liaison.common.templatetags.face import cn_day, joined
from liaison.policy.choices import DEFAULTS, Key
from liaison.policy.models import CalendarYear, Threshold

from .deadlines import Calendar, Clock
from .due import calendar_for, reckon_again
from .models import DueDate, Opinion, Referral, Suggestion
from .telling import tell_moved

AT_ONCE = 2000  # rows read in one go
TOGETHER = 200  # dates changed in one transaction
LOOKED_AT = 20_000  # open dates that a page works out again; the work itself has no such bound
MADE_OF = ("count", "unit", "source", "rule_since")
WORKED_OUT = ("first_due_on", "due_on", "rolled_from", "passed", "is_provisional")
# A day that a person set follows the calendar only where it was paused.
RECKONED = Q(count__isnull=False) | ~Q(pauses=[])


class Difference(NamedTuple):
    """A date that would be another one, or that would no longer (or newly) be provisional: `new` is not saved."""

    due: DueDate
    new: DueDate
    why: str

    @property
    def moves(self) -> bool:
        return self.due.due_on != self.new.due_on


class Rules:
    """The values of all rules on any day, read once."""

    def __init__(self) -> None:
        self.values: dict[str, list[tuple[date, Clock]]] = {}
        for row in Threshold.objects.order_by("key", "valid_from"):
            clock = Clock(int(row.value), row.unit, row.source, row.key, row.valid_from)
            self.values.setdefault(row.key, []).append((row.valid_from, clock))

    def on(self, key: str, day: date) -> Clock | None:
        """The clock of `key` in force on `day`; None where the house has no such rule any more."""
        values = self.values.get(key, [])
        if at := bisect_right(values, day, key=lambda value: value[0]):
            return values[at - 1][1]
        if key not in Key.values:
            return None
        default = DEFAULTS[Key(key)]
        return Clock(int(default.value), default.unit, default.source, key)


def differences(
    dates: QuerySet, most: int | None = None, told: Callable[[int], None] | None = None
) -> Iterator[Difference]:
    """Those of the open `dates` that come out otherwise than they stand, in the order of their keys.

    With `most`, so many open dates are looked at; `told` hears now and then how many there were so far.
    """
    rows = dates.filter(RECKONED, ended_on=None).order_by("pk")
    first = rows.aggregate(first=Min("start_on"))["first"]
    if first is None:
        return
    rules, calendar = Rules(), calendar_for(first)
    for due in islice(_in_parts(rows, told), most):
        if (found := _difference(due, rules, calendar)) is not None:
            yield found


def _in_parts(rows: QuerySet, told: Callable[[int], None] | None) -> Iterator[DueDate]:
    last = seen = 0
    more = True
    while more and (part := list(rows.filter(pk__gt=last)[:AT_ONCE])):
        yield from part
        last, seen, more = part[-1].pk, seen + len(part), len(part) == AT_ONCE
        if told:
            told(seen)


def _difference(due: DueDate, rules: Rules, calendar: Calendar) -> Difference | None:
    new = copy(due)
    clock = rules.on(due.rule, due.start_on) if due.rule and due.count is not None else None
    if clock is not None:
        new.count, new.unit, new.source, new.rule_since = clock.count, clock.unit, clock.source, clock.since
    reckon_again(new, calendar)
    if all(getattr(due, name) == getattr(new, name) for name in (*MADE_OF, *WORKED_OUT)):
        return None
    return Difference(due, new, _why(due, new, calendar))


def _why(due: DueDate, new: DueDate, calendar: Calendar) -> str:
    if (due.count, due.unit) != (new.count, new.unit):
        words = {"n": new.count, "unit": new.get_unit_display()}
        since = _("自%s起") % cn_day(new.rule_since) if new.rule_since else ""
        return _("规则数值有变动：%(n)s%(unit)s") % words + since
    if due.due_on == new.due_on and due.is_provisional and not new.is_provisional:
        return _("日历已经公布，日期不变，不再是暂定")
    days = sorted(day for day in (due.due_on, new.due_on) if day)
    names = _holidays(due.start_on, days[-1], calendar) if days else []
    return _("日历有变动，期间的节假日：%s") % joined(names) if names else _("日历有变动")


def _holidays(from_: date, to: date, calendar: Calendar) -> list[str]:
    named = (calendar.names[day] for day in sorted(calendar.names) if from_ < day <= to)
    return list(dict.fromkeys(name for name in named if name))


def apply(found: Iterable[Difference]) -> int:
    """Change these dates, each worked out again under the locks of its matter; gives how many were changed.

    The history keeps what each was before, with the reason. Tells of a day that moved, once: what was changed by
    another worker meanwhile comes out the same and is left alone.
    """
    rest, changed = iter(found), 0
    while part := list(islice(rest, TOGETHER)):
        changed += _apply_some(part)
    return changed


@transaction.atomic
def _apply_some(found: Sequence[Difference]) -> int:
    keys = {one.due.pk for one in found}
    for model, name in ((Opinion, "opinion_id"), (Suggestion, "suggestion_id"), (Referral, "referral_id")):
        of = {getattr(one.due, name) for one in found} - {None}
        list(model.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=of).order_by("pk").values("pk"))
    dates = DueDate.objects.select_for_update(of=("self",)).filter(pk__in=keys).order_by("pk")
    changed = 0
    for one in differences(dates):
        one.new.changed_why = one.why[:200]
        one.new.save(update_fields=[*MADE_OF, *WORKED_OUT, "calendar_version", "changed_why"])
        changed += 1
        if one.moves:
            tell_moved(one.new, was=one.due.due_on)
    return changed


def may_apply(user: User) -> bool:
    """Who keeps the calendar and may change dates as well."""
    return may(user, "change", CalendarYear) and may(user, "change", DueDate)


def waiting(user: User, most: int) -> list[Difference]:
    """At most `most` differences within `user`'s reach, among the open dates that a page can look at."""
    if not may_apply(user):
        return []
    return list(islice(differences(DueDate.objects.for_user(user, "change"), LOOKED_AT), most))


@work("recompute-deadlines")
def recompute(job: Job) -> str:
    """Change all dates within the starter's reach that come out otherwise."""
    dates = DueDate.objects.for_user(job.by, "change")
    total = dates.filter(RECKONED, ended_on=None).count()
    changed = apply(differences(dates, told=lambda seen: report(job, min(seen, total), total)))
    return _("共 %(n)s 个期限按现在的日历和规则改好。") % {"n": changed} if changed else _("没有要改的期限。")
