"""How many communities have a station near their centre, which have none, and how far it is from there.

A community whose centre nobody has put on the map is counted neither way; it is named apart. Any open station counts,
the neighbouring district's too: people do not ask whose it is.
"""

from dataclasses import dataclass
from math import pi

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cos, Greatest, Left, Radians
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from liaison.accounts.choices import CODE_LENGTH, LEVEL_OF_LENGTH, Level
from liaison.accounts.grants import noun_of, roles_that
from liaison.accounts.models import Region
from liaison.common.coordinates import EARTH, metres_between

from .directory import metres_words
from .distance import At, Box, Degrees, Inside, box, metres
from .models import Station

DEGREE = EARTH * pi / 180  # metres
SPARE = 1.001  # a box a little too large costs nothing; every station in it is measured
FAR, UNKNOWN, NEAR = "far", "unknown", "near"
SHOWN = {FAR: _("不在范围内"), UNKNOWN: _("没有中心坐标"), NEAR: _("范围内")}
SUMMED_DIGITS = CODE_LENGTH[Level.CITY]  # above a city figures would take seconds; one goes down to it first


@dataclass
class Share:
    """So many of the communities with a known centre have a station near it."""

    code: str
    name: str
    total: int = 0
    known: int = 0
    near: int = 0

    @property
    def far(self) -> int:
        return self.known - self.near

    @property
    def unknown(self) -> int:
        return self.total - self.known

    @property
    def percent(self) -> float | None:
        return 100 * self.near / self.known if self.known else None

    def __add__(self, other: "Share") -> "Share":
        sums = (getattr(self, name) + getattr(other, name) for name in ("total", "known", "near"))
        return Share(self.code, self.name, *sums)


def roots_of(user) -> list[str]:
    """Codes of the divisions that a person reaches as such; who has one station reaches none."""
    granted = roles_that("view", noun_of(Region))
    codes = sorted({p.code for p in user.current_postings if p.role in granted and "-" not in p.code})
    return [code for code in codes if not any(code != other and code.startswith(other) for other in codes)]


class Coverage:
    """The figure for what a person reaches, or for the division `code` in it, within `far` metres."""

    def __init__(self, user, code: str, far: int):
        self.user, self.far = user, far
        self.regions = Region.objects.for_user(user, "view")
        self.roots = [code] if code else self._roots()
        self.code = self.roots[0] if len(self.roots) == 1 else ""

    def _roots(self) -> list[str]:
        """What the person reaches; of one place the lowest division that holds all of it, for there is no choice."""
        roots = roots_of(self.user)
        level = LEVEL_OF_LENGTH.get(len(roots[0]), 0) if len(roots) == 1 else Level.DISTRICT
        while level < Level.DISTRICT:
            level += 1
            below = self.regions.filter(code__startswith=roots[0], level=level).values_list("code", flat=True)[:2]
            if len(below) != 1:
                break
            roots = list(below)
        return roots

    @property
    def is_summed(self) -> bool:
        """Whether the reach is small enough to be counted on a page."""
        return all(len(code) >= SUMMED_DIGITS for code in self.roots)

    @property
    def communities(self) -> QuerySet[Region]:
        return self.regions.filter(code__startswith=self.code, level=Level.COMMUNITY)

    @property
    def part_level(self) -> int:
        """The level of the lines: the one below, streets at the lowest; of several places always streets."""
        above = LEVEL_OF_LENGTH.get(len(self.code), 0) if len(self.roots) == 1 else Level.STREET
        return min(above + 1, Level.STREET)

    @cached_property
    def part_names(self) -> dict[str, str]:
        """The divisions that are lines, or that one goes down to where there is too much to count."""
        regions = self.regions.filter(code__startswith=self.code, level=self.part_level)
        if not self.is_summed and len(self.roots) > 1:
            regions = self.regions.filter(code__in=self.roots)
        return dict(regions.order_by("code").values_list("code", "name"))

    @cached_property
    def shares(self) -> list[Share]:
        """One line for each division below, in one indexed look a community."""
        known = Q(latitude__isnull=False)
        counted = (
            self.communities.annotate(part=Left("code", CODE_LENGTH[self.part_level]))
            .order_by("part")
            .values("part")
            .annotate(
                total=Count("code"), known=Count("code", filter=known), near=Count("code", filter=known & self.is_near)
            )
        )
        names = self.part_names
        return [Share(row["part"], names.get(row["part"], ""), row["total"], row["known"], row["near"])
                for row in counted]  # fmt: skip

    @property
    def total(self) -> Share:
        return sum(self.shares, Share(self.code, self.name))

    @cached_property
    def name(self) -> str:
        return Region.objects.get(code=self.code).name if self.code else ""

    @cached_property
    def above(self) -> list[Region]:
        """The divisions on the way down to this one that the person reaches, too."""
        codes = [self.code[:n] for n in CODE_LENGTH.values() if n < len(self.code)]
        return list(Region.objects.for_user(self.user, "view").filter(code__in=codes).order_by("code"))

    def tabs(self, show: str) -> list[tuple[str, str, bool]]:
        """Address, words and whether it is shown, of each list behind the figure."""
        counts, shown = {FAR: self.total.far, UNKNOWN: self.total.unknown, NEAR: self.total.near}, self.shown(show)
        addresses = {name: f"?{urlencode({'in': self.code, 'show': name})}#rows" for name in SHOWN}
        return [(addresses[name], f"{label} {counts[name]:,}", name == shown) for name, label in SHOWN.items()]

    def shown(self, show: str) -> str:
        return show if show in SHOWN else FAR

    @property
    def stations(self):
        return Station.objects.for_user(self.user, "read").on_the_map()

    @property
    def is_near(self) -> Exists:
        """Whether a station stands within the distance: those in a box are found by index and measured."""
        latitude, longitude = OuterRef("latitude"), OuterRef("longitude")
        around = self.stations.filter(Inside(At("longitude", "latitude"), box_in_sql(latitude, longitude, self.far)))
        return Exists(
            around.alias(away=metres("latitude", "longitude", latitude, longitude)).filter(away__lte=self.far)
        )

    def rows(self, show: str) -> QuerySet[Region]:
        """The communities behind the figure: too far, without a known centre, or near."""
        rows, show = self.communities, self.shown(show)
        if show == UNKNOWN:
            return rows.filter(latitude__isnull=True)
        return rows.filter(self.is_near if show == NEAR else ~self.is_near, latitude__isnull=False)


