import django_filters
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from liaison.accounts.filters import region_filter
from liaison.accounts.models import Region
from liaison.common.api import row_filter, search_length
from liaison.common.search import fold

from .choices import StationKind
from .models import Station

NO_SUCH_STATION = _("没有这个联络站")


def station_filter(**kwargs) -> django_filters.ModelChoiceFilter:
    """A station by its code, among those that the reader may see; another one is refused in words."""
    return row_filter(
        by="code", words=NO_SUCH_STATION,
        queryset=lambda request: Station.objects.for_user(request.user, "read", "view"), **kwargs,
    )  # fmt: skip


class StationFilter(django_filters.FilterSet):
    """Stations by kind, by street (or any other division), by name or address."""

    kind = django_filters.ChoiceFilter(choices=StationKind.choices, label=_("类别"))
    street = region_filter(method="in_region", label=_("街道代码；其他级别的区划代码也可以"))
    name = django_filters.CharFilter(method="named", label=_("名称包含"), **search_length())
    q = django_filters.CharFilter(method="about", label=_("名称或地址包含"), **search_length())

    class Meta:
        model = Station
        fields = ["kind", "street", "name", "q"]

    def in_region(self, stations: QuerySet, name: str, region: Region) -> QuerySet:
        return stations.filter(code__startswith=region.code)

    def named(self, stations: QuerySet, name: str, term: str) -> QuerySet:
        return stations.filter(name__icontains=fold(term))

    def about(self, stations: QuerySet, name: str, term: str) -> QuerySet:
        return stations.filter(Q(name__icontains=fold(term)) | Q(address__icontains=fold(term)))
