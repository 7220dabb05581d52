"""Working days, from a table of exceptions: plain functions that know neither model nor clock."""

from collections.abc import Mapping
from datetime import date, timedelta

SATURDAY = 5


def is_workday(day: date, exceptions: Mapping[date, bool]) -> bool:
    """Whether `day` is worked. `exceptions` maps a day to True (make-up working weekend) or False (holiday)."""
    return exceptions.get(day, day.weekday() < SATURDAY)


def add_workdays(start: date, count: int, exceptions: Mapping[date, bool]) -> date:
    """The day `count` working days after `start` (before it when negative); `start` itself is not counted."""
    step = timedelta(days=1 if count >= 0 else -1)
    day, left = start, abs(count)
    while left:
        day += step
        left -= is_workday(day, exceptions)
    return day


def next_workday(day: date, exceptions: Mapping[date, bool]) -> date:
    """`day` itself when it is worked, else the first working day after it."""
    while not is_workday(day, exceptions):
        day += timedelta(days=1)
    return day
