from rest_framework import serializers

from .choices import SeatLevel
from .models import Membership, Representative, Seat


def level_label(level: int | None) -> str | None:
    return str(SeatLevel(level).label) if level else None


class SeatSerializer(serializers.ModelSerializer):
    """一届一级的任期。"""

    level_label = serializers.CharField(source="get_level_display", read_only=True)
    status_label = serializers.CharField(source="get_status_display", read_only=True)

    class Meta:
        model = Seat
        fields = [
            "level", "level_label", "term", "constituency", "electing_body", "status", "status_label", "from_on",
            "to_on",
        ]  # fmt: skip
        read_only_fields = fields


class MembershipSerializer(serializers.ModelSerializer):
    """代表今日所在的联络站（编组进站）。"""

    code = serializers.CharField(source="station.code", read_only=True)
    name = serializers.CharField(source="station.name", read_only=True)

    class Meta:
        model = Membership
        fields = ["code", "name", "is_home"]
        read_only_fields = fields


class NamedRepresentativeSerializer(serializers.ModelSerializer):
    """随进站公布的代表：姓名、级别、职务，不含个人联系方式。"""

    level = serializers.ChoiceField(
        choices=SeatLevel.choices, read_only=True, allow_null=True, help_text="在任席位中的最高级别"
    )
    level_label = serializers.SerializerMethodField()

    class Meta:
        model = Representative
        fields = ["public_id", "name", "level", "level_label", "post"]
        read_only_fields = fields

    def get_level_label(self, person) -> str | None:
        return level_label(person.level)


class RepresentativeSerializer(NamedRepresentativeSerializer):
    seats = SeatSerializer(many=True, read_only=True)
    stations = MembershipSerializer(
        source="current_memberships", many=True, read_only=True, help_text="今日所在的联络站"
    )

    class Meta(NamedRepresentativeSerializer.Meta):
        fields = [*NamedRepresentativeSerializer.Meta.fields, "employer", "introduction", "seats", "stations"]
        read_only_fields = fields
