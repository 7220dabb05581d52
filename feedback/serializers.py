"""Opinions as the API shows and takes them. Who said it is never shown: the masked form alone, to staff.

Docstrings of serializers are Chinese because the schema shows them to the API's readers.
"""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiTypes, extend_schema_field
from rest_framework import serializers

from liaison.accounts.serializers import PlaceSerializer
from liaison.common.forms import in_reckonable_year
from liaison.common.personal import refuse_id_numbers
from representatives.models import Representative
from representatives.serializers import NamedRepresentativeSerializer
from stations.models import Station

from .choices import LONGEST_MATTER, LONGEST_TITLE, TOLD, Part, Party, Satisfaction, State
from .models import Category, Department, DueDate, Opinion, OpinionStep, Referral
from .numbers import read

LONGEST_WORDS = 4000
NOT_OFFERED = _("没有这个承办单位，或者它不办理这个联络站的事项")


class StepSerializer(serializers.ModelSerializer):
    """办理步骤，按先后。"""

    kind_label = serializers.CharField(source="get_kind_display", read_only=True)
    state = serializers.CharField(source="to_state", read_only=True, help_text="这一步之后的状态")
    department = serializers.CharField(source="department.name", read_only=True, allow_null=True, default=None)
    representative = serializers.CharField(source="representative.name", read_only=True, allow_null=True, default=None)
    is_told = serializers.SerializerMethodField(help_text="群众查询时是否看得到")

    class Meta:
        model = OpinionStep
        fields = ["no", "kind", "kind_label", "state", "at", "words", "department", "representative", "is_told"]
        read_only_fields = fields

    def get_is_told(self, step) -> bool:
        return step.kind in TOLD


class DueSerializer(serializers.ModelSerializer):
    """一个期限，以及它的依据。"""

    kind_label = serializers.CharField(source="get_kind_display", read_only=True)

    class Meta:
        model = DueDate
        fields = [
            "kind", "kind_label", "start_on", "due_on", "first_due_on", "count", "unit", "source", "reason",
            "is_provisional", "ended_on",
        ]  # fmt: skip
        read_only_fields = fields


class ReferralSerializer(serializers.ModelSerializer):
    """转办件。"""

    department = serializers.CharField(source="department.name", read_only=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)
    due_on = serializers.DateField(read_only=True, allow_null=True)

    class Meta:
        model = Referral
        fields = [
            "public_id",
            "department",
            "part",
            "state",
            "state_label",
            "sent_at",
            "received_at",
            "ended_at",
            "due_on",
        ]
        read_only_fields = fields


class OpinionRowSerializer(serializers.ModelSerializer):
    """列表里的一条意见。"""

    number = serializers.CharField(source="shown_number", read_only=True)
    state_label = serializers.CharField(source="get_state_display", read_only=True)
    station = PlaceSerializer(read_only=True)
    category = serializers.CharField(source="category.name", read_only=True, allow_null=True, default=None)
    due_on = serializers.DateField(read_only=True, allow_null=True, help_text="最近的期限")
    version = serializers.IntegerField(
        source="last_no", read_only=True, help_text="最后一步的序号；办理时作为 seen 送回，避免覆盖别人刚办的内容"
    )

    class Meta:
        model = Opinion
        fields = [
            "public_id", "number", "state", "state_label", "title", "station", "category", "source", "heard_on",
            "created_at", "due_on", "version",
        ]  # fmt: skip
        read_only_fields = fields


class OpinionSerializer(OpinionRowSerializer):
    """一条意见，连同办理过程。姓名和电话只显示打码后的样子。"""

    contact = serializers.CharField(source="contact.masked", read_only=True, allow_null=True, default=None)
    representative = NamedRepresentativeSerializer(read_only=True, allow_null=True)
    steps = StepSerializer(many=True, read_only=True)
    due_dates = DueSerializer(many=True, read_only=True)
    referrals = ReferralSerializer(many=True, read_only=True)

    class Meta(OpinionRowSerializer.Meta):
        fields = [
            *OpinionRowSerializer.Meta.fields, "matter", "public_title", "contact", "representative", "closed_at",
            "steps", "due_dates", "referrals",
        ]  # fmt: skip
        read_only_fields = fields


@extend_schema_field(OpenApiTypes.STR)
class OpenStationField(serializers.SlugRelatedField):
    """A station that takes opinions."""

    def __init__(self, **kwargs):
        super().__init__(slug_field="code", error_messages={"does_not_exist": _("没有这个联络站")}, **kwargs)

    def get_queryset(self):
        return Station.objects.for_user(self.context["request"].user, "read").filter(is_open=True)


@extend_schema_field(OpenApiTypes.STR)
class DepartmentField(serializers.SlugRelatedField):
    """A department by its public id, among those that work for the opinion's station."""

    def __init__(self, **kwargs):
        super().__init__(slug_field="public_id", error_messages={"does_not_exist": NOT_OFFERED}, **kwargs)

    def get_queryset(self):
        if "opinion" not in self.context:
            return Department.objects.none()
        user, station = self.context["request"].user, self.context["opinion"].station_id
        return Department.objects.for_user(user).for_station(station)


@extend_schema_field(OpenApiTypes.STR)
class RepresentativeField(serializers.SlugRelatedField):
    def __init__(self, **kwargs):
        super().__init__(slug_field="public_id", error_messages={"does_not_exist": _("没有这位代表")}, **kwargs)

    def get_queryset(self):
        return Representative.objects.for_user(self.context["request"].user, "read", "view")


@extend_schema_field(OpenApiTypes.STR)
class CategoryField(serializers.SlugRelatedField):
    def __init__(self, **kwargs):
        super().__init__(slug_field="code", error_messages={"does_not_exist": _("没有这个类别")}, **kwargs)

    def get_queryset(self):
        return Category.objects.filter(is_offered=True)


