"""The schedule: visits as plain rows with words ready to print, gathered by day.

A page of fifty visits must cost little, so rows are dicts from one query, addresses are put together by hand, and
the template only writes them out.
"""

from collections.abc import Iterable
from datetime import date
from functools import cache
from html import escape
from operator import itemgetter
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import timezone
from django.utils.html import mark_safe
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from liaison.accounts.scoping import VISITOR
from liaison.common.pages import remembered
from liaison.common.paging import follows, key_of
from liaison.common.templatetags.face import cn_date, cn_month, cn_time_range, cn_weekday, day_word
from representatives.models import Representative
from representatives.people import in_words
from stations.models import Station
from stations.places import Places, street_of

from .announced import hours_before, in_line, now, people_in, place_before, was
from .choices import OVER, State, VisitKind
from .finder import ScheduleFinder
from .models import Attendance, Visit, VisitQuerySet

PAGE = 50
WINDOW = 5000  # visits that a search for words reads at once; a link leads on from there
FEW = 5
MOST_NAMED = 8  # people whom a line of the schedule names
ORDER = ("starts_at", "id")
COLUMNS = (
    "id", "public_id", "starts_at", "ends_at", "kind", "title", "state", "cancel_reason", "place", "is_online",
    "changed_from", "change_reason", "station_id", "station__name", "station__address", "station__is_open",
)  # fmt: skip

ROW = """<li class="visit-row%(css)s">
<p class="visit-time">%(time)s</p>
<p class="visit-place">%(place)s <span class="visit-address">%(where)s</span></p>
<p class="visit-people">%(people)s</p>
<p class="visit-theme"><a href="%(url)s">%(heading)s</a>%(kind)s%(online)s</p>%(note)s
</li>
"""
LINK = '<a href="%s">%s</a>'
TYPED = ("heading", "kind", "station", "where", "reason")  # what people wrote; all else of a row is the house's own
KIND = ' <span class="visit-kind">%s</span>'
TAG = ' <span class="tag">%s</span>'
NOTE = '<p class="visit-note"><span class="state state-%s">%s</span>%s</p>'


class Page(NamedTuple):
    rows: list[dict]
    next: str  # the public id after which the next page begins; empty at the end
    read_until: date | None  # where a search for words stopped before the end


def page_of(rows: QuerySet, words: Q, after: str, user) -> Page:
    """The `rows` that follow the visit with public id `after`, at most PAGE of them.

    An index in order of time is walked either way. For words at most WINDOW visits of it are read: left to itself the
    database may look for a rare word through all there are, or collect a common one from everywhere to sort it.
    """
    if key := place_of(after, user):
        rows = rows.filter(follows(ORDER, key_of(Visit, ORDER, key)))
    end = None
    if words:
        end = rows.values("public_id", "starts_at")[WINDOW - 1 : WINDOW].first()
        rows = public_rows().filter(words, pk__in=rows.values("pk")[:WINDOW])
    found = list(rows[: PAGE + 1])
    if len(found) > PAGE:
        return Page(found[:PAGE], found[PAGE - 1]["public_id"], None)
    return Page(found, end["public_id"], timezone.localdate(end["starts_at"])) if end else Page(found, "", None)


def place_of(public_id: str, user) -> tuple | None:
    """Where a visit stands in ORDER. Its public id says so in addresses, because its number would tell how many."""
    if not public_id.isalnum():
        return None
    return Visit.objects.for_user(user, "read").filter(public_id=public_id).values_list(*ORDER).first()


class Shared:
    """Words and addresses that all rows share, worked out once for each language."""

    def __init__(self):
        self.zone = timezone.get_current_timezone()
        self.kinds = {kind: str(label) for kind, label in VisitKind.choices}
        self.visits = reverse("visits:visit", args=["0"])[:-2]
        self.stations = reverse("stations:station-list")
        self.online, self.over, self.cancelled, self.draft = _("线上"), _("已结束"), _("已取消"), _("草稿")


def rows_of(visits: VisitQuerySet, user, *verbs: str) -> QuerySet:
    """`visits` as dicts with COLUMNS and the people who receive. One query: a second one costs more than its answer.

    `verbs` say whose eyes they are for, the public's when none is named.
    """
    people = people_of(user, *verbs) if verbs else public_people()
    return visits.order_by(*ORDER).values(*COLUMNS, people=people)


def people_of(user, *verbs: str) -> ArraySubquery:
    here = Attendance.objects.for_user(user, *verbs).filter(visit=OuterRef("pk")).order_by("id")
    return ArraySubquery(here.values("representative"))


