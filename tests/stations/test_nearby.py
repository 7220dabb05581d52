"""The page of the nearest stations: a point that is kept nowhere, or a place chosen from lists."""

import logging
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from liaison.accounts.models import Region
from liaison.common import pages
from stations.directory import distance_words
from stations.models import Station
from tests import factories

from .test_public import names, text

NEAR = "/stations/near/"
HERE = {"lat": "34.7813", "lng": "113.6802"}
MARKS = ("34.781", "113.680")


@pytest.fixture
def points(station, other_station):
    """甲院社区 in the south, 人民路社区 some 1.1 km north of it, and an industry station without a place on the map."""
    Station.objects.filter(pk=station.pk).update(latitude=34.78, longitude=113.68)
    Station.objects.filter(pk=other_station.pk).update(latitude=34.79, longitude=113.68)
    factories.station("410105-01", name="金融行业代表联络站")


def distances(response) -> list[str]:
    return re.findall(r'class="distance">([^<]*)', response.content.decode())


def test_a_told_point_gives_the_nearest_first_with_metres_and_the_next_visit(client, points, other_station):
    factories.visit(other_station, state="published", starts_at=factories.hour(2, at=15))
    page = client.post(NEAR, {"lat": "34.781", "lng": "113.68"})
    assert names(page) == ["甲院社区代表联络站", "人民路社区代表联络站"]
    assert distances(page) == ["110 米", "1.0 公里"]
    words = text(page)
    assert words.index("近期还没有公布接待") < words.index("下次接待") < words.index("15:00—17:00")


def test_a_told_point_is_written_nowhere(client, points, caplog):
    """Not into any table, any cache, any log, any cookie, any address."""
    pages.plain.stock, pages.searches.stock = (b"", {}), (b"", {})
    redis = cache._cache.get_client()
    ours = cache.make_key("*")  # other processes of the suite write into the same Redis meanwhile
    before = set(redis.keys(ours))
    with caplog.at_level(logging.DEBUG), CaptureQueriesContext(connection) as queries:
        page = client.post(NEAR, HERE)
    assert names(page) == ["甲院社区代表联络站", "人民路社区代表联络站"]
    assert (page["Cache-Control"], dict(page.cookies), page.wsgi_request.get_full_path()) == (
        "private, no-store", {}, NEAR,
    )  # fmt: skip
    assert not any(mark in page.content.decode() for mark in MARKS)
    assert {query["sql"].split()[0] for query in queries} == {"SELECT"}
    assert (pages.plain.stock[1], pages.searches.stock[1], set(redis.keys(ours)) - before) == ({}, {}, set())
    assert not any(
        mark in row.getMessage() for row in caplog.records for mark in MARKS if row.name != "django.db.backends"
    )
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(
                f'SELECT count(*) FROM "{table}" AS t WHERE t::text LIKE ANY (%s)', [[f"%{m}%" for m in MARKS]]
            )
            assert (table, cursor.fetchone()) == (table, (0,))


def test_an_error_page_does_not_tell_the_point(client, points, monkeypatch, caplog):
    monkeypatch.setattr("stations.public.nearest", lambda *args: 1 / 0)
    client.raise_request_exception = False
    assert client.post(NEAR, HERE).status_code == 500
    assert not any(mark in caplog.text for mark in MARKS)


def test_an_old_address_with_a_point_loses_it(client, points):
    page = client.get(f"{NEAR}?lat=34.781&lng=113.68")
    assert (page.status_code, page["Location"]) == (302, NEAR)


def test_the_page_itself_is_the_same_for_everybody_and_kept(client, points):
    assert b"csrfmiddlewaretoken" not in client.get(NEAR).content
    with CaptureQueriesContext(connection) as queries:
        assert client.get(NEAR).status_code == 200
    assert len(queries) == 0


def test_a_point_needs_no_token(points):
    assert names(Client(enforce_csrf_checks=True).post(NEAR, HERE)) == ["甲院社区代表联络站", "人民路社区代表联络站"]


@pytest.mark.parametrize(
    "point",
    [{"lat": "abc", "lng": "1"}, {"lat": "91", "lng": "1"}, {"lat": "34"}, {"lng": "113"}, {"lat": "nan", "lng": "inf"},
     {"lat": "\0", "lng": "1"}, {}],
)  # fmt: skip
def test_coordinates_that_make_no_sense_are_refused_in_words(client, points, point):
    page = client.post(NEAR, point)
    assert (page.status_code, names(page)) == (200, [])
    assert "收到的经纬度不对，没有采用。请选择您所在的街道或社区。" in text(page)


@pytest.mark.parametrize("point", [("90", "0"), ("-90", "180"), ("0", "-180"), ("34.78", "-66.3")])
def test_the_far_side_of_the_earth_has_an_answer(client, points, point):
    assert len(names(client.post(NEAR, dict(zip(("lat", "lng"), point, strict=True))))) == 2


def selects(page) -> dict[str, list[str]]:
    """Each list to choose from with its words."""
    found = re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page.content.decode(), re.S)
    return {name: re.findall(r"<option[^>]*>([^<]*)</option>", inside) for name, inside in found}


