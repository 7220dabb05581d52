"""Public feeds as programs ask for them: what is in them, what a second question gets, and the page that explains."""

import re
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from html import unescape
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories
from visits.actions import cancel_visit, save_visit
from visits.choices import AttendanceState
from visits.feeds.ics import uid
from visits.models import Visit, day_start

ATOM = "{http://www.w3.org/2005/Atom}"


def events(response) -> list[dict[str, str]]:
    """The events of a file, each as its lines by name; read by hand, by nobody's parser."""
    found = []
    for block in response.content.decode().replace("\r\n ", "").split("BEGIN:VEVENT\r\n")[1:]:
        pairs = (line.split(":", 1) for line in block.split("\r\nEND:VEVENT")[0].split("\r\n"))
        found.append({name.split(";")[0]: value for name, value in pairs})
    return found


def themes(response) -> list[str]:
    assert response.status_code == 200
    return [event["SUMMARY"].split("（")[0] for event in events(response)]


def news(response) -> list[ElementTree.Element]:
    return ElementTree.fromstring(response.content).findall(f"{ATOM}entry")


def cancelled(station, days: int, ago: int, title: str) -> Visit:
    """A visit `days` from today that was cancelled `ago` days ago."""
    row = factories.visit(station, starts_at=factories.hour(days), state="cancelled", title=title,
                          published_at=factories.hour(days - 9))  # fmt: skip
    Visit.objects.filter(pk=row.pk).update(changed_at=day_start(timezone.localdate() - timedelta(days=ago)))
    return row


@pytest.fixture
def plan(station, other_station):
    zhang, li = (factories.representative(name, station=station) for name in ("张三", "李四"))
    make = factories.visit
    make(station, title="停车", people=[zhang], state="published", starts_at=factories.hour(1))
    make(other_station, title="供暖", people=[li], state="published", kind="lecture", starts_at=factories.hour(2))
    make(station, title="草稿", people=[zhang], starts_at=factories.hour(3))
    return zhang


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["停车", "供暖"]),
        ({"street": "410105002"}, ["停车"]),
        ({"station": "410105003001-01"}, ["供暖"]),
        ({"kind": "lecture"}, ["供暖"]),
        ({"representative": "张三"}, ["停车"]),
        ({"from": "2020-01-01", "utm_source": "x"}, ["停车", "供暖"]),
    ],
)
def test_the_schedules_filters_narrow_its_calendar(client, plan, query, found):
    assert themes(client.get("/schedule.ics?" + urlencode(query))) == found


@pytest.mark.parametrize("query", ["street=999999999", "station=x", "kind=nothing", "street=410105002&kind=%00"])
def test_a_filter_that_makes_no_sense_is_refused_in_words(client, plan, query):
    response = client.get(f"/schedule.ics?{query}")
    assert (response.status_code, response["Content-Type"]) == (400, "text/plain; charset=utf-8")
    assert "没有这个选项，请从列表中选择" in response.content.decode()


def test_a_station_and_a_representative_have_calendars_of_their_own(client, plan, station):
    answers = [client.get(f"/stations/{station.code}/schedule.ics"),
               client.get(f"/representatives/{plan.public_id}/schedule.ics")]  # fmt: skip
    assert [themes(answer) for answer in answers] == [["停车"], ["停车"]]
    assert answers[0]["Content-Type"] == "text/calendar; charset=utf-8"
    assert answers[0]["Content-Disposition"] == f'inline; filename="{station.code}.ics"'


def test_what_is_not_public_has_no_calendar(client, plan, station):
    factories.Station.objects.filter(pk=station.pk).update(is_open=False)
    plan.is_public = False
    plan.save()
    paths = (f"/stations/{station.code}/schedule.ics", f"/representatives/{plan.public_id}/schedule.ics")
    assert [client.get(path).status_code for path in paths] == [404, 404]
    assert "张三" not in client.get("/schedule.ics").content.decode()


def test_whoever_is_on_leave_or_hidden_is_not_named(client, station):
    people = [factories.representative(name, station=station) for name in ("在场", "请假", "隐去")]
    visit = factories.visit(station, people=people, state="published")
    visit.attendances.filter(representative=people[1]).update(state=AttendanceState.LEAVE)
    factories.Representative.objects.filter(pk=people[2].pk).update(is_public=False)
    [event] = events(client.get("/schedule.ics"))
    assert event["DESCRIPTION"].split("\\n")[0] == "代表：在场（区人大代表）"