def box_in_sql(latitude, longitude, far: float) -> Box:
    """A box that holds everything within `far` metres (at most 100 km) of a place, whose degrees are expressions."""
    high = far * SPARE / DEGREE
    wide = high / Greatest(Cos(Radians(latitude)), Value(0.02))
    return Box(At(longitude - wide, latitude - high), At(longitude + wide, latitude + high))


def with_nearest(rows: list[Region], user) -> list[dict]:
    """Rows ready to print: each community with its street, its nearest station and the metres to it.

    As Station.near does, for all of them at once: the first station in the order of degrees says how far to look, and
    whatever lies in one of those boxes is measured.
    """
    streets = Region.objects.filter(code__in={row.code[: CODE_LENGTH[Level.STREET]] for row in rows})
    names = dict(streets.values_list("code", "name"))
    nearest = _nearest(rows, Station.objects.for_user(user, "read").on_the_map())
    found = []
    for row in rows:
        far, station = nearest.get(row.code, (None, None))
        street = names.get(row.code[: CODE_LENGTH[Level.STREET]], "")
        found.append({"region": row, "name": row.short_name, "street": street, "station": station,
                      "away": metres_words(far) if station else ""})  # fmt: skip
    return found


def _nearest(rows: list[Region], stations) -> dict[str, tuple[float, Station]]:
    """The nearest station of each community with a known centre, with the metres to it, by the community's code."""
    latitude, longitude = OuterRef("latitude"), OuterRef("longitude")
    away = metres("latitude", "longitude", latitude, longitude)
    degrees = Degrees(At("longitude", "latitude"), At(longitude, latitude))
    first = stations.alias(degrees=degrees).order_by("degrees").annotate(away=away)
    known = Region.objects.filter(pk__in=[row.pk for row in rows], latitude__isnull=False)
    known = known.annotate(reach=Subquery(first.values("away")[:1])).values_list(
        "code", "latitude", "longitude", "reach"
    )
    known = {code: ((lat, lng), reach) for code, lat, lng, reach in known if reach is not None}
    if not known:
        return {}
    boxes = [Q(Inside(At("longitude", "latitude"), box(point, reach * SPARE + 1))) for point, reach in known.values()]
    there = list(stations.filter(Q(*boxes, _connector=Q.OR)).order_by("code"))
    return {
        code: min(((metres_between(point, station.point), station) for station in there), key=lambda pair: pair[0])
        for code, (point, _reach) in known.items()
    }
