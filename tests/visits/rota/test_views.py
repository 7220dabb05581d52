"""The pages of rotas, through the door that the office takes."""

import re
from datetime import date

import pytest

from liaison.accounts import jobs
from liaison.accounts.models import Job
from liaison.policy.models import CalendarYear
from representatives.choices import SeatStatus
from representatives.models import Seat
from tests import factories
from visits.choices import RotaState
from visits.forms.rota import next_quarter, places_to_plan
from visits.models import RotaPlan, Visit
from visits.rota.accept import accept_plan

from .conftest import at, end_of, month
from .test_plans import planned

pytestmark = pytest.mark.django_db
LIST, ADD = "/desk/rota/", "/desk/rota/add/"


def filled(**fields) -> dict:
    return {
        "code": "410105002", "from_on": month(), "to_on": end_of(month()), "least": 2, "most": 4, "ordinal": 2,
        "weekdays": [2], "starts": "09:00", "ends": "11:00", "themes": "", "keep": "all", "pins": "", "gap_days": 21,
        "load": 3, "theme": 2, "mix": 2, "spread": 2, "seconds": 10,
    } | fields  # fmt: skip


def errors(response) -> dict:
    return {name: list(words) for name, words in response.context["form"].errors.items()}


def text_of(response) -> str:
    return " ".join(response.content.decode().split())


@pytest.mark.parametrize(
    ("today", "first", "last"),
    [
        (date(2026, 11, 24), date(2027, 1, 1), date(2027, 3, 31)),
        (date(2026, 1, 31), date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 9, 30), date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_the_next_quarter_is_proposed(today, first, last):
    assert next_quarter(today) == (first, last)


def test_the_street_is_offered_its_street_and_the_district_everything(street, district, station, other_station):
    streets = [("410105002", "花园路街道"), ("410105003", "人民路街道")]
    assert places_to_plan(street) == streets[:1]
    assert places_to_plan(district) == [("410105", "金水区"), *streets]


def test_the_office_asks_and_the_job_leads_to_the_plan(as_, street, station, people):
    factories.visit(station, starts_at=at(month().replace(day=9)))
    response = as_(street).post(ADD, filled())
    job = Job.objects.get()
    assert response["Location"] == job.get_absolute_url()
    jobs.run(job.pk)
    plan = RotaPlan.objects.get()
    assert (plan.state, plan.created_by) == (RotaState.READY, street)
    assert as_(street).get(job.get_absolute_url())["Location"] == plan.get_absolute_url()


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"code": "410105003"}, {"code": ["没有这个范围，或者不归您编排"]}),
        ({"to_on": "2020-01-01"}, {"to_on": ["结束日期早于开始日期"]}),
        ({"least": 4, "most": 2}, {"most": ["最多人数不能少于最少人数"]}),
        ({"ends": "08:00"}, {"ends": ["结束时间应晚于开始时间"]}),
        ({"weekdays": []}, {"weekdays": ["请选择星期几"]}),
        ({"pins": "赵六"}, {"pins": ["这个范围里没有叫“赵六”的代表"]}),
        ({"pins": "张三、孪生"}, {"pins": ["有同名的“孪生”，请写成 姓名@联络站名称"]}),
        ({"pins": "张三，李四"}, {"pins": ["李四的代表资格已暂停，不能编排轮值"]}),
    ],
)
def test_bad_input_is_named_at_its_field_and_nothing_is_lost(
    as_, street, station, other_station, people, fields, wrong
):
    for _ in range(2):
        factories.representative("孪生", station=station)
    factories.representative("赵六", station=other_station)
    Seat.objects.filter(representative=people[1]).update(status=SeatStatus.SUSPENDED)
    response = as_(street).post(ADD, filled(themes="物业、养老", **fields))
    assert errors(response) == wrong
    assert response.context["form"]["themes"].value() == "物业、养老"
    assert not RotaPlan.objects.exists()


def test_one_of_two_of_the_same_name_is_told_by_the_station(as_, street, station):
    factories.region("410105002002")
    more = factories.station("410105002002-01", name="乙院社区代表联络站")
    factories.representative("孪生", station=station)
    twin = factories.representative("孪生", station=more)
    as_(street).post(ADD, filled(pins="孪生@乙院社区"))
    assert RotaPlan.objects.get().options["pins"] == [twin.pk]