def test_nothing_of_a_voter_and_no_telephone_is_in_it(client, station, plan):
    factories.Station.objects.update(phone="0371-63570000")
    factories.visit(station, starts_at=factories.hour(-2), state="logged", summary="选民王五反映", result="已转办")
    written = "".join(client.get(path).content.decode() for path in ("/schedule.ics", "/schedule.atom"))
    assert [word for word in ("63570000", "王五", "已转办") if word in written] == []


def test_a_cancelled_visit_stays_sixty_days_and_until_its_day_is_over(client, station):
    cancelled(station, days=-59, ago=59, title="刚过")
    cancelled(station, days=-1, ago=61, title="早已取消")
    cancelled(station, days=2, ago=61, title="还没到")
    factories.visit(station, starts_at=factories.hour(-60), state="logged", title="六十天前")
    factories.visit(station, starts_at=factories.hour(-61), state="logged", title="更早")
    found = events(client.get("/schedule.ics"))
    assert [e["SUMMARY"].split("（")[0] for e in found] == ["六十天前", "【已取消】刚过", "【已取消】还没到"]
    assert [e["STATUS"] for e in found] == ["CONFIRMED", "CANCELLED", "CANCELLED"]


def test_a_visit_cancelled_long_after_its_day_stays_sixty_days_too(client, station):
    cancelled(station, days=-89, ago=30, title="补记取消")
    cancelled(station, days=-150, ago=61, title="早已取消")
    assert [e["SUMMARY"].split("（")[0] for e in events(client.get("/schedule.ics"))] == ["【已取消】补记取消"]


def test_a_calendar_looks_ahead_as_far_as_it_says(client, station):
    for days in (90, 91, 180, 181):
        factories.visit(station, starts_at=factories.hour(days), state="published", title=f"{days}天")
    assert themes(client.get("/schedule.ics")) == ["90天"]
    assert themes(client.get(f"/stations/{station.code}/schedule.ics")) == ["90天", "91天", "180天"]
    assert "今后 90 天" in client.get("/schedule.ics").content.decode().replace("\r\n ", "")


def test_a_full_calendar_keeps_what_comes_next(client, station, monkeypatch):
    monkeypatch.setattr("visits.feeds.choosing.MOST", 3)
    for days in (-2, -1, 1, 2):
        factories.visit(station, starts_at=factories.hour(days), state="published", title=f"{days}")
    assert themes(client.get("/schedule.ics")) == ["-1", "1", "2"]
    factories.visit(station, starts_at=factories.hour(3), state="published", title="3")
    assert themes(client.get("/schedule.ics")) == ["1", "2", "3"]


def test_moving_raises_the_sequence_and_the_uid_stays(client, station, district):
    visit = factories.visit(station)
    Visit.objects.update(state="published", published_at=timezone.now())
    before = events(client.get("/schedule.ics"))[0]
    visit.starts_at, visit.ends_at = factories.hour(8), factories.hour(8, 11)
    save_visit(visit, by=district)
    moved = events(client.get("/schedule.ics"))[0]
    cancel_visit(visit, reason="场地检修", by=district)
    gone = events(client.get("/schedule.ics"))[0]
    assert [e["UID"] for e in (before, moved, gone)] == [uid(visit.public_id)] * 3
    assert [int(e["SEQUENCE"]) - visit.version for e in (before, moved, gone)] == [-1, 0, 1]
    assert "时间有变更，原为" in moved["DESCRIPTION"]
    assert gone["DESCRIPTION"].startswith("已取消，请不要前往。原因：场地检修")


def test_another_room_raises_the_sequence(client, station, district):
    visit = factories.visit(station, state="published")
    before = events(client.get("/schedule.ics"))[0]
    visit.room = factories.room(station, name="东厅")
    save_visit(visit, by=district)
    after = events(client.get("/schedule.ics"))[0]
    assert int(after["SEQUENCE"]) == int(before["SEQUENCE"]) + 1
    assert ("东厅" in before["LOCATION"], "东厅" in after["LOCATION"]) == (False, True)
    assert (after["UID"], after["STATUS"]) == (before["UID"], "CONFIRMED")


