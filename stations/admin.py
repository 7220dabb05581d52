from django.contrib import admin
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from liaison.accounts.adminbase import GrantedAdmin, GrantedForm, GrantedInline
from liaison.common.points import POINT_FIELDS
from liaison.common.sources import Source
from liaison.common.words import containing, rare

from .forms import PlacedStationForm
from .models import Provision, Room, Station


class RoomInline(GrantedInline):
    model = Room
    fields = ["kind", "name", "seats"]


class ProvisionInline(GrantedInline):
    model = Provision
    fields = ["kind", "met", "evidence", "seen_on"]


@admin.register(Room)
class RoomAdmin(GrantedAdmin):
    """Only for choosing a room by typing; rooms are kept on their station's page."""

    list_display = ["station", "kind", "name", "seats"]
    list_select_related = ["station"]
    keyset = ("station_id", "id")
    search_fields = ["name"]

    def has_module_permission(self, request) -> bool:
        return False

    def get_sources(self, request, rows, ordered_rows, term):
        if term[0].isdigit():
            return [Source(rows.filter(station__code__startswith=term))]
        return [Source(rows.filter(station__in=rare(Station, "name", "name_grams", term) or []))]

    def choice_words(self, room) -> str:
        return f"{room.station} · {room}"


class StationForm(PlacedStationForm, GrantedForm):
    pass


@admin.register(Station)
class StationAdmin(GrantedAdmin):
    form = StationForm
    list_display = ["name", "code", "kind", "address", "hours", "is_open"]
    list_filter = ["kind", "is_open"]
    keyset = ("code",)
    lead_filters = ("kind__exact",)
    search_fields = ["code", "name"]
    search_help_text = _("站名中的字，或代码的开头")
    autocomplete_fields = ["region"]
    inlines = [RoomInline, ProvisionInline]
    fieldsets = [
        (None, {"fields": ["region", "code", "kind", "name", "is_open"]}),
        (_("公开信息"), {"fields": ["address", "hours", "phone", "issuer", "feature", "accessible"]}),
        (_("场所"), {"fields": ["area", "opened_on"]}),
        (_("位置"), {"fields": [*POINT_FIELDS, "maps"]}),
        (_("人员"), {"fields": ["people"]}),
    ]

    def get_readonly_fields(self, request, obj=None):
        """A code is printed on signs and in addresses; it never changes."""
        return ["people", "place", "maps", "code", "region", "kind"] if obj else ["people", "maps"]

    def get_fieldsets(self, request, obj=None):
        """Who may only look sees the place as it is kept, not the boxes for another one."""
        if obj is None or self.has_change_permission(request, obj):
            return self.fieldsets
        *others, (title, _boxes), people = self.fieldsets
        return [*others, (title, {"fields": ["place", "maps"]}), people]

    def get_sources(self, request, rows, ordered_rows, term):
        sources = [containing(rows, ordered_rows, "name", "name_grams", term)]
        if term[0].isdigit():
            sources.append(Source(rows.filter(code__startswith=term)))
        return sources

    def choice_words(self, station) -> str:
        return f"{station.name}（{station.code}）"

    @admin.display(description=_("坐标"))
    def place(self, station):
        return f"{station.longitude:.6f},{station.latitude:.6f}（WGS-84）" if station.point else "—"

    @admin.display(description=_("核对"))
    def maps(self, station):
        """The saved place on maps elsewhere, to see whether it is right."""
        links = station.map_links if station else []
        if not links:
            return _("保存以后，可以在地图上核对")
        sites = format_html_join(" ", '<a href="{1}" rel="noopener noreferrer external">{0}</a>', links)
        return format_html("{} {}", _("打开地图（将离开本站）"), sites)

    @admin.display(description=_("站长、联络员"))
    def people(self, station):
        if not station or not station.pk:
            return "—"
        return "、".join(str(user) for user in station.liaisons()) or _("尚未任命，请由系统管理员在“账号”中任命")
