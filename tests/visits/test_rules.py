"""The days of a series, against dateutil's own rules and against the calendar."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from dateutil.rrule import FR, MO, MONTHLY, WEEKLY, YEARLY, rrule
from hypothesis import given, settings
from hypothesis import strategies as st

from visits.choices import Frequency, OffDays, RollOver
from visits.rules import Calendar, Occurrence, Rule, count_days, faults, in_words, moved, occurrences, rule_days

FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)
GOLDEN_WEEK = {date(2026, 10, day): False for day in range(1, 8)} | {date(2026, 10, 10): True}
AUTUMN = Calendar(GOLDEN_WEEK, dict.fromkeys(GOLDEN_WEEK, "国庆节"), frozenset({2026}))
PLAIN = Calendar(announced=frozenset(range(2026, 2030)))

days = st.dates(FIRST, LAST)
some = {"min_size": 1, "unique": True}


@st.composite
def rules(draw):
    """Every rule that names days, of each way of repeating."""
    frequency = draw(st.sampled_from(Frequency))
    off = draw(st.sampled_from(OffDays))
    weekday = st.integers(1, 5 if off == OffDays.HOLIDAYS_AND_WEEKENDS else 7)
    months = draw(st.lists(st.integers(1, 12), unique=True))
    given = {"off_days": off, "roll_over": draw(st.sampled_from(RollOver))}
    if frequency == Frequency.WEEKLY:
        return Rule(frequency, draw(st.integers(1, 5)), tuple(draw(st.lists(weekday, **some))), **given)
    if frequency == Frequency.WEEKDAY_OF_MONTH:
        nths = draw(st.lists(st.sampled_from([1, 2, 3, 4, 5, -1]), **some))
        weekdays = draw(st.lists(weekday, **some))
        return Rule(frequency, weekdays=tuple(weekdays), ordinals=tuple(nths), months=tuple(months), **given)
    numbers = tuple(draw(st.lists(st.sampled_from([*range(1, 32), -1]), **some)))
    if frequency == Frequency.YEARLY:
        months = [draw(st.integers(1, 12))]
    return Rule(frequency, month_days=numbers, months=tuple(months), **given)


@st.composite
def calendars(draw):
    """Runs of holidays with make-up weekends here and there, and some years announced."""
    exceptions = {}
    for start in draw(st.lists(days, max_size=8)):
        for n in range(draw(st.integers(1, 9))):
            exceptions[start + timedelta(days=n)] = False
    weekends = draw(st.lists(days.filter(lambda day: day.weekday() > 4), max_size=6))
    exceptions |= dict.fromkeys(weekends, True)
    return Calendar(exceptions, {}, draw(st.sampled_from([frozenset(), frozenset({2026}), frozenset({2026, 2027})])))


@st.composite
def stretches(draw):
    first = draw(days)
    return first, min(first + timedelta(days=draw(st.integers(0, 400))), LAST)


def by_dateutil(rule: Rule, from_: date, to: date) -> list[date]:
    """The same days by dateutil's own rules: one for each number that the rule names, put together."""
    whole = {"dtstart": datetime.combine(from_, datetime.min.time()), "bymonth": rule.months or None}
    whole["until"] = datetime.combine(to, datetime.min.time())
    if rule.frequency == Frequency.WEEKLY:
        found = rrule(WEEKLY, interval=rule.interval, byweekday=[d - 1 for d in rule.weekdays], wkst=MO, **whole)
        return [moment.date() for moment in found]
    if rule.frequency == Frequency.WEEKDAY_OF_MONTH:
        every = [rrule(MONTHLY, byweekday=d - 1, bysetpos=n, **whole) for d in rule.weekdays for n in rule.ordinals]
        return sorted({moment.date() for found in every for moment in found})
    whole["bymonth"] = rule.months or range(1, 13)
    every = YEARLY if rule.frequency == Frequency.YEARLY else MONTHLY
    return sorted({moment.date() for number in rule.month_days for moment in in_each_month(every, number, whole)})


