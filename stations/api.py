from django.db.models import OuterRef, Subquery
from django.db.models.functions import Left
from drf_spectacular.utils import extend_schema, extend_schema_view

from liaison.accounts.api import ReadOnlyScopedViewSet
from liaison.accounts.models import Region
from liaison.common.api import Pages

from .filters import NO_SUCH_STATION, StationFilter
from .models import Station
from .places import STREET_DIGITS
from .serializers import StationDetailSerializer, StationSerializer


@extend_schema_view(
    list=extend_schema(summary="联络站列表", tags=["联络站"]),
    retrieve=extend_schema(summary="一个联络站", tags=["联络站"], responses=StationDetailSerializer),
)
class StationViewSet(ReadOnlyScopedViewSet):
    """代表联络站：街道、社区、行业三类。"""

    queryset = (
        Station.objects.select_related("region")
        .annotate(
            street_name=Subquery(
                Region.objects.filter(code=Left(OuterRef("region_id"), STREET_DIGITS)).values("name")[:1]
            )
        )
        .order_by("code")
    )
    serializer_class = StationSerializer
    filterset_class = StationFilter
    pagination_class = Pages
    lookup_field = "code"
    lookup_value_regex = r"[0-9-]{9,15}"
    not_found = NO_SUCH_STATION

    def get_queryset(self):
        stations = super().get_queryset()
        return stations.prefetch_related("rooms") if self.action == "retrieve" else stations

    def get_serializer_class(self):
        return StationDetailSerializer if self.action == "retrieve" else self.serializer_class
