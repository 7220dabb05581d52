"""Fifty people at twenty opinions at the same moment: whatever was done is kept, and nothing is done twice."""

import random
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import pairwise

import pytest
from django.core.exceptions import ValidationError
from django.db import connections

from feedback import actions
from feedback.choices import MOVES, AnswerOutcome, Part
from feedback.models import DueDate, Opinion, OpinionStep, Referral
from liaison.accounts.choices import Role
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE, OPINIONS, ACTS_EACH = 50, 20, 8


def liaison_acts(opinion, departments, by, mark, dice):
    """One act of a station, whether it is legal at this moment or not."""
    lead, other = dice.sample(departments, 2)  # each verb as one step: nobody assists from the start
    act = dice.choice([
        lambda: actions.accept(opinion, category=None, title=mark, by=by),
        lambda: actions.promise(opinion, words=mark, by=by),
        lambda: actions.forward(opinion, lead=lead, words=mark, by=by),
        lambda: actions.assist(opinion, department=other, words=mark, by=by),
        lambda: actions.recall(opinion, reason=mark, by=by),
        lambda: actions.answer_as_station(opinion, words=mark, by=by),
        lambda: actions.note(opinion, words=mark, by=by),
        lambda: actions.close(opinion, words=mark, by=by),
        lambda: actions.reopen(opinion, reason=mark, by=by),
    ])  # fmt: skip
    return act()


def department_acts(opinion, by, mark, dice):
    """One act of a department on what it has of the opinion."""
    referral = Referral.objects.for_user(by).open().filter(opinion=opinion).first()
    if referral is None:
        raise ValidationError("nothing was sent here")
    act = dice.choice([
        lambda: actions.sign_for(referral, by=by, name=mark),
        lambda: actions.give_back(referral, reason=mark, by=by),
        lambda: actions.answer_referral(referral, words=mark, outcome=AnswerOutcome.SOLVED, by=by),
    ])  # fmt: skip
    return act()


@pytest.fixture
def house(station):
    """Twenty opinions, five departments, and fifty people who have never heard of each other."""
    departments = [factories.department("410105", f"承办单位{n}") for n in range(5)]
    members = [factories.user(role=Role.DEPARTMENT, code="410105") for _ in range(PEOPLE // 2)]
    for n, member in enumerate(members):
        departments[n % 5].memberships.create(user=member)
    liaisons = [factories.user(role=Role.LIAISON, code=station.code) for _ in range(PEOPLE // 2)]
    opinions = [actions.receive(station, matter=f"第 {n} 件事：路灯坏了") for n in range(OPINIONS)]
    for opinion in opinions[::2]:
        actions.forward(opinion, lead=random.choice(departments), words="请办理", by=liaisons[0])
    return departments, members, liaisons, opinions


def test_fifty_at_twenty_opinions_lose_no_step(house):
    departments, members, liaisons, opinions = house
    before = OpinionStep.objects.latest("id").pk
    barrier = threading.Barrier(PEOPLE)

    def work(person):
        dice, done = random.Random(person.pk), 0
        try:
            barrier.wait(timeout=120)
            for n in range(ACTS_EACH):
                opinion, mark = dice.choice(opinions), f"{person.username} {n}"
                with suppress(ValidationError):  # refused in words; whatever else is raised fails the test
                    if person in members:
                        department_acts(opinion, person, mark, dice)
                    else:
                        liaison_acts(opinion, departments, person, mark, dice)
                    done += 1
        finally:
            connections.close_all()
        return person.pk, done

    with ThreadPoolExecutor(PEOPLE) as pool:
        done = Counter(dict(pool.map(work, [*members, *liaisons])))
    assert done.total() > 2 * OPINIONS, "hardly anything was done: the test says nothing"
    assert Counter(OpinionStep.objects.filter(pk__gt=before).values_list("by", flat=True)) == +done
    for opinion in Opinion.objects.all():
        courses(opinion)


def courses(opinion: Opinion) -> None:
    """The steps of an opinion are one unbroken chain of legal moves, and its row says what the last one says."""
    steps = list(opinion.steps.order_by("no"))
    assert [step.no for step in steps] == list(range(1, len(steps) + 1))
    assert all(one.to_state == other.from_state for one, other in pairwise(steps))
    assert all(MOVES[step.kind][step.from_state] == step.to_state for step in steps)
    assert (opinion.state, opinion.last_no) == (steps[-1].to_state, len(steps))
    assert opinion.referrals.open().filter(part=Part.LEAD).count() <= 1
    dates = DueDate.objects.filter(opinion=opinion, ended_on=None, due_on__isnull=False)
    assert opinion.due_on == min(dates.values_list("due_on", flat=True), default=None)