def in_each_month(every: int, number: int, whole: dict) -> list[datetime]:
    """The day `number` of each month, and the decision of the house: where a month has no such day, its last one.

    dateutil passes such a month over (RFC 5545), so that its last day is asked for and taken where it comes too early.
    """
    lasts = [moment for moment in rrule(every, bymonthday=-1, **whole) if moment.day < number]
    return [*rrule(every, bymonthday=number, **whole), *lasts]


@given(rules(), stretches())
@settings(max_examples=120)
def test_the_rule_names_the_days_that_dateutil_names(rule, stretch):
    assert list(rule_days(rule, *stretch)) == by_dateutil(rule, *stretch)


@given(rules(), stretches(), calendars())
@settings(max_examples=120)
def test_no_visit_is_held_on_a_day_off_and_none_is_lost_or_held_twice(rule, stretch, calendar):
    found = list(occurrences(rule, *stretch, calendar))
    assert [one.on for one in found if calendar.is_off(one.on, rule.off_days)] == []
    assert all(a.on < b.on for a, b in pairwise(found))
    covered = [day for one in found for day in (one.rule_on, *one.joined)]
    assert sorted(covered) == by_dateutil(rule, *stretch)
    assert all(one.on >= day for one in found for day in (one.rule_on, *one.joined))


@given(rules(), stretches(), calendars())
@settings(max_examples=100)
def test_a_visit_moves_only_from_a_day_off_and_says_why(rule, stretch, calendar):
    for one in occurrences(rule, *stretch, calendar):
        assert one.is_moved == calendar.is_off(one.rule_on, rule.off_days)
        assert one.why or not (one.is_moved or one.joined)
        assert moved(one.on, rule, calendar) == one.on  # moving what was moved changes nothing


@given(rules(), stretches(), calendars())
@settings(max_examples=100)
def test_a_week_later_is_the_same_weekday_and_the_next_working_day_the_first(rule, stretch, calendar):
    for one in occurrences(rule, *stretch, calendar):
        between = [one.rule_on + timedelta(days=n) for n in range((one.on - one.rule_on).days)]
        by_week = rule.roll_over == RollOver.WEEK_LATER
        if by_week and not (rule.off_days == OffDays.HOLIDAYS_AND_WEEKENDS and one.rule_on.weekday() > 4):
            assert one.on.weekday() == one.rule_on.weekday()
            assert all(calendar.is_off(day, rule.off_days) for day in between[::7])
        elif between:
            assert calendar.is_workday(one.on)
            assert not any(calendar.is_workday(day) for day in between)


@given(rules(), stretches(), calendars())
@settings(max_examples=100)
def test_a_visit_is_provisional_where_a_year_it_depends_on_is_not_announced(rule, stretch, calendar):
    for one in occurrences(rule, *stretch, calendar):
        years = {day.year for day in (one.on, one.rule_on, *one.joined)}
        assert one.is_provisional == bool(years - calendar.announced)


@given(rules(), stretches())
@settings(max_examples=50)
def test_days_are_counted_no_further_than_asked(rule, stretch):
    there = len(by_dateutil(rule, *stretch))
    assert count_days(rule, *stretch, most=20) == min(there, 21)


@pytest.mark.parametrize(
    ("rule", "words", "found"),
    [
        (Rule("weekly", weekdays=(1,)), "每周的星期一", ["9-7", "9-14", "9-21", "9-28", "10-8"]),
        (Rule("weekly", interval=2, weekdays=(3,)), "每2周的星期三", ["9-2", "9-16", "9-30"]),
        (Rule("weekday_of_month", weekdays=(2,), ordinals=(1, 3)), "每月第1个、第3个星期二", ["9-1", "9-15", "10-8"]),
        (Rule("weekday_of_month", weekdays=(5,), ordinals=(-1,)), "每月最后一个星期五", ["9-25"]),
        (Rule("day_of_month", month_days=(9, 19)), "每月9日、19日", ["9-9", "9-19"]),
        (Rule("day_of_month", month_days=(15,), months=(1, 3, 5, 7, 9, 11)), "单月15日", ["9-15"]),
        (Rule("day_of_month", month_days=(-1,)), "每月最后一天", ["9-30"]),
        (Rule("yearly", month_days=(20,), months=(9,)), "每年9月20日", ["9-20"]),
    ],
)  # fmt: skip
def test_every_rule_in_use_can_be_said(rule, words, found):
    on = [one.on for one in occurrences(rule, date(2026, 9, 1), date(2026, 10, 6), AUTUMN)]
    assert (in_words(rule), [f"{day.month}-{day.day}" for day in on]) == (words, found)


