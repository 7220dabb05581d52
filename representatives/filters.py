import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from liaison.accounts.filters import region_filter
from liaison.accounts.models import Region
from liaison.common.api import row_filter, search_length
from stations.filters import station_filter
from stations.models import Station

from .choices import SeatLevel
from .models import Representative

NO_SUCH_REPRESENTATIVE = _("没有这位代表")


def representative_filter(**kwargs) -> django_filters.ModelChoiceFilter:
    """A person by public id, among those that the reader may see; another one is refused in words."""
    return row_filter(
        by="public_id", words=NO_SUCH_REPRESENTATIVE,
        queryset=lambda request: Representative.objects.for_user(request.user, "read", "view"), **kwargs,
    )  # fmt: skip


class RepresentativeFilter(django_filters.FilterSet):
    """People by level of any seat in office, by station or division of today's membership, by name."""

    level = django_filters.TypedChoiceFilter(
        choices=SeatLevel.choices, coerce=int, method="at_level", label=_("级别：1 全国，2 省，3 市，4 区，5 乡镇")
    )
    street = region_filter(method="in_region", label=_("街道代码；其他级别的区划代码也可以"))
    station = station_filter(method="of_station", label=_("联络站代码"))
    q = django_filters.CharFilter(method="named", label=_("姓名：汉字、拼音或首字母"), **search_length())

    class Meta:
        model = Representative
        fields = ["level", "street", "station", "q"]

    def at_level(self, people: QuerySet, name: str, level: int) -> QuerySet:
        return people.at_level(level)

    def in_region(self, people: QuerySet, name: str, region: Region) -> QuerySet:
        return people.filter(Representative.objects.under(region.code))

    def of_station(self, people: QuerySet, name: str, station: Station) -> QuerySet:
        return people.belonging_to(station)

    def named(self, people: QuerySet, name: str, term: str) -> QuerySet:
        return people.named(term)