@cache
def public_rows() -> QuerySet:
    """Rows of every visit that is public, for whoever reads: a query to be narrowed.

    Made once, for half of the time of a query went into putting the same columns together again.
    """
    return rows_of(Visit.objects.for_user(VISITOR, "read"), VISITOR)


@cache
def public_people() -> RawSQL:
    """Whom anybody may know of, compiled once. It names the table of visits: a query may not call that otherwise."""
    query = Visit.objects.annotate(people=people_of(VISITOR, "read")).query
    sql, params = query.get_compiler("default").compile(query.annotations["people"])
    return RawSQL(sql, params, ArrayField(BigIntegerField()))


def listed(rows: list[dict], user) -> list[dict]:
    """Dicts of `rows_of` made ready to print, in the same order."""
    people = {person for row in rows for person in row["people"]}
    for row in rows:  # nearly always nothing: what was announced holds
        if row["changed_from"]:
            people |= people_in(row["changed_from"])
    names = in_words(people, user)
    streets = Places(user).streets_of(row["station_id"] for row in rows)
    shared = remembered(f"schedule in {get_language()}", Shared)
    ready = [_ready(row, _line(row["people"], names), streets, shared) for row in rows]
    for row, line in zip(rows, ready, strict=True):
        if row["changed_from"] and row["state"] == State.PUBLISHED:
            _show_change(line, row, names)
    return ready


def _ready(row: dict, people: SafeString, streets: dict[str, str], shared: Shared) -> dict:
    starts_at, ends_at = row["starts_at"].astimezone(shared.zone), row["ends_at"].astimezone(shared.zone)
    street = streets.get(street_of(row["station_id"]), "")
    return {
        "on": starts_at.date(),
        "time": f"{starts_at.hour}:{starts_at.minute:02}—{ends_at.hour}:{ends_at.minute:02}",
        "url": f"{shared.visits}{row['public_id']}/",
        "heading": row["title"] or shared.kinds[row["kind"]],
        "kind": "" if row["title"] in ("", shared.kinds[row["kind"]]) else shared.kinds[row["kind"]],
        "station": row["station__name"],
        "station_url": f"{shared.stations}{row['station_id']}/" if row["station__is_open"] else "",
        "where": " · ".join(filter(None, (street, row["place"] or row["station__address"]))),
        "people": people,
        "online": shared.online if row["is_online"] else "",
        "cancelled": shared.cancelled if row["state"] == State.CANCELLED else "",
        "reason": row["cancel_reason"],
        "over": shared.over if row["state"] in OVER else "",
        "draft": shared.draft if row["state"] == State.DRAFT else "",
        "changed": "",
    }


def _show_change(line: dict, row: dict, names: dict) -> None:
    """What was announced, struck through beside what holds now. People who are not public are in neither."""
    changed = row["changed_from"]
    line["hours_before"] = hours_before(changed, row["starts_at"])
    line["place_before"], line["room_now"] = place_before(changed)
    left = [names[person][1] for person in changed.get("left", ()) if person in names]
    joined = {person for person in changed.get("joined", ()) if person in names}
    if left or joined:
        marked = {person: (rank, now(name) if person in joined else name) for person, (rank, name) in names.items()}
        line["people"] = _line(row["people"], marked) + in_line(left, was)
    if line["hours_before"] or line["place_before"] or line["room_now"] or left or joined:
        line["changed"], line["reason"] = _("已变更"), row["change_reason"]


def _line(people: list[int], names: dict[int, tuple[int, SafeString]]) -> SafeString:
    """The first few of `people`, the highest level first, and how many there are; the visit's own page has them all."""
    found = sorted((names[person] for person in people if person in names), key=itemgetter(0))
    rest = _("等 %s 位代表") % len(found) if len(found) > MOST_NAMED else ""
    return mark_safe("".join([name for _rank, name in found[:MOST_NAMED]]) + rest)


def by_key(visits: VisitQuerySet, user, *verbs: str) -> dict[int, dict]:
    """Visits ready to print, for a page that puts them where it wants."""
    rows = list(rows_of(visits, user, *verbs))
    return dict(zip((row["id"] for row in rows), listed(rows, user), strict=True))


def by_day(rows: Iterable[dict], today: date) -> list[dict]:
    """Ready rows gathered under the heads of their days, and written."""
    days: dict[date, list] = {}
    for row in rows:
        days.setdefault(row["on"], []).append(written(row))
    return [
        {
            "id": f"day-{on:%Y%m%d}",
            "number": on.day,
            "month": cn_month(on),
            "weekday": cn_weekday(on),
            "word": day_word(on, today),
            "is_today": on == today,
            "visits": mark_safe("".join(found)),
        }
        for on, found in days.items()
    ]


