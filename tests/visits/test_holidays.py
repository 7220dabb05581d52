"""The calendar table as it was sown, and what moves over it, against the library that knows every announced year."""

from datetime import date, timedelta
from itertools import chain

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.policy.models import CalendarYear
from visits.choices import OffDays, RollOver
from visits.holidays import known
from visits.rules import Rule, moved, occurrences

from .test_rules import rules

DAY = timedelta(days=1)
YEARS = sorted({day.year for day in chain(chinese_calendar.holidays, chinese_calendar.workdays)})
FIRST, LAST = date(YEARS[0], 1, 1), date(YEARS[-1], 12, 31)
DAYS = [FIRST + DAY * n for n in range((LAST - FIRST).days + 1)]
WORKED = {day for day in DAYS if chinese_calendar.is_workday(day)}
FREED = {day for day in DAYS if chinese_calendar.get_holiday_detail(day)[1] and day not in WORKED}


@pytest.fixture(scope="module")
def calendar(django_db_setup, django_db_blocker):
    """All that the table says of all announced years, as the migration sowed it."""
    with django_db_blocker.unblock():
        return known(FIRST, LAST)


def next_worked(day: date) -> date | None:
    """`day`, or the first day after it that is worked; none where that lies in a year not announced."""
    return next((day + DAY * n for n in range(30) if day + DAY * n in WORKED), None)


def test_the_years_that_the_library_knows_are_the_announced_ones(db):
    assert list(CalendarYear.objects.filter(announced=True).order_by("year").values_list("year", flat=True)) == YEARS


def test_every_day_of_the_announced_years_is_what_the_library_says(calendar):
    assert {day for day in DAYS if calendar.is_workday(day)} == WORKED
    assert {day for day in DAYS if calendar.is_holiday(day)} == FREED
    assert {day for day in DAYS if calendar.is_makeup(day)} == {day for day in WORKED if day.weekday() > 4}


@pytest.mark.parametrize(("avoided", "off"), [("holidays", FREED), ("weekends", set(DAYS) - WORKED)])
def test_every_day_off_moves_to_the_first_day_that_is_worked_and_no_other_moves(calendar, avoided, off):
    rule = Rule("day_of_month", month_days=(1,), off_days=avoided)
    wanted = {day: next_worked(day) if day in off else day for day in DAYS}
    found = {day: moved(day, rule, calendar) for day, on in wanted.items() if on}
    assert found == {day: on for day, on in wanted.items() if on}
    assert len(DAYS) - len(found) < 7  # the very last days, which may move into the year that nobody knows


@pytest.mark.parametrize("avoided", OffDays)
def test_every_day_off_a_week_later_is_the_first_such_weekday_that_is_not_off(calendar, avoided):
    rule = Rule("day_of_month", month_days=(1,), off_days=avoided, roll_over=RollOver.WEEK_LATER)
    off = FREED if avoided == OffDays.HOLIDAYS else set(DAYS) - WORKED
    weekdays = 7 if avoided == OffDays.HOLIDAYS else 5  # an avoided Saturday would stay one for ever
    for day in (day for day in sorted(FREED) if day.weekday() < weekdays):
        wanted = next(day + 7 * DAY * n for n in range(9) if day + 7 * DAY * n not in off)
        assert moved(day, rule, calendar) == wanted


@given(rules(), st.sampled_from(DAYS), st.integers(0, 400))
@settings(max_examples=150)
def test_no_visit_of_any_rule_is_held_on_a_day_that_the_library_calls_off(calendar, rule, first, length):
    last = min(first + DAY * length, LAST - 60 * DAY)
    off = FREED if rule.off_days == OffDays.HOLIDAYS else set(DAYS) - WORKED
    for one in occurrences(rule, first, last, calendar):
        assert one.on not in off
        if rule.roll_over == RollOver.NEXT_WORKDAY and one.is_moved:
            assert one.on == next_worked(one.rule_on)