def test_a_place_is_chosen_by_street_then_community(client, points):
    Region.objects.filter(pk="410105").update(name="金水区")
    factories.region("410105004", "没有站的街道")
    first = client.get(NEAR)
    assert selects(first) == {"street": ["请选择", "花园路街道", "人民路街道"]}
    assert names(first) == []
    second = client.get(f"{NEAR}?street=410105003")
    assert selects(second)["community"] == ["整个街道或乡镇", "人民路社区"]
    assert names(second) == ["人民路社区代表联络站", "甲院社区代表联络站"]
    assert "离人民路街道最近的联络站" in text(second)
    third = client.get(f"{NEAR}?street=410105003&community=410105003001")
    assert "离人民路社区最近的联络站" in text(third)
    assert '<option value="410105003001" selected>人民路社区</option>' in third.content.decode()


def test_a_community_without_a_station_is_measured_from_its_centre_or_its_streets(client, points):
    factories.region("410105003002", "纬一路社区居民委员会")
    address = f"{NEAR}?street=410105003&community=410105003002"
    page = client.get(address)
    assert "纬一路社区的位置还没有登记，距离从人民路街道的中间算起。" in text(page)
    assert distances(page) == ["就在这里", "1.1 公里"]
    Region.objects.filter(pk="410105003002").update(latitude=34.782, longitude=113.68)
    page = client.get(address)
    assert "还没有登记" not in text(page)
    assert list(zip(names(page), distances(page), strict=True)) == [
        ("甲院社区代表联络站", "220 米"), ("人民路社区代表联络站", "890 米"),
    ]  # fmt: skip


def test_the_community_of_another_street_is_left_behind(client, points):
    page = client.get(f"{NEAR}?street=410105002&community=410105003001")
    assert "离花园路街道最近的联络站" in text(page)
    assert "没有这个地方" not in text(page)


def test_lists_begin_where_there_is_something_to_choose(client, station):
    """With one street they are its communities; with two provinces, the provinces."""
    Station.objects.filter(pk=station.pk).update(latitude=34.78, longitude=113.68)
    assert list(selects(client.get(NEAR))) == ["community"]
    for code, name in [("11", "北京市"), ("1101", "市辖区"), ("110101", "东城区"), ("110101001", "东华门街道")]:
        factories.region(code, name)
    factories.station("110101001-01", latitude=39.9, longitude=116.4)
    assert selects(client.get(NEAR)) == {"province": ["请选择", "北京市", "河南省"]}
    chosen = client.get(f"{NEAR}?province=11&city=1101&district=110101")
    assert selects(chosen)["street"] == ["请选择", "东华门街道"]
    assert names(chosen) == []


@pytest.mark.parametrize("query", ["street=999", "street=%00", "street=4", f"street={'x' * 300}",
                                   "street=410105002&community=410105002999"])  # fmt: skip
def test_an_unknown_place_is_told_at_its_list(client, points, query):
    assert "没有这个地方，请从列表中选择" in text(client.get(f"{NEAR}?{query}"))


def test_without_any_station_on_the_map_the_page_says_so(client, station):
    assert "还没有联络站登记位置" in text(client.get(NEAR))
    assert "还没有联络站登记位置" in text(client.post(NEAR, HERE))


def test_one_station_and_three_cost_the_same(client, points):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.post(NEAR, HERE)
        return len(queries)

    Station.objects.filter(pk="410105003001-01").update(latitude=None, longitude=None)
    before = count()
    factories.station("410105002001-02", latitude=34.78, longitude=113.69)
    factories.station("410105002001-03", latitude=34.78, longitude=113.70)
    assert count() == before


@pytest.mark.parametrize(
    ("metres", "words"),
    [(0, "就在这里"), (14, "就在这里"), (16, "20 米"), (846, "850 米"), (994, "990 米"), (996, "1.0 公里"),
     (1234, "1.2 公里"), (99_900, "99.9 公里"), (123_456, "123 公里"), (1_234_567, "1,235 公里")],
)  # fmt: skip
def test_distances_are_told_as_people_say_them(metres, words):
    assert distance_words(metres) == words


@pytest.mark.parametrize("address", ["/stations/410105002001-01/", "visit", NEAR])
def test_maps_elsewhere_get_their_own_coordinates_and_no_referrer(client, points, station, address):
    if address == "visit":
        address = factories.visit(station, state="published").get_absolute_url()
    page = client.post(NEAR, HERE) if address == NEAR else client.get(address)
    links = re.findall(r'<a href="(https://[^"]*)" rel="noopener noreferrer external">', page.content.decode())
    assert [link.replace("&amp;", "&").split("&")[0] for link in links[:2]] == [
        "https://uri.amap.com/marker?position=113.686132,34.778943",
        "https://api.map.baidu.com/marker?location=34.784683,113.692693",
    ]  # fmt: skip
    assert "打开地图（将离开本站）" in text(page)
    assert not re.search(r'(?:src|srcset)="https?://', page.content.decode())


def test_a_visit_elsewhere_online_or_cancelled_shows_no_map(client, points, station):
    for number, fields in enumerate([{"place": "花园路广场"}, {"is_online": True}, {"state": "cancelled"}]):
        visit = factories.visit(station, **({"state": "published", "starts_at": factories.hour(7 + number)} | fields))
        assert "打开地图" not in text(client.get(visit.get_absolute_url()))
