from rest_framework import serializers

from liaison.accounts.serializers import PlaceSerializer

from .models import Room, Station


class RoomSerializer(serializers.ModelSerializer):
    """联络站的房间（一厅三室）；同类不止一间时有名称。"""

    kind_label = serializers.CharField(source="get_kind_display", read_only=True)

    class Meta:
        model = Room
        fields = ["kind", "kind_label", "name", "seats"]
        read_only_fields = fields


class StationSerializer(serializers.ModelSerializer):
    kind_label = serializers.CharField(source="get_kind_display", read_only=True)
    region = PlaceSerializer(read_only=True, help_text="所在区划：街道、社区或区")
    street = serializers.SerializerMethodField(help_text="所在街道；行业站属于区，为空")

    class Meta:
        model = Station
        fields = [
            "code", "kind", "kind_label", "name", "region", "street", "address", "hours", "phone", "latitude",
            "longitude", "area", "accessible", "feature", "opened_on", "is_open",
        ]  # fmt: skip
        read_only_fields = fields

    def get_street(self, station) -> PlaceSerializer(allow_null=True):
        return {"code": station.street_code, "name": station.street_name} if station.street_code else None


class StationDetailSerializer(StationSerializer):
    rooms = RoomSerializer(many=True, read_only=True)

    class Meta(StationSerializer.Meta):
        fields = [*StationSerializer.Meta.fields, "rooms"]
        read_only_fields = fields