def test_an_earlier_plan_gives_its_wishes_to_the_next(as_, street, station, people):
    plan = planned(most=7, themes=("物业",), pins=(people[0].pk,))
    form = as_(street).get(f"{ADD}?plan={plan.public_id}&lack=1").context["form"]
    found = {name: form[name].value() for name in ("from_on", "most", "themes", "pins", "may_lack")}
    assert found == {"from_on": plan.from_on, "most": 7, "themes": "物业", "pins": "张三", "may_lack": True}


def test_the_plan_stands_beside_what_is_there_and_says_what_changes(as_, street, station, people):
    visit = factories.visit(station, starts_at=at(month().replace(day=9)), people=people[:1])
    plan = planned()
    response = as_(street).get(plan.get_absolute_url())
    (slot,) = response.context["shown"].slots
    assert (text_of(response).count(">保留</span>"), text_of(response).count('tag-added">新增</span>')) == (1, 1)
    added = slot.seats.get(is_fixed=False).representative
    assert slot.now == [(people[0], "")]
    assert [(person.name, str(word)) for person, word in slot.planned] == [("张三", "保留"), (added.name, "新增")]
    accept_plan(plan, by=street)
    visit.attendances.filter(representative=people[0]).delete()
    text = text_of(as_(street).get(plan.get_absolute_url()))
    assert "已采用 1 / 1 场" in text


def test_a_year_not_announced_is_said_above_the_plan_and_at_each_new_slot(as_, street, station, people):
    words = f"暂定：{month().year}年放假安排尚未公布，日期可能顺延"
    CalendarYear.objects.filter(year=month().year).update(announced=False)
    plan = planned(fill=True)
    assert text_of(as_(street).get(plan.get_absolute_url())).count(words) == 2
    CalendarYear.objects.update(announced=True)
    text = text_of(as_(street).get(plan.get_absolute_url()))
    assert text.count(words) == 1  # what the slot says is as it was when the plan was made


def test_the_soft_terms_are_shown_with_values_and_weights_and_how_far_from_the_best_it_is(as_, street, station, people):
    factories.visit(station, starts_at=at(month().replace(day=9)), people=people[:1])
    plan = planned(weights={"load": 7, "theme": 2, "mix": 0, "spread": 5})
    text = text_of(as_(street).get(plan.get_absolute_url()))
    number = '" class="num">([^<]+)<.*?'
    rows = re.findall(f'项目">([^<]+)</td>.*?数{number}权数{number}代价{number}', text)
    assert rows == [
        ("次数均衡", "1", "7", "7"), ("主题不重复", "0", "2", "0"), ("级别搭配", "0", "0", "0"),
        ("时间分散", "0", "5", "0"),
    ]  # fmt: skip
    assert "已证明是最好的：代价 7 不能再少" in text
    RotaPlan.objects.update(figures=plan.figures | {"cost": 80, "bound": 79, "gap": 0.0125})
    text = text_of(as_(street).get(plan.get_absolute_url()))
    assert "已证明是最好的" not in text
    assert 'figure-number">1.25%</p>' in text
    assert "最多差这么多：代价 80，任何方案不少于 79" in text


def test_whom_a_plan_would_exchange_is_said_to_leave(as_, street, station, people):
    factories.visit(station, starts_at=at(month().replace(day=9)), people=people[:1])
    plan = planned()
    accept_plan(plan, by=street)
    added = plan.slots.get().seats.get(is_fixed=False).representative
    factories.absence(added, from_on=month(), length=20)
    again = planned(keep="hand")
    (slot,) = as_(street).get(again.get_absolute_url()).context["shown"].slots
    assert [(person, str(word)) for person, word in slot.now] == [(people[0], ""), (added, "换下")]


def test_a_plan_that_cannot_be_shows_who_and_when(as_, street, station, people):
    factories.visit(station, starts_at=at(month().replace(day=9)))
    for person in people[1:]:
        factories.absence(person, from_on=month(), length=25, reason="外出学习")
    text = text_of(as_(street).get(planned().get_absolute_url()))
    assert "1 处排不成" in text
    assert "需要 2 人，只有 1 人能来" in text
    assert "外出学习" in text
    assert "人手不够也编排" in text


