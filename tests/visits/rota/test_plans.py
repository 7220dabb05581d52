"""Asking for a plan, and what is kept of the answer."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from liaison.accounts import jobs
from liaison.accounts.choices import JOB_SILENCE, JobState
from liaison.accounts.models import Job
from liaison.policy.choices import Key, Unit
from liaison.policy.models import Threshold
from representatives.choices import Leadership, SeatStatus
from representatives.models import Membership, Seat
from tests import factories
from visits.choices import RotaState
from visits.models import RotaPlan, RotaSeat, RotaSlot, Visit
from visits.rota import plans
from visits.rota.options import Options
from visits.rota.plans import ask_for_plan, delete_plan, make_plan
from visits.rota.sayings import conflicts_told

from .conftest import at, end_of, month

pytestmark = pytest.mark.django_db
STREET = "410105002"


def planned(code: str = STREET, months: int = 1, **options) -> RotaPlan:
    plan = RotaPlan.objects.create(
        code=code, from_on=month(), to_on=end_of(month(), months),
        options=Options(**({"fill": False, "seconds": 10} | options)).as_json(),
    )  # fmt: skip
    return make_plan(plan, timezone.now())


def asked(by, code: str = STREET, from_on: date | None = None, to_on: date | None = None, **options) -> RotaPlan:
    from_on = from_on or month()
    return ask_for_plan(
        code=code, from_on=from_on, to_on=to_on or end_of(from_on.replace(day=1)), options=Options(**options), by=by
    )


def refusal(by, **given) -> dict:
    with pytest.raises(ValidationError) as caught:
        asked(by, **given)
    assert not RotaPlan.objects.exists()
    return caught.value.message_dict


# -- Refused clearly ----------------------------------------------------------------------------------------------


def test_a_period_is_refused_in_words(street, station):
    today = timezone.localdate()
    day = timedelta(days=1)
    ahead = today + 30 * day
    cases = [
        ((ahead, ahead - day), {"to_on": ["结束日期早于开始日期"]}),
        ((today - 9 * day, today - day), {"to_on": ["这段时间已经过去，只能编排今天和以后的"]}),
        ((today - day, ahead), {"from_on": ["开始日期已经过去，请选今天或以后的日期"]}),
        ((today, today + 367 * day), {"to_on": ["一次最多编排一年，请缩短"]}),
        ((today + 500 * day, today + 600 * day), {"to_on": [f"最远只能安排到 {today + 550 * day}"]}),
    ]
    assert [refusal(street, from_on=a, to_on=b) for (a, b), _words in cases] == [words for _period, words in cases]


def test_a_whole_year_is_not_too_long(street, station, sent):
    from_on = month()
    plan = asked(street, from_on=from_on, to_on=from_on.replace(year=from_on.year + 1) - timedelta(days=1))
    assert plan.state == RotaState.WAITING


@pytest.mark.parametrize("code", ["410105", "410105003", "410105002001-01x", "41"])
def test_a_place_out_of_reach_is_refused(street, station, other_station, code):
    assert refusal(street, code=code) == {"code": ["没有这个范围，或者不归您编排"]}


def test_a_person_whose_seat_is_suspended_is_refused_by_name(street, people):
    Seat.objects.filter(representative=people[0]).update(status=SeatStatus.SUSPENDED)
    Seat.objects.filter(representative=people[1]).update(status=SeatStatus.ENDED, to_on=date(2023, 1, 1))
    words = refusal(street, pins=tuple(person.pk for person in people))
    assert words == {"pins": ["张三的代表资格已暂停，不能编排轮值；李四在这段时间没有在任的任期，不能编排轮值"]}


def test_people_and_hours_must_make_sense(street, station):
    words = refusal(street, least=5, most=2, starts="11:00", ends="09:00")
    assert words == {"most": ["最多人数不能少于最少人数"], "ends": ["结束时间应晚于开始时间"]}


# -- What is kept -------------------------------------------------------------------------------------------------


def test_a_plan_is_a_proposal_and_changes_nothing(station, people):
    draft = factories.visit(station, starts_at=at(month().replace(day=9)), people=people[:1])
    plan = planned()
    slot = plan.slots.get()
    assert (plan.state, slot.visit, slot.before, slot.is_new) == (RotaState.READY, draft, [people[0].pk], False)
    assert {(s.representative_id, s.is_fixed) for s in slot.seats.all()} > {(people[0].pk, True)}
    assert slot.seats.count() == 2
    assert draft.attendances.count() == 1


def test_a_draft_with_people_enough_is_in_a_plan_only_where_that_adds_somebody(station, people):
    Threshold.objects.create(key=Key.VISITS_PER_YEAR, value=12, unit=Unit.TIMES, source="试", valid_from=month())
    Membership.objects.update(from_on=month())  # one visit is due in this month
    for day in (9, 19):
        factories.visit(station, starts_at=at(month().replace(day=day)), people=people[:2])
    plan = planned()
    assert (plan.state, plan.figures["slots"], plan.figures["standing"]) == (RotaState.READY, 1, 1)
    seats = plan.slots.get().seats.order_by("id")
    assert list(seats.values_list("representative__name", "is_fixed")) == [
        ("张三", True), ("李四", True), ("王五", False),
    ]  # fmt: skip
    assert plan.figures["fixed"] == 2


def test_figures_tell_numerator_and_denominator(station, people):
    factories.representative("赵六", station=station, level=2)
    factories.visit(station, starts_at=at(month().replace(day=9)), people=people[:1])
    factories.visit(station, starts_at=at(month().replace(day=19)), people=people[:2])
    figures = planned().figures
    wanted = {"slots": 1, "new": 0, "standing": 1, "stations": 1, "people": 4, "added": 1, "fixed": 1, "placed": 1,
              "mixed": 1, "can_mix": 1, "gap": 0}  # fmt: skip
    assert {key: figures[key] for key in wanted} == wanted
    assert sorted(row[1:] for row in figures["loads"]) == [[0, 0], [0, 1], [1, 0], [2, 0]]
    weights = Options().weights
    assert figures["cost"] == sum(weights[name] * value for name, value in figures["terms"].items())


def test_too_few_people_are_named_with_their_reasons(station, people):
    day = month().replace(day=9)
    factories.visit(station, starts_at=at(day))
    factories.absence(people[0], from_on=day, to_on=day)
    Seat.objects.filter(representative=people[1]).update(status=SeatStatus.SUSPENDED)
    plan = planned()
    assert (plan.state, plan.slots.count()) == (RotaState.IMPOSSIBLE, 0)
    (conflict,) = conflicts_told(plan.conflicts)
    assert conflict["title"].endswith("9:00—11:00 甲院社区代表联络站：需要 2 人，只有 1 人能来")
    assert set(conflict["lines"]) == {
        "王五：能来", f"张三：请假外出（{day.month}月9日）", "李四：代表资格已暂停",
    }  # fmt: skip
    assert "人手不够也编排" in conflict["way"]


def test_two_slots_that_need_the_same_people_are_named_together(station, people):
    day = month().replace(day=9)
    for hour in (9, 15):
        factories.visit(station, starts_at=at(day, hour))
    (conflict,) = conflicts_told(planned().conflicts)
    assert conflict["title"] == "下面 2 项要求不能同时做到：一位代表一天只能进站一次，每场人数有上限"
    assert len(conflict["lines"]) == 2
    assert all("需要 2 人，能来的有：张三、李四、王五" in line for line in conflict["lines"])


def test_who_may_lack_gets_a_plan_and_what_it_lacks(station, people):
    day = month().replace(day=9)
    for hour in (9, 15):
        factories.visit(station, starts_at=at(day, hour))
    plan = planned(may_lack=True)
    assert (plan.state, sorted(slot.seats.count() for slot in plan.slots.all())) == (RotaState.READY, [1, 2])
    (conflict,) = conflicts_told(plan.conflicts)
    assert "需要 2 人，只有 1 人能来" in conflict["title"]
    assert sum("当天" in line and "已安排在甲院社区代表联络站" in line for line in conflict["lines"]) == 2


def test_a_yearly_minimum_that_cannot_be_met_names_person_and_days(station, people):
    first = month()
    Threshold.objects.create(key=Key.VISITS_PER_YEAR, value=12, unit=Unit.TIMES, source="试", valid_from=first)
    visits = [factories.visit(station, starts_at=at(first.replace(day=day))) for day in (9, 19)]
    factories.absence(people[0], from_on=first, to_on=end_of(first))
    conflict = next(c for c in conflicts_told(planned(most=9).conflicts) if c["title"].startswith("张三"))
    assert "年还要进站" in conflict["title"]
    assert conflict["title"].endswith("本期只排得进 0 次")
    assert len(conflict["lines"]) == len(visits)
    assert all("请假外出" in line for line in conflict["lines"])


def test_a_quarter_without_any_leader_names_the_leader(station, people):
    people[0].leadership = Leadership.BUREAU
    people[0].save()
    first = month()
    factories.absence(people[0], from_on=first, to_on=end_of(first, 3))
    for ahead in range(3):
        day = (first + timedelta(days=31 * ahead)).replace(day=9)
        factories.visit(station, starts_at=at(day))
    words = [c["title"] for c in conflicts_told(planned(months=3).conflicts) if "领导干部" in c["title"]]
    assert len(words) == 1
    assert words[0].startswith("甲院社区代表联络站：")
    assert words[0].endswith("季度还要领导干部进站 1 次，只排得进 0 次")


def test_a_suspended_person_in_a_draft_is_named_and_no_plan_is_made(station, people):
    factories.visit(station, starts_at=at(month().replace(day=9)), people=people[:2])
    Seat.objects.filter(representative=people[0]).update(status=SeatStatus.SUSPENDED)
    plan = planned()
    assert plan.state == RotaState.IMPOSSIBLE
    (conflict,) = conflicts_told(plan.conflicts)
    assert conflict["title"].endswith("甲院社区代表联络站：已手工安排的张三代表资格已暂停，不能安排")


def test_a_suspended_person_is_never_in_a_plan(station, people):
    for day in range(5, 25, 5):
        factories.visit(station, starts_at=at(month().replace(day=day)))
    Seat.objects.filter(representative=people[0]).update(status=SeatStatus.SUSPENDED)
    plan = planned()
    assert {seat.representative_id for seat in RotaSeat.objects.filter(slot__plan=plan)} == {
        person.pk for person in people[1:]
    }


# -- The job ------------------------------------------------------------------------------------------------------


@pytest.fixture
def plan(street, station, people):
    factories.visit(station, starts_at=at(month().replace(day=9)))
    return asked(street, fill=False)


def test_the_job_makes_the_plan_and_leads_to_it(plan):
    jobs.run(plan.job_id)
    plan.refresh_from_db()
    job = Job.objects.get()
    assert (plan.state, job.state, job.words) == (RotaState.READY, JobState.DONE, "编排完成")
    assert job.result_url == plan.get_absolute_url()


def test_the_job_tells_the_seconds_passed_of_the_limit(plan, monkeypatch):
    from visits.rota import solve

    real, told = solve.solve, []

    def slow(problem, tick):
        for passed in (7.9, 99):
            tick(passed)
            told.append(Job.objects.values_list("done", "total").get())
        return real(problem, tick)

    monkeypatch.setattr(solve, "solve", slow)
    jobs.run(plan.job_id)
    assert told == [(7, 30), (30, 30)]


def test_what_a_killed_worker_began_another_one_ends_and_nothing_is_there_twice(plan, monkeypatch):
    """The first worker falls silent in the middle of writing; its transaction is gone, and so is its right to write."""

    def killed(*_args, **_kwargs):
        raise KeyboardInterrupt

    real = plans.RotaSeat.objects.bulk_create
    monkeypatch.setattr(plans.RotaSeat.objects, "bulk_create", killed)
    with pytest.raises(KeyboardInterrupt):
        jobs.run(plan.job_id)
    monkeypatch.setattr(plans.RotaSeat.objects, "bulk_create", real)
    assert (RotaSlot.objects.count(), RotaPlan.objects.get().state) == (0, RotaState.WAITING)
    jobs.again(timezone.now() + JOB_SILENCE + timedelta(seconds=1))
    jobs.run(plan.job_id)
    jobs.run(plan.job_id)
    assert (RotaSlot.objects.count(), RotaPlan.objects.get().state) == (1, RotaState.READY)


def test_a_plan_made_once_is_not_made_again(plan):
    jobs.run(plan.job_id)
    keys = list(RotaSlot.objects.values_list("pk", flat=True))
    make_plan(RotaPlan.objects.get(), timezone.now())
    assert list(RotaSlot.objects.values_list("pk", flat=True)) == keys


def test_a_stopped_job_leaves_no_plan(plan, street):
    jobs.stop(plan.job, by=street)
    jobs.run(plan.job_id)
    plan.refresh_from_db()
    assert (plan.slots.count(), plan.shown_state) == (0, ("late", "没有完成"))


def test_a_worker_that_was_given_up_writes_nothing(plan, monkeypatch):
    read = plans.read

    def slow(*args):
        found = read(*args)
        Job.objects.update(tries=1)  # meanwhile somebody else has it
        return found

    monkeypatch.setattr(plans, "read", slow)
    jobs.run(plan.job_id)
    assert (RotaSlot.objects.count(), RotaPlan.objects.get().state) == (0, RotaState.WAITING)


def test_time_over_is_said_in_words(plan, monkeypatch):
    from visits.rota import solve
    from visits.rota.shapes import TooShort

    def late(*_args):
        raise TooShort

    monkeypatch.setattr(solve, "solve", late)
    jobs.run(plan.job_id)
    plan.refresh_from_db()
    assert plan.shown_state == ("late", "没有完成")
    assert plan.job.words.startswith("时间用完了还没有找到方案")
    assert plan.why_not == plan.job.words


def test_deleting_a_plan_ends_its_job_and_leaves_the_drafts(plan, street):
    delete_plan(plan, by=street)
    assert (Job.objects.get().state, RotaPlan.objects.count(), Visit.objects.count()) == (JobState.STOPPED, 0, 1)
