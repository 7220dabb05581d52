"""When an answer is due, and how that day came about: plain functions that know neither tables nor the clock.

The day on which a clock starts is not counted (民法典第二百零一条). Months end on the day of the month they began on,
and on the month's last day where it has no such day (第二百零二条): 31 August is three months after 31 May, 28 February
one after 31 January. A clock of days or months that ends on a day off ends on the next working day (第二百零三条).
Where a rule of the offices says otherwise, it is the unit that differs, not this reckoning. The due day itself
still counts.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

from dateutil.relativedelta import relativedelta

from liaison.common.workdays import is_workday
from liaison.policy.choices import Unit

DAY = timedelta(days=1)
UNITS = (Unit.WORKDAYS, Unit.DAYS, Unit.MONTHS)


class Clock(NamedTuple):
    """So many working days, days or months, and the rule that says so.

    `rule` is the rule's key, `since` the day from which this value of it holds; empty for a clock of no rule.
    """

    count: int
    unit: str
    source: str
    rule: str = ""
    since: date | None = None


class Pause(NamedTuple):
    """Days that do not count: `from_` does not, `to` does again; none where nobody knows yet when it goes on."""

    from_: date
    to: date | None
    reason: str


class Extension(NamedTuple):
    """The clock's new length, reckoned from its start, in the clock's own unit."""

    count: int
    agreed_on: date
    reason: str


class Passed(NamedTuple):
    """A stretch between two days, both counted, that lengthened the clock by `days`, and the pause's reason."""

    from_: date
    to: date
    days: int
    reason: str


class Deadline(NamedTuple):
    """The due day and all it was made of. `due_on` is None while a pause is open that the clock would run into.

    `count` is the length in force after all extensions; `first_due_on` the day without pauses and extensions;
    `is_provisional` says that a year in it is not announced yet, so that the day may still move.
    """

    start: date
    clock: Clock
    count: int
    first_due_on: date
    due_on: date | None
    rolled_from: date | None
    pauses: tuple[Passed, ...]
    extensions: tuple[Extension, ...]
    is_provisional: bool


class Calendar(NamedTuple):
    """Days that are not what their weekday says (True: worked), and the years whose days are announced.

    `names` are those of holidays; `version` says which edition of the calendar this is.
    """

    exceptions: Mapping[date, bool]
    announced: frozenset[int]
    names: Mapping[date, str] = {}
    version: str = ""

    def is_worked(self, day: date) -> bool:
        return is_workday(day, self.exceptions)


def reckon(
    start: date,
    clock: Clock,
    calendar: Calendar,
    *,
    pauses: Sequence[Pause] = (),
    extensions: Sequence[Extension] = (),
) -> Deadline:
    """The day on which a clock that starts on `start` ends. The longest extension holds: none makes a clock shorter.

    Pauses may come in any order, must not overlap, and only one of them may be open. Raises ValueError where they do,
    and for a unit that is no length of a clock.
    """
    if clock.unit not in UNITS:
        raise ValueError(f"a clock does not run in {clock.unit}")
    pauses = tuple(sorted(pauses, key=lambda pause: pause.from_))
    _refuse_overlaps(pauses)
    count = max([clock.count, *(extension.count for extension in extensions)])
    first = _roll(_end(start, clock.count, clock.unit, calendar, ()), clock.unit, calendar, ())
    ended = _end(start, count, clock.unit, calendar, pauses)
    due = ended and _roll(ended, clock.unit, calendar, pauses)
    passed = tuple(_passed(start, due, clock.unit, calendar, pauses))
    years = range(start.year, max(first, due or first).year + 1)
    return Deadline(
        start, clock, count, first, due, ended if ended != due else None, passed, tuple(extensions),
        not calendar.announced.issuperset(years),
    )  # fmt: skip


def _refuse_overlaps(pauses: Sequence[Pause]) -> None:
    if any(pause.to is not None and pause.to <= pause.from_ for pause in pauses):
        raise ValueError("a pause ends after it begins")
    if any(one.to is None or one.to > other.from_ for one, other in pairwise(pauses)):
        raise ValueError("pauses do not overlap")


def _pause_on(day: date, pauses: Sequence[Pause]) -> Pause | None:
    return next((pause for pause in pauses if pause.from_ <= day and (pause.to is None or day < pause.to)), None)


def _end(start: date, count: int, unit: str, calendar: Calendar, pauses: Sequence[Pause]) -> date | None:
    """The clock's last day, before it is moved off a day off; None where it runs into an open pause."""
    if unit == Unit.WORKDAYS:
        left = count
    else:
        left = ((start + relativedelta(months=count) if unit == Unit.MONTHS else start + count * DAY) - start).days
    day = start
    while left:
        day += DAY
        if pause := _pause_on(day, pauses):
            if pause.to is None:
                return None
            day = pause.to - DAY
        elif unit != Unit.WORKDAYS or calendar.is_worked(day):
            left -= 1
    return day


def _roll(day: date, unit: str, calendar: Calendar, pauses: Sequence[Pause]) -> date | None:
    """`day`, or the next working day after a day off; None where an open pause begins before that."""
    while unit != Unit.WORKDAYS and (not calendar.is_worked(day) or _pause_on(day, pauses)):
        pause = _pause_on(day, pauses)
        if pause and pause.to is None:
            return None
        day += DAY
    return day


def _passed(start: date, due: date | None, unit: str, calendar: Calendar, pauses: Sequence[Pause]) -> Iterator[Passed]:
    """The pauses that the clock went through, with the days of each that it would have counted."""
    for pause in pauses:
        from_ = max(pause.from_, start + DAY)
        to = pause.to and pause.to - DAY
        if to is None or from_ > to or (due and from_ > due):
            continue
        days = (from_ + n * DAY for n in range((to - from_).days + 1))
        yield Passed(from_, to, sum(unit != Unit.WORKDAYS or calendar.is_worked(day) for day in days), pause.reason)
