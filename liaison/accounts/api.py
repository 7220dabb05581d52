"""The API's one way to rows: through scope, by verb. Subjects add their serializer, filters and verbs."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, viewsets
from rest_framework.exceptions import NotFound
from rest_framework.permissions import SAFE_METHODS, BasePermission

from liaison.common.api import Cursor

from .filters import RegionFilter
from .models import Region
from .scoping import get_for_user, may
from .serializers import RegionSerializer

READING = ("read", "view")


class ReadOrSignIn(BasePermission):
    """Anybody may read what scope shows them; to write, somebody signs in. What and where is asked row by row."""

    def has_permission(self, request, view) -> bool:
        return request.method in SAFE_METHODS or request.user.is_authenticated


class ScopedViewSet(viewsets.GenericViewSet):
    """Rows that the reader may see: what is public, and for staff also what lies within reach."""

    permission_classes = [ReadOrSignIn]
    not_found = _("没有找到")

    def get_queryset(self):
        return super().get_queryset().for_user(self.request.user, *READING)

    def get_object(self):
        found = self.get_queryset().filter(**self.lookup()).first()
        if found is None:
            raise NotFound(self.not_found)
        return found

    def lookup(self) -> dict[str, str]:
        return {self.lookup_field: self.kwargs[self.lookup_field]}

    def get_for(self, verb: str):
        """The row at hand, if the reader may `verb` it: out of reach 404, in reach but not allowed 403."""
        return get_for_user(self.queryset, self.request.user, verb, **self.lookup())

    def check_may(self, verb: str) -> None:
        """For a verb without a row: whether the reader may `verb` anywhere at all."""
        if not may(self.request.user, verb, self.queryset.model):
            raise PermissionDenied


class ReadOnlyScopedViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ScopedViewSet):
    """A list and its rows, to be read."""


class RegionCursor(Cursor):
    order, mark = ("code",), "code"


@extend_schema_view(
    list=extend_schema(summary="行政区划列表", tags=["行政区划"]),
    retrieve=extend_schema(summary="一个行政区划", tags=["行政区划"]),
)
class RegionViewSet(ReadOnlyScopedViewSet):
    """行政区划：省、市、县、乡、村五级，代码以上级代码开头。"""

    queryset = Region.objects.all()
    serializer_class = RegionSerializer
    filterset_class = RegionFilter
    pagination_class = RegionCursor
    lookup_field = "code"
    lookup_value_regex = r"\d{2,12}"
    not_found = _("没有这个行政区划")
