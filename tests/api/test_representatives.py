import pytest

from representatives.choices import SeatLevel
from representatives.models import Seat
from tests import factories

URL = "/api/v1/representatives/"


def names(response) -> list[str]:
    assert response.status_code == 200, response.json()
    return [row["name"] for row in response.json()["results"]]


@pytest.fixture
def people(station, other_station):
    return [
        factories.representative("李四", station=station, level=SeatLevel.CITY, post="教师"),
        factories.representative("张三丰", station=other_station),
        factories.representative("王五", station=station, is_public=False),
    ]


def test_list_counts_people_not_seats(client, people):
    Seat.objects.create(representative=people[0], level=SeatLevel.DISTRICT, term=15, from_on="2022-01-01")
    body = client.get(URL).json()
    assert (body["count"], [row["name"] for row in body["results"]]) == (2, ["李四", "张三丰"])


def test_row_names_level_seats_and_stations_and_nothing_private(client, people, station):
    row = client.get(f"{URL}{people[0].public_id}/").json()
    assert (row["level"], row["level_label"], row["post"]) == (3, "市人大代表", "教师")
    assert [(seat["level"], seat["term"], seat["constituency"]) for seat in row["seats"]] == [(3, 15, "第一选区")]
    assert row["stations"] == [{"code": station.code, "name": station.name, "is_home": True}]
    assert set(row) == {
        "public_id", "name", "level", "level_label", "post", "employer", "introduction", "seats", "stations",
    }  # fmt: skip


@pytest.mark.parametrize("term", ["张三", "三丰", "zhangsan", "zsf", "ZSF"])
def test_found_by_characters_pinyin_and_initials(client, people, term):
    assert names(client.get(URL, {"q": term})) == ["张三丰"]


def test_filters_by_level_street_and_station(client, people, station):
    assert names(client.get(URL, {"level": SeatLevel.CITY})) == ["李四"]
    assert names(client.get(URL, {"street": "410105003"})) == ["张三丰"]
    assert names(client.get(URL, {"station": station.code})) == ["李四"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"level": "9"}, {"level": ["选择一个有效的选项。 9 不在可用的选项中。"]}),
        ({"station": "410105999001-01"}, {"station": ["没有这个联络站"]}),
        ({"q": "a" * 51}, {"q": ["搜索词最多 50 个字"]}),
    ],
)
def test_bad_filter_is_refused_at_its_name(client, people, query, words):
    response = client.get(URL, query)
    assert (response.status_code, response.json()) == (400, words)


def test_hidden_person_is_for_staff_within_reach(as_, people, liaison, neighbour):
    hidden = f"{URL}{people[2].public_id}/"
    seen = [as_(user).get(hidden).status_code for user in (None, neighbour, liaison)]
    assert seen == [404, 404, 200]
    assert as_(None).get(hidden).json() == {"detail": "没有这位代表"}


def test_same_queries_for_one_row_and_three(client, people, station, count_queries):
    one = count_queries(lambda: client.get(URL, {"q": "李四"}))
    factories.representative("赵六", station=station)
    assert len(names(client.get(URL))) == 3
    assert count_queries(lambda: client.get(URL)) == one
