"""Dates of a matter as rows: started by a rule or set by a person, and ended when what they ask for is done."""

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from liaison.accounts.models import User
from liaison.policy.models import CalendarDay, CalendarYear, Threshold

from .choices import DueEnd
from .deadlines import Calendar, Clock, Deadline, Extension, Pause, reckon
from .models import DueDate, Opinion, Suggestion


def clock_of(key: str, day: date) -> Clock:
    """The clock that policy has in force on `day`."""
    rule = Threshold.objects.on(key, day)
    return Clock(int(rule.value), rule.unit, rule.source)


def start_clock(
    matter: Opinion | Suggestion, kind: str, clock: Clock, *, start_on: date | None = None, by: User | None, **of
) -> DueDate:
    """A date by rule, reckoned from `start_on` (today). `of` names the referral or the signer it is about."""
    due = DueDate(
        kind=kind, start_on=start_on or timezone.localdate(), count=clock.count, unit=clock.unit, source=clock.source,
        set_by=by, **_matter(matter), **of,
    )  # fmt: skip
    reckon_again(due)
    due.save()
    return due


def set_day(
    matter: Opinion | Suggestion, kind: str, day: date, *, reason: str, start_on: date | None = None,
    by: User | None, **of,
) -> DueDate:  # fmt: skip
    """A date that a person set, with the reason for it."""
    return DueDate.objects.create(
        kind=kind, start_on=start_on or timezone.localdate(), due_on=day, first_due_on=day, reason=reason, set_by=by,
        **_matter(matter), **of,
    )  # fmt: skip


def end_dates(dates: QuerySet, *, on: date | None = None, as_: str = DueEnd.KEPT) -> None:
    """What these dates asked for is done, or is no longer asked for."""
    for due in dates.filter(ended_on=None):
        due.ended_on, due.ended_as = on or timezone.localdate(), as_
        due.save(update_fields=["ended_on", "ended_as"])


def reckon_again(due: DueDate) -> Deadline:
    """Work the day of `due` out from what it is made of; the row is not saved."""
    calendar, due.calendar_version = calendar_for(due.start_on), ""
    deadline = reckon(
        due.start_on, Clock(due.count, due.unit, due.source), calendar,
        pauses=[Pause(_day(p["from"]), _day(p["to"]), p["reason"]) for p in due.pauses],
        extensions=[Extension(e["count"], _day(e["agreed_on"]), e["reason"]) for e in due.extensions],
    )  # fmt: skip
    due.first_due_on, due.due_on, due.rolled_from = deadline.first_due_on, deadline.due_on, deadline.rolled_from
    due.passed = [[p.from_.isoformat(), p.to.isoformat(), p.days, p.reason] for p in deadline.pauses]
    due.is_provisional = deadline.is_provisional
    return deadline


def calendar_for(start_on: date) -> Calendar:
    years = CalendarYear.objects.filter(announced=True).values_list("year", flat=True)
    return Calendar(CalendarDay.objects.exceptions(start_on, date.max), frozenset(years))


def _day(text: str | None) -> date | None:
    return text and date.fromisoformat(text)


def _matter(matter: Opinion | Suggestion) -> dict:
    if isinstance(matter, Opinion):
        return {"opinion": matter, "place": matter.station_id}
    return {"suggestion": matter, "place": matter.place}
