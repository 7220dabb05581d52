"""Distances in SQL: PostgreSQL's own points and boxes under a GiST index, and metres along the great circle."""

from django.db.models import BooleanField, Expression, ExpressionWrapper, FloatField, Func, Value
from django.db.models.functions import ASin, Cos, Least, Power, Radians, Sin, Sqrt

from liaison.common.coordinates import EARTH, Point, box_around


class At(Func):
    """A place as PostgreSQL's `point(longitude, latitude)`, which an index finds without any extension."""

    function = "point"
    output_field = FloatField()  # never read, only compared


class Box(Func):
    function = "box"
    output_field = FloatField()  # never read, only compared


class Inside(Func):
    """Whether a point lies in a box: a range of the index."""

    template, arg_joiner = "(%(expressions)s)", " <@ "
    output_field = BooleanField()


class Degrees(Func):
    """How far two points are apart in degrees, as the index walks them: near by is near, but no order by metres."""

    template, arg_joiner = "(%(expressions)s)", " <-> "
    output_field = FloatField()


def at(point: Point) -> At:
    latitude, longitude = point
    return At(Value(longitude, FloatField()), Value(latitude, FloatField()))


def metres(latitude, longitude, latitude2, longitude2) -> Expression:
    """Metres between two places, whose degrees are columns or expressions."""
    lat, lng, lat2, lng2 = map(Radians, (latitude, longitude, latitude2, longitude2))
    half = Power(Sin((lat2 - lat) / 2), 2) + Cos(lat) * Cos(lat2) * Power(Sin((lng2 - lng) / 2), 2)
    return ExpressionWrapper(2 * EARTH * ASin(Sqrt(Least(half, Value(1.0)))), FloatField())


def box(point: Point, far: float) -> Box:
    """The box that holds everything within `far` metres of `point`."""
    return Box(*map(at, box_around(point, far)))
