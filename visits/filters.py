from datetime import timedelta

import django_filters
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from liaison.accounts.filters import region_filter
from liaison.accounts.models import Region
from liaison.common.api import day_filter, search_length
from representatives.filters import representative_filter
from representatives.models import Representative
from stations.filters import station_filter

from .choices import State, VisitKind
from .models import Attendance, Visit, day_start


class DaysForm(forms.Form):
    def clean(self):
        cleaned = super().clean()
        if cleaned.get("from") and cleaned.get("to") and cleaned["to"] < cleaned["from"]:
            self.add_error("to", _("结束日期早于开始日期"))
        return cleaned


class VisitFilter(django_filters.FilterSet):
    """Visits by day, place, kind, person, state and theme."""

    to = day_filter(method="until_day", label=_("到这一天为止（含），如 2026-12-31"))
    street = region_filter(method="in_region", label=_("街道代码；其他级别的区划代码也可以"))
    kind = django_filters.ChoiceFilter(choices=VisitKind.choices, label=_("类别"))
    station = station_filter(label=_("联络站代码"))
    representative = representative_filter(method="with_person", label=_("代表的公开编号"))
    state = django_filters.ChoiceFilter(choices=State.choices, label=_("状态"))
    q = django_filters.CharFilter(method="on_theme", label=_("主题包含"), **search_length())

    class Meta:
        model = Visit
        form = DaysForm
        fields = ["to", "street", "kind", "station", "representative", "state", "q"]

    @classmethod
    def get_filters(cls):
        """`from` is a word of Python's own and cannot be written as an attribute."""
        since = day_filter(method="from_day", label=_("从这一天起，如 2026-12-01"))
        since.field_name = "starts_at"
        return {"from": since} | super().get_filters()

    def from_day(self, visits: QuerySet, name: str, day) -> QuerySet:
        return visits.filter(starts_at__gte=day_start(day))

    def until_day(self, visits: QuerySet, name: str, day) -> QuerySet:
        return visits.filter(starts_at__lt=day_start(day + timedelta(days=1)))

    def in_region(self, visits: QuerySet, name: str, region: Region) -> QuerySet:
        return visits.filter(Visit.objects.under(region.code))

    def with_person(self, visits: QuerySet, name: str, person: Representative) -> QuerySet:
        there = Attendance.objects.for_user(self.request.user, "read", "view").filter(representative=person)
        return visits.filter(pk__in=there.values("visit"))

    def on_theme(self, visits: QuerySet, name: str, term: str) -> QuerySet:
        return visits.about(term)
