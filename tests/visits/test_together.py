"""One series for several stations: who gets it, what is left out where, and nothing twice."""

from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from liaison.accounts import jobs
from liaison.accounts.models import Job
from stations.models import Station
from tests import factories
from visits import together
from visits.models import Series, Visit

from .test_series_views import page, sent

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ADD = reverse("visits:series-together")


@pytest.fixture
def second(station):
    """Another station of the same street."""
    factories.region("410105002002", "乙院社区居民委员会")
    return factories.station("410105002002-01", name="乙院社区代表联络站")


@pytest.fixture
def messages(monkeypatch):
    """What goes to the workers."""
    found = []
    monkeypatch.setattr(jobs.current_app, "send_task", lambda name, args: found.append((name, args)))
    return found


def filled(monday, **fields) -> dict:
    """The form as the browser sends it: a Monday for three weeks, at every station."""
    form = sent(Station(), monday, where="all", who="nobody", room_kind="") | fields
    del form["station"]
    return form


def made() -> dict[str, int]:
    """How many visits each station has from series."""
    rows = Visit.objects.filter(series__isnull=False).values_list("station", flat=True)
    return {code: list(rows).count(code) for code in rows}


def said(answer, client) -> dict[str, tuple]:
    """What the page of the result says of each station: visits and reasons."""
    return {row.station.code: (row.count, row.why) for row in client.get(answer["Location"]).context["rows"]}


def test_a_district_plans_for_everybody_and_a_street_for_its_own(
    as_, district, street, station, second, other_station, monday
):
    as_(street).post(ADD, filled(monday))
    assert made() == {station.code: 3, second.code: 3}
    as_(district).post(ADD, filled(monday, starts="14:00", ends="15:00"))
    assert made() == {station.code: 6, second.code: 6, other_station.code: 3}
    assert {series.rule_words for series in Series.objects.all()} == {"每周的星期一"}


def test_whole_streets_and_single_stations_may_be_ticked(as_, district, station, second, other_station, monday):
    form = filled(monday, where="chosen", streets=[second.code[:9]], stations=[other_station.code])
    as_(district).post(ADD, form)
    assert made() == {station.code: 3, second.code: 3, other_station.code: 3}
    as_(district).post(ADD, filled(monday, where="chosen", stations=[second.code], starts="14:00", ends="15:00"))
    assert made() == {station.code: 3, second.code: 6, other_station.code: 3}


def test_each_station_gives_its_own_room_and_its_own_people(as_, street, station, second, monday):
    rooms = {one.code: factories.room(one) for one in (station,)}
    people = {one.code: factories.representative(station=one) for one in (station, second)}
    client = as_(street)
    answer = client.post(ADD, filled(monday, room_kind="reception_room", who="home"))
    found = {s.station_id: (s.room, list(s.representatives.all())) for s in Series.objects.all()}
    assert found == {code: (rooms.get(code), [person]) for code, person in people.items()}
    assert said(answer, client) == {station.code: (3, []), second.code: (3, ["没有代表接待室，不占用房间"])}


def test_what_one_station_refuses_holds_up_no_other_and_is_named(as_, street, station, second, monday):
    room, at = factories.room(station), timezone.make_aware(datetime.combine(monday, time(9)))
    factories.room(second)
    for n in range(3):
        factories.visit(station, starts_at=at + 7 * n * DAY, room=room)
    client = as_(street)
    answer = client.post(ADD, filled(monday, room_kind="reception_room"))
    [(count, [why]), rest] = said(answer, client).values()  # the refused one comes first
    assert (made(), count, rest) == ({second.code: 3}, 0, (3, []))
    assert why.startswith("没有一天能排上：")
    assert "这个房间在" in why


def test_a_day_that_is_taken_at_one_station_is_left_out_there(as_, street, station, second, monday):
    person = factories.representative("张三", station=station)
    at = timezone.make_aware(datetime.combine(monday + 7 * DAY, time(10)))
    factories.visit(second, starts_at=at, people=[person], state="published")
    client = as_(street)
    answer = client.post(ADD, filled(monday, who="home"))
    (count, [why]), rest = said(answer, client).values()
    assert (count, rest) == (2, (3, []))
    assert "张三" in why


def test_a_refused_station_is_tried_again_with_the_form_as_it_was(as_, street, station, second, monday):
    room, at = factories.room(station), timezone.make_aware(datetime.combine(monday, time(9)))
    factories.visit(station, starts_at=at, room=room)
    client = as_(street)
    form = filled(monday, room_kind="reception_room", title="全区接待日", to_on=monday)
    answer = client.post(ADD, form)
    job = Job.objects.get()
    assert f"{ADD}?again={job.public_id}" in page(client, answer["Location"])
    again = client.get(ADD, {"again": job.public_id}).context["form"]
    shown = [again[name].value() for name in ("title", "weekdays", "where", "stations", "room_kind", "from_on")]
    assert shown == ["全区接待日", ["1"], "chosen", [station.code], "reception_room", str(monday)]
    assert again["form_key"].value() != form["form_key"]


def test_the_form_sent_twice_makes_nothing_twice(as_, street, station, second, monday):
    form, client = filled(monday), as_(street)
    first, again = client.post(ADD, form), client.post(ADD, form)
    assert first["Location"] == again["Location"]
    assert (made(), Job.objects.count()) == ({station.code: 3, second.code: 3}, 1)


