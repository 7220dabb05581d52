"""The public calendar: which days and visits it shows, and how it is moved through."""

import re
from datetime import date, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.policy.models import CalendarDay, CalendarYear
from tests import factories
from visits import calendar
from visits.actions import publish_visit, save_visit
from visits.calendar import span_of

DECEMBER = "/schedule/calendar/?on=2026-12-03"


def text(response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", response.content.decode())))


def at(day: int, hour: int = 9, month: int = 12) -> datetime:
    return timezone.make_aware(datetime(2026, month, day, hour))


def cells(response) -> dict[str, str]:
    """What each day of a month says to a reader, without the days on which nothing is."""
    found = re.findall(r'id="d(\d{8})".*?visually-hidden">(.*?)</span></a>', response.content.decode(), re.S)
    return {day: re.sub(r"\s+", " ", words).strip() for day, words in found if "没有安排" not in words}


def entries(response, css: str = "cal-what") -> list[str]:
    return re.findall(rf'class="{css}"[^>]*>([^<]*)', response.content.decode())


def links(response, rel: str) -> dict[str, list[str]]:
    """What the address of the link to the page before or after asks for."""
    href = re.search(rf'rel="{rel}" href="([^"]*)"', response.content.decode())[1]
    return parse_qs(urlsplit(unescape(href)).query)


@pytest.fixture
def december(station, other_station):
    """Three visits on the 3rd, one of them cancelled, one in the evening of the 31st, and a draft."""
    make = factories.visit
    li = factories.representative("李四", station=other_station)
    make(station, title="停车", state="published", starts_at=at(3, 9))
    make(station, title="供暖", state="cancelled", starts_at=at(3, 14))
    make(other_station, title="物业", state="published", kind="lecture", starts_at=at(3, 15), people=[li])
    make(station, title="年终", state="published", starts_at=at(31, 22), hours=1)
    make(station, title="草稿", starts_at=at(4))


def test_month_counts_the_visits_of_each_day_and_hides_drafts(client, december):
    assert cells(client.get(DECEMBER)) == {
        "20261203": "2026年12月3日（星期四） 3 次安排 已选",
        "20261231": "2026年12月31日（星期四） 1 次安排",
    }


def test_chosen_day_stands_in_full_below_with_what_was_cancelled(client, december):
    page = client.get(DECEMBER)
    assert re.findall(r'visit-theme"><a href="[^"]*">([^<]*)', page.content.decode()) == ["停车", "供暖", "物业"]
    assert "取消" in re.search(r'cal-visit cancelled">(.*?)</li>', page.content.decode(), re.S)[1]
    assert "天气原因" in text(page)


def test_what_changed_after_it_was_announced_is_marked(client, station, street):
    visit = publish_visit(factories.visit(station, starts_at=factories.hour(9)), by=street)
    visit.starts_at += timedelta(hours=1)
    save_visit(visit, representatives=[], by=street)
    page = client.get(f"/schedule/calendar/?on={timezone.localdate(visit.starts_at)}").content.decode()
    entry = re.search(r'cal-visit changed">(.*?)</li>', page, re.S)[1]
    assert ('cal-time">10:00<' in entry, 'cal-state">变更<' in entry) == (True, True)
    assert "<del" in page


def test_day_without_visits_leads_to_the_next_one(client, december):
    page = client.get("/schedule/calendar/?on=2026-12-05")
    assert "这一天没有安排。 往后最近的是 2026年12月31日（星期四）" in text(page)


def test_month_is_a_table_of_whole_weeks(client, december):
    page = client.get(DECEMBER).content.decode()
    assert re.findall(r'id="d(\d+)"', page) == [f"{date(2026, 11, 30) + timedelta(n):%Y%m%d}" for n in range(35)]
    assert page.count('<th scope="col">') == 7
    assert "2026年12月的安排，每周一行</caption>" in page


def test_week_divides_morning_and_afternoon(client, december):
    page = client.get("/schedule/calendar/?view=week&on=2026-12-03").content.decode()
    day = re.search(r'id="d20261203".*?</tr>', page, re.S)[0]
    morning, later = re.findall(r"<td.*?</td>", day, re.S)
    found = [re.findall(r'cal-what" href="[^"]*">([^<]*)', part) for part in (morning, later)]
    assert found == [["停车"], ["供暖", "物业"]]
    assert "2026年11月30日—12月6日" in page


def test_list_names_the_month_s_visits(client, december):
    page = client.get("/schedule/calendar/?view=list&on=2026-12-03").content.decode()
    assert re.findall(r'visit-theme"><a href="[^"]*">([^<]*)', page) == ["停车", "供暖", "物业", "年终"]


@pytest.mark.parametrize(
    ("query", "themes"),
    [
        ("street=410105003", ["物业"]),
        ("station=410105002001-01", ["停车", "供暖"]),
        ("kind=lecture", ["物业"]),
        ("representative=李四", ["物业"]),
        ("theme=停", ["停车"]),
        ("q=人民路", ["物业"]),
        ("q=%25", []),
    ],
)
def test_each_filter_leaves_what_fits_and_goes_along(client, december, query, themes):
    page = client.get(f"{DECEMBER}&{query}")
    assert re.findall(r'visit-theme"><a href="[^"]*">([^<]*)', page.content.decode()) == themes
    assert links(page, "next") == {"view": ["month"], "on": ["2027-01-03"], **parse_qs(query)}


def test_list_and_calendar_lead_to_each_other_with_filters(client, december):
    page = client.get("/schedule/?from=2026-12-03&to=2026-12-09&kind=lecture").content.decode()
    assert 'href="/schedule/calendar/?view=week&amp;on=2026-12-03&amp;kind=lecture"' in page
    page = client.get(f"{DECEMBER}&view=week&kind=lecture").content.decode()
    assert 'href="/schedule/?day=2026-12-03&amp;kind=lecture"' in page
    assert 'href="?view=list&amp;on=2026-12-03&amp;kind=lecture"' in page


def test_holidays_and_worked_weekends_are_marked_in_words(client, december):
    CalendarDay(date=date(2026, 12, 4), kind="holiday", name="某节").save()
    CalendarDay(date=date(2026, 12, 5), kind="makeup").save()
    words = text(client.get("/schedule/calendar/?on=2026-12-04"))
    assert "2026年12月4日（星期五） 放假 某节 没有安排" in words
    assert "2026年12月5日（星期六） 调休上班 没有安排" in words


def test_year_without_announcement_is_named(client, december):
    CalendarYear.objects.update_or_create(year=2026, defaults={"announced": True})
    note = "2027 年的节假日安排尚未公布，日历没有标出。"
    assert (note in text(client.get(DECEMBER)), note in text(client.get("/schedule/calendar/?on=2026-11-01"))) == (
        True, False,
    )  # fmt: skip


def test_busy_day_is_cut_and_says_so(client, station, monkeypatch):
    monkeypatch.setattr(calendar, "COUNTED", 4)
    monkeypatch.setattr(calendar, "IN_FULL", 3)
    for n in range(6):
        factories.visit(station, title=f"主题{n}", state="published", starts_at=at(3, 8 + 2 * n))
    page = client.get(DECEMBER)
    words = text(page)
    assert "2026年12月3日（星期四） 超过 4 次安排" in words
    assert "还有 1 次以上" in words
    assert "每天只列出最早的几次" in words
    assert re.findall(r'visit-theme"><a href="[^"]*">([^<]*)', page.content.decode()) == ["主题0", "主题1", "主题2"]


def test_search_that_stops_early_says_so(client, station, monkeypatch):
    monkeypatch.setattr(calendar, "WINDOW", 2)
    for n, title in enumerate(["甲", "乙", "停车"]):
        factories.visit(station, title=title, state="published", starts_at=at(3 + n))
    page = client.get(f"{DECEMBER}&q=停车")
    assert "安排很多，只查到 2026年12月4日" in text(page)
    assert entries(page) == []


@pytest.mark.parametrize("view", ["month", "week", "list"])
def test_calendar_costs_the_same_queries_for_one_and_three(client, station, view):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{DECEMBER}&view={view}").status_code == 200
        return len(queries)

    factories.visit(station, state="published", starts_at=at(3), people=[factories.representative()])
    before = count()
    for day in (3, 4, 5):
        factories.visit(station, state="published", starts_at=at(day, 15), people=[factories.representative()])
    assert count() == before


def test_second_visitor_costs_no_query(client, december):
    client.get(DECEMBER)
    with CaptureQueriesContext(connection) as queries:
        client.get(DECEMBER)
    assert len(queries) == 0


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("on=x", "日期应像 2026-12-01 这样填写"),
        ("on=1999-12-31", "请填写 2000 年至 2100 年之间的日期"),
        ("view=year", ""),
    ],
)
def test_bad_day_is_told_at_its_field_and_today_is_shown(client, december, query, told):
    page = client.get(f"/schedule/calendar/?{query}&theme=停车")
    problem = re.search(r'id="problem-on"[^>]*>(?:<p>(.*?)</p>)?</div>', page.content.decode())
    assert (problem[1] or "") == told
    assert f"{timezone.localdate():%Y%m%d}" in page.content.decode()
    assert 'value="停车"' in page.content.decode()


@pytest.mark.parametrize("name", ["q", "on", "view", "street", "station", "kind", "representative", "theme", "after"])
def test_null_byte_is_no_server_error(client, december, name):
    for view in ("month", "list"):
        assert client.get(f"/schedule/calendar/?view={view}&{name}=%00a").status_code == 200


@pytest.mark.parametrize(
    ("view", "on", "previous", "next_"),
    [
        ("month", date(2026, 12, 31), date(2026, 11, 30), date(2027, 1, 31)),
        ("month", date(2027, 1, 31), date(2026, 12, 31), date(2027, 2, 28)),
        ("week", date(2026, 12, 31), date(2026, 12, 24), date(2027, 1, 7)),
        ("month", date(2000, 1, 15), None, date(2000, 2, 15)),
        ("month", date(2100, 12, 15), date(2100, 11, 15), None),
    ],
)
def test_neighbours_keep_the_day_of_the_month_as_far_as_it_goes(view, on, previous, next_):
    span = span_of(view, on)
    assert (span.previous, span.next) == (previous, next_)
