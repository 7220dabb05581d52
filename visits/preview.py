"""The days of a series before it is saved: moved ones with why, make-up weekends, provisional years, who is taken."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.common.templatetags.face import cn_day, cn_month, cn_time_range
from representatives.models import Representative

from .clashes import taken_on, taken_together
from .holidays import known
from .models import Series, Visit
from .rules import Calendar, Occurrence
from .series import change_of, days_of, visit_of
from .together import Plan

MOST_CLASHES = 3  # named of one station
YEAR = timedelta(days=365)


class Row(NamedTuple):
    """One day as it would be."""

    on: date
    month: str
    why: str
    is_moved: bool  # or several days in one
    is_provisional: bool
    is_makeup: bool
    clashes: list[str]
    act: str  # what happens to a visit that is there already


@dataclass
class Preview:
    """The days of the next twelve months, and in numbers all there are."""

    rows: list[Row] = field(default_factory=list)
    later: int = 0  # days after the twelve months
    total: int = 0
    moved: int = 0
    clashing: int = 0
    provisional: int = 0
    dropped: list[Visit] = field(default_factory=list)
    kept: list[Visit] = field(default_factory=list)


def preview_of(new: Series, people: Iterable[Representative], now: datetime, old: Series | None = None) -> Preview:
    """What saving `new` would do; with `old`, what changing it into `new` would do to the visits there are."""
    calendar = known(new.from_on, new.to_on)
    hours_known = bool(new.starts and new.ends)
    if not hours_known:
        new.starts, new.ends = time(0), time(23, 59)
    moving, preview = {}, Preview()
    if old is None:
        days = days_of(new, calendar)
    else:
        change = change_of(old, new, now)
        preview.dropped, preview.kept = change.drop, change.keep
        moving = {occurrence: visit for visit, occurrence in change.move}
        days = sorted([*change.make, *moving])
    there = [visit.pk for visit in [*moving.values(), *preview.dropped]]
    visits = {occurrence: visit_of(new, occurrence) for occurrence in days}
    taken = taken_on(list(visits.values()), people, there) if hours_known else {}
    for occurrence, visit in visits.items():
        past = [_("这个时间已经过去")] if hours_known and visit.starts_at <= now else []
        act = _act(moving.get(occurrence), visit, hours_known) if old is not None else ""
        _add(preview, _row(occurrence, calendar, [*past, *taken.get(occurrence.on, [])], act), new.from_on)
    return preview


class AtStation(NamedTuple):
    """What stands in the way of a series at one of several stations, or what it does without there."""

    name: str
    clashes: list[str]  # the first of them
    count: int
    note: str


def at_stations(new: Series, plans: list[Plan]) -> list[AtStation]:
    """Of the stations that would get a series like `new` those of which there is something to say."""
    visits = [visit_of(new, occurrence) for occurrence in days_of(new)]
    taken = taken_together(plans, sorted((visit.starts_at, visit.ends_at) for visit in visits))
    found = [(plan, taken.get(plan.station.code, [])) for plan in plans]
    return [
        AtStation(plan.station.name, words[:MOST_CLASHES], len(words), plan.note)
        for plan, words in found
        if words or plan.note
    ]


def _row(occurrence: Occurrence, calendar: Calendar, clashes: list[str], act: str) -> Row:
    on = occurrence.on
    is_moved = bool(occurrence.is_moved or occurrence.joined)
    marks = (occurrence.is_provisional, calendar.is_makeup(on))
    return Row(on, cn_month(on), occurrence.why, is_moved, *marks, clashes, act)


def _add(preview: Preview, row: Row, from_on: date) -> None:
    preview.total += 1
    preview.moved += row.is_moved
    preview.clashing += bool(row.clashes)
    preview.provisional += row.is_provisional
    if row.on < from_on + YEAR:
        preview.rows.append(row)
    else:
        preview.later += 1


def _act(visit: Visit | None, new: Visit, hours_known: bool) -> str:
    """What happens to the visit that goes over into this day."""
    if visit is None:
        return _("新增")
    was, hours = timezone.localdate(visit.starts_at), cn_time_range(visit.starts_at, visit.ends_at)
    if was != timezone.localdate(new.starts_at):
        return _("由%s改来") % cn_day(was)
    if hours_known and (visit.starts_at, visit.ends_at) != (new.starts_at, new.ends_at):
        return _("原为%s") % hours
    return ""
