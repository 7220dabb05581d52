import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from liaison.accounts.filters import region_filter
from liaison.accounts.models import Region
from liaison.common.api import day_filter, search_length
from liaison.common.search import Grams, matches
from stations.filters import station_filter
from visits.models.visit import day_start

from .choices import State
from .models import Category, Opinion


class OpinionFilter(django_filters.FilterSet):
    """Opinions by state, category, place, day and words."""

    state = django_filters.MultipleChoiceFilter(choices=State.choices, label=_("状态，可以给几个"))
    category = django_filters.ModelChoiceFilter(queryset=Category.objects.all(), label=_("类别代号"))
    station = station_filter(label=_("联络站代码"))
    region = region_filter(method="in_region", label=_("区划代码"))
    due_before = day_filter(field_name="next_due_on", lookup_expr="lt", label=_("期限早于这一天"))
    changed_since = day_filter(method="since", label=_("这一天以来有进展"))
    q = django_filters.CharFilter(method="about", label=_("标题或内容包含"), **search_length())

    class Meta:
        model = Opinion
        fields = ["state", "category", "station", "region", "due_before", "changed_since", "q"]

    def in_region(self, opinions: QuerySet, name: str, region: Region) -> QuerySet:
        return opinions.filter(Opinion.objects.under(region.code))

    def since(self, opinions: QuerySet, name: str, day) -> QuerySet:
        return opinions.filter(changed_at__gte=day_start(day))

    def about(self, opinions: QuerySet, name: str, term: str) -> QuerySet:
        return opinions.alias(words_grams=Grams("words")).filter(matches(term, "words", "words_grams"))
