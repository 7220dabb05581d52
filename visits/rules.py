"""On which days a series falls: plain functions over dateutil's rules that know neither model nor clock.

A day that the rule names and that is off moves (遇节假日顺延), and says from where and why. A moved day never comes
before the day that the rule named, so what is planned from today on never lands in the past.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import NamedTuple

from dateutil.rrule import MONTHLY, WEEKLY, rrule, rruleset, weekday
from django.utils.translation import gettext as _

from liaison.common.templatetags.face import joined
from liaison.common.workdays import SATURDAY, is_workday

from .choices import Frequency, OffDays, RollOver, Weekday

LAST = -1  # the last one of its weekday, or the last day of the month
SHORTEST_MONTH = 28
WEEK = timedelta(days=7)
ODD_MONTHS, EVEN_MONTHS = set(range(1, 13, 2)), set(range(2, 13, 2))
# Days that the law itself frees on fixed dates (全国年节及纪念日放假办法, 2024, 第二条); those of the moon are known
# once a year is announced.
LAWFUL = {(1, 1): "元旦", (5, 1): "劳动节", (5, 2): "劳动节", **dict.fromkeys([(10, 1), (10, 2), (10, 3)], "国庆节")}


@dataclass(frozen=True)
class Rule:
    """How a series repeats. Weekdays are ISO, ordinals 1…5 or -1, days 1…31 or -1, months 1…12 (none: every month)."""

    frequency: str
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    ordinals: tuple[int, ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    off_days: str = OffDays.HOLIDAYS
    roll_over: str = RollOver.NEXT_WORKDAY


@dataclass(frozen=True)
class Calendar:
    """What is known of the working days: days that differ from their weekday, names of holidays, announced years."""

    exceptions: Mapping[date, bool] = field(default_factory=dict)  # True: worked (调休), False: a holiday
    names: Mapping[date, str] = field(default_factory=dict)
    announced: frozenset[int] = frozenset()

    def is_holiday(self, day: date) -> bool:
        """A public holiday; in a year not yet announced the fixed dates of the law are."""
        if day in self.exceptions or day.year in self.announced:
            return self.exceptions.get(day) is False
        return (day.month, day.day) in LAWFUL

    def is_makeup(self, day: date) -> bool:
        return self.exceptions.get(day) is True

    def is_workday(self, day: date) -> bool:
        return not self.is_holiday(day) and is_workday(day, self.exceptions)

    def next_workday(self, day: date) -> date:
        """`day` itself when it is worked, else the first working day after it."""
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day

    def is_off(self, day: date, off_days: str) -> bool:
        """Whether a series that avoids `off_days` avoids `day`. A make-up weekend is a working day."""
        if off_days == OffDays.HOLIDAYS_AND_WEEKENDS:
            return not self.is_workday(day)
        return self.is_holiday(day)

    def name_of(self, day: date) -> str:
        """The holiday's name; empty where the day is none."""
        if not self.is_holiday(day):
            return ""
        return self.names.get(day) or LAWFUL.get((day.month, day.day)) or _("节假日")


class Occurrence(NamedTuple):
    """One visit of a series: its day, the day that the rule named, why they differ, whether its year is announced."""

    on: date
    rule_on: date
    why: str = ""
    is_provisional: bool = False
    joined: tuple[date, ...] = ()  # other days of the rule that moved onto this one: one visit, not two

    @property
    def is_moved(self) -> bool:
        return self.on != self.rule_on


def occurrences(rule: Rule, from_: date, to: date, calendar: Calendar) -> Iterator[Occurrence]:
    """The visits whose day by the rule is from `from_` to `to`, both counted, in order of the day they are held.

    Weeks are counted from the week of `from_`. A moved one may be held after `to`.
    """
    waiting: dict[date, list[date]] = {}
    for named in rule_days(rule, from_, to):
        for on in sorted(on for on in waiting if on < named):  # nothing can move onto these any more
            yield _occurrence(rule, on, waiting.pop(on), calendar)
        waiting.setdefault(moved(named, rule, calendar), []).append(named)
    for on in sorted(waiting):
        yield _occurrence(rule, on, waiting[on], calendar)


def rule_days(rule: Rule, from_: date, to: date) -> Iterator[date]:
    """The days that the rule names, before any of them moves. A rule that lacks its days names none."""
    if faults(rule):
        return
    for moment in _rrule(rule, datetime.combine(from_, time()), datetime.combine(to, time())):
        yield moment.date()


def count_days(rule: Rule, from_: date, to: date, most: int) -> int:
    """How many days the rule names, counted no further than one more than `most`."""
    return sum(1 for _day in islice(rule_days(rule, from_, to), most + 1))


def moved(named: date, rule: Rule, calendar: Calendar) -> date:
    """The day on which a visit is held that the rule puts on `named`."""
    on = named
    if rule.roll_over == RollOver.WEEK_LATER and not _is_always_off(named, rule):
        while calendar.is_off(on, rule.off_days):
            on += WEEK
    elif calendar.is_off(on, rule.off_days):
        on = calendar.next_workday(on)
    return on


def _is_always_off(day: date, rule: Rule) -> bool:
    """A Saturday stays a Saturday a week later: where weekends are avoided it goes to the next working day."""
    return rule.off_days == OffDays.HOLIDAYS_AND_WEEKENDS and day.weekday() >= SATURDAY


