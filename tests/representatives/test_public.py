"""Representatives as anybody finds them."""

import re
from datetime import date
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from representatives import public
from representatives.choices import SeatLevel, SeatStatus
from representatives.models import Representative, Seat
from tests import factories


def text(response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", response.content.decode())))


def names(response) -> list[str]:
    return re.findall(r'class="person-link" href="[^"]*">([^<]*)', response.content.decode())


@pytest.fixture
def people(station, other_station):
    """陈静 and 王晓明 in office; 李四 whose only seat has ended; 赵六 who is not public."""
    factories.representative("陈静", station=station, level=SeatLevel.CITY)
    factories.representative("王晓明", station=other_station)
    ended = factories.representative("李四", station=station)
    Seat.objects.filter(representative=ended).update(status=SeatStatus.ENDED, to_on=date(2025, 1, 1))
    factories.representative("赵六", station=station, is_public=False)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["陈静", "王晓明"]),
        ("name=晓明", ["王晓明"]),
        ("name=wang", ["王晓明"]),
        ("name=WXM", ["王晓明"]),
        ("name=Chen Jing", ["陈静"]),
        ("name=%25", []),
        ("name=李四", []),
        ("level=3", ["陈静"]),
        ("street=410105003", ["王晓明"]),
        ("level=3&street=410105003", []),
    ],
)
def test_list_finds_by_name_spelling_level_and_street(client, people, query, expected):
    assert names(client.get(f"/representatives/?{query}")) == expected


@pytest.mark.parametrize("name", ["name", "level", "street", "after", "before"])
def test_bad_values_are_told_and_are_no_server_error(client, people, name):
    for value in ("%00", "x" * 10_000, "99", "%25"):
        assert client.get(f"/representatives/?{name}={value}").status_code == 200
    assert "没有这个选项，请从列表中选择" in text(client.get("/representatives/?level=99"))


def test_person_with_two_seats_is_listed_once_with_both_levels(client, station):
    person = factories.representative("陈静", station=station)
    Seat.objects.create(representative=person, level=SeatLevel.NATIONAL, term=14, from_on=date(2023, 1, 1))
    page = client.get("/representatives/")
    assert names(page) == ["陈静"]
    assert re.findall(r'class="level level-(\w+)', page.content.decode()) == ["national", "district"]


def test_pages_follow_each_other_both_ways(client, station, monkeypatch):
    monkeypatch.setattr(public, "PAGE", 2)
    for name in ("安一", "白二", "曹三"):
        factories.representative(name, station=station)
    first = client.get("/representatives/")
    second = client.get(
        "/representatives/" + unescape(re.search(r'rel="next" href="[^?]*([^"]*)"', first.content.decode())[1])
    )
    back = client.get(
        "/representatives/" + unescape(re.search(r'rel="prev" href="[^?]*([^"]*)"', second.content.decode())[1])
    )
    assert [names(page) for page in (first, second, back)] == [["安一", "白二"], ["曹三"], ["安一", "白二"]]


def test_list_costs_the_same_queries_for_one_and_three(client, station):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert names(client.get("/representatives/"))
        return len(queries)

    factories.representative(station=station)
    before = count()
    factories.representative(station=station)
    factories.representative(station=station)
    assert count() == before


def test_page_says_levels_constituency_station_and_next_visits(client, station, other_station):
    user = factories.user("chen", phone="13800000000")
    person = factories.representative("陈静", station=station, employer="某中学", post="教师", user=user)
    factories.visit(station, title="供暖", people=[person], state="published")
    factories.visit(other_station, title="不相干", state="published")
    page = client.get(person.get_absolute_url())
    words = text(page)
    for part in ["陈静", "某中学 教师", "区人大代表", "第 15 届", "第一选区", "甲院社区代表联络站", "供暖"]:
        assert part in words
    assert "不相干" not in words
    assert "13800000000" not in page.content.decode()


def test_hidden_and_unknown_people_are_404(client, people):
    hidden = Representative.objects.get(name="赵六")
    for address in [hidden.get_absolute_url(), "/representatives/0000000000/", "/representatives/%00/"]:
        assert client.get(address).status_code == 404


def test_empty_list_has_words(client, db):
    assert "还没有登记代表" in text(client.get("/representatives/"))
    assert "没有找到符合条件的代表" in text(client.get("/representatives/?name=王"))