class SubmitSerializer(serializers.Serializer):
    """一条新意见。姓名和电话够用就好，不收身份证号码。"""

    station = OpenStationField()
    matter = serializers.CharField(max_length=LONGEST_MATTER, validators=[refuse_id_numbers])
    title = serializers.CharField(
        max_length=LONGEST_TITLE, required=False, default="", allow_blank=True, validators=[refuse_id_numbers]
    )
    category = CategoryField(required=False, allow_null=True)
    representative = RepresentativeField(required=False, allow_null=True, help_text="代表的公开编号")
    name = serializers.CharField(max_length=40, required=False, default="", allow_blank=True)
    phone = serializers.CharField(max_length=30, required=False, default="", allow_blank=True)
    email = serializers.EmailField(required=False, default="", allow_blank=True)
    privacy_version = serializers.CharField(
        max_length=20, help_text="反映人已阅读并同意的隐私说明版本；没有同意不能提交"
    )
    heard_on = serializers.DateField(
        required=False, allow_null=True, validators=[in_reckonable_year], help_text="反映日期；不给就是今天"
    )
    form_key = serializers.UUIDField(
        required=False, allow_null=True, help_text="同一条意见的编号，重复提交不会重复建立；也可放在 Idempotency-Key 头"
    )


class ReceiptSerializer(serializers.Serializer):
    """回执：凭受理编号和电话后四位查询办理情况。"""

    number = serializers.CharField(source="shown_number")
    state = serializers.CharField()
    state_label = serializers.CharField(source="get_state_display")
    due_on = serializers.DateField(allow_null=True, help_text="最近的期限")


class SeenSerializer(serializers.Serializer):
    """每次办理都带上看到的版本（seen），别人抢先办理时会得到 409，不会互相覆盖。"""

    seen = serializers.IntegerField(required=False, allow_null=True, min_value=0, help_text="办理前看到的 version")


def words_field(**kwargs) -> serializers.CharField:
    return serializers.CharField(**({"max_length": LONGEST_WORDS} | kwargs))


class AcceptSerializer(SeenSerializer):
    category = CategoryField()
    title = serializers.CharField(max_length=LONGEST_TITLE, required=False, default="", allow_blank=True)
    public_title = serializers.CharField(
        max_length=LONGEST_TITLE, required=False, default="", allow_blank=True,
        help_text="别人可以看到的标题，不写则不公开",
    )  # fmt: skip


class WordsSerializer(SeenSerializer):
    words = words_field()


class PromiseSerializer(WordsSerializer):
    due_on = serializers.DateField(
        required=False, allow_null=True, validators=[in_reckonable_year], help_text="答复日期；不给则按规则计算"
    )


class ForwardSerializer(SeenSerializer):
    lead = DepartmentField(help_text="主办单位的公开编号")
    assisting = serializers.ListField(
        child=DepartmentField(), required=False, max_length=20, help_text="协办单位的公开编号"
    )
    words = words_field(required=False, default="", allow_blank=True)
    due_on = serializers.DateField(required=False, allow_null=True, validators=[in_reckonable_year])


class RefuseSerializer(SeenSerializer):
    ground = words_field(help_text="不予受理的理由")
    office = serializers.CharField(max_length=120, help_text="应向哪个部门反映")


class ReasonSerializer(SeenSerializer):
    reason = words_field()


class RepresentativeAnswerSerializer(WordsSerializer):
    representative = RepresentativeField(required=False, allow_null=True, help_text="代表本人登录时不用给")


class RateSerializer(serializers.Serializer):
    """群众对各方答复的评价。"""

    values = serializers.DictField(
        child=serializers.ChoiceField(choices=Satisfaction.choices),
        help_text=f"对谁的答复（{'、'.join(Party.values)}）→ 评价（{'、'.join(Satisfaction.values)}）",
    )
    words = serializers.CharField(max_length=400, required=False, default="", allow_blank=True)


class AssistSerializer(SeenSerializer):
    department = DepartmentField(help_text=f"{Part.ASSISTING.label}单位的公开编号")
    words = words_field(required=False, default="", allow_blank=True)


class TrackSerializer(serializers.Serializer):
    """受理编号和电话后四位，写在回执上。"""

    number = serializers.CharField(max_length=60, label=_("受理编号"), help_text=_("如 7K3M2-9Q2X5"))
    digits = serializers.CharField(
        max_length=4, required=False, allow_blank=True, default="", label=_("电话后四位"),
        help_text=_("提交时没有留电话的，不用填"),
    )  # fmt: skip

    def validate_number(self, text: str) -> str:
        if (number := read(text)) is None:
            raise serializers.ValidationError(_("这个编号不对，可能抄错了一位，请对照回执再看一遍"))
        return number


class ToldSerializer(serializers.Serializer):
    """办理的一步，用群众看得懂的话。"""

    at = serializers.DateTimeField()
    title = serializers.CharField()
    words = serializers.CharField()
    facts = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))


class CourseSerializer(serializers.Serializer):
    """群众查到的进展：每一步、由谁办、哪天以前答复。"""

    number = serializers.CharField(source="opinion.shown_number")
    station = serializers.CharField(source="opinion.station.name")
    state = serializers.ChoiceField(choices=State, source="opinion.state")
    due_on = serializers.DateField(allow_null=True)
    standing = serializers.SerializerMethodField(help_text=_("按期、即将到期或者已逾期，没有期限时为空"))
    is_over = serializers.BooleanField()
    steps = ToldSerializer(many=True)

    def get_standing(self, course) -> str:
        return str(course.standing.word) if course.standing else ""
