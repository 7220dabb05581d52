"""Stations as rows of a public list: plain dicts with words ready to print, made in a fixed number of queries."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from liaison.common.panels import borrowed

from .choices import StationKind
from .places import Places, street_of

COLUMNS = ("code", "kind", "name", "address", "hours", "accessible")


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
        if "distance" in row:
            row["distance_words"] = distance_words(row["distance"])
    return rows


def grouped(rows: Iterable[dict]) -> list[tuple[str, list[dict]]]:
    """Rows under the heading of their street, in the order in which they come."""
    groups: dict[str, list[dict]] = {}
    for row in rows:
        groups.setdefault(row["street"] or _("行业联络站"), []).append(row)
    return list(groups.items())


def distance_words(metres: float) -> str:
    """350 米, and 12.3 公里 where metres say nothing any more. Nobody's position is known to ten metres."""
    if metres < 20:
        return _("就在这里")
    if metres < 10_000:
        return _("%s 米") % f"{round(metres, -1):,.0f}"
    return _("%s 公里") % f"{metres / 1000:,.1f}"
