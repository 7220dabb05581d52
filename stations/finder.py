from statistics import fmean

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Left
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import Region, short_name
from liaison.common.finder import Finder, choice, options, words
from liaison.common.search import fold

from .choices import StationKind
from .models import Station, StationQuerySet
from .places import MOST, STREET_DIGITS, Places, street_names, street_of


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


class PointFinder(forms.Form):
    """Where the reader is: a point that the browser tells, or a place chosen from the list. Neither is kept."""

    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    lng = forms.FloatField(required=False, min_value=-180, max_value=180)
    place = forms.CharField(required=False, max_length=12)

    def __init__(self, data, *, user):
        super().__init__(data)
        rows = Station.objects.for_user(user, "read").exclude(latitude=None).order_by("code")
        self.rows = list(rows.values_list("region_id", "region__name", "latitude", "longitude")[:MOST])
        self.point = None

    def clean(self):
        """A point needs both of its numbers; a place is worth the middle of its stations."""
        if self.data.get("lat") or self.data.get("lng"):
            self.point = self._told()
        elif place := self.data.get("place"):
            self.point = self._middle(place)

    def _told(self) -> tuple[float, float]:
        point = self.cleaned_data.get("lat"), self.cleaned_data.get("lng")
        if None in point:
            self.errors.clear()
            raise forms.ValidationError(_("收到的经纬度不对，没有采用。请选择您所在的街道或社区。"))
        return point

    def _middle(self, place: str) -> tuple[float, float] | None:
        points = [(lat, lng) for code, _name, lat, lng in self.rows if code.startswith(place)]
        if place not in dict(self.places) or not points:
            self.errors.clear()
            self.add_error("place", _("没有这个地方，请从列表中选择"))
            return None
        return fmean(lat for lat, _lng in points), fmean(lng for _lat, lng in points)

    @cached_property
    def streets(self) -> dict[str, str]:
        return street_names(code for code, *_rest in self.rows)

    @cached_property
    def places(self) -> list[tuple[str, str]]:
        """Streets and communities that have a station on the map."""
        communities = {code: short_name(name) for code, name, *_point in self.rows if len(code) > STREET_DIGITS}
        return sorted(self.streets.items() | communities.items())

    @property
    def place_options(self):
        """Each street with its communities."""
        groups = (
            (name, ((code, _("整个%s") % name), *(p for p in self.places if p[0] != code and street_of(p[0]) == code)))
            for code, name in self.streets.items()
        )
        return options((("", _("请选择")), *groups), self.data.get("place", ""))

    @property
    def place_name(self) -> str:
        """The chosen place in words."""
        return dict(self.places).get(self.data.get("place", ""), "")
