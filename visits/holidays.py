"""The working-day calendar of the house, read once for a stretch of days and handed to rules that know no tables."""

from datetime import date, timedelta

from liaison.policy.choices import DayKind
from liaison.policy.models import CalendarDay, CalendarYear

from .rules import Calendar

BEYOND = timedelta(days=60)  # how far a day may move: no holiday is longer, a week later may meet the next one


def known(from_: date, to: date) -> Calendar:
    """All that the calendar table says of the days from `from_` to `to` and those onto which one of them may move."""
    last = min(to, date.max - BEYOND) + BEYOND
    rows = list(CalendarDay.objects.filter(date__range=(from_, last)).values_list("date", "kind", "name"))
    years = CalendarYear.objects.filter(announced=True, year__range=(from_.year, last.year))
    return Calendar(
        exceptions={day: kind == DayKind.MAKEUP for day, kind, _name in rows},
        names={day: name for day, kind, name in rows if kind == DayKind.HOLIDAY},
        announced=frozenset(years.values_list("year", flat=True)),
    )
