"""Due days against a brute count, against dateutil, and against days that offices know by heart."""

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from hypothesis import assume, given
from hypothesis import strategies as st

from feedback.deadlines import Calendar, Clock, Extension, Passed, Pause, reckon
from liaison.policy.choices import Unit

DAY = timedelta(days=1)
# The October holidays of 2025 with both weekends that were worked for them.
OCTOBER = {date(2025, 10, n): False for n in range(1, 9)} | {date(2025, 9, 28): True, date(2025, 10, 11): True}
CALENDAR = Calendar(OCTOBER, frozenset(range(2020, 2041)))
PLAIN = Calendar({}, frozenset())

days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
units = st.sampled_from([Unit.WORKDAYS, Unit.DAYS, Unit.MONTHS])
calendars = st.dictionaries(st.dates(date(2024, 1, 1), date(2031, 12, 31)), st.booleans(), max_size=60).map(
    lambda exceptions: Calendar(exceptions, frozenset())
)


def clock(count, unit):
    return Clock(count, unit, "本系统默认值")


def due(start, count, unit, calendar=CALENDAR, **given):
    return reckon(start, clock(count, unit), calendar, **given).due_on


@pytest.mark.parametrize(
    ("start", "count", "unit", "day"),
    [
        (date(2025, 9, 26), 15, Unit.WORKDAYS, date(2025, 10, 23)),  # 28 September and 11 October are worked
        (date(2025, 9, 30), 1, Unit.WORKDAYS, date(2025, 10, 9)),
        (date(2025, 9, 25), 7, Unit.DAYS, date(2025, 10, 9)),  # ends on 2 October, a holiday
        (date(2026, 5, 31), 3, Unit.MONTHS, date(2026, 8, 31)),
        (date(2026, 3, 31), 3, Unit.MONTHS, date(2026, 6, 30)),
        (date(2027, 1, 31), 1, Unit.MONTHS, date(2027, 3, 1)),  # 28 February is a Sunday
        (date(2028, 1, 31), 1, Unit.MONTHS, date(2028, 2, 29)),
        (date(2025, 10, 10), 0, Unit.DAYS, date(2025, 10, 10)),
    ],
)
def test_due_days_that_offices_know(start, count, unit, day):
    assert due(start, count, unit) == day


@given(days, st.integers(1, 60), calendars)
def test_a_clock_of_working_days_ends_on_the_nth_of_them(start, count, calendar):
    after = (start + n * DAY for n in range(1, 2000))
    worked = [day for day in after if calendar.exceptions.get(day, day.weekday() < 5)]
    assert due(start, count, Unit.WORKDAYS, calendar) == worked[count - 1]


@given(days, st.integers(0, 24))
def test_months_end_where_dateutil_ends_them_or_on_the_monday_after(start, count):
    end = start + relativedelta(months=count)
    assert due(start, count, Unit.MONTHS, PLAIN) == end + max(0, 7 - end.weekday()) % 7 * DAY * (end.weekday() > 4)


@given(days, st.integers(0, 60), units, calendars)
def test_a_due_day_is_worked_and_a_day_later_never_makes_it_earlier(start, count, unit, calendar):
    day = due(start, count, unit, calendar)
    assert day <= due(start + DAY, count, unit, calendar)
    assert calendar.is_worked(day) or (unit == Unit.WORKDAYS and count == 0)


@given(days, st.integers(1, 12), units, calendars, st.integers(0, 40), st.integers(1, 40))
def test_a_pause_counts_exactly_the_days_that_it_took(start, count, unit, calendar, offset, length):
    """Counted over the days outside the pause, a paused clock is as long as one without it."""
    pause = Pause(start + offset * DAY, start + (offset + length) * DAY, "等待鉴定")
    with_, without = reckon(start, clock(count, unit), calendar, pauses=[pause]), due(start, count, unit, calendar)
    assert with_.first_due_on == without <= with_.due_on
    assert not pause.from_ <= with_.due_on < pause.to
    ended = with_.rolled_from or with_.due_on
    assume(pause.to <= ended)
    unpaused = [start + n * DAY for n in range(1, (ended - start).days + 1)]
    counted = [day for day in unpaused if not pause.from_ <= day < pause.to]
    if unit == Unit.WORKDAYS:
        assert sum(calendar.is_worked(day) for day in counted) == count
    else:
        end = start + (count * DAY if unit == Unit.DAYS else relativedelta(months=count))
        assert len(counted) == (end - start).days


def test_what_passed_is_told_with_the_days_that_it_took():
    pauses = [
        Pause(date(2025, 10, 10), date(2025, 10, 13), "等待鉴定"),
        Pause(date(2026, 1, 1), date(2026, 2, 1), "以后"),
    ]
    told = reckon(date(2025, 9, 30), clock(5, Unit.WORKDAYS), CALENDAR, pauses=pauses[::-1])
    assert told.due_on == date(2025, 10, 16)
    assert told.first_due_on == date(2025, 10, 14)
    assert told.pauses == (Passed(date(2025, 10, 10), date(2025, 10, 12), 2, "等待鉴定"),)


def test_an_end_on_a_day_off_says_from_where_it_was_moved():
    told = reckon(date(2025, 9, 25), clock(7, Unit.DAYS), CALENDAR)
    assert (told.rolled_from, told.due_on) == (date(2025, 10, 2), date(2025, 10, 9))
    assert reckon(date(2025, 9, 25), clock(7, Unit.WORKDAYS), CALENDAR).rolled_from is None


def test_an_open_pause_leaves_the_day_open_only_when_the_clock_runs_into_it():
    open_ = [Pause(date(2026, 3, 10), None, "等待鉴定")]
    assert due(date(2026, 3, 2), 10, Unit.WORKDAYS, pauses=open_) is None
    assert due(date(2026, 3, 2), 5, Unit.WORKDAYS, pauses=open_) == date(2026, 3, 9)


def test_an_extension_counts_from_the_start_and_makes_nothing_shorter():
    longer, shorter = (Extension(n, date(2026, 5, 1), "情况复杂") for n in (6, 2))
    told = reckon(date(2026, 2, 10), clock(3, Unit.MONTHS), CALENDAR, extensions=[longer, shorter])
    assert (told.first_due_on, told.due_on, told.count) == (date(2026, 5, 11), date(2026, 8, 10), 6)
    assert told.extensions == (longer, shorter)


def test_a_day_is_provisional_until_every_year_of_it_is_announced():
    calendar = Calendar({}, frozenset([2025]))
    assert not reckon(date(2025, 11, 3), clock(1, Unit.MONTHS), calendar).is_provisional
    assert reckon(date(2025, 11, 3), clock(2, Unit.MONTHS), calendar).is_provisional


@pytest.mark.parametrize(
    "pauses",
    [
        [Pause(date(2026, 3, 3), date(2026, 3, 3), "空")],
        [Pause(date(2026, 3, 3), None, "未结束"), Pause(date(2026, 3, 5), None, "未结束")],
        [Pause(date(2026, 3, 3), date(2026, 3, 6), "甲"), Pause(date(2026, 3, 5), date(2026, 3, 9), "乙")],
    ],
)
def test_pauses_that_cannot_be_are_refused(pauses):
    with pytest.raises(ValueError, match="pause"):
        due(date(2026, 3, 2), 5, Unit.WORKDAYS, pauses=pauses)


def test_a_clock_does_not_run_in_metres():
    with pytest.raises(ValueError, match="metres"):
        due(date(2026, 3, 2), 5, Unit.METRES)
