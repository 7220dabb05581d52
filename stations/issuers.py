"""Who signs what is pinned up before a visit (发布单位): a station's own words, or the body that runs it."""

from collections.abc import Iterable

from django.conf import settings

from liaison.accounts.models import Region

from .models import Station

OFFICE = "办事处"  # 花园路街道办事处 is the government's; its people's congress says 花园路街道人大工委
DISTRICT_DIGITS, STREET_DIGITS = 6, 9


def issuers_of(stations: Iterable[Station]) -> dict[str, str]:
    """The issuing body of each station by its code, in one query however many there are."""
    stations = list(stations)
    wanted = {seat_of(station) for station in stations if not station.issuer}
    names = dict(Region.objects.filter(code__in=wanted).values_list("code", "name"))
    return {station.code: station.issuer or body_of(names.get(seat_of(station), "")) for station in stations}


def seat_of(station: Station) -> str:
    """Code of the street whose committee answers for the station; the district's for an industry station."""
    return station.street_code or station.region_id[:DISTRICT_DIGITS]


def body_of(division: str) -> str:
    """花园路街道 → 花园路街道人大工委, 某某镇 → 某某镇人大主席团 (a township has a congress of its own).

    The district's own stations are the host's of this site, where one is set.
    """
    division = division.removesuffix(OFFICE)
    if division.endswith("街道"):
        return f"{division}人大工委"
    if division.endswith(("镇", "乡")):
        return f"{division}人大主席团"
    return settings.SITE["host_unit"] or (f"{division}人大常委会" if division else "")
