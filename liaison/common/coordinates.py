"""Where a place is: WGS-84, which is kept, and the two shifted systems that Chinese maps speak.

GCJ-02 (高德、腾讯) shifts WGS-84 by up to some 700 m, by a series of sines over a Krasovsky ellipsoid; BD-09 (百度)
turns and stretches GCJ-02 a little more. Neither is published by its makers. The constants are those of the open
reconstruction known as eviltransform (github.com/googollee/eviltransform), against whose published pairs the functions
are tested. Abroad nothing is shifted. A point is (latitude, longitude) in degrees.
"""

from collections.abc import Callable
from math import asin, atan2, cos, degrees, hypot, pi, radians, sin, sqrt

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

Point = tuple[float, float]

EARTH = 6_371_000  # metres, the mean radius
LATITUDES, LONGITUDES = (0.8293, 55.8271), (72.004, 137.8347)  # the box inside which maps are shifted
AXIS, ECCENTRICITY = 6_378_245.0, 0.00669342162296594323  # Krasovsky 1940: half axis in metres, eccentricity squared
TURN = pi * 3000 / 180  # of BD-09
CLOSE = 1e-9  # degrees, a tenth of a millimetre


class System(TextChoices):
    WGS84 = "wgs84", _("WGS-84（手机定位、GPS）")
    GCJ02 = "gcj02", _("高德、腾讯地图（GCJ-02）")
    BD09 = "bd09", _("百度地图（BD-09）")


def is_shifted(point: Point) -> bool:
    """Whether maps of the place are shifted: a box around China."""
    latitude, longitude = point
    return LATITUDES[0] <= latitude <= LATITUDES[1] and LONGITUDES[0] <= longitude <= LONGITUDES[1]


def wgs84_to_gcj02(point: Point) -> Point:
    """The point as Amap draws it."""
    if not is_shifted(point):
        return point
    latitude, longitude = point
    north, east = _shift(longitude - 105, latitude - 35)
    sine = 1 - ECCENTRICITY * sin(radians(latitude)) ** 2
    north /= AXIS * (1 - ECCENTRICITY) / sine**1.5
    east /= AXIS / sqrt(sine) * cos(radians(latitude))
    return latitude + degrees(north), longitude + degrees(east)


def _shift(x: float, y: float) -> tuple[float, float]:
    """Metres to the north and to the east, `x` and `y` being degrees from 105° E, 35° N."""
    both = (20 * sin(6 * pi * x) + 20 * sin(2 * pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x)) + both
    north += (20 * sin(pi * y) + 40 * sin(pi * y / 3) + 160 * sin(pi * y / 12) + 320 * sin(pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x)) + both
    east += (20 * sin(pi * x) + 40 * sin(pi * x / 3) + 150 * sin(pi * x / 12) + 300 * sin(pi * x / 30)) * 2 / 3
    return north, east


def gcj02_to_bd09(point: Point) -> Point:
    """The point as Baidu draws it."""
    if not is_shifted(point):
        return point
    latitude, longitude = point
    far = hypot(longitude, latitude) + 0.00002 * sin(latitude * TURN)
    angle = atan2(latitude, longitude) + 0.000003 * cos(longitude * TURN)
    return far * sin(angle) + 0.006, far * cos(angle) + 0.0065


def wgs84_to_bd09(point: Point) -> Point:
    return gcj02_to_bd09(wgs84_to_gcj02(point))


def gcj02_to_wgs84(point: Point) -> Point:
    return _turned_back(wgs84_to_gcj02, point)


def bd09_to_wgs84(point: Point) -> Point:
    return _turned_back(wgs84_to_bd09, point)


def _turned_back(shift: Callable[[Point], Point], point: Point) -> Point:
    """The point that `shift` moves to `point`: the shift changes slowly, so each guess is far better than the last."""
    if not is_shifted(point):
        return point
    guess = point
    for _turn in range(30):
        there = shift(guess)
        off = point[0] - there[0], point[1] - there[1]
        guess = guess[0] + off[0], guess[1] + off[1]
        if max(map(abs, off)) < CLOSE:
            break
    return guess


def to_wgs84(point: Point, system: str) -> Point:
    """A point of any of the three systems as it is kept, to 10 cm."""
    turn = {System.GCJ02: gcj02_to_wgs84, System.BD09: bd09_to_wgs84}.get(system)
    latitude, longitude = turn(point) if turn else point
    return round(latitude, 6), round(longitude, 6)


def metres_between(one: Point, other: Point) -> float:
    """Along the great circle."""
    (lat, lng), (lat2, lng2) = map(radians, one), map(radians, other)
    half = sin((lat2 - lat) / 2) ** 2 + cos(lat) * cos(lat2) * sin((lng2 - lng) / 2) ** 2
    return 2 * EARTH * asin(sqrt(min(1.0, half)))


def box_around(point: Point, metres: float) -> tuple[Point, Point]:
    """The south-western and north-eastern corner of a box that holds everything within `metres`.

    Where it would reach over a pole or the date line, it goes all the way round.
    """
    latitude, longitude = point
    high = degrees(metres / EARTH)
    south, north = max(-90.0, latitude - high), min(90.0, latitude + high)
    if south == -90 or north == 90:
        return (south, -180.0), (north, 180.0)
    wide = degrees(asin(min(1.0, sin(min(metres / EARTH, pi / 2)) / cos(radians(latitude)))))
    if longitude - wide < -180 or longitude + wide > 180:
        return (south, -180.0), (north, 180.0)
    return (south, longitude - wide), (north, longitude + wide)
