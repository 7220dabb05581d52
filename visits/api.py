from django.core.exceptions import ValidationError
from django.db.models import BooleanField, ExpressionWrapper, F, Prefetch
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.response import Response

from liaison.accounts.api import READING, ReadOnlyScopedViewSet
from liaison.accounts.scoping import get_for_user
from liaison.common.api import Cursor, form_key_of
from representatives.models import Representative

from .actions import cancel_visit, delete_draft, log_visit, publish_visit, save_visit
from .filters import VisitFilter
from .models import Attendance, Invitation, Series, Visit
from .serializers import (
    FOLLOWING,
    CancelSerializer,
    ChangedVisitSerializer,
    LogSerializer,
    PlanSerializer,
    PublishSerializer,
    VisitSerializer,
)
from .series import Outcome, save_following

KEY = OpenApiParameter(
    "Idempotency-Key", OpenApiTypes.UUID, OpenApiParameter.HEADER,
    description="同一份表单的编号：重复提交得到已建立的那次进站（200），不会重复建立",
)  # fmt: skip


class VisitCursor(Cursor):
    order, mark = ("starts_at", "id"), "public_id"


def verb_schema(summary: str, request):
    return extend_schema(summary=summary, tags=["进站"], request=request, responses=VisitSerializer)


@extend_schema_view(
    list=extend_schema(summary="进站列表", tags=["进站"]),
    retrieve=extend_schema(summary="一次进站", tags=["进站"]),
)
class VisitViewSet(ReadOnlyScopedViewSet):
    """进站：公布过的对所有人公开；工作人员登录后可安排、公布、取消、登记。"""

    queryset = Visit.objects.defer("title_grams").select_related("station", "room").order_by("starts_at", "id")
    serializer_class = VisitSerializer
    filterset_class = VisitFilter
    pagination_class = VisitCursor
    lookup_field = "public_id"
    lookup_value_regex = r"[0-9a-z]{10}"
    not_found = _("没有这次进站")
    # Where the words of a constraint or of a verb's refusal belong.
    fields_of = {
        "attendance_one_place": "representatives", "attendance_once": "representatives", "visit_room_free": "room",
        "late": "late_reason", "late_change": "change_reason", "required": "reason",
    }  # fmt: skip
    shown_at = {"reason": "change_reason", "starts": "starts_at", "ends": "ends_at"}  # of a series

    def get_queryset(self):
        user = self.request.user
        people = Representative.objects.with_level().defer("name_grams")
        attendances = Attendance.objects.for_user(user, *READING).order_by("id")
        within_reach = ExpressionWrapper(Visit.objects.reach(user, "view"), BooleanField())
        return (
            super()
            .get_queryset()
            .annotate(is_within_reach=within_reach, series_public_id=F("series__public_id"))
            .prefetch_related(Prefetch("attendances", attendances.prefetch_related(Prefetch("representative", people))))
            .prefetch_related(Prefetch("invitations", Invitation.objects.for_user(user, "view")))
        )

    @extend_schema(
        summary="安排一次进站", tags=["进站"], parameters=[KEY], request=PlanSerializer,
        responses={201: VisitSerializer, 200: VisitSerializer},
    )  # fmt: skip
    def create(self, request):
        self.check_may("add")
        key = form_key_of(request)
        if earlier := Visit.objects.sent_before(key, request.user):
            return self.shown(earlier)
        visit, people = self.given(PlanSerializer).plan()
        visit.form_key = key
        try:
            save_visit(visit, representatives=people or [], by=request.user)
        except ValidationError:
            if earlier := Visit.objects.sent_before(key, request.user):  # the other copy was quicker by a moment
                return self.shown(earlier)
            raise
        return self.shown(visit, status.HTTP_201_CREATED)

    @extend_schema(summary="修改安排", tags=["进站"], request=PlanSerializer, responses=ChangedVisitSerializer)
    def partial_update(self, request, public_id):
        given = self.given(PlanSerializer, self.get_for("change"), partial=True)
        visit, people = given.plan()
        plan = {"representatives": people, "change_reason": given.validated_data.get("change_reason", "")}
        if given.validated_data.get("scope") != FOLLOWING:
            save_visit(visit, **plan, by=request.user)
            return self.changed(visit)
        get_for_user(Series, request.user, "change", pk=visit.series_id)
        return self.changed(visit, save_following(visit, **plan, by=request.user))

    @extend_schema(summary="删除草稿", tags=["进站"])
    def destroy(self, request, public_id):
        delete_draft(self.get_for("delete"), by=request.user)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @verb_schema("公布", PublishSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request, public_id):
        visit = self.get_for("publish")
        return self.shown(publish_visit(visit, **self.given(PublishSerializer).validated_data, by=request.user))

    @verb_schema("取消", CancelSerializer)
    @action(detail=True, methods=["post"])
    def cancel(self, request, public_id):
        visit = self.get_for("cancel")
        return self.shown(cancel_visit(visit, **self.given(CancelSerializer).validated_data, by=request.user))

    @verb_schema("登记", LogSerializer)
    @action(detail=True, methods=["post"])
    def log(self, request, public_id):
        visit = self.get_for("log")
        return self.shown(log_visit(visit, **self.given(LogSerializer, visit=visit).validated_data, by=request.user))

    def given(self, serializer_class, instance=None, *, partial=False, **context):
        """What came in, cleaned; wrong input is answered in words at its field."""
        context |= self.get_serializer_context()
        serializer = serializer_class(instance, data=self.request.data, partial=partial, context=context)
        serializer.is_valid(raise_exception=True)
        return serializer

    def changed(self, visit: Visit, outcome: Outcome | None = None) -> Response:
        row = self.get_queryset().get(pk=visit.pk)
        row.outcome = outcome
        return Response(ChangedVisitSerializer(row, context=self.get_serializer_context()).data)

    def shown(self, visit: Visit, status: int = status.HTTP_200_OK) -> Response:
        row = self.get_queryset().get(pk=visit.pk)
        return Response(VisitSerializer(row, context=self.get_serializer_context()).data, status=status)
