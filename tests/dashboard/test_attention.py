from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.accounts.choices import Role
from liaison.dashboard.attention import idle_stations, lines, next_month
from liaison.policy.models import CalendarYear
from tests import factories

pytestmark = pytest.mark.django_db


def numbers(user) -> dict[str, str]:
    return {str(line.words): line.number for line in lines(user, timezone.localdate())}


def test_lines_count_what_waits_in_reach(district, station, other_station):
    factories.region("410102", "中原区")
    far = factories.station("410102-01")
    for place in (station, far):
        factories.visit(place, starts_at=factories.hour(3))
        factories.visit(place, starts_at=factories.hour(-1))
        factories.visit(place, starts_at=factories.hour(-5), state="held")
    factories.visit(station, starts_at=factories.hour(4), title="有时间")
    factories.visit(station, starts_at=factories.hour(-3), state="published", title="还在期内")
    factories.visit(station, starts_at=factories.hour(2), title="已过期限")
    factories.visit(station, starts_at=factories.hour(6), title="三天后才是最后一天")
    found = numbers(district)
    names = ("已过公告期限的草稿", "快到公告期限的草稿", "逾期未登记的进站", "过期的草稿")
    assert [found[name] for name in names] == ["1", "2", "1", "1"]


def test_line_and_its_list_agree(as_, district, station):
    factories.visit(station, starts_at=factories.hour(2))
    factories.visit(station, starts_at=factories.hour(-9), state="published")
    client = as_(district)
    for line in lines(district, timezone.localdate()):
        if "needs=" in line.url:
            assert len(client.get(line.url).context["cl"].result_list) == line.count


def test_idle_stations_are_open_and_have_nothing_next_month(as_, district, station, other_station):
    day = timezone.localdate()
    factories.visit(station, starts_at=factories.hour((next_month(day) - day).days + 3))
    factories.visit(other_station, starts_at=factories.hour((next_month(day) - day).days + 3), state="cancelled")
    factories.station("410105-01", is_open=False)
    assert set(idle_stations(district, day)) == {other_station}
    page = as_(district).get("/admin/idle-stations/").content.decode()
    assert other_station.name in page
    assert station.name not in page


def test_next_month_of_a_long_one():
    assert [next_month(day) for day in (date(2026, 1, 31), date(2026, 12, 1))] == [date(2026, 2, 1), date(2027, 1, 1)]


def test_calendar_of_next_year_is_asked_for_in_autumn(district):
    CalendarYear.objects.update_or_create(year=2026, defaults={"announced": True})
    CalendarYear.objects.update_or_create(year=2027, defaults={"announced": False})
    counts = [lines(district, day)[-1].count for day in (date(2026, 10, 31), date(2026, 11, 1))]
    assert counts == [0, 1]


def test_numbers_stop_at_their_cap(monkeypatch, district, station):
    monkeypatch.setattr("liaison.dashboard.attention.MOST", 2)
    for day in (3, 4, 5):
        factories.visit(station, starts_at=factories.hour(day))
    assert numbers(district)["快到公告期限的草稿"] == "2+"


def test_administrator_is_not_bothered_with_visits(administrator):
    assert "已过公告期限的草稿" not in numbers(administrator)


def test_whole_nation_is_not_asked_for_idle_stations(as_, station):
    nation = factories.user("nation", Role.DISTRICT, "")
    assert "下月没有进站安排的联络站" not in numbers(nation)
    assert as_(nation).get("/admin/idle-stations/").status_code == 403


def test_start_page_asks_the_same_number_of_queries_however_much_waits(as_, district, station):
    client, counts = as_(district), []
    for _round in range(2):
        factories.visit(station, starts_at=factories.hour(_round + 1))
        client.get("/admin/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/admin/")
        counts.append(len(queries))
    assert counts[0] == counts[1]
