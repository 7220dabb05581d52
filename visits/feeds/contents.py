"""Which visits a feed holds, and what it says of each.

`Contents` are the rows and the people's names behind a feed, and nothing else goes into its file: the mark (ETag) is
taken from them, and words are put together only for who does not have the file yet. An `Item` is a visit in words.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from liaison.accounts.scoping import VISITOR
from liaison.common.templatetags.face import cn_date, cn_time_range, joined
from representatives.choices import SeatLevel
from representatives.models import Representative
from stations.choices import RoomKind

from ..announced import whole_place
from ..choices import HOLDING, AttendanceState, State, VisitKind
from ..models import Attendance, VisitQuerySet, day_start

PAST = 60  # days that what is over stays, and a cancellation after it was made
AHEAD = 180
MOST = 1000  # visits of a public calendar
NEWS = 50
LAST = 9  # the rank of somebody without a seat in office

COLUMNS = (
    "public_id", "version", "kind", "title", "topics", "starts_at", "ends_at", "state", "place", "is_online",
    "cancel_reason", "change_reason", "changed_from", "published_at", "created_at", "changed_at", "station_id",
    "station__name", "station__address", "station__latitude", "station__longitude", "room__name", "room__kind",
)  # fmt: skip


class Item(NamedTuple):
    public_id: str
    version: int
    starts_at: datetime
    ends_at: datetime
    created_at: datetime
    changed_at: datetime
    state: str  # as a calendar has it: CONFIRMED, TENTATIVE, CANCELLED
    heading: str
    lines: tuple[str, ...]
    kind: str
    where: str
    point: tuple[float, float] | None
    path: str
    is_private: bool = False
    is_busy: bool = False


class Contents(NamedTuple):
    rows: list[dict]
    names: dict[int, tuple[int, str]]
    page: str  # the name of the page that a visit has for this reader
    is_private: bool = False

    @property
    def changed_at(self) -> datetime | None:
        return max((row["changed_at"] for row in self.rows), default=None)

    def items(self) -> list[Item]:
        base = reverse(self.page, args=["0"])[:-2]
        items = [item_of(row, self.names, f"{base}{row['public_id']}/") for row in self.rows]
        return [_own(*pair, self.names) for pair in zip(items, self.rows, strict=True)] if self.is_private else items


def public_contents(rows: list[dict]) -> Contents:
    return Contents(rows, names_of(rows, Representative.objects.for_user(VISITOR, "read")), "visits:visit")


def own_contents(rows: list[dict], user) -> Contents:
    people = Representative.objects.for_user(user, "read", "view")
    return Contents(rows, names_of(rows, people), "visits:desk-visit", is_private=True)


def around(visits: VisitQuerySet, today: date, ahead: int, most: int) -> list[dict]:
    """Rows of what lies ahead, and with the room that is left what is over, in order of time.

    A cancelled visit stays for PAST days after it was cancelled, so that every calendar learns of it, and in any case
    until its day is over, so that nobody goes there who subscribes later.
    """
    coming = visits.between(today, today + timedelta(days=ahead)).order_by("starts_at", "id")
    rows = list(coming[:most])
    if rest := most - len(rows):
        since = today - timedelta(days=PAST)
        gone = Q(state=State.CANCELLED, changed_at__lt=day_start(since))
        over = visits.between(since, today - timedelta(days=1)).exclude(gone)
        late = visits.before(since).filter(state=State.CANCELLED, changed_at__gte=day_start(since))
        past = [*over.order_by("-starts_at", "-id")[:rest], *late.order_by("-starts_at", "-id")[:rest]]
        rows = past[:rest][::-1] + rows
    return rows


def news(visits: VisitQuerySet) -> list[dict]:
    """Rows of what was published, changed or cancelled last."""
    told = visits.filter(state__in=[State.PUBLISHED, State.CANCELLED])
    return list(told.order_by("-changed_at", "-id")[:NEWS])


def public_rows(visits: VisitQuerySet) -> QuerySet:
    here = Attendance.objects.for_user(VISITOR, "read").filter(visit=OuterRef("pk")).order_by("id")
    return visits.values(*COLUMNS, people=ArraySubquery(here.values("representative")))


def own_rows(visits: VisitQuerySet, user) -> QuerySet:
    """With who asked leave, and how `user` stands to each."""
    of = Attendance.objects.filter(visit=OuterRef("pk")).order_by("id")
    seen = Attendance.objects.for_user(user, "read", "view").filter(visit=OuterRef("pk")).order_by("id")
    return visits.values(
        *COLUMNS,
        people=ArraySubquery(seen.filter(state__in=HOLDING).values("representative")),
        away=ArraySubquery(seen.filter(state=AttendanceState.LEAVE).values("representative")),
        mine=Subquery(of.filter(representative__user=user).values("state")[:1]),
    )


def _own(item: Item, row: dict, names: dict) -> Item:
    """What a person's own calendar says beside: what is not public yet, who is away, and whether the hour is theirs."""
    lines, heading = list(item.lines), item.heading
    if away := people_words(row["away"], names):
        lines.insert(1, _("请假：%s") % away)
    if row["mine"]:
        lines.insert(0, _("本人：%s") % AttendanceState(row["mine"]).label)
    if row["state"] == State.DRAFT:
        heading = _("【未公布】%s") % heading
    elif row["mine"] == AttendanceState.LEAVE:
        heading = _("【已请假】%s") % heading
    busy = row["mine"] in HOLDING and row["state"] != State.CANCELLED
    return item._replace(lines=tuple(lines), heading=heading, is_private=True, is_busy=busy)


