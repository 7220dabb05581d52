from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from liaison.common.finder import Finder, choice, day, options, words
from liaison.common.search import fold
from liaison.common.templatetags.face import joined
from representatives.models import Representative
from stations.places import Places

from .choices import VisitKind
from .models import Attendance, AttendanceQuerySet, VisitQuerySet

DAYS = (("7", _("今后 7 天")), ("14", _("今后 14 天")), ("30", _("今后 30 天")), ("60", _("今后 60 天")))


class ScheduleFinder(Finder):
    """The schedule's filters. Without a first day the schedule begins today."""

    q = words(_("关键词"), _("主题、站名或代表姓名"))
    from_ = day(_("从"))
    to = day(_("到"))
    street = choice(_("街道"))
    station = choice(_("联络站"))
    kind = choice(_("活动类别"), VisitKind.choices)
    representative = words(_("代表姓名"))
    theme = words(_("主题"))

    def __init__(self, data, *, user, today: date):
        self.user, self.today = user, today
        self.places = Places(user)
        data = data.copy()
        if data.get("day"):  # one day is the short way to say from and to
            data["from"] = data["to"] = data["day"]
        super().__init__(data)
        self.fields["street"].choices = self.places.street_choices
        self.fields["station"].choices = self.station_choices(data.get("street") or "")

    def station_choices(self, street: str) -> tuple:
        """All stations; those of the chosen street where the list would be too long."""
        if self.places.is_whole:
            return self.places.station_choices
        return Places(self.user, under=street).station_choices if street in self.places.streets else ()

    def clean(self):
        from_, to = self.cleaned_data.get("from_"), self.cleaned_data.get("to")
        if from_ and to and from_ > to:
            self.add_error("to", _("结束日期早于开始日期，没有按它筛选"))

    @property
    def first_day(self) -> date:
        return self.wanted.get("from_") or min(self.today, self.wanted.get("to", self.today))

    @property
    def here(self) -> AttendanceQuerySet:
        return Attendance.objects.for_user(self.user, "read")

    def among(self, visits: VisitQuerySet) -> VisitQuerySet:
        """What an index finds: days, place, kind, people."""
        visits = visits.since(self.first_day)
        if to := self.wanted.get("to"):
            visits = visits.before(to + timedelta(days=1))
        return self.narrowed(visits)

    @property
    def query(self) -> dict[str, str]:
        """The filters as they stand in an address."""
        return {box["name"]: box["value"] for box in self.boxes if box["value"] and not box["errors"]}

    def narrowed(self, visits: VisitQuerySet) -> VisitQuerySet:
        """Place, kind and people; of all days."""
        wanted = self.wanted
        if street := wanted.get("street"):
            visits = visits.filter(visits.under(street))
        if station := wanted.get("station"):
            visits = visits.filter(station=station)
        if kind := wanted.get("kind"):
            visits = visits.filter(kind=kind)
        if name := wanted.get("representative"):
            people = Representative.objects.for_user(self.user, "read").named(name)
            visits = visits.filter(pk__in=self.here.filter(representative__in=people).values("visit"))
        return visits

    @property
    def words(self) -> Q:
        """What has to be read in the visits themselves; an empty condition when no words were given."""
        found = Q()
        for word in fold(self.wanted.get("theme", "")).split():
            found &= about(word)
        for word in fold(self.wanted.get("q", "")).split():
            people = Representative.objects.for_user(self.user, "read").filter(name__icontains=word)
            there = self.here.filter(visit=OuterRef("pk"), representative__in=people)
            found &= about(word) | Q(station__name__icontains=word) | Q(Exists(there))
        return found


class CalendarFinder(ScheduleFinder):
    """The same filters for a calendar, which goes through the days by itself: `on` is the day that it is open at."""

    from_ = to = None
    on_ = day(_("日期"))
    field_order = ("q", "on_")

    @property
    def on(self) -> str:
        return joined(self._word(name, value) for name, value in self.wanted.items() if name != "on_")

    @property
    def query(self) -> dict[str, str]:
        """Without the day, which is for the page to add."""
        return {name: value for name, value in super().query.items() if name != "on"}


class EmbedFinder(ScheduleFinder):
    """What a schedule inside another site shows, and how it looks there."""

    q = from_ = to = kind = representative = None
    days = choice(_("显示几天"), DAYS)
    theme = choice(_("样子"), [("plain", _("白底，不带标题"))])
    field_order = ("street", "station", "days", "theme")

    @property
    def place(self) -> str:
        """Whose schedule it is, in words; empty for everybody's."""
        name = "station" if "station" in self.wanted else "street"
        return self._word(name, self.wanted[name]) if name in self.wanted else ""

    def _box(self, bound) -> dict:
        box = super()._box(bound)
        if bound.name == "theme":
            box["options"] = options((("", _("随访客的设备，带标题")), *bound.field.choices), box["value"])
        return box


def about(word: str) -> Q:
    """Visits whose theme contains `word`; one without a theme goes by its kind."""
    kinds = [kind for kind, label in VisitKind.choices if word in fold(str(label))]
    return Q(title__icontains=word) | Q(title="", kind__in=kinds)
