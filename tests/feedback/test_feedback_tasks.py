"""What beat runs: urging on working days, and closing by rule what was answered."""

from datetime import timedelta

import pytest
from django.utils import timezone

from feedback import actions, closing, tasks, urging
from feedback.choices import DueKind
from feedback.closing import close_answered
from feedback.due import set_day
from feedback.models import Urge
from liaison.celery import app
from liaison.common.workdays import add_workdays
from liaison.policy.choices import Key
from liaison.policy.models import CalendarDay, Threshold
from tests import factories

pytestmark = pytest.mark.django_db
LATER = timedelta(days=16)


@pytest.fixture
def opinion(station):
    return factories.opinion(station)


def answered(opinion, liaison):
    actions.accept(opinion, category=None, by=liaison)
    actions.answer_as_station(opinion, words="装好了", by=liaison)


def state_of(opinion) -> str:
    opinion.refresh_from_db()
    return opinion.state


def test_what_nobody_rated_is_closed_after_the_days_of_policy_with_words(opinion, liaison):
    answered(opinion, liaison)
    now = timezone.now()
    days = Threshold.objects.number(Key.CLOSE_DAYS)
    assert (close_answered(now + timedelta(days=days, hours=-1)), state_of(opinion)) == (0, "answered")
    assert (close_answered(now + timedelta(days=days, hours=1)), state_of(opinion)) == (1, "closed")
    step = opinion.steps.get(kind="closed")
    assert (step.by, step.words.partition("，")[0]) == (None, f"答复后 {days} 天没有新的评价和进展")
    assert close_answered(now + timedelta(days=days, hours=2)) == 0


def test_what_is_rated_by_all_parties_is_closed_at_the_next_look(opinion, liaison):
    answered(opinion, liaison)
    actions.rate(opinion, values={"station": "satisfied"})
    assert (close_answered(timezone.now()), state_of(opinion)) == (1, "closed")


def test_what_is_half_rated_waits(opinion, liaison, representative):
    answered(opinion, liaison)
    person = representative.representative
    actions.answer_as_representative(opinion, representative=person, words="已向街道反映", by=liaison)
    actions.rate(opinion, values={"station": "basically"})
    assert (close_answered(timezone.now()), state_of(opinion)) == (0, "answered")
    assert (close_answered(timezone.now() + LATER), state_of(opinion)) == (1, "closed")


def test_whoever_is_still_not_satisfied_is_not_closed_over(opinion, liaison):
    answered(opinion, liaison)
    actions.rate(opinion, values={"station": "not"})
    actions.answer_as_station(opinion, words="又修了一次", by=liaison)
    actions.rate(opinion, values={"station": "not"})
    assert state_of(opinion) == "answered"
    assert (close_answered(timezone.now() + LATER), state_of(opinion)) == (0, "answered")


def test_a_broken_opinion_does_not_keep_the_others_open(station, liaison, monkeypatch):
    rows = [factories.opinion(station) for _n in range(2)]
    for row in rows:
        answered(row, liaison)
    closed = actions.close

    def breaking(opinion, **given):
        if opinion.pk == rows[0].pk:
            raise RuntimeError
        return closed(opinion, **given)

    monkeypatch.setattr(closing.actions, "close", breaking)
    assert close_answered(timezone.now() + LATER) == 1
    assert [state_of(row) for row in rows] == ["answered", "closed"]


def test_the_tasks_do_what_they_are_named_for(opinion, liaison):
    today = timezone.localdate()
    due = set_day(opinion, DueKind.ANSWER, today - timedelta(days=1), reason="承诺", by=None)
    CalendarDay.objects.update_or_create(date=today, defaults={"kind": "makeup"})  # whatever day it is, it is worked
    tasks.urge_overdue()
    assert set(Urge.objects.filter(due=due).values_list("rank", flat=True)) == {"person"}
    CalendarDay.objects.filter(date=today).update(kind="holiday")
    Threshold.objects.update_or_create(
        key=Key.URGE_HEAD_WORKDAYS, valid_from=today, defaults={"value": 1, "unit": "workdays", "source": "试"}
    )
    tasks.urge_overdue()
    assert Urge.objects.filter(due=due).count() == 1
    assert urging.urge_overdue(add_workdays(today, 1, CalendarDay.objects.exceptions(today, today + LATER))) >= 1
    tasks.close_answered()


def test_beat_knows_them():
    assert {"urge-overdue", "close-answered"} <= set(app.conf.beat_schedule)
