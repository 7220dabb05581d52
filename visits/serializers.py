"""Visits as the API shows and takes them. What is read and what is written differ: people and rooms go by code.

Docstrings of serializers are Chinese because the schema shows them to the API's readers.
"""

from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from liaison.accounts.serializers import PlaceSerializer
from liaison.common.forms import in_reckonable_year
from representatives.models import Representative
from representatives.serializers import NamedRepresentativeSerializer
from stations.choices import RoomKind
from stations.models import Room
from stations.serializers import RoomSerializer

from .announced import people_in, whole_place
from .choices import AttendanceState
from .forms import LONGEST_TEXT, members, stations_to_plan
from .models import Attendance, Visit

MOST_PEOPLE = 400
THIS, FOLLOWING = "this", "following"
SCOPES = [(THIS, _("只改这一次")), (FOLLOWING, _("这一次和以后各次"))]


class AttendanceSerializer(NamedRepresentativeSerializer):
    """参加进站的代表；到站情况（state）和确认参加的时间（confirmed_at）只对有权查看的工作人员显示。"""

    state = serializers.ChoiceField(choices=AttendanceState.choices, allow_null=True, read_only=True)
    confirmed_at = serializers.DateTimeField(allow_null=True, read_only=True)

    class Meta(NamedRepresentativeSerializer.Meta):
        fields = [*NamedRepresentativeSerializer.Meta.fields, "state", "confirmed_at"]
        read_only_fields = fields

    def to_representation(self, attendance: Attendance) -> dict:
        state = attendance.state if attendance.visit.is_within_reach else None
        attendance.representative.state = state
        attendance.representative.confirmed_at = attendance.confirmed_at if state else None
        return super().to_representation(attendance.representative)


