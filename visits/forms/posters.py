"""Whose posters are printed together: a street's, the district's or some stations', for some weeks."""

from datetime import date, timedelta

from django import forms
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from liaison.common.forms import DayField
from stations.choices import StationKind
from stations.places import INDUSTRY, street_names, street_of

from ..choices import OVER, State
from ..models import VisitQuerySet
from ..posters.choices import PosterOf, PosterSize

DAYS_AHEAD = 30
FURTHEST = timedelta(days=366)
MOST_STATIONS = 400
TRADES = "industry"  # in place of a street's code: the stations that lie in no street


class PosterFilter(forms.Form):
    """Which stations are shown to choose from, and for which days."""

    street = forms.ChoiceField(label=_("街道"), required=False)
    from_ = DayField(label=_("从"), required=False)
    to = DayField(label=_("到"), required=False)

    def __init__(self, data, *, stations: QuerySet, today: date):
        self.stations, self.first, self.last = stations, today, today + timedelta(days=DAYS_AHEAD)
        usual = {"from_": self.first.isoformat(), "to": self.last.isoformat()}
        super().__init__(usual | data.dict(), auto_id="filter_%s")
        codes = list(stations.order_by("code").values_list("code", flat=True))
        streets = list(street_names(codes).items())
        if any(not street_of(code) for code in codes):
            streets.append((TRADES, INDUSTRY))
        self.fields["street"].choices = [("", _("全部")), *streets]
        if len(streets) < 2:
            del self.fields["street"]
        self.hide_optional = True

    def clean(self):
        cleaned = super().clean()
        first, last = cleaned.get("from_"), cleaned.get("to")
        self.first = first or self.first
        self.last = last or max(self.last, self.first + timedelta(days=DAYS_AHEAD))
        if not self.errors and self.last < self.first:
            self.add_error("to", _("结束日期早于开始日期"))
        elif not self.errors and self.last - self.first > FURTHEST:
            self.add_error("to", _("一次最多一年，请缩短时间"))
        return cleaned

    @property
    def chosen(self) -> QuerySet:
        """The stations that the filter leaves."""
        street = self.cleaned_data.get("street")
        if street == TRADES:
            return self.stations.filter(kind=StationKind.INDUSTRY)
        return self.stations.filter(code__startswith=street) if street else self.stations


class PosterForm(forms.Form):
    """What is printed, of the stations that were shown."""

    stations = forms.MultipleChoiceField(
        label=_("联络站"),
        error_messages={"required": _("请至少勾选一个联络站"), "invalid_choice": _("列表里没有这个联络站，请重新勾选")},
    )
    what = forms.ChoiceField(label=_("印什么"), choices=PosterOf, initial=PosterOf.VISITS, widget=forms.RadioSelect)
    size = forms.ChoiceField(label=_("纸张"), choices=PosterSize, initial=PosterSize.A4, widget=forms.RadioSelect)
    drafts = forms.BooleanField(
        label=_("也印草稿"), required=False, help_text=_("印有“草稿”字样，只供校对，不能张贴，也不作为打印的记录")
    )

    def __init__(self, data, *, rows: list[dict]):
        super().__init__(data)
        self.fields["stations"].choices = [(row["code"], row["name"]) for row in rows]
        self.hide_optional = True


def counted(stations: QuerySet, visits: VisitQuerySet, from_: date, to: date) -> list[dict]:
    """The stations with how many visits each has between two days: published, and still a draft."""
    rows = list(stations.order_by("code").values("code", "name")[:MOST_STATIONS])
    within = visits.exclude(state__in=[*OVER, State.CANCELLED]).between(from_, to)
    within = within.filter(station__in=[row["code"] for row in rows]).order_by().values("station")
    counts = within.annotate(
        published=Count("pk", filter=Q(state=State.PUBLISHED)), drafts=Count("pk", filter=Q(state=State.DRAFT))
    )
    found = {row.pop("station"): row for row in counts}
    return [row | found.get(row["code"], {"published": 0, "drafts": 0}) for row in rows]
