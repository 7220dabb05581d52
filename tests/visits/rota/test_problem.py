"""What the database says, as the solver gets it."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from liaison.policy.choices import Key, Unit
from liaison.policy.models import Threshold
from representatives.choices import Leadership, SeatStatus
from representatives.models import Membership, Seat
from tests import factories
from visits.actions import save_visit, set_representatives
from visits.choices import RotaState
from visits.models import RotaPlan
from visits.rota.accept import accept_plan
from visits.rota.drafts import Ask
from visits.rota.facts import Rep, Stay
from visits.rota.options import Options
from visits.rota.plans import make_plan
from visits.rota.problem import due_by, read
from visits.rota.solve import solve

from .conftest import ask, at, end_of, month

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def draft(station):
    """A draft without anybody, on the tenth of the month that is planned."""
    return factories.visit(station, starts_at=at(month().replace(day=10)))


def reading(**options):
    return read(ask(**options), timezone.now())


def able(found) -> set[str]:
    """Names of those who may come to the only slot."""
    (slot,) = found.problem.slots
    return {found.facts.reps[person].name for person in slot.able}


def why_not(found, person) -> str:
    (draft,) = found.drafts
    return found.facts.why_not(person.pk, draft.station, draft.starts_at, draft.ends_at, draft.visit)


def test_members_in_office_may_come(draft, people):
    assert able(reading()) == {"张三", "李四", "王五"}


@pytest.mark.parametrize(
    ("seat", "words"),
    [
        ({"status": SeatStatus.SUSPENDED}, "代表资格已暂停"),
        ({"status": SeatStatus.ENDED, "to_on": date(2023, 1, 1)}, "任期已终止"),
        ({"from_on": date(2040, 1, 1)}, "任期还没有开始"),
        ({"to_on": month().replace(day=10)}, "任期已终止"),
    ],
)
def test_whoever_is_not_in_office_that_day_is_never_placed(draft, people, seat, words):
    Seat.objects.filter(representative=people[0]).update(**seat)
    found = reading()
    assert able(found) == {"李四", "王五"}
    assert why_not(found, people[0]) == words


def test_one_suspended_seat_of_two_does_not_keep_away(draft, people):
    Seat.objects.create(
        representative=people[0], level=3, term=16, status=SeatStatus.SUSPENDED, from_on=date(2022, 1, 1)
    )
    assert "张三" in able(reading())


@pytest.mark.parametrize("days", [{"to_on": month().replace(day=10)}, {"from_on": month().replace(day=11)}])
def test_membership_must_be_in_force_on_the_day(draft, people, days):
    Membership.objects.filter(representative=people[0]).update(**days)
    assert able(reading()) == {"李四", "王五"}


def test_days_away_are_kept_free_both_ends_counted(draft, people):
    tenth = month().replace(day=10)
    factories.absence(people[0], from_on=tenth - 2 * DAY, to_on=tenth, reason="外出学习")
    factories.absence(people[1], from_on=tenth, to_on=tenth)
    factories.absence(people[2], from_on=tenth + DAY, to_on=tenth + 2 * DAY)
    found = reading()
    assert able(found) == {"王五"}
    assert why_not(found, people[0]).endswith(f"{tenth.month}月10日）：外出学习")


def test_leave_asked_from_another_visit_frees_the_whole_day(draft, people, other_station):
    elsewhere = factories.visit(other_station, starts_at=at(draft_day(draft), 15), people=people[:1])
    elsewhere.attendances.update(state="leave")
    found = reading()
    assert able(found) == {"李四", "王五"}
    assert why_not(found, people[0]) == "当天已请假"


def draft_day(draft) -> date:
    return timezone.localdate(draft.starts_at)


def test_other_visits_of_the_day_are_kept_free_and_a_draft_elsewhere_is_not_told(draft, people, other_station):
    day = draft_day(draft)
    factories.visit(other_station, starts_at=at(day, 15), people=people[:1], state="published")
    factories.visit(other_station, starts_at=at(day, 16), people=people[1:2])
    found = reading()
    assert able(found) == {"王五"}
    assert why_not(found, people[0]) == "当天 15:00—17:00 已安排在人民路社区代表联络站"
    assert why_not(found, people[1]) == "当天 16:00—18:00 已安排在另一处"


def test_a_visit_that_lasts_past_midnight_is_kept_free(draft, people):
    night = at(draft_day(draft) - DAY, 23)
    factories.visit(draft.station, starts_at=night, hours=11, people=people[:1], state="published")
    assert able(reading()) == {"李四", "王五"}


def test_cancelled_visits_keep_nobody(draft, people):
    factories.visit(draft.station, starts_at=at(draft_day(draft), 15), people=people[:1], state="cancelled")
    assert able(reading()) == {"张三", "李四", "王五"}


def test_a_draft_that_was_never_published_and_whose_hour_has_passed_is_no_visit(station, people):
    factories.visit(station, starts_at=at(month().replace(day=3)), people=people[:1])
    ahead, past = (read(ask(), at(month().replace(day=n))).problem.people[people[0].pk].load for n in (2, 5))
    assert (ahead, past) == (1, 0)


def test_slots_are_the_drafts_that_have_room(station, people):
    days = [month().replace(day=n) for n in (5, 6, 7, 8, 9)]
    keys = [person.pk for person in people]
    factories.visit(station, starts_at=at(days[0]), people=people)
    enough = factories.visit(station, starts_at=at(days[1]), people=people[:2])
    half = factories.visit(station, starts_at=at(days[2]), people=people[:1])
    none = factories.visit(station, starts_at=at(days[3]))
    factories.visit(station, starts_at=at(days[4]), people=people[:1], state="published")
    found = reading(most=3)
    assert [(d.visit, d.fixed) for d in found.drafts] == [
        (enough.pk, tuple(keys[:2])), (half.pk, (keys[0],)), (none.pk, ()),
    ]  # fmt: skip
    assert [slot.able for slot in found.problem.slots] == [(), tuple(keys[1:]), tuple(keys)]
    assert found.standing == 2
    person = found.problem.people[keys[0]]
    assert (person.load, set(person.days)) == (4, {days[0], days[1], days[2], days[4]})


def test_a_draft_of_another_street_is_not_planned(other_station, people):
    factories.visit(other_station, starts_at=at(month().replace(day=9)))
    assert reading().drafts == []


# -- Whom a plan put there, and whom a hand -----------------------------------------------------------------------


@pytest.fixture
def placed(station, people):
    """A draft with 李四 by hand, and with 张三, whom an accepted plan put there."""
    visit = factories.visit(station, starts_at=at(month().replace(day=9)), people=people[1:2])
    plan = RotaPlan.objects.create(code="410105002", from_on=month(), to_on=month(), state=RotaState.READY)
    slot = plan.slots.create(
        visit=visit, station=station, kind=visit.kind, starts_at=visit.starts_at, ends_at=visit.ends_at,
        before=[people[1].pk],
    )  # fmt: skip
    slot.seats.create(representative=people[1], is_fixed=True)
    slot.seats.create(representative=people[0])
    assert accept_plan(plan, by=None) == (1, 0)
    return visit


def kept(visit, **options) -> set[str]:
    """Names of those in a draft who stay where only hands count."""
    found = reading(keep="hand", most=2, **options)
    (draft,) = [draft for draft in found.drafts if draft.visit == visit.pk] or [None]
    return {found.facts.reps[person].name for person in draft.fixed} if draft else {"everybody"}


def test_what_an_earlier_plan_put_there_may_move_where_only_hands_count(placed, people):
    assert [draft.movable for draft in reading().drafts] == [()]
    found = reading(keep="hand")
    assert kept(placed) == {"李四"}
    assert (found.problem.people[people[0].pk].load, able(found)) == (0, {"张三", "王五"})


def test_whom_a_hand_took_out_and_put_back_stays(placed, people):
    set_representatives(placed, people[1:2])
    assert kept(placed) == {"李四"}
    set_representatives(placed, people[:2])
    assert kept(placed) == {"everybody"}


@pytest.mark.parametrize(
    "by_hand",
    [
        lambda there: [there.update(state="leave"), there.update(state="expected")],
        lambda there: there.update(note="上午到"),
    ],
)
def test_whom_a_hand_changed_after_a_plan_stays(placed, people, by_hand):
    by_hand(placed.attendances.filter(representative=people[0]))
    assert kept(placed) == {"everybody"}


def test_who_comes_in_place_of_somebody_whom_a_plan_put_there_stays(placed, people):
    placed.attendances.filter(representative=people[0]).update(state="leave")
    placed.attendances.create(representative=people[2])
    assert kept(placed) == {"everybody"}
    assert reading(keep="hand", most=2).problem.people[people[2].pk].load == 1


def test_where_hands_left_no_room_and_outside_the_period_a_plan_moves_nobody(placed, people):
    later = Ask("410105002", month().replace(day=12), end_of(month()), Options(keep="hand", fill=False))
    for found in (reading(keep="hand", least=1, most=1), read(later, timezone.now())):
        assert (found.drafts, found.problem.people[people[0].pk].load) == ([], 1)


def test_somebody_suspended_whom_a_plan_put_where_no_room_is_left_is_found(placed, people):
    Seat.objects.filter(representative=people[0]).update(status=SeatStatus.SUSPENDED)
    assert reading(keep="hand").unfit == []
    assert [person for _draft, person, _why in reading(keep="hand", least=1, most=1).unfit] == [people[0].pk]


def test_another_hour_for_a_draft_makes_nobody_in_it_a_hands(placed):
    placed.starts_at += timedelta(minutes=30)
    save_visit(placed, by=None)
    assert kept(placed) == {"李四"}


def test_whom_a_later_plan_left_where_the_first_one_put_them_may_still_move(placed, people):
    wishes = Options(keep="hand", fill=False, pins=(people[0].pk,)).as_json()
    later = RotaPlan.objects.create(code="410105002", from_on=month(), to_on=end_of(month()), options=wishes)
    make_plan(later, timezone.now())
    assert accept_plan(later, by=None) == (1, 0)
    assert kept(placed) == {"李四"}
    later.delete()
    assert kept(placed) == {"李四"}


# -- Yearly minimum -----------------------------------------------------------------------------------------------

SERVING = (Stay(SeatStatus.SERVING, date(2022, 1, 1), level=4),)
HERE = (Stay("410105002001-01", date(2022, 1, 1), is_home=True),)


@pytest.mark.parametrize(
    ("last", "least", "due"),
    [
        (date(2027, 3, 31), 2, 0), (date(2027, 6, 30), 2, 1), (date(2027, 9, 30), 2, 1), (date(2027, 12, 31), 2, 2),
        (date(2027, 3, 31), 4, 1), (date(2027, 9, 30), 4, 3), (date(2027, 11, 30), 4, 4),
    ],
)  # fmt: skip
def test_the_minimum_is_due_in_proportion(last, least, due):
    assert due_by(Rep(1, "张三", seats=SERVING, memberships=HERE), 2027, last, least) == due


def test_whoever_came_into_office_in_october_owes_less():
    rep = Rep(1, "张三", seats=(Stay(SeatStatus.SERVING, date(2027, 10, 1), level=4),), memberships=HERE)
    assert due_by(rep, 2027, date(2027, 12, 31), 2) == 1
    assert due_by(Rep(1, "张三", memberships=HERE), 2027, date(2027, 12, 31), 2) == 0


def test_visits_held_and_planned_count_towards_the_year(station, people):
    first, year = month(), month().year
    Threshold.objects.create(
        key=Key.VISITS_PER_YEAR, value=40, unit=Unit.TIMES, source="试", valid_from=date(year, 1, 1)
    )
    factories.visit(station, starts_at=at(first.replace(day=3)), people=people[:1], state="published")
    absent = factories.visit(station, starts_at=at(first.replace(day=4)), people=people[:1])
    absent.attendances.update(state="leave")
    needs = {need.about[0]: need.count for need in reading(months=1).problem.needs if need.kind == "year"}
    assert needs[people[0].pk] == needs[people[1].pk] - 1 > 0


@pytest.fixture
def once(people):
    """Each of three representatives came to the station this month, and owes one visit in it."""
    Threshold.objects.create(key=Key.VISITS_PER_YEAR, value=12, unit=Unit.TIMES, source="试", valid_from=month())
    Membership.objects.update(from_on=month())
    return people


def test_a_minimum_may_be_met_at_a_draft_that_has_people_enough(station, once):
    factories.visit(station, starts_at=at(month().replace(day=9)), people=once[:2])
    found = reading()
    assert [(need.about[0], len(need.places)) for need in found.problem.needs] == [(once[2].pk, 1)]
    assert able(found) == {"王五"}
    assert {person for _slot, person in solve(found.problem).places} == {once[2].pk}


def test_whose_home_is_elsewhere_is_planned_there(station, other_station, people):
    Threshold.objects.create(key=Key.VISITS_PER_YEAR, value=40, unit=Unit.TIMES, source="试", valid_from=month())
    Membership.objects.filter(representative=people[0]).update(station=other_station)
    Membership.objects.create(representative=people[0], station=station, is_home=False, from_on=date(2022, 1, 1))
    asked = {need.about[0] for need in reading().problem.needs}
    assert asked == {people[1].pk, people[2].pk}


# -- Leaders ------------------------------------------------------------------------------------------------------


@pytest.fixture
def leader(people):
    people[0].leadership = Leadership.COUNTY
    people[0].save()
    return people[0]


def quarter() -> date:
    """The first month of a quarter to come."""
    first = month()
    while first.month % 3 != 1:
        first = (first + timedelta(days=32)).replace(day=1)
    return first


def leaders_needs(**fields):
    found = reading(first=quarter(), **fields)
    return [(need.about, need.count, len(need.places)) for need in found.problem.needs if need.kind == "leader"]


def test_a_leader_is_wanted_once_in_a_quarter_that_ends_in_the_period(station, leader):
    first = quarter()
    factories.visit(station, starts_at=at(first.replace(day=9)))
    about = (station.pk, first.year, (first.month + 2) // 3)
    assert leaders_needs(months=3) == [(about, 1, 1)]
    assert leaders_needs(months=2) == []


def test_a_leader_who_comes_anyway_is_enough(station, leader):
    factories.visit(station, starts_at=at(quarter().replace(day=9)), people=[leader], state="published")
    factories.visit(station, starts_at=at(quarter().replace(day=19)))
    assert leaders_needs(months=3) == []


def test_a_leader_who_leaves_before_the_quarter_ends_is_not_waited_for(station, leader):
    factories.visit(station, starts_at=at(quarter().replace(day=9)))
    Membership.objects.filter(representative=leader).update(to_on=quarter().replace(day=20))
    assert leaders_needs(months=3) == []


# -- Pins, and who was put there wrongly --------------------------------------------------------------------------


def test_somebody_asked_for_by_name_comes(station, people):
    for day in (5, 25):
        factories.visit(station, starts_at=at(month().replace(day=day)))
    for visit in range(6):
        factories.visit(station, starts_at=at(month(1).replace(day=2 + visit)), people=people[:1], state="published")
    found = reading(pins=(people[0].pk,), least=1, most=1)
    assert people[0].pk in {person for _slot, person in solve(found.problem).places}


def test_a_suspended_person_whom_a_hand_put_there_is_found(draft, people):
    draft.attendances.create(representative=people[0])
    Seat.objects.filter(representative=people[0]).update(status=SeatStatus.SUSPENDED)
    assert [(d.visit, person, why) for d, person, why in reading().unfit] == [
        (draft.pk, people[0].pk, "代表资格已暂停")
    ]


def test_reading_costs_the_same_for_one_station_and_for_three(
    station, other_station, people, django_assert_max_num_queries
):
    factories.visit(station, starts_at=at(month().replace(day=8)), people=people[:1])
    with django_assert_max_num_queries(20) as one:
        reading(fill=True)
    for n in (2, 3):
        factories.region(f"41010500200{n}")
        more = factories.station(f"41010500200{n}-01")
        person = factories.representative(station=more)
        factories.visit(more, starts_at=at(month().replace(day=9)), people=[person])
    with django_assert_max_num_queries(len(one)):
        assert len(reading(fill=True).stations) == 3


def test_options_are_kept_as_json():
    options = Options(pins=(1, 2), themes=("物业",), may_lack=True)
    assert Options.of(options.as_json()) == options
    assert Options.of({"unknown": 1}) == Options()