def test_the_public_id_behind_the_uid_cannot_change(station):
    visit = factories.visit(station)
    with pytest.raises(Exception, match="进站的公开编号不能修改"):
        Visit.objects.filter(pk=visit.pk).update(public_id="0000000000")


@pytest.mark.parametrize("path", ["/schedule.ics", "/schedule.atom"])
def test_who_has_the_file_is_told_so(client, plan, path):
    first = client.get(path)
    marks = {"HTTP_IF_NONE_MATCH": first["ETag"]}, {"HTTP_IF_MODIFIED_SINCE": first["Last-Modified"]}
    again = [client.get(path, **mark) for mark in marks]
    assert [(answer.status_code, answer.content, answer["ETag"]) for answer in again] == [(304, b"", first["ETag"])] * 2
    assert client.get(path, HTTP_IF_NONE_MATCH='"other"').content == first.content
    assert client.head(path).headers["ETag"] == first["ETag"]
    assert first["Cache-Control"] == "public, max-age=60"


def test_a_person_taken_off_a_visit_makes_another_file(client, plan, station):
    path = f"/stations/{station.code}/schedule.ics"
    old = day_start(timezone.localdate() - timedelta(days=9))
    Visit.objects.update(changed_at=old)
    before = client.get(path)
    Visit.objects.filter(title="停车").get().attendances.all().delete()
    after = client.get(path, HTTP_IF_NONE_MATCH=before["ETag"], HTTP_IF_MODIFIED_SINCE=before["Last-Modified"])
    assert "张三" in before.content.decode()
    assert "张三" not in after.content.decode()
    assert (after.status_code, after["ETag"] == before["ETag"]) == (200, False)
    assert parsedate_to_datetime(after["Last-Modified"]) > parsedate_to_datetime(before["Last-Modified"])
    assert events(after)[0]["LAST-MODIFIED"] > events(before)[0]["LAST-MODIFIED"]


def test_a_changed_name_makes_another_file(client, plan):
    before = client.get("/schedule.ics")
    plan.name = "张三丰"
    plan.save()
    after = client.get("/schedule.ics", HTTP_IF_NONE_MATCH=before["ETag"])
    assert "张三丰" in after.content.decode()


def test_no_file_is_older_than_its_day(client, station):
    modified = parsedate_to_datetime(client.get("/schedule.ics")["Last-Modified"])
    assert modified == day_start(timezone.localdate())


@pytest.mark.parametrize("path", ["/schedule.ics", "/schedule.atom", "/stations/410105002001-01/schedule.ics"])
def test_more_visits_take_no_more_queries(client, station, path):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(path).status_code == 200
        return len(found)

    counts = []
    for days in (1, 2, 3):
        person = factories.representative(station=station)
        factories.visit(station, people=[person], state="published", starts_at=factories.hour(days))
        counts.append(queries())
    assert counts == [counts[0]] * 3
    assert queries() < counts[0]  # nothing changed since: the file is on the shelf


def test_addresses_are_the_houses_own_where_it_says_them(client, plan, settings):
    settings.SITE = settings.SITE | {"url": "https://liaison.example/"}
    [event, _other] = events(client.get("/schedule.ics"))
    visit = Visit.objects.get(title="停车")
    assert event["URL"] == f"https://liaison.example/visits/{visit.public_id}/"
    source = "\r\nSOURCE;VALUE=URI:https://liaison.example/schedule.ics\r\n"
    assert source in client.get("/schedule.ics").content.decode()


def test_a_reader_of_english_gets_the_same_calendar(client, plan):
    before = client.get("/schedule.ics")
    client.cookies["liaison_language"] = "en"
    assert client.get("/schedule.ics").content == before.content


# -- Atom ------------------------------------------------------------------------------------------------------------


def test_news_are_what_changed_last(client, plan, station, district):
    cancel_visit(Visit.objects.get(title="停车"), reason="大风", by=district)
    entries = news(client.get("/schedule.atom"))
    titles = [re.sub(r"^.*?\d ", "", entry.findtext(f"{ATOM}title")) for entry in entries]
    assert titles == ["【已取消】停车（甲院社区代表联络站）", "供暖（人民路社区代表联络站）"]
    assert "已取消，请不要前往。原因：大风" in entries[0].findtext(f"{ATOM}summary")
    assert len(news(client.get(f"/stations/{station.code}/schedule.atom"))) == 1


