import pytest

from representatives.models import Representative
from tests import factories

pytestmark = pytest.mark.django_db

LIST, ADD = "/admin/representatives/representative/", "/admin/representatives/representative/add/"


def filled(station, **fields) -> dict:
    form = {
        "name": "张三", "is_public": "on", "leadership": "none", "seats-TOTAL_FORMS": 1, "seats-0-level": 4,
        "seats-0-term": 15, "seats-0-status": "serving", "seats-0-from_on": "2022-01-01", "memberships-TOTAL_FORMS": 1,
        "absences-TOTAL_FORMS": 0,
        "memberships-0-station": station.pk, "memberships-0-is_home": "on", "memberships-0-from_on": "2022-01-01",
    }  # fmt: skip
    for prefix in ("seats", "memberships", "absences"):
        form |= {f"{prefix}-INITIAL_FORMS": 0, f"{prefix}-MIN_NUM_FORMS": 0, f"{prefix}-MAX_NUM_FORMS": 1000}
    return form | fields


def names(response) -> list[str]:
    return [person.name for person in response.context["cl"].result_list]


def test_district_adds_somebody_with_seat_and_station(as_, district, station):
    as_(district).post(ADD, filled(station))
    person = Representative.objects.get()
    assert (person.pinyin, person.seats.count(), person.memberships.get().station) == ("zhangsan", 1, station)


def test_two_home_stations_at_once_are_refused_by_the_database_in_words(as_, district, station, other_station):
    second = {"memberships-TOTAL_FORMS": 2, "memberships-1-station": other_station.pk, "memberships-1-is_home": "on",
              "memberships-1-from_on": "2023-01-01"}  # fmt: skip
    response = as_(district).post(ADD, filled(station, **second))
    assert response.context["errors"] == [["该代表在这段时间已有主站"]]
    assert not Representative.objects.exists()


def test_somebody_without_a_station_is_refused(as_, district, station):
    as_(district).post(ADD, filled(station, **{"memberships-TOTAL_FORMS": 0}))
    assert not Representative.objects.exists()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=张", ["张三"]), ("q=zhang", ["张三"]), ("q=ls", ["李四"]), ("q=三", ["张三"]), ("q=x", []),
        ("level=4", ["李四", "张三"]), ("level=1", []), ("o=0", ["李四", "张三"]), ("o=-0", ["张三", "李四"]),
    ],
)  # fmt: skip
def test_search_and_order(as_, district, station, query, found):
    factories.representative("张三", station=station)
    factories.representative("李四", station=station)
    assert names(as_(district).get(f"{LIST}?{query}")) == found


def test_people_of_another_district_are_not_listed(as_, district, station):
    factories.representative("张三", station=station)
    factories.region("410102", "中原区")
    other = factories.representative("李四", station=factories.station("410102-01"))
    assert names(as_(district).get(LIST)) == ["张三"]
    assert as_(district).get(f"{LIST}{other.pk}/change/").status_code == 302


def test_nobody_is_deleted(as_, district, station):
    person = factories.representative(station=station)
    assert as_(district).post(f"{LIST}{person.pk}/delete/", {"post": "yes"}).status_code == 403
    assert Representative.objects.count() == 1
