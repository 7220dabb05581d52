from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema, extend_schema_view

from liaison.accounts.api import READING, ReadOnlyScopedViewSet
from liaison.common.api import Pages

from .filters import NO_SUCH_REPRESENTATIVE, RepresentativeFilter
from .models import Membership, Representative, Seat
from .serializers import RepresentativeSerializer


@extend_schema_view(
    list=extend_schema(summary="人大代表列表", tags=["人大代表"]),
    retrieve=extend_schema(summary="一位人大代表", tags=["人大代表"]),
)
class RepresentativeViewSet(ReadOnlyScopedViewSet):
    """人大代表：按人计数，一人可有多级席位。"""

    queryset = Representative.objects.with_level().defer("name_grams").order_by("pinyin", "id")
    serializer_class = RepresentativeSerializer
    filterset_class = RepresentativeFilter
    pagination_class = Pages
    lookup_field = "public_id"
    lookup_value_regex = r"[0-9a-z]{10}"
    not_found = NO_SUCH_REPRESENTATIVE

    def get_queryset(self):
        user = self.request.user
        stations = Membership.objects.for_user(user, *READING).current().select_related("station")
        return super().get_queryset().prefetch_related(
            Prefetch("seats", Seat.objects.for_user(user, *READING)),
            Prefetch("memberships", stations.order_by("-is_home", "station"), to_attr="current_memberships"),
        )  # fmt: skip