def test_many_visits_are_made_by_a_worker_and_one_that_begins_again_makes_nothing_twice(
    as_, street, station, second, monday, messages, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(together, "AT_ONCE", 5)
    client = as_(street)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(ADD, filled(monday))
    job = Job.objects.get()
    assert (made(), messages) == ({}, [(jobs.TASK, [job.pk])])
    assert client.get(answer["Location"])["Location"] == job.get_absolute_url()
    for _try in range(2):  # the first one died before it could say that it was done
        Job.objects.filter(pk=job.pk).update(state="waiting")
        jobs.run(job.pk)
    job.refresh_from_db()
    assert (made(), job.words) == ({station.code: 3, second.code: 3}, "2 个联络站已建好，0 个没有建成")
    assert client.get(job.get_absolute_url())["Location"] == answer["Location"]


def test_a_worker_that_is_stopped_tells_what_stands(as_, street, station, second, monday, messages, monkeypatch):
    monkeypatch.setattr(together, "AT_ONCE", 5)
    client, save = as_(street), together.save_series
    answer = client.post(ADD, filled(monday))

    def stop_after(series, **given):
        Job.objects.update(state="stopped")
        return save(series, **given)

    monkeypatch.setattr(together, "save_series", stop_after)
    jobs.run(Job.objects.get().pk)
    assert made() == {station.code: 3}
    assert said(answer, client) == {second.code: (0, ["还没有轮到这个站，处理就停了"]), station.code: (3, [])}


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"where": "chosen"}, "stations", "请至少勾选一个"),
        ({"where": "chosen", "stations": ["410105003001-01"]}, "stations", "列表里没有这个联络站"),
        ({"where": ""}, "where", "请选择哪些联络站"),
        ({"who": ""}, "who", "请选择参加代表"),
        ({"weekdays": []}, "weekdays", "请选择星期几"),
        ({"ends": "08:00"}, "ends", "结束时间应晚于开始时间"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_lost(
    as_, street, other_station, station, second, monday, fields, field, words
):
    answer = as_(street).post(ADD, filled(monday, title="很长的主题", **fields))
    assert any(words in message for message in answer.context["form"].errors[field])
    assert (Series.objects.count(), Job.objects.count()) == (0, 0)
    assert 'value="很长的主题"' in answer.content.decode()


def test_more_visits_than_anybody_means_are_refused_with_the_count(as_, street, station, second, monday, monkeypatch):
    monkeypatch.setattr("visits.forms.together.MOST_VISITS", 5)
    errors = as_(street).post(ADD, filled(monday)).context["form"].errors
    assert errors["to_on"] == ["2 个联络站共有 6 次进站，一次最多建 5 次，请缩短期限、减少日期，或者分街道建"]
    assert not Job.objects.exists()


def test_the_preview_says_how_many_and_what_stands_in_the_way_where(as_, street, station, second, monday):
    person = factories.representative("张三", station=station)
    factories.absence(person, from_on=monday - DAY, length=8)
    room = factories.room(second)
    factories.visit(second, starts_at=timezone.make_aware(datetime.combine(monday, time(10))), room=room)
    form = filled(monday, preview="1", who="home", room_kind="reception_room")
    answer = as_(street).post(ADD, form, headers={"HX-Request": "true"})
    rows = {row.name: (row.clashes, row.note) for row in answer.context["at_stations"]}
    assert "2 个联络站，共 6 次" in answer.content.decode()
    assert {name: (len(clashes), note) for name, (clashes, note) in rows.items()} == {
        station.name: (2, "没有代表接待室，不占用房间"), second.name: (1, ""),
    }  # fmt: skip
    assert not Series.objects.exists()


def test_the_preview_asks_the_same_for_one_station_and_for_three(as_, district, station, second, other_station, monday):
    client, counts = as_(district), []
    for codes in ([station.code], [station.code, second.code, other_station.code]):
        form = filled(monday, preview="1", where="chosen", stations=codes, who="home", room_kind="reception_room")
        client.post(ADD, form)
        with CaptureQueriesContext(connection) as queries:
            client.post(ADD, form)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_result_asks_the_same_for_one_station_and_for_three(as_, district, station, second, other_station, monday):
    client, counts = as_(district), []
    for codes in ([station.code], [station.code, second.code, other_station.code]):
        form = filled(monday, where="chosen", stations=codes, starts=f"{12 + len(codes)}:00", ends="17:00")
        address = client.post(ADD, form)["Location"]
        with CaptureQueriesContext(connection) as queries:
            assert len(client.get(address).context["rows"]) == len(codes)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_whoever_plans_for_several_is_led_to_it(as_, street, liaison, station, second):
    add = reverse("visits:series-add")
    assert [ADD in page(as_(street), address) for address in (add, f"{add}?station={station.pk}")] == [True, True]
    assert ADD not in page(as_(liaison), add)


def test_a_result_is_for_whoever_asked_for_it(as_, street, district, station, second, monday):
    address = as_(street).post(ADD, filled(monday))["Location"]
    again = f"{ADD}?again={Job.objects.get().public_id}"
    assert [as_(user).get(address).status_code for user in (street, district)] == [200, 404]
    assert [as_(user).get(again).status_code for user in (street, district)] == [200, 404]