class RecordSerializer(serializers.ModelSerializer):
    """登记的内容与内部信息。"""

    series = serializers.CharField(
        source="series_public_id", read_only=True, allow_null=True, help_text="所属系列的公开编号；不属于系列则为空"
    )

    class Meta:
        model = Visit
        fields = [
            "series", "is_apart", "late_reason", "voters_received", "summary", "result", "logged_at", "created_at",
            "changed_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class PersonSerializer(serializers.Serializer):
    """公布后加入或退出的代表。"""

    public_id = serializers.CharField()
    name = serializers.CharField()


class ChangedFromSerializer(serializers.Serializer):
    """公布后变更了的内容：原来公布的值。没有变的为空。"""

    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    place = serializers.CharField(help_text="原来公布的地点；没有变则为空")
    left = PersonSerializer(many=True, help_text="原定参加、现不参加的代表")
    joined = PersonSerializer(many=True, help_text="公布后加入的代表")


class VisitSerializer(serializers.ModelSerializer):
    kind_label = serializers.CharField(source="get_kind_display", read_only=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)
    heading = serializers.CharField(read_only=True, help_text="主题；没有主题时为类别")
    station = PlaceSerializer(read_only=True)
    address = serializers.CharField(source="station.address", read_only=True)
    room = RoomSerializer(read_only=True, allow_null=True)
    representatives = serializers.SerializerMethodField()
    changed_from = serializers.SerializerMethodField(help_text="公布后、进站结束前有变更时，原来公布的内容；否则为空")
    record = serializers.SerializerMethodField(help_text="登记的内容，只对有权查看的工作人员显示，否则为空")

    class Meta:
        model = Visit
        fields = [
            "public_id", "kind", "kind_label", "state", "state_label", "title", "heading", "topics", "starts_at",
            "ends_at", "station", "address", "room", "place", "is_online", "representatives", "published_at",
            "notice_number", "changed_from", "change_reason", "cancel_reason", "record",
        ]  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(AttendanceSerializer(many=True))
    def get_representatives(self, visit) -> list:
        people = list(visit.attendances.all())  # the viewset took only those whom the reader may see
        confirmed = {asked.representative_id: asked.confirmed_at for asked in visit.invitations.all()}
        for attendance in people:
            attendance.visit = visit
            attendance.confirmed_at = confirmed.get(attendance.representative_id)
        return AttendanceSerializer(people, many=True).data

    @extend_schema_field(ChangedFromSerializer(allow_null=True))
    def get_changed_from(self, visit) -> dict | None:
        if not visit.is_changed:
            return None
        old, known = visit.changed_from, self._known_people()
        people = {part: [known[pk] for pk in old.get(part, ()) if pk in known] for part in ("left", "joined")}
        given = {"place": whole_place(old["place"]) if "place" in old else "", **people}
        for name in ("starts_at", "ends_at"):
            given[name] = datetime.fromisoformat(old[name]) if name in old else None
        return ChangedFromSerializer(given).data if any(given.values()) else None

    def _known_people(self) -> dict[int, dict]:
        """Public people who joined or left any visit of this page: one query, none where nobody did."""
        if "known_people" not in self.context:
            visits = self.parent.instance if self.parent else [self.instance]
            asked = set().union(*(people_in(visit.changed_from) for visit in visits if visit.is_changed))
            rows = Representative.objects.for_user(self.context["request"].user, "read").filter(pk__in=asked)
            found = rows.values("pk", "public_id", "name") if asked else ()
            self.context["known_people"] = {row.pop("pk"): row for row in found}
        return self.context["known_people"]

    @extend_schema_field(RecordSerializer(allow_null=True))
    def get_record(self, visit) -> dict | None:
        return RecordSerializer(visit).data if visit.is_within_reach else None


class LeftOutSerializer(serializers.Serializer):
    """没有排上或没有改成的一天。"""

    on = serializers.DateField()
    why = serializers.CharField()


class OutcomeSerializer(serializers.Serializer):
    """“这一次和以后各次”改了些什么。"""

    made = serializers.IntegerField(help_text="新建的次数")
    changed = serializers.IntegerField(help_text="修改的次数")
    kept = serializers.IntegerField(help_text="单独改过、没有动的次数")
    deleted = serializers.IntegerField(help_text="删除的草稿数")
    cancelled = serializers.IntegerField(help_text="取消的次数")
    left_out = LeftOutSerializer(many=True, help_text="没有排上或没有改成的日子和原因")


class ChangedVisitSerializer(VisitSerializer):
    """修改以后的进站；连以后各次一起改的，另有结果（outcome）。"""

    outcome = OutcomeSerializer(read_only=True, allow_null=True, help_text="scope 为 following 时的结果，否则为空")

    class Meta(VisitSerializer.Meta):
        fields = [*VisitSerializer.Meta.fields, "outcome"]
        read_only_fields = fields


class StationCodeField(serializers.SlugRelatedField):
    """The stations at which the writer may plan, the same that the page offers."""

    def __init__(self, **kwargs):
        super().__init__(slug_field="code", error_messages={"does_not_exist": NO_SUCH_STATION_OF_YOURS}, **kwargs)

    def get_queryset(self):
        return stations_to_plan(self.context["request"].user)

    def use_pk_only_optimization(self) -> bool:
        return False


NO_SUCH_STATION_OF_YOURS = _("没有这个联络站，或者不归您安排")


class RoomChoiceSerializer(serializers.Serializer):
    """房间：用类别指明；同类不止一间时再加名称。"""

    kind = serializers.ChoiceField(choices=RoomKind.choices)
    name = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)


class PeopleField(serializers.ListField):
    """Representatives by public id, each once."""

    child = serializers.CharField(max_length=10)

    def __init__(self, **kwargs):
        super().__init__(**({"max_length": MOST_PEOPLE} | kwargs))

    def people(self, ids: list[str], among) -> list[Representative]:
        found = list(among.filter(public_id__in=ids))
        missing = set(ids) - {person.public_id for person in found}
        if missing:
            raise serializers.ValidationError(_("没有公开编号为 %s 的代表") % "、".join(sorted(missing)[:5]))
        return found