def written(row: dict) -> str:
    """A visit in the schedule. Not in a template: fifty of these were half of the time that the page takes."""
    text = row | {name: escape(row[name]) for name in TYPED if row[name]}
    note = NOTE % ("off", text["cancelled"], text["reason"]) if row["cancelled"] else ""
    if row["changed"]:
        note = NOTE % ("soon", text["changed"], text["reason"])
        text |= changed_parts(row)
    if row["draft"]:
        note = NOTE % ("wait", text["draft"], "")
    text |= {
        "css": " cancelled" if row["cancelled"] else " changed" if row["changed"] else "",
        "place": LINK % (text["station_url"], text["station"]) if row["station_url"] else text["station"],
        "kind": KIND % text["kind"] if row["kind"] else "",
        "online": TAG % text["online"] if row["online"] else "",
        "note": note or (NOTE % ("done", text["over"], "") if row["over"] else ""),
    }
    return ROW % text


def changed_parts(row: dict) -> dict[str, SafeString]:
    """Hours and place of a changed row with the announced ones beside them."""
    time, where = escape(row["time"]), escape(row["where"])
    if row["hours_before"]:
        time = was(row["hours_before"]) + " " + now(row["time"])
    if row["place_before"]:
        where += " " + was(row["place_before"])
    if row["room_now"]:
        where += " " + now(row["room_now"])
    return {"time": mark_safe(time), "where": mark_safe(where)}


def search(form: ScheduleFinder, user, after: str) -> Page:
    page = page_of(form.among(public_rows()), form.words, after, user)
    return page._replace(rows=listed(page.rows, user))


def to_come(from_: date, to: date, user, most: int) -> list[dict]:
    """What is on between two days and not over yet; what was cancelled too, lest somebody go there."""
    visits = Visit.objects.for_user(user, "read").exclude(state__in=OVER).between(from_, to)
    return listed(list(rows_of(visits, user)[:most]), user)


# -- lent to the pages of stations and representatives (visits/apps.py) ----------------------------------------------


def coming(user) -> VisitQuerySet:
    """What is still to come, today's included."""
    return announced(user).standing()


def announced(user) -> VisitQuerySet:
    """What is still to come, and what was to come and was cancelled, lest somebody go there."""
    return Visit.objects.for_user(user, "read").exclude(state__in=OVER).since(timezone.localdate())


def next_at_station(station: Station, user) -> list[dict]:
    return _with_days(announced(user).filter(station=station), user)


def next_of_representative(person: Representative, user) -> list[dict]:
    mine = Attendance.objects.for_user(user, "read").filter(representative=person)
    return _with_days(announced(user).filter(pk__in=mine.values("visit")), user)


def soonest(user) -> list[dict]:
    return _with_days(coming(user), user)


def _with_days(visits: VisitQuerySet, user) -> list[dict]:
    rows = listed(list(rows_of(visits, user)[:FEW]), user)
    days = ({"date": cn_date(row["on"]), "word": day_word(row["on"])} for row in rows)
    return [
        row | day | {"marked": changed_parts(row) if row["changed"] else {}}
        for row, day in zip(rows, days, strict=True)
    ]


def next_at_stations(codes: list[str], user) -> dict[str, dict]:
    """The next visit of each station: one index probe a station, however many visits it has."""
    first = coming(user).filter(station=OuterRef("pk")).order_by(*ORDER).values("pk")[:1]
    ids = Station.objects.filter(pk__in=codes).annotate(next=Subquery(first)).values_list("next", flat=True)
    found = Visit.objects.filter(pk__in=[pk for pk in ids if pk])
    return {
        code: {
            "url": reverse("visits:visit", args=[public_id]),
            "date": cn_date(starts_at),
            "time": cn_time_range(starts_at, ends_at),
            "word": day_word(starts_at),
        }
        for code, public_id, starts_at, ends_at in found.values_list("station", "public_id", "starts_at", "ends_at")
    }


def no_visits_words(is_filtered: bool) -> tuple[str, str]:
    """What an empty schedule says: what would stand here, and what to do."""
    if is_filtered:
        return _("没有符合条件的接待安排"), _("换个日期、街道或关键词再查；也可以清除筛选，查看全部安排。")
    return _("近期还没有公布接待安排"), _("联络站公布新的接待日程后会显示在这里。")
