"""督办: by hand and by rule, each a row and a step; a rank is reached once, however many workers run the rule."""

import threading
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.utils import timezone

from feedback import actions, urging
from feedback.choices import DueKind, Rank
from feedback.due import end_dates, set_day
from feedback.models import DueDate, Urge
from feedback.urged import urged
from feedback.urging import urge, urge_overdue
from liaison.accounts.choices import Role
from liaison.policy.models import CalendarDay
from tests import factories

DAY = timedelta(days=1)
FRIDAY = date(2026, 3, 6)
LATER = date(2026, 4, 14)  # a Tuesday


@pytest.fixture
def office(street_region, department):
    return factories.department("410105", "城市管理局", members=[department], head="李四")


@pytest.fixture
def opinion(station, liaison):
    row = factories.opinion(station)
    end_dates(row.due_dates)
    return row


@pytest.fixture
def due(opinion) -> DueDate:
    """Of the station itself, due on a Friday."""
    return set_day(opinion, DueKind.ANSWER, FRIDAY, reason="承诺", by=None)


def ranks():
    return list(Urge.objects.order_by("at", "pk").values_list("rank", "to", "by"))


@pytest.mark.django_db
def test_each_rank_in_its_turn_on_working_days_and_once(due):
    CalendarDay.objects.create(date=FRIDAY + 4 * DAY, kind="holiday", name="地方放假")
    made = [urge_overdue(FRIDAY + n * DAY) for n in range(14)]
    # Tuesday is off: three working days have passed on Thursday, seven on the Wednesday after
    assert made == [0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0]
    assert ranks() == [
        ("person", "甲院社区代表联络站", None), ("head", "花园路街道人大工委", None), ("district", "金水区人大", None),
    ]  # fmt: skip


@pytest.mark.django_db
def test_a_date_found_late_reaches_all_ranks_and_each_is_a_step(opinion, due):
    assert (urge_overdue(LATER), urge_overdue(LATER + DAY)) == (3, 0)
    steps = opinion.steps.filter(kind="urged").order_by("no")
    assert [(step.data["rank"], step.data["due_id"], step.by) for step in steps] == [
        (rank, due.pk, None) for rank in ("person", "head", "district")
    ]  # fmt: skip


@pytest.mark.django_db
def test_what_is_kept_or_not_yet_due_or_paused_is_left_alone(opinion, due):
    set_day(opinion, DueKind.HANDLE, FRIDAY + 40 * DAY, reason="定", by=None)
    end_dates(DueDate.objects.filter(pk=due.pk))
    DueDate.objects.filter(pk=set_day(opinion, DueKind.REDO, FRIDAY, reason="定", by=None).pk).update(due_on=None)
    assert urge_overdue(LATER) == 0


@pytest.mark.django_db
def test_a_department_is_urged_and_then_its_head(opinion, office, liaison, department):
    head = factories.user(role=Role.DEPARTMENT, code="410105")
    office.memberships.create(user=head, is_head=True)
    factories.department("410105").memberships.create(user=department, is_head=True)  # head of another one
    sent = factories.referral(opinion, office, by=liaison)
    person, above = (urged(opinion, rank, referral=sent) for rank in (Rank.PERSON, Rank.HEAD))
    assert (person.name, set(person.people)) == ("城市管理局", {department, head})
    assert (above.name, set(above.people)) == ("城市管理局负责人 李四", {head})


@pytest.mark.django_db
def test_a_station_is_urged_and_then_the_street_and_the_district(opinion, liaison, neighbour, street, district):
    told = {rank: set(urged(opinion, rank).people) for rank in Rank}
    assert told == {Rank.PERSON: {liaison}, Rank.HEAD: {street}, Rank.DISTRICT: {district}}


@pytest.mark.django_db
def test_a_station_of_a_trade_has_no_street_above_it(street_region, district):
    opinion = factories.opinion(factories.station("410105-01"))
    assert urged(opinion, Rank.HEAD) is None
    assert set(urged(opinion, Rank.DISTRICT).people) == {district}


@pytest.mark.django_db
def test_urging_by_hand_is_a_row_a_step_and_a_letter(opinion, office, liaison, monkeypatch):
    letters = []
    monkeypatch.setattr(urging, "tell_urge", letters.append)
    sent = factories.referral(opinion, office, by=liaison)
    until = timezone.localdate() + 3 * DAY
    made = urge(opinion, referral=sent, words="请尽快", until=until, by=liaison)
    assert (made.referral, made.to, made.words, made.until, made.by, made.rank) == (
        sent, "城市管理局", "请尽快", until, liaison, "person",
    )  # fmt: skip
    step = opinion.steps.get(kind="urged")
    assert (step.words, step.department, step.by, step.data["urge"]) == ("请尽快", office, liaison, made.pk)
    assert letters == [made]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", [{"words": " "}, {"words": "快", "until": date(2020, 1, 1)}, {"words": "快", "seen": 0}]
)
def test_what_is_no_urge_is_refused(opinion, liaison, given):
    with pytest.raises(ValidationError):
        urge(opinion, by=liaison, **given)
    assert not Urge.objects.exists()


@pytest.mark.django_db
def test_what_is_answered_is_not_urged(opinion, office, liaison):
    sent = factories.referral(opinion, office, by=liaison)
    actions.answer_referral(sent, words="修好了", outcome="solved", by=None)
    with pytest.raises(ValidationError):
        urge(opinion, referral=sent, words="快", by=liaison)


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_urge_each_rank_once(station, liaison):
    for _n in range(6):
        row = factories.opinion(station)
        end_dates(row.due_dates)
        set_day(row, DueKind.ANSWER, FRIDAY, reason="承诺", by=None)
    barrier, made = threading.Barrier(2), []

    def work():
        try:
            barrier.wait(20)
            made.append(urge_overdue(LATER))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert (sum(made), Urge.objects.count()) == (18, 18)
    assert Urge.objects.values("due", "rank").distinct().count() == 18
