"""The nearest stations: right in metres, found by index, at the poles and the date line, too."""

import pytest
from django.db import IntegrityError, connection

from liaison.common.coordinates import metres_between
from stations.distance import At, Degrees, at
from stations.models import Station
from tests import factories

HERE = (34.78, 113.68)
# North and east of HERE: a degree to the east is only four fifths of one to the north.
NORTH, EAST, NEXT = (34.80, 113.68), (34.78, 113.703), (34.781, 113.68)


@pytest.fixture
def placed(street_region):
    """`placed(point, …)`: a station at each, in the order of their codes; the first of them is 410105-01."""

    def make(*points) -> list[Station]:
        return [
            factories.station(f"410105-{n:02d}", latitude=lat, longitude=lng) for n, (lat, lng) in enumerate(points, 1)
        ]

    return make


def test_order_is_by_metres_not_by_degrees(placed):
    north, east, near = placed(NORTH, EAST, NEXT)
    factories.station("410105-04")  # not on the map
    assert metres_between(HERE, NORTH) > metres_between(HERE, EAST)
    assert list(Station.objects.near(HERE, 2)) == [near, east]
    assert list(Station.objects.near(HERE, 20)) == [near, east, north]


def test_distance_is_that_of_the_great_circle(placed):
    placed(NORTH, EAST, NEXT, HERE)
    for station in Station.objects.near(HERE, 20):
        assert station.distance == pytest.approx(metres_between(HERE, (station.latitude, station.longitude)), abs=0.001)


def test_same_distance_goes_by_code(placed):
    assert list(Station.objects.near(HERE, 2)) == []
    first, second, _third = placed(NORTH, NORTH, NORTH)
    assert list(Station.objects.near(HERE, 2)) == [first, second]


@pytest.mark.parametrize("point", [(90, 0), (-90, 0), (89.9999, 179.99), (0, 180), (0, -180), (34.78, -66.32)])
def test_no_place_on_earth_is_too_far(placed, point):
    stations = placed(HERE, (0, 179.99), (89.9, 0))
    assert set(Station.objects.near(point, 20)) == set(stations)


def test_candidates_come_from_the_index_in_order(placed):
    """Without a sort and without looking at every row: the planner's own words, were the table large."""
    placed(HERE, NORTH)
    rows = Station.objects.on_the_map().order_by(Degrees(At("longitude", "latitude"), at(HERE)))[:20]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = rows.explain()
    assert "Index Scan using station_point" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize(("latitude", "longitude"), [(91, 113), (34, 181), (float("nan"), 113)])
def test_the_database_refuses_a_place_off_the_earth(placed, latitude, longitude):
    with pytest.raises(IntegrityError, match="station_point_on_earth"):
        placed((latitude, longitude))