def _rrule(rule: Rule, start: datetime, until: datetime) -> rrule | rruleset:
    given = {"dtstart": start, "until": until, "bymonth": rule.months or None}
    if rule.frequency == Frequency.WEEKLY:
        days = [day - 1 for day in rule.weekdays]
        return rrule(WEEKLY, interval=rule.interval, byweekday=days, wkst=0, **given)
    if rule.frequency == Frequency.WEEKDAY_OF_MONTH:
        days = [weekday(day - 1, nth) for day in rule.weekdays for nth in rule.ordinals]
        return rrule(MONTHLY, byweekday=days, **given)
    days = rruleset()
    for day in rule.month_days:
        if day > SHORTEST_MONTH:  # the 31st of a month without one is its last day, lest that month go without
            days.rrule(rrule(MONTHLY, bymonthday=range(SHORTEST_MONTH, day + 1), bysetpos=-1, **given))
        else:
            days.rrule(rrule(MONTHLY, bymonthday=day, **given))
    return days


def faults(rule: Rule) -> dict[str, str]:
    """What the rule lacks or says twice, in words, by field; empty where it names days."""
    by_week = rule.frequency in (Frequency.WEEKLY, Frequency.WEEKDAY_OF_MONTH)
    wrong: dict[str, str] = {}
    if by_week and not rule.weekdays:
        wrong["weekdays"] = _("请选择星期几")
    if rule.frequency == Frequency.WEEKDAY_OF_MONTH and not rule.ordinals:
        wrong["ordinals"] = _("请选择每月的第几个")
    if not by_week and not rule.month_days:
        wrong["month_days"] = _("请选择几号")
    if rule.frequency == Frequency.YEARLY and len(rule.months) != 1:
        wrong["months"] = _("每年一次请选一个月份")
    weekends = [day for day in rule.weekdays if day > SATURDAY] if by_week else []
    if weekends and rule.off_days == OffDays.HOLIDAYS_AND_WEEKENDS:
        words = _("选了%(day)s，又要避开周末，请去掉其中一项")
        wrong["off_days"] = words % {"day": Weekday(weekends[0]).label}
    return wrong


def in_words(rule: Rule) -> str:
    """每2周的星期一、星期四, 单月15日, 每月第1个、最后一个星期五: the rule as people say it."""
    weekdays = joined(Weekday(day).label for day in sorted(rule.weekdays))
    if rule.frequency == Frequency.WEEKLY:
        every = _("每周的") if rule.interval == 1 else _("每%(n)s周的") % {"n": rule.interval}
        return every + weekdays
    if rule.frequency == Frequency.WEEKDAY_OF_MONTH:
        ordinals = joined(ordinal(nth) for nth in sorted(rule.ordinals, key=_last_goes_last))
        return _months(rule) + ordinals + weekdays
    days = joined(month_day(day) for day in sorted(rule.month_days, key=_last_goes_last))
    return (_("每年") if rule.frequency == Frequency.YEARLY else "") + _months(rule) + days


def _months(rule: Rule) -> str:
    months = set(rule.months)
    if not months or len(months) == 12:
        return _("每月")
    if months in (ODD_MONTHS, EVEN_MONTHS):
        return _("单月") if months == ODD_MONTHS else _("双月")
    return joined(_("%(month)s月") % {"month": month} for month in sorted(months))


def ordinal(nth: int) -> str:
    return _("最后一个") if nth == LAST else _("第%(n)s个") % {"n": nth}


def month_day(day: int) -> str:
    return _("最后一天") if day == LAST else _("%(day)s日") % {"day": day}


def _last_goes_last(number: int) -> int:
    return number if number > 0 else 99


def _occurrence(rule: Rule, on: date, named: list[date], calendar: Calendar) -> Occurrence:
    """The visit held `on`, for which the rule named one day or several; the day itself goes first."""
    rule_on = on if on in named else named[0]
    others = tuple(day for day in named if day != rule_on)
    words = [_why_moved(rule_on, calendar) if rule_on != on else _why_last(rule, on)]
    words += [_why_joined(day, calendar) for day in others]
    provisional = any(day.year not in calendar.announced for day in (on, *named))
    return Occurrence(on, rule_on, "；".join(filter(None, words)), provisional, others)


def why_moved(named: date, on: date, calendar: Calendar) -> str:
    """Why a visit that the rule puts on `named` is held `on`; nothing where it is the same day."""
    return _why_moved(named, calendar) if named != on else ""


def _why_moved(day: date, calendar: Calendar) -> str:
    words = {"name": calendar.name_of(day), "month": day.month, "day": day.day}
    if words["name"]:
        return _("%(name)s放假，由%(month)s月%(day)s日顺延") % words
    return _("周末，由%(month)s月%(day)s日顺延") % words


def _why_joined(day: date, calendar: Calendar) -> str:
    words = {"name": calendar.name_of(day) or _("周末"), "month": day.month, "day": day.day}
    return _("%(month)s月%(day)s日（%(name)s）的一次并入这一天") % words


def _why_last(rule: Rule, on: date) -> str:
    """Why the last day of a month stands for a later one that the month does not have."""
    if rule.frequency not in (Frequency.DAY_OF_MONTH, Frequency.YEARLY) or {on.day, LAST} & set(rule.month_days):
        return ""
    wanted = min((day for day in rule.month_days if day > on.day), default=None)
    if wanted is None or (on + timedelta(days=1)).month == on.month:
        return ""
    return _("%(month)s月没有%(day)s日，改在月末") % {"month": on.month, "day": wanted}