# -- words -----------------------------------------------------------------------------------------------------------

STATES = {State.DRAFT: "TENTATIVE", State.CANCELLED: "CANCELLED"}


def item_of(row: dict, names: dict[int, tuple[int, str]], path: str) -> Item:
    kind = str(VisitKind(row["kind"]).label)
    heading = _("%(theme)s（%(station)s）") % {"theme": row["title"] or kind, "station": row["station__name"]}
    if row["state"] == State.CANCELLED:
        heading = _("【已取消】%s") % heading
    elsewhere = row["is_online"] or row["place"] or row["station__latitude"] is None
    return Item(
        row["public_id"], row["version"], row["starts_at"], row["ends_at"], row["published_at"] or row["created_at"],
        row["changed_at"], STATES.get(row["state"], "CONFIRMED"), heading, tuple(_lines(row, names, kind)), kind,
        where(row), None if elsewhere else (row["station__latitude"], row["station__longitude"]), path,
    )  # fmt: skip


def where(row: dict) -> str:
    """As in a letter of reminder: the station with its room and address, another place, or online."""
    room = row["room__name"] or (row["room__kind"] and str(RoomKind(row["room__kind"]).label))
    name = row["station__name"]
    online = (name, row["place"], _("线上"))
    return " ".join(filter(None, online if row["is_online"] else (name, room, row["place"] or row["station__address"])))


def _lines(row: dict, names: dict, kind: str) -> Iterable[str]:
    if row["state"] == State.CANCELLED:
        yield _("已取消，请不要前往。原因：%s") % row["cancel_reason"]
    yield _("代表：%s") % (people_words(row["people"], names) or _("待定"))
    if row["topics"]:
        yield _("可反映的事项：%s") % row["topics"].strip()
    if row["title"] not in ("", kind):
        yield _("类别：%s") % kind
    if row["state"] != State.CANCELLED:
        yield from _changes(row["changed_from"] or {}, row["change_reason"])


def _changes(was: dict, reason: str) -> Iterable[str]:
    """What was announced and no longer holds (visits/triggers.py keeps it)."""
    if "starts_at" in was:
        yield _("时间有变更，原为 %s") % when(*(parse_datetime(was[name]) for name in ("starts_at", "ends_at")))
    if "place" in was:
        yield _("地点有变更，原为 %s") % whole_place(was["place"])
    if was.get("left") or was.get("joined"):
        yield _("接待代表有变更")
    if reason:
        yield _("变更原因：%s") % reason


def when(starts_at: datetime, ends_at: datetime) -> str:
    """2026年12月1日（星期二） 9:00—11:00, by the clock of the place wherever the reader or the machine is."""
    start, end = (timezone.make_naive(at, timezone.get_default_timezone()) for at in (starts_at, ends_at))
    return f"{cn_date(start)} {cn_time_range(start, end)}"


def people_words(people: list[int], names: dict[int, tuple[int, str]]) -> str:
    """The highest level first; whoever `names` has not is not for this reader."""
    found = sorted((names[person] for person in people if person in names), key=lambda name: name[0])
    return joined(name for _rank, name in found)


def names_of(rows: list[dict], people: QuerySet) -> dict[int, tuple[int, str]]:
    """Rank and words of everybody in `rows`, as far as `people` has them: 张三（市人大代表，主任）."""
    wanted = {person for row in rows for person in [*row["people"], *row.get("away", ())]}
    found = people.filter(pk__in=wanted).with_level().order_by("pk").values_list("pk", "name", "level", "post")
    return {pk: (level or LAST, _person(name, level, post)) for pk, name, level, post in found}


def _person(name: str, level: int | None, post: str) -> str:
    about = "，".join(filter(None, (level and str(SeatLevel(level).label), post)))
    return f"{name}（{about}）" if about else name