def test_a_holiday_moves_a_visit_and_says_from_where():
    rule = Rule("day_of_month", month_days=(1,))
    day = next(occurrences(rule, date(2026, 10, 1), date(2026, 10, 5), AUTUMN))
    assert day == Occurrence(date(2026, 10, 8), date(2026, 10, 1), "国庆节放假，由10月1日顺延", False)


def test_days_that_meet_are_one_visit_and_say_so():
    rule = Rule("weekly", weekdays=(4,), roll_over=RollOver.WEEK_LATER)
    day = next(occurrences(rule, date(2026, 10, 1), date(2026, 10, 8), AUTUMN))
    assert day == Occurrence(
        date(2026, 10, 8), date(2026, 10, 8), "10月1日（国庆节）的一次并入这一天", False, (date(2026, 10, 1),)
    )


def test_a_make_up_saturday_is_a_working_day():
    rule = Rule("day_of_month", month_days=(10,), off_days=OffDays.HOLIDAYS_AND_WEEKENDS)
    assert [one.on for one in occurrences(rule, date(2026, 10, 1), date(2026, 10, 31), AUTUMN)] == [date(2026, 10, 10)]


def test_a_day_that_a_month_lacks_is_its_last_day():
    rule = Rule("day_of_month", month_days=(31,))
    found = [(one.on.day, one.why) for one in occurrences(rule, date(2027, 1, 1), date(2027, 3, 31), PLAIN)]
    assert found == [(31, ""), (28, "2月没有31日，改在月末"), (31, "")]
    leap = Rule("yearly", month_days=(29,), months=(2,))
    assert [one.on.day for one in occurrences(leap, date(2027, 1, 1), date(2028, 12, 31), PLAIN)] == [28, 29]


def test_a_year_not_announced_knows_the_days_that_the_law_frees():
    rule = Rule("day_of_month", month_days=(1,), months=(1, 5, 10))
    found = list(occurrences(rule, date(2027, 1, 1), date(2027, 12, 31), AUTUMN))
    assert [(str(one.on), one.why, one.is_provisional) for one in found] == [
        ("2027-01-04", "元旦放假，由1月1日顺延", True),
        ("2027-05-03", "劳动节放假，由5月1日顺延", True),
        ("2027-10-04", "国庆节放假，由10月1日顺延", True),
    ]


def test_the_friday_of_the_first_week_is_the_first_friday():
    rule = Rule("weekday_of_month", weekdays=(5,), ordinals=(1,))
    found = rrule(MONTHLY, byweekday=FR(1), dtstart=datetime(2027, 1, 1), count=12)
    assert list(rule_days(rule, date(2027, 1, 1), date(2027, 12, 31))) == [moment.date() for moment in found]


@pytest.mark.parametrize(
    ("rule", "wrong"),
    [
        (Rule("weekly"), {"weekdays"}),
        (Rule("weekday_of_month"), {"weekdays", "ordinals"}),
        (Rule("day_of_month"), {"month_days"}),
        (Rule("yearly", month_days=(4,)), {"months"}),
        (Rule("weekly", weekdays=(6,), off_days=OffDays.HOLIDAYS_AND_WEEKENDS), {"off_days"}),
    ],
)
def test_a_rule_that_lacks_its_days_says_so_and_names_none(rule, wrong):
    assert set(faults(rule)) == wrong
    assert list(rule_days(rule, FIRST, LAST)) == []
