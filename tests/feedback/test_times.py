"""Dates that are put off, stopped and resumed: what becomes of the day, what stays of the reason, what is refused."""

from datetime import date, datetime, time

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from feedback import actions, times
from feedback.choices import DueKind
from feedback.due import end_dates, set_day, start_clock
from feedback.models import DueDate, Suggestion, SuggestionStep
from feedback.times import extend, pause, resume
from liaison.policy.choices import Unit
from tests import factories

from .clocks import clock

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


@pytest.fixture
def on(monkeypatch):
    """`on(day)`: it is noon of that day."""

    def set_clock(day: date) -> None:
        moment = timezone.make_aware(datetime.combine(day, time(12)))
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_clock(MONDAY)
    return set_clock


@pytest.fixture
def opinion(on, station, liaison):
    row = factories.opinion(station)
    actions.accept(row, category=None, by=liaison)
    row.refresh_from_db()
    return row


@pytest.fixture
def due(opinion) -> DueDate:
    """Fifteen working days from Monday 2 March: Monday 23 March."""
    return opinion.due_dates.get(kind=DueKind.ANSWER)


@pytest.fixture
def suggestion(on, district):
    """In the hands of a department since Monday 2 March, as its steps would leave it."""
    row = Suggestion.objects.create(place="410105", title="多装路灯", matter="夜里看不见路", proposal="请装路灯")
    for kind, state in [
        ("begun", "draft"),
        ("submitted", "submitted"),
        ("approved", "approved"),
        ("assigned", "assigned"),
    ]:
        SuggestionStep.objects.create(suggestion=row, kind=kind, to_state=state, by=district)
    row.refresh_from_db()
    return row


def refused(act, **given) -> dict:
    with pytest.raises(ValidationError) as refusal:
        act(**given)
    return getattr(refusal.value, "message_dict", {"": refusal.value.messages})


def test_a_clock_that_is_put_off_counts_from_its_start(opinion, due, liaison):
    step = extend(due, count=20, reason="要等材料", by=liaison, seen=opinion.last_no)
    due.refresh_from_db()
    assert (due.first_due_on, due.due_on, due.length) == (date(2026, 3, 23), date(2026, 3, 30), 20)
    assert due.extensions == [{"agreed_on": "2026-03-02", "count": 20, "reason": "要等材料"}]
    assert (step.kind, step.words, step.data["was"], step.data["now"]) == (
        "extended", "要等材料", "2026-03-23", "2026-03-30",
    )  # fmt: skip
    opinion.refresh_from_db()
    assert (opinion.due_on, due.changed_why) == (date(2026, 3, 30), "要等材料")


def test_a_day_that_a_person_set_is_put_off_to_another_day(opinion, liaison):
    due = set_day(opinion, DueKind.HANDLE, date(2026, 3, 10), reason="向群众承诺的日期", by=liaison)
    extend(due, until=date(2026, 3, 15), reason="下雨停工", by=liaison)  # a Sunday: a person chose it
    due.refresh_from_db()
    assert (due.first_due_on, due.due_on) == (date(2026, 3, 10), date(2026, 3, 15))


def test_a_pause_takes_its_days_out_of_the_count(opinion, due, liaison, on):
    on(date(2026, 3, 4))
    pause(due, reason="等待鉴定", by=liaison)
    due.refresh_from_db()
    opinion.refresh_from_db()
    assert (due.due_on, opinion.due_on, due.is_paused) == (None, None, True)
    on(date(2026, 3, 11))
    step = resume(due, by=liaison)
    due.refresh_from_db()
    assert due.due_on == date(2026, 3, 30)  # five working days later than 23 March
    assert due.passed == [["2026-03-04", "2026-03-10", 5, "等待鉴定"]]
    assert step.data["now"] == "2026-03-30"


def test_a_paused_day_that_a_person_set_moves_by_the_days_of_the_pause(opinion, liaison, on):
    due = set_day(opinion, DueKind.HANDLE, date(2026, 3, 10), reason="承诺", by=liaison)
    pause(due, reason="等待鉴定", by=liaison)
    on(date(2026, 3, 5))
    resume(due, by=liaison)
    due.refresh_from_db()
    assert (due.first_due_on, due.due_on) == (date(2026, 3, 10), date(2026, 3, 12))  # 3 and 4 March did not count


