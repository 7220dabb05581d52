"""Which drafts are looked at before they are published."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import Region
from liaison.common.templatetags.face import joined

from ..choices import VisitKind

STREET_DIGITS = 9
NONE_THERE = {"invalid_choice": _("没有待公布的草稿")}


class PublishFilter(forms.Form):
    """Street, station and series of the drafts that wait; only those that have some are offered."""

    MOST = 300

    street = forms.ChoiceField(label=_("街道"), required=False, error_messages=NONE_THERE)
    station = forms.ChoiceField(label=_("联络站"), required=False, error_messages=NONE_THERE)
    series = forms.ChoiceField(label=_("系列"), required=False, error_messages=NONE_THERE)

    def __init__(self, data, *, drafts: QuerySet):
        super().__init__(data, auto_id="filter_%s")
        self.drafts, self.hide_optional = drafts, True
        stations = dict(
            drafts.order_by("station_id").values_list("station_id", "station__name").distinct()[: self.MOST]
        )
        streets = Region.objects.filter(pk__in={code[:STREET_DIGITS] for code in stations})
        series = drafts.filter(series__isnull=False).order_by("series__station", "series")
        series = series.values_list("series__public_id", "series__station__name", "series__title", "series__kind")
        named = [(pk, f"{name} · {title or VisitKind(kind).label}") for pk, name, title, kind in series.distinct()]
        # Beyond what a list of choices can hold, an address still leads to one station.
        if (asked := self.data.get("station", "")) and asked not in stations:
            stations |= dict(drafts.filter(station=asked).values_list("station_id", "station__name")[:1])
        self._offer("street", [(region.pk, region.name) for region in streets if len(region.pk) == STREET_DIGITS])
        self._offer("station", list(stations.items()))
        self._offer("series", named[: self.MOST])

    def _offer(self, name: str, choices: list[tuple]) -> None:
        self.fields[name].choices = [("", _("全部")), *choices]
        if len(choices) < 2 and not self.data.get(name):
            self.fields[name].widget = forms.HiddenInput()

    @property
    def chosen(self) -> QuerySet:
        """The drafts as the form says; none where what was asked for has none."""
        if not self.is_valid():
            return self.drafts.none()
        given, drafts = self.cleaned_data, self.drafts
        if given["street"]:
            drafts = drafts.filter(station__code__startswith=given["street"])
        if given["station"]:
            drafts = drafts.filter(station=given["station"])
        if given["series"]:
            drafts = drafts.filter(series__public_id=given["series"])
        return drafts

    @property
    def is_narrow(self) -> bool:
        """One station or one series was asked for: its drafts are meant to be published together."""
        return self.is_valid() and bool(self.cleaned_data["station"] or self.cleaned_data["series"])

    @property
    def words(self) -> str:
        """What is chosen, for the folded filter on a phone."""
        return joined(dict(field.field.choices).get(field.value()) or "" for field in self if field.value())
