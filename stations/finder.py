from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import Region
from liaison.common.finder import Finder, choice, words
from liaison.common.search import fold

from .choices import StationKind
from .models import StationQuerySet
from .places import STREET_DIGITS, Places


class StationFinder(Finder):
    q = words(_("站名、地址、街道或社区"))
    street = choice(_("街道"))
    kind = choice(_("类别"), StationKind.choices)

    def __init__(self, data, *, places: Places):
        super().__init__(data)
        self.fields["street"].choices = places.street_choices

    def among(self, stations: StationQuerySet) -> StationQuerySet:
        wanted = self.wanted
        if kind := wanted.get("kind"):
            stations = stations.filter(kind=kind)
        if street := wanted.get("street"):
            stations = stations.filter(code__startswith=street)
        for word in fold(wanted.get("q", "")).split():
            stations = stations.filter(about(word))
        return stations


def about(word: str) -> Q:
    """Stations whose name, address, community or street contains `word`."""
    street = Region.objects.filter(code=Left(OuterRef("region_id"), STREET_DIGITS), name__icontains=word)
    return (
        Q(name__icontains=word) | Q(address__icontains=word) | Q(region__name__icontains=word) | Q(Exists(street))
    )  # fmt: skip