@pytest.mark.parametrize(("seconds", "may_be_more"), [(0, True), (30, False)])
def test_conflicts_cut_short_by_the_time_are_said_to_be_perhaps_not_all(
    as_, street, station, people, seconds, may_be_more
):
    for hour in (9, 15):
        factories.visit(station, starts_at=at(month().replace(day=9), hour))
    text = text_of(as_(street).get(planned(seconds=seconds).get_absolute_url()))
    assert "2 项要求不能同时做到" in text
    assert ("这里可能没有列全" in text) == may_be_more


def test_accepting_one_station_or_all_starts_a_job(as_, street, station, people):
    factories.visit(station, starts_at=at(month().replace(day=9)))
    plan = planned()
    response = as_(street).post(f"{plan.get_absolute_url()}accept/", {"station": station.pk})
    job = Job.objects.get()
    assert response["Location"] == job.get_absolute_url()
    assert job.given == {"plan": plan.pk, "station": station.pk}
    jobs.run(job.pk)
    assert Visit.objects.get().attendances.count() == 2
    again = as_(street).post(f"{plan.get_absolute_url()}accept/", follow=True)
    assert "没有等待采用的场次" in text_of(again)


def test_a_station_out_of_reach_is_not_accepted(as_, street, station, other_station, people):
    factories.visit(station, starts_at=at(month().replace(day=9)))
    plan = planned()
    assert as_(street).post(f"{plan.get_absolute_url()}accept/", {"station": other_station.pk}).status_code == 404


def test_each_persons_visits_are_told_in_numbers(as_, street, station, people):
    factories.visit(station, starts_at=at(month().replace(day=9)), people=people[:1])
    plan = planned()
    rows = as_(street).get(f"{plan.get_absolute_url()}people/").context["rows"]
    assert sorted((row["stands"], row["added"], row["total"]) for row in rows) == [(0, 0, 0), (0, 1, 1), (1, 0, 1)]


def test_a_plan_is_deleted_and_its_drafts_stay(as_, street, station, people):
    plan = planned(fill=True)
    accept_plan(plan, by=street)
    response = as_(street).post(f"{plan.get_absolute_url()}delete/")
    assert (response["Location"], RotaPlan.objects.count(), Visit.objects.count()) == (LIST, 0, 1)


def test_the_list_costs_the_same_for_one_plan_and_for_three(as_, street, station, django_assert_max_num_queries):
    client = as_(street)
    factories.rota_plan("410105002", created_by=street)
    client.get(LIST)
    with django_assert_max_num_queries(20) as one:
        client.get(LIST)
    for _ in range(2):
        factories.rota_plan("410105002", created_by=street)
    with django_assert_max_num_queries(len(one)):
        assert len(client.get(LIST).context["rows"]) == 3


def test_a_plan_costs_the_same_for_one_slot_and_for_three(as_, street, station, people, django_assert_max_num_queries):
    client = as_(street)
    factories.visit(station, starts_at=at(month().replace(day=9)), people=people[:1])
    first = planned()
    client.get(first.get_absolute_url())
    with django_assert_max_num_queries(30) as one:
        client.get(first.get_absolute_url())
    for day in (12, 15):
        factories.visit(station, starts_at=at(month().replace(day=day)), people=people[:1])
    second = planned()
    with django_assert_max_num_queries(len(one)):
        assert len(client.get(second.get_absolute_url()).context["shown"].slots) == 3


def test_a_large_plan_shows_one_station_at_a_time(as_, street, station, people, monkeypatch):
    from visits.rota import pages

    monkeypatch.setattr(pages, "ALL_AT_ONCE", 1)
    factories.region("410105002002")
    more = factories.station("410105002002-01")
    for _ in range(2):
        factories.representative(station=more)
    plan = planned(fill=True)
    shown = as_(street).get(plan.get_absolute_url()).context["shown"]
    assert [group["station"] for group in shown.groups] == [station.pk]
    shown = as_(street).get(f"{plan.get_absolute_url()}?station={more.pk}").context["shown"]
    assert [group["station"] for group in shown.groups] == [more.pk]
    shown = as_(street).get(f"{plan.get_absolute_url()}?station=x").context["shown"]
    assert [group["station"] for group in shown.groups] == [station.pk]
