"""Dates as rows: they always say what the reckoning says, name rule and calendar, and the matter knows the nearest."""

import threading
from datetime import date, timedelta

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from feedback.choices import DueKind
from feedback.deadlines import Clock, Extension, reckon
from feedback.due import calendar_for, clock_of, end_dates, pauses_of, reckon_again, set_day, start_clock
from feedback.models import DueDate, Opinion
from feedback.standing import soon_until, standing_of, standing_on
from liaison.policy.choices import Key, Unit
from liaison.policy.models import CalendarDay, CalendarYear, Threshold
from tests import factories

from .clocks import clock

DAY = timedelta(days=1)
MONDAY = date(2026, 3, 2)


@pytest.mark.django_db
def test_a_date_names_its_rule_and_the_calendar(station):
    Threshold.objects.create(
        key=Key.PROMISE_WORKDAYS, value=12, unit=Unit.WORKDAYS, source="区办法", valid_from=date(2026, 2, 1)
    )
    opinion = factories.opinion(station)
    due = start_clock(opinion, DueKind.ANSWER, clock_of(Key.PROMISE_WORKDAYS, MONDAY), start_on=MONDAY, by=None)
    due.refresh_from_db()
    assert (due.rule, due.rule_since, due.source, due.count) == (
        Key.PROMISE_WORKDAYS, date(2026, 2, 1), "区办法", 12,
    )  # fmt: skip
    assert due.calendar_version == calendar_for(MONDAY).version != ""


@pytest.mark.django_db
def test_another_holiday_is_another_version_of_the_calendar():
    before = calendar_for(MONDAY)
    CalendarDay.objects.create(date=date(2026, 3, 9), kind="holiday", name="地方放假")
    after = calendar_for(MONDAY)
    assert after.version != before.version
    assert (after.is_worked(date(2026, 3, 9)), after.names[date(2026, 3, 9)]) == (False, "地方放假")


@pytest.mark.django_db
def test_the_nearest_open_date_stands_with_matter_and_referral(station, liaison):
    opinion = factories.opinion(station)
    end_dates(opinion.due_dates)
    sent = factories.referral(opinion, factories.department("410105"), by=liaison)
    end_dates(DueDate.objects.all())
    late, soon = (
        set_day(opinion, DueKind.HANDLE, MONDAY + n * DAY, reason="定", by=None, referral=sent) for n in (9, 3)
    )
    set_day(opinion, DueKind.ANSWER, MONDAY + DAY, reason="定", by=None)
    opinion.refresh_from_db()
    sent.refresh_from_db()
    assert (opinion.due_on, sent.due_on) == (MONDAY + DAY, soon.due_on)
    end_dates(DueDate.objects.exclude(pk=late.pk))
    opinion.refresh_from_db()
    sent.refresh_from_db()
    assert (opinion.due_on, sent.due_on) == (late.due_on, late.due_on)


@pytest.mark.django_db(transaction=True)
def test_two_at_two_dates_of_one_opinion_leave_the_nearest_one(station):
    """The second waits for the first and must see what it left: not the dates as they were before it waited."""
    opinion = factories.opinion(station)
    end_dates(opinion.due_dates)
    one, other = (set_day(opinion, DueKind.HANDLE, MONDAY + n * DAY, reason="定", by=None) for n in (5, 7))
    moved, waited = threading.Event(), threading.Event()

    def second():
        try:
            with transaction.atomic():
                assert moved.wait(20)
                waited.set()
                DueDate.objects.filter(pk=other.pk).update(due_on=MONDAY + 4 * DAY)
        finally:
            connections.close_all()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        DueDate.objects.filter(pk=one.pk).update(due_on=MONDAY + 2 * DAY)
        moved.set()
        assert waited.wait(20)
        thread.join(0.5)  # it hangs on the opinion's row
        assert thread.is_alive()
    thread.join(20)
    assert Opinion.objects.get(pk=opinion.pk).due_on == MONDAY + 2 * DAY


days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
units = st.sampled_from([Unit.WORKDAYS, Unit.DAYS, Unit.MONTHS])
stretches = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 15)), max_size=3)


class Rows(TestCase):
    """With a transaction of its own for each example."""

    def setUp(self):
        for code, name in [("410105", "金水区"), ("410105002", "花园路街道"), ("410105002001", "甲院社区")]:
            factories.region(code, name)
        self.opinion = factories.opinion(factories.station("410105002001-01"))

    @settings(max_examples=60)
    @given(days, st.integers(1, 24), units, stretches, st.lists(st.integers(1, 40), max_size=2))
    def test_a_row_worked_out_again_says_what_the_reckoning_says(self, start, count, unit, gaps, more):
        due = start_clock(self.opinion, DueKind.ANSWER, clock(count, unit), start_on=start, by=None)
        due.pauses, at = [], start
        for gap, length in gaps:
            from_, at = at + gap * DAY, at + (gap + length) * DAY
            due.pauses.append({"from": from_.isoformat(), "to": at.isoformat(), "reason": "等"})
        due.extensions = [{"count": count + n, "agreed_on": start.isoformat(), "reason": "慢"} for n in more]
        reckon_again(due)
        due.save()
        due.refresh_from_db()
        said = reckon(
            start, Clock(count, unit, "x"), calendar_for(start), pauses=pauses_of(due),
            extensions=[Extension(count + n, start, "慢") for n in more],
        )  # fmt: skip
        assert (due.due_on, due.first_due_on, due.rolled_from, due.length, due.is_provisional) == (
            said.due_on, said.first_due_on, said.rolled_from, said.count, said.is_provisional,
        )  # fmt: skip
        assert [row[2] for row in due.passed] == [passed.days for passed in said.pauses]
        self.opinion.refresh_from_db()
        assert self.opinion.due_on == min(self.opinion.due_dates.open().values_list("due_on", flat=True))


@pytest.mark.django_db
def test_how_a_date_stands_is_told_without_a_query_for_each(station):
    today = date(2026, 11, 24)  # a Tuesday; three working days on is Friday
    opinion, soon = factories.opinion(station), soon_until(today)
    end_dates(opinion.due_dates)
    dates = [set_day(opinion, DueKind.ANSWER, today + n * DAY, reason="定", by=None) for n in (-1, 0, 3, 4)]
    with CaptureQueriesContext(connection) as asked:
        told = [standing_of(due, today, soon) for due in dates]
    assert [(one.face, one.word, one.left) for one in told] == [
        ("late", "已逾期", "过了 1 天"), ("soon", "即将到期", "就是今天"), ("soon", "即将到期", "还有 3 天"),
        ("good", "按期", "还有 4 天"),
    ]  # fmt: skip
    assert len(asked) == 0


@pytest.mark.django_db
def test_due_soon_is_counted_in_working_days():
    CalendarYear.objects.update_or_create(year=2026, defaults={"announced": True})
    before_holidays = date(2026, 9, 29)
    soon = soon_until(before_holidays)
    assert standing_on(soon, before_holidays, soon).face == "soon"
    assert soon - before_holidays > 7 * DAY