def test_an_entry_keeps_its_id_and_has_both_times(client, plan):
    visit = Visit.objects.get(title="停车")
    [entry] = [e for e in news(client.get("/schedule.atom")) if "停车" in e.findtext(f"{ATOM}title")]
    times = [datetime.fromisoformat(entry.findtext(f"{ATOM}{name}")) for name in ("published", "updated")]
    assert entry.findtext(f"{ATOM}id") == f"urn:uuid:{uid(visit.public_id)}"
    assert times == [visit.published_at, visit.changed_at]


def test_news_hold_no_markup_of_others(client, station):
    factories.visit(station, state="published", title="<b>x</b>", topics="<script>alert(1)</script>\x0b")
    [entry] = news(client.get("/schedule.atom"))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in entry.findtext(f"{ATOM}summary")


# -- the page --------------------------------------------------------------------------------------------------------


def addresses(page) -> list[str]:
    return [unescape(found) for found in re.findall(r'id="feed-address"[^>]*>([^<]*)<', page.content.decode())]


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({}, "/schedule.ics"),
        ({"street": "410105002"}, "/schedule.ics?street=410105002"),
        ({"station": "410105002001-01"}, "/stations/410105002001-01/schedule.ics"),
        ({"street": "410105002", "kind": "lecture"}, "/schedule.ics?street=410105002&kind=lecture"),
        ({"q": "x", "day": "2026-12-01", "after": "y"}, "/schedule.ics"),
    ],
)
def test_the_page_gives_the_address_of_what_was_chosen(client, plan, query, path):
    page = client.get("/schedule/subscribe/?" + urlencode(query))
    assert addresses(page) == [f"http://testserver{path}"]
    assert f'href="webcal://testserver{path}"' in unescape(page.content.decode())
    assert page.content.decode().count('src="data:image/svg+xml') == 2


@pytest.mark.parametrize(
    ("way", "heading", "step"),
    [
        ("iphone", "iPhone、iPad、Mac", "添加已订阅的日历"),
        ("huawei", "华为（鸿蒙、华为日历）", "ICSx"),
        ("xiaomi", "小米（澎湃 OS、MIUI）", "URL 导入"),
        ("wecom", "企业微信", "不能按网址订阅"),
        ("outlook", "Outlook", "从 Web 订阅"),
    ],
)
def test_the_page_tells_each_kind_of_user_what_to_do(client, station, way, heading, step):
    page = client.get("/schedule/subscribe/").content.decode()
    _before, _opening, section = page.partition(f'<details class="feed-way" id="{way}"><summary>{heading}</summary>')
    assert step in section.partition("</details>")[0]


def test_a_wrong_choice_gets_no_address(client, plan):
    page = client.get("/schedule/subscribe/?street=1&q=" + "长" * 900)
    assert "没有这个选项，请从列表中选择" in page.content.decode()
    assert addresses(page) == []
    assert addresses(client.get("/schedule/subscribe/?q=" + "长" * 900)) == ["http://testserver/schedule.ics"]


def test_one_of_a_name_is_meant_and_of_several_the_reader_chooses(client, plan):
    wanted = [f"http://testserver/representatives/{plan.public_id}/schedule.ics"]
    assert addresses(client.get("/schedule/subscribe/?representative=张三")) == wanted
    factories.representative("张三")
    page = client.get("/schedule/subscribe/?representative=张三").content.decode()
    assert "请选一位代表" in page
    assert addresses(client.get(f"/schedule/subscribe/?person={plan.public_id}")) == wanted
    assert "没有找到这位代表" in client.get("/schedule/subscribe/?representative=无此人").content.decode()


def test_the_pages_lead_to_their_calendars(client, plan, station):
    paths = (f"/stations/{station.code}/", f"/representatives/{plan.public_id}/", "/schedule/")
    links = [re.findall(r'rel="alternate" type="[^"]*" href="([^"]*)"', client.get(p).content.decode()) for p in paths]
    assert links == [
        [f"/stations/{station.code}/schedule.ics", f"/stations/{station.code}/schedule.atom"],
        [f"/representatives/{plan.public_id}/schedule.ics"],
        ["/schedule.ics", "/schedule.atom"],
    ]
    assert all("/schedule/subscribe/" in client.get(path).content.decode() for path in paths)
