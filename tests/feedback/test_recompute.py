"""Open dates worked out again: what would be another day is shown first, changed once, told once, kept in history."""

from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from feedback import recompute
from feedback.choices import DueKind
from feedback.due import clock_of, end_dates, set_day, start_clock
from feedback.models import DueDate
from liaison.policy.choices import Key, Unit
from liaison.policy.models import CalendarDay, CalendarYear, Threshold
from tests import factories

from .clocks import clock

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)


def holiday(day: date, name: str = "地方放假") -> None:
    CalendarDay.objects.update_or_create(date=day, defaults={"kind": "holiday", "name": name})


def answer_due(opinion, count=5, **given) -> DueDate:
    return start_clock(
        opinion, DueKind.ANSWER, clock(count, Unit.WORKDAYS), **({"start_on": MONDAY, "by": None} | given)
    )


@pytest.fixture
def opinion(station):
    row = factories.opinion(station)
    end_dates(row.due_dates)
    return row


def run_command(*args) -> str:
    out = StringIO()
    call_command("recompute_deadlines", *args, stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.mark.django_db
def test_the_command_shows_and_changes_nothing_until_it_is_told_to(opinion):
    due = answer_due(opinion)
    holiday(MONDAY + DAY, "植树节")
    told = run_command()
    line = "\t".join([opinion.shown_number, "答复群众", "2026-03-09", "2026-03-10", "日历有变动，期间的节假日：植树节"])
    assert told.splitlines()[1:] == [line, "1 个期限会改变日期，0 个日期不变、说明有变"]
    assert DueDate.objects.get(pk=due.pk).due_on == date(2026, 3, 9)


@pytest.mark.django_db
def test_applying_twice_is_applying_once_and_the_history_keeps_the_old_day(opinion):
    due = answer_due(opinion)
    holiday(MONDAY + DAY)
    assert "已改 1 个" in run_command("--apply")
    assert run_command("--apply") == "没有要改的期限\n"
    due.refresh_from_db()
    opinion.refresh_from_db()
    assert (due.due_on, opinion.due_on) == (date(2026, 3, 10), date(2026, 3, 10))
    events = due.pgh_event_models["update"].objects.filter(pgh_obj=due).order_by("pgh_id")
    assert list(events.values_list("due_on", "changed_why")) == [
        (date(2026, 3, 9), ""), (date(2026, 3, 10), "日历有变动，期间的节假日：地方放假"),
    ]  # fmt: skip


@pytest.mark.django_db
def test_each_moved_day_is_told_once(opinion, monkeypatch):
    told = []
    monkeypatch.setattr(recompute, "tell_moved", lambda due, was: told.append((due.pk, was, due.due_on)))
    due = answer_due(opinion)
    shown = list(recompute.differences(DueDate.objects.all()))
    holiday(MONDAY + DAY)
    assert shown == []
    found = list(recompute.differences(DueDate.objects.all()))
    assert [recompute.apply(found), recompute.apply(found)] == [1, 0]
    assert told == [(due.pk, date(2026, 3, 9), date(2026, 3, 10))]


@pytest.mark.django_db
def test_a_rule_that_holds_since_before_the_start_is_followed(opinion):
    due = start_clock(opinion, DueKind.ANSWER, clock_of(Key.PROMISE_WORKDAYS, MONDAY), start_on=MONDAY, by=None)
    later = start_clock(
        opinion, DueKind.ANSWER, clock_of(Key.PROMISE_WORKDAYS, MONDAY - DAY), start_on=MONDAY - DAY, by=None
    )
    Threshold.objects.create(key=Key.PROMISE_WORKDAYS, value=10, unit="workdays", source="新办法", valid_from=MONDAY)
    [found] = recompute.differences(DueDate.objects.filter(pk__in=[due.pk, later.pk]))
    assert (found.due, found.new.due_on, found.why) == (
        due,
        date(2026, 3, 16),
        "规则数值有变动：10个工作日自2026年3月2日起",
    )
    assert (found.new.source, found.new.rule_since) == ("新办法", MONDAY)


@pytest.mark.django_db
def test_days_that_people_set_and_dates_that_are_over_stay(opinion):
    set_day(opinion, DueKind.ANSWER, MONDAY + 7 * DAY, reason="承诺", start_on=MONDAY, by=None)
    over = answer_due(opinion)
    end_dates(DueDate.objects.filter(pk=over.pk))
    holiday(MONDAY + DAY)
    holiday(MONDAY + 7 * DAY)
    assert list(recompute.differences(DueDate.objects.all())) == []


@pytest.mark.django_db
def test_a_day_that_stays_but_is_provisional_no_more_is_told_apart(opinion):
    due = answer_due(opinion, start_on=date(2027, 3, 1))
    assert due.is_provisional
    CalendarYear.objects.filter(year=2027).update(announced=True)
    [found] = recompute.differences(DueDate.objects.all())
    assert (found.moves, found.why) == (False, "日历已经公布，日期不变，不再是暂定")


starts, days = st.dates(date(2026, 1, 4), date(2026, 9, 1)), st.dates(date(2026, 1, 4), date(2026, 12, 31))
units = st.sampled_from([Unit.WORKDAYS, Unit.DAYS, Unit.MONTHS])


class Calendars(TestCase):
    def setUp(self):
        for code, name in [("410105", "金水区"), ("410105002", "花园路街道"), ("410105002001", "甲院社区")]:
            factories.region(code, name)
        self.opinion = factories.opinion(factories.station("410105002001-01"))
        end_dates(self.opinion.due_dates)

    @settings(max_examples=40)
    @given(st.lists(st.tuples(starts, st.integers(1, 20), units), min_size=1, max_size=6), days)
    def test_a_holiday_moves_only_what_runs_through_it_and_twice_is_once(self, clocks, day):
        made = [answer_due(self.opinion, 1, start_on=s) for s, _n, _u in clocks]
        for due, (_start, count, unit) in zip(made, clocks, strict=True):
            due.count, due.unit = min(count, 3) if unit == Unit.MONTHS else count, unit
            due.save()
        recompute.apply(recompute.differences(DueDate.objects.all()))
        before = {due.pk: due for due in DueDate.objects.all()}
        holiday(day)
        moved = {one.due.pk for one in recompute.differences(DueDate.objects.all()) if one.moves}
        assert all(before[pk].start_on < day <= before[pk].due_on for pk in moved)
        recompute.apply(recompute.differences(DueDate.objects.all()))
        assert list(recompute.differences(DueDate.objects.all())) == []
        assert {due.pk for due in DueDate.objects.all() if due.due_on != before[due.pk].due_on} == moved
        CalendarDay.objects.filter(date=day, name="地方放假").delete()


@pytest.mark.django_db
def test_many_are_worked_out_with_as_many_queries_as_one(opinion, django_assert_num_queries):
    answer_due(opinion)
    with django_assert_num_queries(7):
        list(recompute.differences(DueDate.objects.all()))
    for _n in range(9):
        answer_due(opinion)
    with django_assert_num_queries(7):
        list(recompute.differences(DueDate.objects.all()))