def test_a_pause_of_no_day_leaves_the_day_and_a_step(due, liaison):
    pause(due, reason="等待鉴定", by=liaison)
    resume(due, by=liaison)
    due.refresh_from_db()
    assert (due.due_on, due.pauses) == (date(2026, 3, 23), [])
    assert list(due.opinion.steps.order_by("no").values_list("kind", flat=True))[-2:] == ["paused", "resumed"]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"count": 15, "reason": "慢"}, "count"),
        ({"count": 1001, "reason": "慢"}, "count"),
        ({"count": None, "reason": "慢"}, "count"),
        ({"count": 20, "reason": " "}, "reason"),
    ],
)
def test_what_is_no_extension_is_refused_at_its_field(due, liaison, given, field):
    assert list(refused(extend, due=due, by=liaison, **given)) == [field]
    assert DueDate.objects.get(pk=due.pk).extensions == []


def test_an_overdue_date_is_put_off_into_the_future_and_not_paused(due, liaison, on):
    on(date(2026, 4, 20))
    assert "count" in refused(extend, due=due, count=16, reason="慢", by=liaison)
    assert "期限已经过了" in str(refused(pause, due=due, reason="等", by=liaison))
    extend(due, count=60, reason="工程大", by=liaison)
    assert DueDate.objects.get(pk=due.pk).due_on > date(2026, 4, 20)


def test_a_right_that_ends_by_a_date_is_not_put_off(opinion, liaison, district):
    sent = factories.referral(opinion, factories.department("410105"), by=liaison)
    back = sent.due_dates.get(kind=DueKind.RETURN)
    assert "按规定执行" in str(refused(extend, due=back, count=30, reason="慢", by=liaison))
    assert not times.can_move(back)


def test_whoever_has_not_seen_the_last_step_is_told(opinion, due, liaison):
    seen = opinion.last_no
    actions.note(opinion, words="备注", by=liaison)
    assert "刚有人办理" in str(refused(extend, due=due, count=20, reason="慢", by=liaison, seen=seen))


def test_a_date_that_is_over_is_left_alone(opinion, due, liaison):
    end_dates(opinion.due_dates)
    for act in (extend, pause):
        assert "已经结束" in str(
            refused(act, due=due, reason="慢", by=liaison, **({"count": 20} if act is extend else {}))
        )
    assert "已经结束" in str(refused(resume, due=due, by=liaison))


def test_a_suggestion_is_put_off_with_consent_and_no_longer_than_the_law_has_it(suggestion, district):
    due = start_clock(suggestion, DueKind.HANDLE, clock(3, Unit.MONTHS), by=district)
    assert list(refused(extend, due=due, count=6, reason="涉及面广", by=district)) == ["consent"]
    assert list(refused(extend, due=due, count=7, reason="涉及面广", consent="张三代表同意", by=district)) == ["count"]
    extend(due, count=6, reason="涉及面广", consent="张三代表 3月2日电话同意", by=district)
    due.refresh_from_db()
    assert due.due_on == date(2026, 9, 2)
    assert suggestion.steps.get(kind="extended").data["consent"] == "张三代表 3月2日电话同意"


def test_a_department_asks_in_words_and_nothing_moves(opinion, liaison, department):
    office = factories.department("410105", members=[department])
    sent = factories.referral(opinion, office, by=liaison)
    due = sent.due_dates.get(kind=DueKind.HANDLE)
    times.ask_for_longer(due, until=date(2026, 4, 10), reason="材料要采购", by=department)
    asked = times.asked_for(due)
    assert (asked.words, asked.department, asked.data["asks"]) == (
        "申请延期：材料要采购",
        office,
        {"until": "2026-04-10"},
    )
    assert DueDate.objects.get(pk=due.pk).due_on == due.due_on
    extend(due, until=date(2026, 4, 10), reason="同意", by=liaison)
    assert times.asked_for(due) is None
