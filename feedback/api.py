from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiTypes, extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, PermissionDenied, Throttled, ValidationError
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response

from liaison.accounts.adapter import client_address
from liaison.accounts.api import ReadOnlyScopedViewSet
from liaison.accounts.models import Contact
from liaison.common.api import Cursor, form_key_of
from representatives.models import Representative
from stations.models import Station

from . import actions
from .choices import Source
from .filters import OpinionFilter
from .models import DueDate, Opinion, OpinionStep, Referral
from .serializers import (
    AcceptSerializer,
    AssistSerializer,
    CourseSerializer,
    ForwardSerializer,
    OpinionRowSerializer,
    OpinionSerializer,
    PromiseSerializer,
    RateSerializer,
    ReasonSerializer,
    ReceiptSerializer,
    RefuseSerializer,
    RepresentativeAnswerSerializer,
    SeenSerializer,
    SubmitSerializer,
    TrackSerializer,
    WordsSerializer,
)
from .tracking import course_of, found, may_ask

KEY = OpenApiParameter(
    "Idempotency-Key", OpenApiTypes.UUID, OpenApiParameter.HEADER,
    description="同一条意见的编号：重复提交得到已登记的那一条（200），不会重复登记",
)  # fmt: skip
TAGS = ["选民意见"]


class OpinionCursor(Cursor):
    order, mark = ("-created_at", "-id"), "public_id"


def verb_schema(summary: str, request):
    return extend_schema(summary=summary, tags=TAGS, request=request, responses=OpinionSerializer)


