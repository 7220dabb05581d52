"""Dates of a matter as rows: started by a rule or set by a person, and ended when what they ask for is done."""

from datetime import date

from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from liaison.accounts.models import User
from liaison.policy.choices import DayKind, Unit
from liaison.policy.models import CalendarDay, CalendarYear, Threshold

from .choices import DueEnd
from .deadlines import Calendar, Clock, Deadline, Extension, Pause, reckon
from .models import DueDate, Opinion, Suggestion


def clock_of(key: str, day: date) -> Clock:
    """The clock that policy has in force on `day`."""
    rule = Threshold.objects.on(key, day)
    return Clock(int(rule.value), rule.unit, rule.source, key, rule.valid_from)


def start_clock(
    matter: Opinion | Suggestion, kind: str, clock: Clock, *, start_on: date | None = None, by: User | None, **of
) -> DueDate:
    """A date by rule, reckoned from `start_on` (today). `of` names the referral or the signer it is about."""
    due = DueDate(
        kind=kind, start_on=start_on or timezone.localdate(), count=clock.count, unit=clock.unit, source=clock.source,
        rule=clock.rule, rule_since=clock.since, set_by=by, **_matter(matter), **of,
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


def reckon_again(due: DueDate, calendar: Calendar | None = None) -> Deadline | None:
    """Work the day of `due` out from what it is made of; the row is not saved. None where a person set the day.

    `calendar` is given by whoever works many out; it must know the days from the start on.
    """
    calendar = calendar or calendar_for(due.start_on)
    due.calendar_version = calendar.version
    if due.count is None:
        return _reckon_set_day(due, calendar)
    extensions = [Extension(e["count"], _day(e["agreed_on"]), e["reason"]) for e in due.extensions]
    clock = Clock(due.count, due.unit, due.source)
    deadline = reckon(due.start_on, clock, calendar, pauses=pauses_of(due), extensions=extensions)
    due.first_due_on = deadline.first_due_on
    _take_over(due, deadline)
    return deadline


def _reckon_set_day(due: DueDate, calendar: Calendar) -> None:
    """The day that a person set or put off to, later by the days of its pauses.

    Only then it is a clock of days, which ends on a working day: else the person chose the day, whichever it is.
    """
    day = max([due.first_due_on, *(_day(e["until"]) for e in due.extensions)])
    due.due_on, due.rolled_from, due.passed, due.is_provisional = day, None, [], False
    if due.pauses:
        clock = Clock((day - due.start_on).days, Unit.DAYS, due.reason)
        deadline = reckon(due.start_on, clock, calendar, pauses=pauses_of(due))
        if deadline.pauses or deadline.due_on is None:
            _take_over(due, deadline)


def _take_over(due: DueDate, deadline: Deadline) -> None:
    due.due_on, due.rolled_from = deadline.due_on, deadline.rolled_from
    due.passed = [[p.from_.isoformat(), p.to.isoformat(), p.days, p.reason] for p in deadline.pauses]
    due.is_provisional = deadline.is_provisional


def pauses_of(due: DueDate) -> list[Pause]:
    return [Pause(_day(p["from"]), _day(p["to"]), p["reason"]) for p in due.pauses]


def calendar_for(start_on: date) -> Calendar:
    """All that the calendar says of the days from `start_on` on."""
    years = CalendarYear.objects.filter(announced=True).values_list("year", flat=True)
    rows = list(CalendarDay.objects.filter(date__gte=start_on).values_list("date", "kind", "name"))
    return Calendar(
        {day: kind == DayKind.MAKEUP for day, kind, _name in rows}, frozenset(years),
        {day: name for day, kind, name in rows if kind == DayKind.HOLIDAY}, calendar_version(),
    )  # fmt: skip


def calendar_version() -> str:
    """When the calendar was last changed, and how many changes it has seen."""
    days, years = (model.pgh_event_models["update"].objects for model in (CalendarDay, CalendarYear))
    told = [row.aggregate(last=Max("pgh_created_at"), changes=Count("pk")) for row in (days, years)]
    last = max((one["last"] for one in told if one["last"]), default=None)
    return f"{timezone.localdate(last).isoformat()} #{sum(one['changes'] for one in told)}" if last else ""


def _day(text: str | None) -> date | None:
    return text and date.fromisoformat(text)


def _matter(matter: Opinion | Suggestion) -> dict:
    if isinstance(matter, Opinion):
        return {"opinion": matter, "place": matter.station_id}
    return {"suggestion": matter, "place": matter.place}
