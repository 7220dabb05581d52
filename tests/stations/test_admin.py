import pytest

from stations.models import Station
from tests import factories

pytestmark = pytest.mark.django_db

LIST, ADD = "/admin/stations/station/", "/admin/stations/station/add/"


def filled(**fields) -> dict:
    form = {"region": "410105002", "code": "410105002-01", "kind": "street", "name": "花园路站", "is_open": "on"}
    for prefix in ("rooms", "provisions"):
        form |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0, f"{prefix}-MIN_NUM_FORMS": 0,
                 f"{prefix}-MAX_NUM_FORMS": 1000}  # fmt: skip
    return form | fields


def test_district_adds_a_station_with_a_room(as_, district):
    room = {"rooms-TOTAL_FORMS": 1, "rooms-0-kind": "council_hall", "rooms-0-seats": 30}
    as_(district).post(ADD, filled(**room))
    assert [(s.code, [str(r) for r in s.rooms.all()]) for s in Station.objects.all()] == [
        ("410105002-01", ["代表议事厅"])
    ]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"code": "410105003-01"}, "联络站代码应以所在区划的代码开头"),
        ({"point": "34"}, "坐标应像 113.68,34.78 这样写"),
        ({"kind": "community"}, "街道站、社区站、行业站应分别设在街道、社区、区"), ({"region": "999999"}, "有效"),
        ({"code": "x"}, "代码应为区划代码加两位序号"),
    ],
)  # fmt: skip
def test_wrong_station_is_refused_with_words(as_, district, wrong, words):
    response = as_(district).post(ADD, filled(**wrong))
    assert words in str(response.context["errors"])
    assert not Station.objects.exists()


@pytest.mark.parametrize(
    ("term", "found"), [("甲院", {"甲"}), ("410105003", {"人"}), ("联络站", {"甲", "人"}), ("%", set())]
)
def test_search_by_name_and_code(as_, district, station, other_station, term, found):
    response = as_(district).get(LIST, {"q": term})
    assert {row.name[0] for row in response.context["cl"].result_list} == found


def test_station_of_another_district_is_not_listed(as_, district, station):
    factories.region("410102", "中原区")
    factories.station("410102-01")
    assert list(as_(district).get(LIST).context["cl"].result_list) == [station]


def test_rooms_to_choose_say_their_station(as_, district, station):
    factories.room(station)
    ask = {"app_label": "visits", "model_name": "visit", "field_name": "room", "term": "甲院"}
    results = as_(district).get("/admin/autocomplete/", ask).json()["results"]
    assert [row["text"] for row in results] == ["甲院社区代表联络站 · 代表接待室"]
