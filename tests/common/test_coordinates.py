"""The three systems of coordinates: published pairs, there and back, and nothing moved abroad."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liaison.common.coordinates import (
    System,
    bd09_to_wgs84,
    box_around,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    metres_between,
    to_wgs84,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)

SHANGHAI, SHENZHEN, BEIJING = (31.1774276, 121.5272106), (22.543847, 113.912316), (39.911954, 116.377817)
CHINA = st.tuples(st.floats(18, 53.5), st.floats(73.5, 134.5))
EARTH = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


@pytest.mark.parametrize(
    ("turn", "point", "expected"),
    [
        # github.com/googollee/eviltransform, go/transform_test.go
        (wgs84_to_gcj02, SHANGHAI, (31.17530398364597, 121.531541859215)),
        (wgs84_to_gcj02, SHENZHEN, (22.540796131694766, 113.9171764808363)),
        (wgs84_to_gcj02, BEIJING, (39.91334545536069, 116.38404722455657)),
        # github.com/wandergis/coordtransform, README
        (wgs84_to_gcj02, (39.915, 116.404), (39.91640428150164, 116.41024449916938)),
        (gcj02_to_bd09, (39.915, 116.404), (39.92133699351021, 116.41036949371029)),
        (wgs84_to_bd09, (39.915, 116.404), (39.922699552216216, 116.41662724378733)),
    ],
)
def test_published_pairs_hold_to_a_millimetre(turn, point, expected):
    assert metres_between(turn(point), expected) < 0.001


@given(CHINA)
def test_there_and_back_is_the_same_place(point):
    """The issue asks for a metre; it is a millimetre."""
    assert metres_between(gcj02_to_wgs84(wgs84_to_gcj02(point)), point) < 0.001
    assert metres_between(bd09_to_wgs84(wgs84_to_bd09(point)), point) < 0.001


@given(CHINA)
def test_maps_are_shifted_by_some_hundred_metres(point):
    assert 20 < metres_between(point, wgs84_to_gcj02(point)) < 1000
    assert 300 < metres_between(point, wgs84_to_bd09(point)) < 2500


@pytest.mark.parametrize("point", [(39.7392, -104.9903), (48.8566, 2.3522), (90, 180), (-90, -180), (0, 0)])
def test_abroad_nothing_moves(point):
    turns = [wgs84_to_gcj02, gcj02_to_bd09, wgs84_to_bd09, gcj02_to_wgs84, bd09_to_wgs84]
    assert {turn(point) for turn in turns} == {point}


def test_a_point_of_any_system_is_kept_as_wgs84():
    place = (34.78, 113.68)
    drawn = {System.WGS84: place, System.GCJ02: wgs84_to_gcj02(place), System.BD09: wgs84_to_bd09(place)}
    assert {to_wgs84(point, system) for system, point in drawn.items()} == {place}


def test_metres_between_two_cities():
    """Shanghai to Beijing: eviltransform's own test reckons on a sphere of 6,378 km, this house on one of 6,371."""
    far = metres_between((31.17530398364597, 121.531541859215), (39.91334545536069, 116.38404722455657))
    assert far == pytest.approx(1_078_164 * 6371 / 6378.137, rel=1e-5)


@given(EARTH, EARTH)
def test_a_box_holds_everything_within_its_distance(point, other):
    (south, west), (north, east) = box_around(point, metres_between(point, other) * 1.0001 + 1)
    assert south <= other[0] <= north
    assert west <= other[1] <= east