@extend_schema_view(
    list=extend_schema(summary="意见列表，新的在前", tags=TAGS),
    retrieve=extend_schema(summary="一条意见和它的办理过程", tags=TAGS),
)
class OpinionViewSet(ReadOnlyScopedViewSet):
    """选民意见：登录的工作人员查看、登记和办理自己范围内的；与网页上用的是同一套办法。"""

    queryset = Opinion.objects.select_related("station", "category", "contact").order_by("-created_at", "-id")
    permission_classes = [IsAuthenticated]
    serializer_class = OpinionSerializer
    filterset_class = OpinionFilter
    pagination_class = OpinionCursor
    lookup_field = "public_id"
    lookup_value_regex = r"[0-9a-z]{10}"
    not_found = _("没有这条意见")
    fields_of = {"referral_one_lead": "lead", "referral_once": "lead", "required": "words"}

    def get_serializer_class(self):
        return OpinionRowSerializer if self.action == "list" else OpinionSerializer

    def get_queryset(self):
        rows, user = super().get_queryset(), self.request.user
        if self.action == "list":
            return rows
        steps = OpinionStep.objects.for_user(user).select_related("department", "representative").order_by("no")
        people = Representative.objects.with_level().defer("name_grams")
        return rows.prefetch_related(
            Prefetch("representative", people), Prefetch("steps", steps),
            Prefetch("due_dates", DueDate.objects.for_user(user).order_by("id")),
            Prefetch("referrals", Referral.objects.for_user(user).select_related("department").order_by("id")),
        )  # fmt: skip

    @extend_schema(
        summary="登记一条意见", tags=TAGS, parameters=[KEY], request=SubmitSerializer,
        responses={201: ReceiptSerializer, 200: ReceiptSerializer},
    )  # fmt: skip
    def create(self, request):
        """Who signs in answers for what they send: it is received like what a liaison types."""
        self.check_may("add")
        key = form_key_of(request)
        if key and (there := Opinion.objects.for_user(request.user).filter(form_key=key).first()):
            return Response(ReceiptSerializer(there).data)
        given = dict(self.given(SubmitSerializer).validated_data)
        if not Station.objects.for_user(request.user, "add", of=Opinion).filter(pk=given["station"].pk).exists():
            raise PermissionDenied
        opinion = actions.receive(
            given["station"], source=Source.API, contact=contact_of(given), form_key=key, by=request.user,
            **{name: given.get(name) for name in ("category", "representative", "heard_on")},
            **{name: given[name] for name in ("matter", "title", "privacy_version")},
        )  # fmt: skip
        return Response(ReceiptSerializer(opinion).data, status=status.HTTP_201_CREATED)

    @extend_schema(
        summary="凭受理编号和电话后四位查进展", tags=TAGS, request=TrackSerializer, responses=CourseSerializer
    )
    @action(detail=False, methods=["post"], permission_classes=[AllowAny], authentication_classes=[])
    def track(self, request):
        """For voters' own programs: what the page of tracking tells, and as sparing with answers as that."""
        given = self.given(TrackSerializer).validated_data
        if not may_ask(given["number"], client_address(request._request)):
            raise Throttled
        opinion = found(given["number"], given["digits"])
        if opinion is None:
            raise NotFound(_("没有查到。请核对受理编号和电话后四位；联系方式按期限清除以后，就查不到了"))
        return Response(CourseSerializer(course_of(opinion, timezone.localdate())).data)

    @verb_schema("受理", AcceptSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request, public_id):
        return self.done(actions.accept, AcceptSerializer)

    @verb_schema("当场解决", WordsSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request, public_id):
        return self.done(actions.resolve_on_spot, WordsSerializer)

    @verb_schema("明确答复期限", PromiseSerializer)
    @action(detail=True, methods=["post"])
    def promise(self, request, public_id):
        return self.done(actions.promise, PromiseSerializer)

    @verb_schema("转办", ForwardSerializer)
    @action(detail=True, methods=["post"])
    def forward(self, request, public_id):
        return self.done(actions.forward, ForwardSerializer)

    @verb_schema("增加协办单位", AssistSerializer)
    @action(detail=True, methods=["post"])
    def assist(self, request, public_id):
        return self.done(actions.assist, AssistSerializer)

    @verb_schema("收回转办", ReasonSerializer)
    @action(detail=True, methods=["post"])
    def recall(self, request, public_id):
        return self.done(actions.recall, ReasonSerializer)

    @verb_schema("不予受理", RefuseSerializer)
    @action(detail=True, methods=["post"])
    def refuse(self, request, public_id):
        return self.done(actions.refuse, RefuseSerializer)

    @verb_schema("联络站答复", WordsSerializer)
    @action(detail=True, methods=["post"])
    def answer(self, request, public_id):
        return self.done(actions.answer_as_station, WordsSerializer)

    @verb_schema("代表答复", RepresentativeAnswerSerializer)
    @action(detail=True, methods=["post"], url_path="representative-answer")
    def representative_answer(self, request, public_id):
        """A representative answers for themselves; somebody of the station writes down what one said."""
        own = Representative.objects.filter(user=request.user).first()
        opinion = self.get_for("answer" if own else "handle")
        given = dict(self.given(RepresentativeAnswerSerializer, opinion=opinion).validated_data)
        person = own or given.pop("representative", None) or opinion.representative
        given.pop("representative", None)
        if person is None:
            raise ValidationError({"representative": [_("请指明是哪位代表的答复")]})
        actions.answer_as_representative(opinion, representative=person, **given, by=request.user)
        return self.shown(opinion)

    @verb_schema("代群众填写评价", RateSerializer)
    @action(detail=True, methods=["post"])
    def rate(self, request, public_id):
        return self.done(actions.rate, RateSerializer)

    @verb_schema("办结", SeenSerializer)
    @action(detail=True, methods=["post"])
    def close(self, request, public_id):
        return self.done(actions.close, SeenSerializer)

    @verb_schema("重新打开", ReasonSerializer)
    @action(detail=True, methods=["post"])
    def reopen(self, request, public_id):
        return self.done(actions.reopen, ReasonSerializer)

    def done(self, act, serializer_class) -> Response:
        """Do `act` to the opinion at hand with what came in, and show what became of it."""
        opinion = self.get_for("handle")
        given = self.given(serializer_class, opinion=opinion).validated_data
        act(opinion, **given, by=self.request.user)
        return self.shown(opinion)

    def given(self, serializer_class, **context):
        """What came in, cleaned; wrong input is answered in words at its field."""
        context |= self.get_serializer_context()
        serializer = serializer_class(data=self.request.data, context=context)
        serializer.is_valid(raise_exception=True)
        return serializer

    def shown(self, opinion: Opinion) -> Response:
        row = self.get_queryset().get(pk=opinion.pk)
        return Response(OpinionSerializer(row, context=self.get_serializer_context()).data)


def contact_of(given: dict) -> Contact | None:
    """The voter's row, where they left name and telephone; both or neither."""
    if not given["name"] and not given["phone"]:
        return None
    return Contact.objects.keep(
        place=given["station"].code, privacy_version=given["privacy_version"],
        **{name: given[name] for name in ("name", "phone", "email")},
    )  # fmt: skip