class PlanSerializer(serializers.ModelSerializer):
    """一次进站的安排。"""

    station = StationCodeField()
    room = RoomChoiceSerializer(required=False, allow_null=True)
    starts_at = serializers.DateTimeField(validators=[in_reckonable_year])
    ends_at = serializers.DateTimeField(validators=[in_reckonable_year])
    representatives = PeopleField(required=False, help_text="代表的公开编号；修改时整体替换，不给则不变")
    change_reason = serializers.CharField(
        max_length=200, required=False, allow_blank=True, write_only=True,
        help_text="公布期限以内改时间、地点或代表时必填，群众会看到",
    )  # fmt: skip
    scope = serializers.ChoiceField(
        choices=SCOPES, default=THIS, write_only=True,
        help_text="属于系列的进站改哪些：this 只改这一次，系列以后修改时不再动它；following 这一次和以后各次",
    )  # fmt: skip
    form_key = serializers.UUIDField(
        required=False, allow_null=True, write_only=True,
        help_text="同一份表单的编号，重复提交不会重复建立；也可放在 Idempotency-Key 头",
    )  # fmt: skip

    class Meta:
        model = Visit
        fields = [
            "station", "kind", "title", "topics", "starts_at", "ends_at", "room", "place", "is_online",
            "representatives", "change_reason", "scope", "form_key",
        ]  # fmt: skip
        extra_kwargs = {"topics": {"max_length": LONGEST_TEXT}}

    def validate_representatives(self, ids):
        user = self.context["request"].user
        there = Attendance.objects.for_user(user).filter(visit=self.instance).values("representative")
        reach = Representative.objects.for_user(user)
        return self.fields["representatives"].people(
            ids, Representative.objects.filter(Q(pk__in=reach.values("pk")) | Q(pk__in=there))
        )

    def validate(self, given):
        if given.get("scope") == FOLLOWING:
            self._validate_following(given)
        if given.get("room"):
            station = given.get("station") or self.instance.station
            given["room"] = Room.objects.filter(station=station, **given["room"]).first()
            if given["room"] is None:
                raise serializers.ValidationError({"room": [_("这个联络站没有这样的房间")]})
        return given

    def _validate_following(self, given) -> None:
        if self.instance is None or not self.instance.series_id:
            raise serializers.ValidationError({"scope": [_("这次进站不属于任何系列，只能改这一次")]})
        if given.get("station", self.instance.station) != self.instance.station:
            raise serializers.ValidationError({"station": [_("系列的进站不能一起换到别的联络站")]})

    def plan(self) -> tuple[Visit, list[Representative] | None]:
        """The visit with what was given, not yet saved, and who comes (None: as it is)."""
        given = dict(self.validated_data)
        for name in ("form_key", "change_reason", "scope"):  # no part of the plan: the view has read them
            given.pop(name, None)
        people, visit = given.pop("representatives", None), self.instance or Visit()
        for name, value in given.items():
            setattr(visit, name, value)
        return visit, people


class PublishSerializer(serializers.Serializer):
    late_reason = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True, help_text="提前天数不足时必填，并记为逾期公布"
    )


class CancelSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200, help_text="取消的原因，群众会看到")


class LogSerializer(serializers.ModelSerializer):
    """进站以后的登记。"""

    came = PeopleField(help_text="到站代表的公开编号，可以是计划外的本站代表")
    voters_received = serializers.IntegerField(min_value=0, max_value=10_000)
    summary = serializers.CharField(max_length=LONGEST_TEXT, help_text="写事情，不写选民的姓名和电话")
    result = serializers.CharField(max_length=LONGEST_TEXT, required=False, default="", allow_blank=True)

    class Meta:
        model = Visit
        fields = ["came", "voters_received", "summary", "result"]

    def validate_came(self, ids):
        visit, user = self.context["visit"], self.context["request"].user
        planned = Attendance.objects.for_user(user).filter(visit=visit).values("representative")
        here = members(visit.station, user).values("pk")
        return self.fields["came"].people(ids, Representative.objects.filter(Q(pk__in=here) | Q(pk__in=planned)))
