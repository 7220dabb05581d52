"""Planning a visit from the desk: what is refused, where it says so, and that nothing typed is lost."""

import uuid
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from representatives.models import Representative
from tests import factories
from visits.models import Visit

ADD = "/desk/visits/add/"


@pytest.fixture
def plan(station):
    """A plan that would be taken as it stands; a test changes what it is about."""
    person = factories.representative("张三", station=station)
    room = factories.room(station)

    def data(**changes):
        usual = {
            "station": station.code, "kind": "reception_day", "title": "接待选民", "topics": "物业",
            "date": day(7), "starts": "09:00", "ends": "11:00", "room": room.pk,
            "representatives": [person.public_id], "form_key": str(uuid.uuid4()),
        }  # fmt: skip
        return usual | changes

    return data


def day(ahead: int) -> str:
    return (timezone.localdate() + timedelta(days=ahead)).isoformat()


def test_liaison_plans_a_visit_at_the_own_station(as_, liaison, station, plan):
    page = as_(liaison).post(ADD, plan(), follow=True)
    visit = Visit.objects.get()
    assert page.redirect_chain == [(reverse("visits:desk-visit", args=[visit.public_id]), 302)]
    assert [str(m) for m in page.context["messages"]] == ["已保存为草稿，公布后群众才能看到"]
    assert (visit.station, visit.state, visit.created_by) == (station, "draft", liaison)
    assert timezone.localtime(visit.starts_at).strftime("%H:%M") == "09:00"
    assert list(visit.representatives.values_list("name", flat=True)) == ["张三"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"ends": "08:00"}, "ends", "结束时间应晚于开始时间"),
        ({"ends": "09:00"}, "ends", "结束时间应晚于开始时间"),
        ({"ends": "15:00", "ends_on": day(8)}, "ends", "一次进站最长 12 小时，请检查结束时间"),
        ({"date": day(5 * 365)}, "date", "最远只能安排到 550 天以后，请检查年份"),
        ({"date": "2020-01-01"}, "date", "这个日期已经过去，请选今天或以后的日期"),
        ({"date": "0001-01-01"}, "date", "请检查年份"),
        ({"date": "2026-13-45"}, "date", "输入一个有效的日期。"),
        ({"starts": "25:00"}, "starts", "输入一个有效的时间。"),
        ({"station": "999999999999-99"}, "station", "没有这个联络站，或者不归您安排"),
        ({"kind": "party"}, "kind", "选择一个有效的选项。 party 不在可用的选项中。"),
        ({"representatives": ["zzzzzzzzzz"]}, "representatives", "名单里有您查看不到的代表，请重新选择"),
        ({"title": "长" * 121}, "title", "确保该变量包含不超过 120 字符 (目前字符数 121)。"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(as_, liaison, plan, changes, field, words):
    page = as_(liaison).post(ADD, plan(**changes))
    assert page.status_code == 200
    assert {name: list(errors) for name, errors in page.context["form"].errors.items()} == {field: [words]}
    assert page.context["form"]["topics"].value() == "物业"
    assert words in page.content.decode()
    assert Visit.objects.count() == 0


def test_the_far_ends_of_the_calendar_are_no_crash(as_, liaison, plan):
    for odd in ({"date": "9999-12-31"}, {"date": "9999-12-31", "ends_on": "9999-12-31", "starts": "23:59"}):
        page = as_(liaison).post(ADD, plan(**odd))
        assert page.context["form"].errors["date"] == ["请检查年份"]


def test_person_and_room_taken_are_named(as_, liaison, station, plan):
    data = plan()
    person = Representative.objects.get()
    factories.visit(station, people=[person], room=station.rooms.get(), state="published")
    page = as_(liaison).post(ADD, data)
    when = date.fromisoformat(day(7))
    hours = f"{when.year}年{when.month}月{when.day}日 9:00—11:00"
    assert page.context["form"].errors == {
        "room": [f"这个房间在{hours}已有安排"],
        "representatives": [f"张三在{hours}已安排在{station.name}"],
    }


def test_a_draft_elsewhere_is_not_given_away(as_, liaison, station, other_station, plan):
    person = factories.representative("李四", station=station)
    factories.visit(other_station, people=[person])
    page = as_(liaison).post(ADD, plan(representatives=[person.public_id]))
    errors = page.context["form"].errors["representatives"]
    assert [error.endswith("已有安排") for error in errors] == [True]
    assert other_station.name not in page.content.decode()


def test_a_form_sent_twice_makes_one_visit(as_, liaison, plan):
    client, data = as_(liaison), plan()
    first, second = client.post(ADD, data), client.post(ADD, data, follow=True)
    assert second.redirect_chain == [(first.url, 302)]
    assert "这份安排已经保存过，没有重复建立" in second.content.decode()
    assert Visit.objects.count() == 1


def test_another_stations_code_is_unknown_to_a_neighbour(as_, neighbour, plan):
    page = as_(neighbour).post(ADD, plan(representatives=[], room=""))
    assert page.context["form"].errors == {"station": ["没有这个联络站，或者不归您安排"]}
    assert Visit.objects.count() == 0


def test_looking_for_people_keeps_everything_and_judges_nothing(as_, street, station, plan):
    factories.region("410105002002", "乙社区居民委员会")
    elsewhere = factories.representative("王五", station=factories.station("410105002002-01"))
    page = as_(street).post(ADD, plan(search="1", find="wangwu", title="接待", date=""))
    form = page.context["form"]
    assert (form.found, form.errors, form["title"].value()) == ([elsewhere], {}, "接待")
    assert [box.data["selected"] for box in form["representatives"]] == [True, False]


def test_whoever_has_many_stations_names_one_first(as_, street, station):
    factories.region("410105002002", "乙社区居民委员会")
    other = factories.station("410105002002-01", name="乙社区代表联络站")
    client = as_(street)
    assert client.get(ADD).context["rows"] == [station, other]
    assert client.get(ADD, {"q": "乙社区"}).context["rows"] == [other]
    assert client.get(ADD, {"station": other.code}).context["form"].at == other


def test_moving_a_published_visit_keeps_station_and_people(as_, liaison, station):
    person = factories.representative("张三", station=station)
    visit = factories.visit(station, people=[person], state="published", title="旧")
    url = reverse("visits:visit-edit", args=[visit.public_id])
    shown = as_(liaison).get(url).context["form"]
    assert [shown[name].value() for name in ("station", "representatives")] == [station.code, [person.public_id]]
    as_(liaison).post(url, {"kind": "theme_day", "title": "新", "date": day(8), "starts": "14:00", "ends": "15:30",
                            "representatives": [person.public_id]})  # fmt: skip
    visit.refresh_from_db()
    assert (visit.title, visit.station, visit.version, visit.starts_at) == ("新", station, 2, factories.hour(8, at=14))


def test_what_is_over_cannot_be_edited(as_, liaison, station):
    visit = factories.visit(station, starts_at=factories.hour(-1), state="logged")
    page = as_(liaison).get(reverse("visits:visit-edit", args=[visit.public_id]), follow=True)
    assert page.redirect_chain == [(reverse("visits:desk-visit", args=[visit.public_id]), 302)]
    assert "内容是历史记录，不能再修改" in page.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "/desk/posters/?from_=9999-12-01&to=9999-12-31", "/desk/posters/?from_=9999-12-31",
        "/desk/visits/?from_=0001-01-01",
    ],
)  # fmt: skip
def test_a_year_that_cannot_be_reckoned_with_is_said_at_its_field(as_, street, station, path):
    assert "请检查年份" in as_(street).get(path).content.decode()


@pytest.mark.parametrize("path", ["/desk/absences/add/", "/desk/rota/add/"])
def test_a_plan_for_the_year_9999_is_refused_at_its_field(as_, street, station, representative, path):
    given = {"representative": representative.representative.public_id, "from_on": "9999-12-31", "to_on": "9999-12-31"}
    assert "请检查年份" in as_(street).post(path, given).content.decode()
