"""Stations as rows of a public list: plain dicts with words ready to print, made in a fixed number of queries."""

from collections.abc import Iterable
from math import ceil

from django.urls import reverse
from django.utils.translation import gettext as _

from liaison.common.coordinates import Point
from liaison.common.panels import borrowed

from .choices import StationKind
from .maps import map_links
from .models import Station
from .places import Places, street_of

COLUMNS = ("code", "kind", "name", "address", "hours", "accessible")
NEAREST = 20


def listed(rows: list[dict], user) -> list[dict]:
    """`rows` with COLUMNS made ready: each with its street and with when the next visit is, where visits are known."""
    streets = Places(user).streets_of(row["code"] for row in rows)
    coming = borrowed("next visits at stations", [row["code"] for row in rows], user) or {}
    kinds = dict(StationKind.choices)
    for row in rows:
        row |= {
            "url": reverse("stations:station", args=[row["code"]]),
            "kind_word": kinds[row["kind"]],
            "street": streets.get(street_of(row["code"]), ""),
            "next": coming.get(row["code"]),
        }
    return rows


def nearest(user, point: Point) -> list[dict]:
    """The stations nearest to `point`, ready to print, with the distance in words and links to maps."""
    rows = Station.objects.for_user(user, "read").near(point, NEAREST)
    rows = listed(list(rows.values(*COLUMNS, "latitude", "longitude", "distance")), user)
    for row in rows:
        row["distance_words"] = distance_words(row["distance"])
        row["maps"] = map_links((row["latitude"], row["longitude"]), row["name"], row["address"])
    return rows


def grouped(rows: Iterable[dict]) -> list[tuple[str, list[dict]]]:
    """Rows under the heading of their street, in the order in which they come."""
    groups: dict[str, list[dict]] = {}
    for row in rows:
        groups.setdefault(row["street"] or _("行业联络站"), []).append(row)
    return list(groups.items())


def distance_words(metres: float) -> str:
    """850 米, 1.2 公里, 123 公里: nobody's position is known to ten metres."""
    near = round(metres, -1)
    if near < 20:
        return _("就在这里")
    if near < 1000:
        return _("%s 米") % f"{near:.0f}"
    kilometres = metres / 1000
    return _("%s 公里") % (f"{kilometres:.1f}" if kilometres < 99.95 else f"{kilometres:,.0f}")


def metres_words(metres: float) -> str:
    """1,004 米: where a limit in metres is in question, nothing may be rounded away."""
    return _("%s 米") % f"{ceil(metres):,}"
