"""The open stations and the streets they lie in: what choice lists and headings of public pages are made of."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from liaison.accounts.choices import CODE_LENGTH, Level
from liaison.accounts.models import Region
from liaison.common.pages import remembered

from .models import Station

STREET_DIGITS = CODE_LENGTH[Level.STREET]
INDUSTRY = _("行业联络站")
MOST = 400  # stations that a choice list offers; where there are more, people narrow down by street or type a name
MOST_STREETS = 400  # a large city has some two hundred


def street_of(code: str) -> str:
    """The code of the street that a station lies in; empty for an industry station, which is the district's."""
    region = code.partition("-")[0]
    return region[:STREET_DIGITS] if len(region) >= STREET_DIGITS else ""


def street_names(codes: Iterable[str]) -> dict[str, str]:
    """Names of the streets that stations with these codes lie in."""
    streets = {street_of(code) for code in codes} - {""}
    return dict(Region.objects.filter(code__in=streets).order_by("code").values_list("code", "name"))


class Places:
    """Everything that a choice list needs, in two queries however many stations there are; remembered, for it is in
    every finder and seldom changes."""

    def __init__(self, user, under: str = ""):
        self.streets, self.station_choices, self.is_whole = remembered(f"places{under}", lambda: _places(user, under))

    def streets_of(self, codes: Iterable[str]) -> dict[str, str]:
        """Names of the streets that the stations with these codes lie in."""
        return self.streets if len(self.streets) < MOST_STREETS else street_names(codes)

    @property
    def street_choices(self) -> tuple[tuple[str, str], ...]:
        return tuple(self.streets.items())


def _streets(user, under: str) -> dict[str, str]:
    """Names of the first streets under `under` that have a station: one probe of an index for each street there is."""
    here = {"code__gt": OuterRef("code"), "code__lt": Concat(OuterRef("code"), Value("~"))}
    stations = Station.objects.for_user(user, "read").filter(**here)
    regions = Region.objects.for_user(user, "read").filter(Exists(stations), code__startswith=under, level=Level.STREET)
    return dict(regions.order_by("code").values_list("code", "name")[:MOST_STREETS])


def _places(user, under: str) -> tuple[dict[str, str], tuple, bool]:
    """Streets by code, stations in groups by street (the district's own last), and whether these are all stations.

    The streets are those of every station, not of the listed ones: else nobody could narrow down to the rest.
    """
    rows = Station.objects.for_user(user, "read").filter(code__startswith=under).order_by("code")
    found = list(rows.values_list("code", "name")[: MOST + 1])
    stations, streets = found[:MOST], _streets(user, under)
    groups: dict[str, list] = {name: [] for name in streets.values()}
    for code, name in stations:
        groups.setdefault(streets.get(street_of(code)) or INDUSTRY, []).append((code, name))
    choices = tuple((label, tuple(group)) for label, group in groups.items() if group)
    return streets, choices, len(found) <= MOST
