from django.contrib import admin
from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _

from liaison.accounts.adminbase import GrantedAdmin, GrantedInline
from liaison.common.search import fold
from liaison.common.sources import Source
from liaison.common.templatetags.face import joined
from liaison.common.words import containing

from .choices import SeatLevel, SeatStatus
from .models import Absence, Membership, Representative, Seat


class SeatInline(GrantedInline):
    model = Seat
    fields = ["level", "term", "constituency", "electing_body", "status", "from_on", "to_on"]


class MembershipInline(GrantedInline):
    model = Membership
    fields = ["station", "is_home", "from_on", "to_on"]
    autocomplete_fields = ["station"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("station")

    def get_min_num(self, request, obj=None, **kwargs):
        """Whoever belongs to no station is within nobody's reach."""
        return 0 if obj else 1

    def get_formset(self, request, obj=None, **kwargs):
        return super().get_formset(request, obj, **(kwargs | {"validate_min": obj is None}))


class AbsenceInline(GrantedInline):
    model = Absence
    fields = ["from_on", "to_on", "reason"]


class LevelFilter(admin.SimpleListFilter):
    title = _("级别")
    parameter_name = "level"

    def lookups(self, request, model_admin):
        return SeatLevel.choices

    def queryset(self, request, rows):
        if self.value() not in {str(value) for value in SeatLevel.values}:
            return rows
        return rows.at_level(self.value())


@admin.register(Representative)
class RepresentativeAdmin(GrantedAdmin):
    list_display = ["full_name", "levels", "stations", "employer", "post", "leadership", "is_public"]
    list_filter = [LevelFilter, "leadership", "is_public"]
    keyset = ("pinyin", "id")
    search_fields = ["name", "pinyin"]
    search_help_text = _("姓名、拼音或首字母，如 张三、zhangsan、zs")
    autocomplete_fields = ["user"]
    inlines = [SeatInline, MembershipInline, AbsenceInline]
    fieldsets = [
        (None, {"fields": ["name", "is_public", "leadership", "introduction"]}),
        (_("个人情况"), {"fields": ["sex", "ethnicity", "birth_year", "party", "education", "employer", "post"]}),
        (_("内部登记"), {"fields": ["certificate", "user"]}),
    ]

    def get_queryset(self, request):
        members = Membership.objects.current().select_related("station")
        rows = super().get_queryset(request)
        return rows.prefetch_related("seats", Prefetch("memberships", members, to_attr="current_memberships"))

    def get_sources(self, request, rows, ordered_rows, term):
        word = fold(term).replace(" ", "").replace("'", "")
        if not word.isascii():
            return [containing(rows, ordered_rows, "name", "name_grams", word)]
        # Initials begin as the pinyin does, so they are looked for in that stretch of the pinyin's index.
        beginning = ordered_rows.filter(pinyin__startswith=word[:1])
        return [
            Source(rows.filter(pinyin__startswith=word)),
            Source(rows.filter(pinyin__startswith=word[:1], initials__startswith=word), beginning),
        ]

    def choice_words(self, person) -> str:
        """Two people may have one name; level and station tell them apart."""
        words = {"name": person.name, "levels": self.levels(person), "stations": self.stations(person)}
        return _("%(name)s（%(levels)s，%(stations)s）") % words

    @admin.display(description=_("姓名"), ordering="pinyin")
    def full_name(self, person):
        return person.name

    @admin.display(description=_("级别"))
    def levels(self, person):
        serving = [seat for seat in person.seats.all() if seat.status == SeatStatus.SERVING]
        return joined(seat.get_level_display() for seat in serving) or _("无在任任期")

    @admin.display(description=_("联络站"))
    def stations(self, person):
        return joined(membership.station.name for membership in person.current_memberships) or "—"
