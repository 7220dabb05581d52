"""The feeds there are: the schedule under its filters, a station's, a representative's, and one's own."""

from datetime import date, timedelta
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from liaison.accounts.choices import Level
from liaison.accounts.models import Region, User
from liaison.accounts.scoping import VISITOR
from representatives.models import Representative
from stations.models import Station

from ..finder import ScheduleFinder
from ..models import Attendance, Visit, VisitQuerySet
from . import contents
from .contents import AHEAD, MOST, PAST, Contents

AHEAD_OF_ALL = 90  # days of a calendar that nobody narrowed down
MOST_OF_ONE = 3000  # visits of one person's own: a district's plans of eight months
MOST_PEOPLE = 20  # of one name, to choose from
REFRESH, REFRESH_OWN = timedelta(hours=6), timedelta(hours=1)
PAGES = {
    "visits:schedule": "visits:schedule",
    "visits:station": "stations:station",
    "visits:representative": "representatives:representative",
}


class Feed(NamedTuple):
    """One choice of visits. It stands at `of`-ics and `of`-atom; `file` is what a saved copy is called."""

    name: str
    of: str
    args: tuple
    query: dict[str, str]
    file: str
    visits: VisitQuerySet
    ahead: int = AHEAD

    def path(self, form: str) -> str:
        return reverse(f"{self.of}-{form}", args=self.args) + self._asked

    @property
    def has_news(self) -> bool:
        return self.of != "visits:representative"

    @property
    def page(self) -> str:
        return reverse(PAGES[self.of], args=self.args) + self._asked

    @property
    def _asked(self) -> str:
        return f"?{urlencode(self.query)}" if self.query else ""

    @property
    def words(self) -> str:
        return described(self.ahead, MOST)

    def contents(self, today: date) -> Contents:
        rows = contents.around(contents.public_rows(self.visits), today, self.ahead, MOST)
        return contents.public_contents(rows)

    def news(self) -> Contents:
        return contents.public_contents(contents.news(contents.public_rows(self.visits)))


def described(ahead: int, most: int) -> str:
    return _(
        "人大代表进站接待的安排，自动更新。含最近 %(past)s 天和今后 %(ahead)s 天，最多 %(most)s 场；"
        "取消的标明“已取消”，保留 %(past)s 天。"
    ) % {"past": PAST, "ahead": ahead, "most": most}


def own_words(user: User) -> tuple[str, str]:
    """What a person's own calendar is called, and what it says of itself."""
    return _("%s的进站安排") % user, described(AHEAD, MOST_OF_ONE) + _("仅供本人使用，请勿转发订阅地址。")


def own_contents(user: User, today: date) -> Contents:
    """What `user` sees on the desk, drafts included."""
    visits = contents.own_rows(Visit.objects.for_user(user), user)
    return contents.own_contents(contents.around(visits, today, AHEAD, MOST_OF_ONE), user)


class FeedFinder(ScheduleFinder):
    """Those of the schedule's filters that make sense for years to come."""

    q = from_ = to = theme = None

    def __init__(self, data, *, user, today: date):
        super().__init__(data, user=user, today=today)
        self._offer(data.get("street") or "", data.get("station") or "")

    def _offer(self, street: str, station: str) -> None:
        """Where there are too many to list, whatever is asked for is looked up."""
        if self.places.is_whole:
            return
        streets = Region.objects.for_user(self.user, "read").filter(level=Level.STREET, code=street)
        stations = Station.objects.for_user(self.user, "read").filter(code=station)
        self.fields["street"].choices = tuple(streets.values_list("code", "name")) or self.fields["street"].choices
        self.fields["station"].choices = (*self.fields["station"].choices, *stations.values_list("code", "name"))

    @property
    def query(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.wanted.items()}

    @property
    def visits(self) -> VisitQuerySet:
        return self.narrowed(Visit.objects.for_user(self.user, "read"))


def of_schedule(form: FeedFinder) -> Feed:
    """What the schedule shows under these filters."""
    name = _("%s接待日程") % (form.on or settings.SITE["name"])
    ahead = AHEAD if form.query else AHEAD_OF_ALL
    return Feed(name, "visits:schedule", (), form.query, "schedule", form.visits, ahead)


def of_station(station: Station) -> Feed:
    visits = Visit.objects.for_user(VISITOR, "read").filter(station=station)
    return Feed(_("%s接待日程") % station.name, "visits:station", (station.code,), {}, station.code, visits)


def of_person(person: Representative) -> Feed:
    mine = Attendance.objects.for_user(VISITOR, "read").filter(representative=person)
    visits = Visit.objects.for_user(VISITOR, "read").filter(pk__in=mine.values("visit"))
    name = _("%s代表接待日程") % person.name
    return Feed(name, "visits:representative", (person.public_id,), {}, person.public_id, visits)


def asked_for(feed: Feed) -> dict[str, str]:
    """The choice as it stands in the address of the page that explains how to subscribe."""
    names = {"visits:station": "station", "visits:representative": "person"}
    return {names[feed.of]: feed.args[0]} if feed.of in names else feed.query


def wanted_by(finder: FeedFinder, person: str) -> tuple[Feed | None, list[Representative]]:
    """The feed that a reader chose, by the simplest address that it has; or several people to choose from.

    Neither where the choice makes no sense: an address of everything would pass for what was meant.
    """
    people = Representative.objects.for_user(finder.user, "read")
    if finder.errors:
        return None, []
    if person.isalnum() and (found := people.filter(public_id=person).first()):
        return of_person(found), []
    if name := finder.wanted.get("representative"):
        named = list(people.named(name).serving().order_by("pinyin", "id")[:MOST_PEOPLE])
        return (of_person(named[0]), []) if len(named) == 1 else (None, named)
    if set(finder.wanted) == {"station"}:
        return of_station(Station.objects.for_user(finder.user, "read").get(code=finder.wanted["station"])), []
    return of_schedule(finder), []
