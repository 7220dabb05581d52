"""A change of one visit of a series, or of it and those that follow, through the API."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from visits.actions import cancel_visit, publish_visit
from visits.models import Series, Visit
from visits.series import save_series

from .test_series import stands, weekly

pytestmark = pytest.mark.django_db
URL = "/api/v1/visits/"
NOTHING = {"made": 0, "changed": 0, "kept": 0, "deleted": 0, "cancelled": 0, "left_out": []}


@pytest.fixture
def series(station, street, monday):
    person = factories.representative("张三", station=station)
    return save_series(weekly(station, monday, 3), representatives=[person], by=street).series


@pytest.fixture
def second(series) -> Visit:
    return series.visits.order_by("starts_at")[1]


@pytest.fixture
def change(as_):
    def changing(user, visit, **given):
        response = as_(user).patch(f"{URL}{visit.public_id}/", given, content_type="application/json")
        return response.status_code, response.json()

    return changing


def titles() -> list[tuple[str, bool]]:
    return list(Visit.objects.order_by("starts_at").values_list("title", "is_apart"))


@pytest.mark.parametrize("scope", [{}, {"scope": "this"}])
def test_this_one_alone_is_meant_where_nothing_else_is_said(change, liaison, second, scope):
    status, row = change(liaison, second, title="只这一次", **scope)
    assert (status, row["outcome"], row["record"]["is_apart"]) == (200, None, True)
    assert titles() == [("周一接待", False), ("只这一次", True), ("周一接待", False)]


def test_this_and_the_following_are_changed_as_at_the_desk(change, liaison, series, second):
    start = timezone.localtime(second.starts_at) + timedelta(hours=1)
    status, row = change(liaison, second, title="以后都是", starts_at=start.isoformat(), scope="following")
    after = Series.objects.get(continues=series)
    assert (status, row["outcome"]) == (200, NOTHING | {"changed": 2})
    assert (row["title"], row["record"]["series"], row["starts_at"]) == ("以后都是", after.public_id, start.isoformat())
    assert titles() == [("周一接待", False), ("以后都是", False), ("以后都是", False)]
    assert [hour for _day, hour, _state in stands(after)] == [10, 10]
    assert all(visit.representatives.count() == 1 for visit in Visit.objects.all())  # not given: as they are


def test_others_come_from_here_on(change, liaison, station, series, second):
    person = factories.representative("李四", station=station)
    change(liaison, second, representatives=[person.public_id], scope="following")
    people = [[p.name for p in v.representatives.all()] for v in Visit.objects.order_by("starts_at")]
    assert people == [["张三"], ["李四"], ["李四"]]


def test_day_that_is_taken_is_told_and_stays(change, liaison, station, series, second):
    room, third = factories.room(station), series.visits.order_by("starts_at")[2]
    factories.visit(station, starts_at=third.starts_at, room=room)
    body = change(liaison, second, room={"kind": room.kind}, scope="following")[1]
    [left] = body["outcome"].pop("left_out")
    assert (body["outcome"]["changed"], left["on"]) == (1, str(timezone.localdate(third.starts_at)))
    assert "已有安排" in left["why"]


def test_who_is_in_no_series_has_none_that_follow(change, as_, liaison, station):
    refused = {"scope": ["这次进站不属于任何系列，只能改这一次"]}
    visit = factories.visit(station)
    assert change(liaison, visit, title="以后都是", scope="following") == (400, refused)
    plan = {
        "station": station.code,
        "kind": "research",
        "starts_at": factories.hour(9),
        "ends_at": factories.hour(9, 10),
    }
    body = as_(liaison).post(URL, plan | {"scope": "following"}, content_type="application/json").json()
    assert (body, Visit.objects.count()) == (refused, 1)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"scope": "all"}, {"scope": ["“all” 不是合法选项。"]}),
        ({"scope": "following", "station": "410105003001-01"}, {"station": ["系列的进站不能一起换到别的联络站"]}),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(change, district, other_station, second, given, words):
    assert change(district, second, title="以后都是", **given) == (400, words)
    assert set(titles()) == {("周一接待", False)}


@pytest.mark.usefixtures("monday")  # no holidays
def test_reason_of_a_late_change_is_asked_for_at_its_field(change, street, station):
    today = timezone.localdate()
    days = {"frequency": "weekly", "weekdays": [1, 2, 3, 4, 5, 6, 7], "to_on": today + timedelta(days=2)}
    made = save_series(weekly(station, today + timedelta(days=1), **days), representatives=[], by=street).series
    visit = made.visits.order_by("starts_at").first()
    publish_visit(visit, late_reason="临时安排", by=street)
    assert list(change(street, visit, place="文化广场", scope="following")[1]) == ["change_reason"]
    status, row = change(street, visit, place="文化广场", change_reason="停电", scope="following")
    assert (status, row["change_reason"], row["outcome"]["changed"]) == (200, "停电", 2)


def test_over_is_history_and_anothers_is_not_there(change, street, neighbour, second):
    assert change(neighbour, second, title="以后都是", scope="following")[0] == 404
    cancel_visit(publish_visit(second, by=street), reason="停电", by=street)
    refused = {"non_field_errors": ["进站已结束或已取消，不能再修改"]}
    assert change(street, second, title="以后都是", scope="following") == (409, refused)
    assert {title for title, _apart in titles()} == {"周一接待"}


def test_series_is_named_to_staff_within_reach_alone(as_, liaison, neighbour, street, series, second):
    publish_visit(second, by=street)
    rows = [as_(user).get(f"{URL}{second.public_id}/").json() for user in (None, neighbour, liaison)]
    assert [row["record"] and row["record"]["series"] for row in rows] == [None, None, series.public_id]
    assert series.public_id not in str(rows[:2])
