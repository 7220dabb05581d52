"""Stations as anybody finds them: by name, by street, by distance, by the code on the wall."""

import re
from html import unescape
from urllib.parse import quote

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stations.models import Provision, Station
from tests import factories

ADDRESS = "/stations/410105002001-01/"


def text(response) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", response.content.decode())))


def names(response) -> list[str]:
    """The stations that a list shows, in its order."""
    return re.findall(r'<p class="row-title"><a href="/stations/[^"]*">([^<]*)</a>', response.content.decode())


@pytest.fixture
def points(station, other_station):
    """甲院社区 in the south, 人民路社区 some 1.1 km north of it, and an industry station without a place on the map."""
    Station.objects.filter(pk=station.pk).update(latitude=34.78, longitude=113.68, address="东风路 9 号")
    Station.objects.filter(pk=other_station.pk).update(latitude=34.79, longitude=113.68)
    factories.station("410105-01", name="金融行业代表联络站")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["金融行业代表联络站", "甲院社区代表联络站", "人民路社区代表联络站"]),
        ("q=甲院", ["甲院社区代表联络站"]),
        ("q=东风路", ["甲院社区代表联络站"]),
        ("q=花园路街道", ["甲院社区代表联络站"]),
        ("q=人民路社区居民", ["人民路社区代表联络站"]),
        ("street=410105003", ["人民路社区代表联络站"]),
        ("kind=industry", ["金融行业代表联络站"]),
        ("q=%25", []),
        ("q=_", []),
    ],
)
def test_list_finds_by_name_address_street_and_kind(client, points, query, expected):
    assert names(client.get(f"/stations/?{query}")) == expected


def test_closed_station_is_gone_from_list_and_address(client, points):
    Station.objects.filter(pk="410105002001-01").update(is_open=False)
    assert names(client.get("/stations/?street=")) == ["金融行业代表联络站", "人民路社区代表联络站"]
    assert client.get(ADDRESS).status_code == 404


@pytest.mark.parametrize("name", ["q", "street", "kind", "after", "before"])
def test_bad_values_are_no_server_error(client, points, name):
    for value in ("%00", "x" * 10_000, "%25", "9~9"):
        assert client.get(f"/stations/?{name}={value}").status_code == 200


def test_list_shows_the_next_visit_of_each_station(client, points, station):
    factories.visit(station, state="published", starts_at=factories.hour(9))
    factories.visit(station, state="published", starts_at=factories.hour(2, at=15))
    factories.visit(station, state="cancelled", starts_at=factories.hour(1))
    words = text(client.get("/stations/?q=甲院"))
    assert words.count("下次接待") == 1
    assert "15:00—17:00 后天" in words


def test_list_costs_the_same_queries_for_one_and_three(client, station):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert names(client.get("/stations/"))
        return len(queries)

    factories.visit(station, state="published")
    before = count()
    for n in (2, 3):
        factories.visit(factories.station(f"410105002001-0{n}"), state="published")
    assert count() == before


def test_station_page_says_what_where_when_and_who(client, points, station):
    Station.objects.filter(pk=station.pk).update(feature="老街坊议事", hours="周一至周五 9:00—17:00", phone="0371-1")
    factories.room(station, seats=12)
    Provision.objects.create(station=station, kind="premises", met=True, seen_on="2026-01-01")
    Provision.objects.create(station=station, kind="signboard", met=False)
    person = factories.representative("张三", station=station)
    factories.visit(station, title="供暖", people=[person], state="published")
    words = text(client.get(ADDRESS))
    for part in [
        "老街坊议事",
        "周一至周五 9:00—17:00",
        "代表接待室",
        "12 座",
        "有场所",
        "张三",
        "供暖",
        "我要反映意见",
    ]:
        assert part in words
    assert "有牌子" not in words


def test_station_page_of_a_bare_station_has_words(client, station):
    words = text(client.get(ADDRESS))
    assert "近期还没有公布接待" in words
    assert "代表编入本站后会显示在这里" in words


def test_printed_code_leads_to_the_station(client, station):
    assert client.get("/s/410105002001-01").headers["Location"] == ADDRESS


@pytest.mark.parametrize(
    "address", ["/s/410105002001-99", "/stations/410105002001-99/", "/s/x", "/stations/%00/", "/s/甲"]
)
def test_unknown_code_is_404_in_words(client, station, address):
    page = client.get(quote(address, safe="/%"))
    assert page.status_code == 404
    assert "没有找到这一页" in page.content.decode()
