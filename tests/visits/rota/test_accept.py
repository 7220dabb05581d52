"""Taking a plan over: drafts, through the guards of any other plan."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from liaison.accounts import jobs
from liaison.accounts.choices import JobState
from liaison.accounts.models import Job
from liaison.common.exceptions import NotAllowed
from representatives.choices import SeatStatus
from representatives.models import Membership, Seat
from tests import factories
from visits.actions import publish_visit
from visits.choices import State
from visits.models import RotaSlot, Visit
from visits.rota.accept import accept_plan, accept_slot, ask_to_accept

from .conftest import at, month
from .test_plans import planned

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(station, people):
    return factories.visit(station, starts_at=at(month().replace(day=9)), people=people[:1])


def names(visit) -> set[str]:
    return set(visit.attendances.values_list("representative__name", flat=True))


def refusals(plan) -> list[str]:
    return list(plan.slots.exclude(refusal="").values_list("refusal", flat=True))


def test_a_draft_is_filled_and_stays_a_draft(draft, street):
    plan = planned()
    assert accept_plan(plan, by=street) == (1, 0)
    draft.refresh_from_db()
    assert (draft.state, draft.attendances.count(), "张三" in names(draft)) == (State.DRAFT, 2, True)
    assert plan.slots.get().accepted_at


def test_a_proposed_reception_becomes_a_draft_of_whoever_accepted(station, people, street):
    room = factories.room(station)
    plan = planned(fill=True, themes=("物业服务",))
    assert accept_plan(plan, by=street) == (1, 0)
    visit = Visit.objects.get()
    slot = plan.slots.get()
    assert (visit.state, visit.title, visit.room, visit.created_by) == (State.DRAFT, "物业服务", room, street)
    assert (visit.starts_at, slot.visit, visit.attendances.count()) == (slot.starts_at, visit, 2)


def test_twice_is_once(station, people, street):
    plan = planned(fill=True)
    assert accept_plan(plan, by=street) == (1, 0)
    assert accept_plan(plan, by=street) == (0, 0)
    assert accept_slot(plan.slots.get().pk, by=street) is False
    assert Visit.objects.count() == 1


def test_one_station_only(station, other_station, people, district):
    factories.representative("赵六", station=other_station)
    factories.representative("钱七", station=other_station)
    plan = planned("410105", fill=True)
    assert accept_plan(plan, station=other_station.pk, by=district) == (1, 0)
    assert [visit.station for visit in Visit.objects.all()] == [other_station]


def test_a_slot_that_clashes_by_now_says_so_and_the_rest_goes_on(draft, people, street):
    other = factories.visit(draft.station, starts_at=at(month().replace(day=19)), people=people[:1])
    plan = planned()
    slot = plan.slots.get(visit=draft)
    added = slot.seats.get(is_fixed=False).representative
    factories.visit(draft.station, starts_at=draft.starts_at + timedelta(hours=5), people=[added])
    assert accept_plan(plan, by=street) == (1, 1)
    assert refusals(plan) == [f"{added.name}：当天 14:00—16:00 已安排在另一处"]
    assert (draft.attendances.count(), other.attendances.count()) == (1, 2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda v, p: Visit.objects.filter(pk=v.pk).update(starts_at=v.starts_at - timedelta(hours=1)), "时间或地点"),
        (lambda v, p: v.attendances.create(representative=p[2]), "人员在编排以后改过"),
        (lambda v, p: v.attendances.all().delete(), "人员在编排以后改过"),
        (lambda v, p: v.delete(), "草稿已经删除"),
        (lambda v, p: publish_visit(v, by=v.created_by), "已经公布或取消"),
    ],
)
def test_what_a_hand_changed_since_stays_as_the_hand_left_it(draft, people, street, change, words):
    Visit.objects.filter(pk=draft.pk).update(created_by=street)
    draft.refresh_from_db()
    plan = planned()
    change(draft, people)
    before = {visit.pk: names(visit) for visit in Visit.objects.all()}
    assert accept_plan(plan, by=street) == (0, 1)
    assert words in refusals(plan)[0]
    assert {visit.pk: names(visit) for visit in Visit.objects.all()} == before


def test_whoever_became_unfit_since_is_not_placed(draft, people, street):
    plan = planned()
    added = plan.slots.get().seats.get(is_fixed=False).representative
    absence = factories.absence(added, from_on=month(), length=20)
    assert accept_plan(plan, by=street) == (0, 1)
    assert refusals(plan)[0].startswith(f"{added.name}：请假外出")
    absence.delete()
    Seat.objects.filter(representative=added).update(status=SeatStatus.SUSPENDED)
    accept_plan(plan, by=street)
    assert refusals(plan) == [f"{added.name}：代表资格已暂停"]
    Seat.objects.filter(representative=added).update(status=SeatStatus.SERVING)
    Membership.objects.filter(representative=added).update(to_on=month())
    accept_plan(plan, by=street)
    assert refusals(plan) == [f"{added.name}：当天没有编在这个站"]
    Membership.objects.filter(representative=added).update(to_on=None)
    assert accept_plan(plan, by=street) == (1, 0)
    assert refusals(plan) == []


def test_a_month_that_has_its_reception_by_now_gets_no_second_one(station, people, street):
    plan = planned(fill=True)
    factories.visit(station, starts_at=at(month().replace(day=28), 19), people=people[:2])
    assert accept_plan(plan, by=street) == (0, 1)
    assert refusals(plan) == [f"这个站{month().month}月已另有接待安排，不再新增"]


def test_a_room_taken_by_now_is_refused_by_the_same_guard_as_ever(station, people, street):
    room = factories.room(station)
    plan = planned(fill=True)
    slot = plan.slots.get()
    factories.visit(station, starts_at=slot.starts_at, room=room, kind="training")
    assert accept_plan(plan, by=street) == (0, 1)
    assert refusals(plan)[0].startswith("这个房间在")


def test_who_asked_leave_stays_on_the_list_as_that(draft, people, street):
    draft.attendances.create(representative=people[1], state="leave")
    plan = planned()
    assert accept_plan(plan, by=street) == (1, 0)
    assert set(draft.attendances.values_list("representative__name", "state")) == {
        ("张三", "expected"), ("李四", "leave"), ("王五", "expected"),
    }  # fmt: skip


def test_beyond_ones_reach_nothing_is_made(draft, neighbour):
    plan = planned()
    assert accept_plan(plan, by=neighbour) == (0, 1)
    assert refusals(plan) == ["这次安排不归您修改"]


def test_whom_an_earlier_plan_placed_may_be_exchanged_by_a_later_one(draft, people, street):
    accept_plan(planned(), by=street)
    added = (names(draft) - {"张三"}).pop()
    person = next(p for p in people if p.name == added)
    factories.absence(person, from_on=month(), length=20)
    other = ({"李四", "王五"} - {added}).pop()
    assert planned().slots.count() == 0
    assert accept_plan(planned(keep="hand"), by=street) == (1, 0)
    assert names(draft) == {"张三", other}


# -- The job ------------------------------------------------------------------------------------------------------


def test_accepting_is_a_job_that_says_what_came_of_it(draft, street):
    plan = planned()
    job = ask_to_accept(plan, by=street)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.words) == (JobState.DONE, "已采用 1 场，存为草稿，公布后群众才能看到")
    with pytest.raises(NotAllowed, match="没有等待采用的场次"):
        ask_to_accept(plan, by=street)


def test_the_visits_own_page_says_who_took_it_over(draft, street, as_):
    jobs.run(ask_to_accept(planned(), by=street).pk)
    (step, *_before) = as_(street).get(f"/desk/visits/{draft.public_id}/").context["history"]
    assert (step.by, len(step.what), step.what[0][:4]) == ("street", 1, "加入代表")


def test_a_plan_that_is_not_ready_is_not_accepted(station, street):
    with pytest.raises(NotAllowed, match="只有编排完成的方案可以采用"):
        ask_to_accept(factories.rota_plan("410105002"), by=street)


def test_what_a_killed_worker_began_another_one_ends(station, people, street, monkeypatch):
    from visits.rota import accept

    for day in (9, 19):
        factories.visit(station, starts_at=at(month().replace(day=day)))
    job = ask_to_accept(planned(), by=street)
    real, calls = accept.accept_slot, []

    def killed(key, *, by):
        calls.append(key)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return real(key, by=by)

    monkeypatch.setattr(accept, "accept_slot", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(job.pk)
    monkeypatch.setattr(accept, "accept_slot", real)
    assert RotaSlot.objects.exclude(accepted_at=None).count() == 1
    Job.objects.filter(pk=job.pk).update(state=JobState.WAITING)
    jobs.run(job.pk)
    assert RotaSlot.objects.exclude(accepted_at=None).count() == 2
    assert [visit.attendances.count() for visit in Visit.objects.all()] == [2, 2]


@pytest.mark.django_db(transaction=True)
def test_two_who_accept_at_once_make_each_visit_once(station, people, street):
    for n in (2, 3):
        factories.region(f"41010500200{n}")
        more = factories.station(f"41010500200{n}-01")
        for _ in range(2):
            factories.representative(station=more)
    plan = planned(fill=True)
    barrier, made = threading.Barrier(2), []

    def accept():
        try:
            barrier.wait(120)
            made.append(accept_plan(plan, by=street))
        finally:
            connection.close()

    threads = [threading.Thread(target=accept) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sum(done for done, _refused in made) == 3
    assert sum(refused for _done, refused in made) == 0
    assert sorted(Visit.objects.values_list("station", flat=True)) == sorted(
        plan.slots.values_list("station", flat=True)
    )


@pytest.mark.django_db(transaction=True)
def test_two_plans_do_not_give_somebody_two_visits_of_one_day(station, other_station, street, district):
    """Each found the person free; the second one finds the day taken, though the hours do not meet."""
    person = factories.representative("张三", station=station)
    Membership.objects.create(representative=person, station=other_station, is_home=False)
    factories.visit(station, starts_at=at(month().replace(day=9)))
    mine = planned("410105002", least=1)
    factories.visit(other_station, starts_at=at(month().replace(day=9), 15))
    theirs = planned("410105003", least=1)
    barrier, made = threading.Barrier(2), []

    def accept(plan):
        try:
            barrier.wait(120)
            made.append(accept_plan(plan, by=district))
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=[plan]) for plan in (mine, theirs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert sorted(made) == [(0, 1), (1, 0)]
