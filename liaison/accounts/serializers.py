from rest_framework import serializers

from .models import Region


class PlaceSerializer(serializers.Serializer):
    """区划或联络站的代码与名称。"""

    code = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)


class RegionSerializer(serializers.ModelSerializer):
    level_label = serializers.CharField(source="get_level_display", read_only=True)
    short_name = serializers.CharField(read_only=True)
    parent = serializers.SerializerMethodField(help_text="上级区划的代码；省级为空")

    class Meta:
        model = Region
        fields = ["code", "name", "short_name", "level", "level_label", "parent"]
        read_only_fields = fields

    def get_parent(self, region) -> str | None:
        return region.ancestor_codes[-1] if region.ancestor_codes else None
