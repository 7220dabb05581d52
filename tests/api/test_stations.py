import pytest

from tests import factories

URL = "/api/v1/stations/"


@pytest.fixture
def three_kinds(station, other_station):
    street = factories.station("410105002-01", name="花园路街道联络站", address="花园路 9 号")
    industry = factories.station("410105-01", name="教育行业联络站", address="文化路 3 号")
    return {"street": street, "community": station, "industry": industry, "other": other_station}


def codes(response) -> set[str]:
    return {row["code"] for row in response.json()["results"]}


def test_list_counts_what_it_finds(client, three_kinds):
    counts = {kind: client.get(URL, {"kind": kind}).json()["count"] for kind in ("street", "community", "industry")}
    assert counts == {"street": 1, "community": 2, "industry": 1}
    assert client.get(URL).json()["count"] == 4


def test_filters_by_street_and_words(client, three_kinds):
    assert codes(client.get(URL, {"street": "410105002"})) == {"410105002-01", "410105002001-01"}
    assert codes(client.get(URL, {"name": "教育"})) == {"410105-01"}
    assert codes(client.get(URL, {"q": "文化路"})) == {"410105-01"}
    assert codes(client.get(URL, {"q": "%"})) == set()


def test_detail_says_where_it_is_and_which_rooms_it_has(client, station):
    factories.room(station, name="一号室", seats=12)
    found = client.get(f"{URL}{station.code}/").json()
    assert found["region"] == {"code": "410105002001", "name": "甲院社区居民委员会"}
    assert found["street"] == {"code": "410105002", "name": "花园路街道"}
    assert found["rooms"] == [
        {"kind": "reception_room", "kind_label": "代表接待室", "name": "一号室", "seats": 12},
    ]


def test_industry_station_lies_in_no_street(client, three_kinds):
    found = client.get(f"{URL}410105-01/").json()
    assert (found["street"], found["region"]["name"]) == (None, "金水区")


def test_unknown_station_is_told_in_json(client, station):
    for address in (f"{URL}410105999001-01/", f"{URL}nonsense/", f"{URL}%00/", "/api/v1/nothing/"):
        response = client.get(address)
        assert response.status_code == 404
        assert response["Content-Type"] == "application/json"
        assert response.json()["detail"] in {"没有这个联络站", "没有这个地址"}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"kind": "village"}, {"kind": ["选择一个有效的选项。 village 不在可用的选项中。"]}),
        ({"street": "999999999"}, {"street": ["没有这个代码的行政区划"]}),
        ({"street": "\0"}, {"street": ["不允许是用空字符串。"]}),
        ({"q": "站" * 10_000}, {"q": ["搜索词最多 50 个字"]}),
    ],
)
def test_bad_filter_is_refused_at_its_name(client, station, query, words):
    response = client.get(URL, query)
    assert (response.status_code, response.json()) == (400, words)


def test_closed_station_is_for_staff_within_reach(as_, station, liaison, neighbour):
    station.is_open = False
    station.save()
    seen = {who: as_(user).get(f"{URL}{station.code}/").status_code for who, user in
            {"nobody": None, "liaison": liaison, "neighbour": neighbour}.items()}  # fmt: skip
    assert seen == {"nobody": 404, "liaison": 200, "neighbour": 404}


def test_nobody_writes_stations(as_, administrator, station):
    response = as_(administrator).delete(f"{URL}{station.code}/")
    assert (response.status_code, response.json()) == (405, {"detail": "方法 “DELETE” 不被允许。"})


def test_same_queries_for_one_row_and_three(client, three_kinds, count_queries):
    assert count_queries(lambda: client.get(URL, {"kind": "street"})) == count_queries(lambda: client.get(URL))


def test_page_that_is_not_there(client, station):
    assert client.get(URL, {"page": 99}).json() == {"detail": "无效页面。"}
    assert client.get(URL, {"page": 99}).status_code == 404
