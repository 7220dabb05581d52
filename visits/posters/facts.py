"""What a notice says, as a plain dict of words: the same for a poster, a Word file, plain text or a picture."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from liaison.common.templatetags.face import cn_date, cn_day, cn_time_range
from representatives.choices import SeatLevel
from representatives.models import Seat
from stations.issuers import issuers_of
from stations.models import Station

from ..choices import HOLDING, State
from ..models import Attendance, Visit, VisitQuerySet
from . import words
from .changes import changes_of, names_in, online_words

MOST_TOPICS = 260  # characters; the page behind the QR code has the rest
MOST_PEOPLE = 36
MOST_POST = 60
MOST_ROWS = 8  # visits on the list of a station
NAMED_IN_ROW = 4
TAILS = ("人大代表联络站", "代表联络站", "联络站")


def facts_of(visits: Iterable[Visit], user, base: str) -> list[dict]:
    """A dict for each of `visits`, in their order. Four queries however many; people who are not public are left out.

    `visits` bring their station and room, and come from `for_user`.
    """
    rows = list(visits)
    with translation.override(settings.LANGUAGE_CODE):
        people = people_at(rows, user)
        issuers = issuers_of({visit.station_id: visit.station for visit in rows}.values())
        names = names_in(rows, user)
        return [one(visit, people[visit.pk], names, issuers[visit.station_id], base) for visit in rows]


def one(visit: Visit, people: list[dict], names: dict[int, str], issuer: str, base: str) -> dict:
    station, place = visit.station, place_of(visit)
    changes = changes_of(visit, names, place)
    mark = mark_of(visit, changes)
    return {
        "id": visit.public_id,
        "mark": mark,
        "is_draft": visit.state == State.DRAFT,
        "title": words.title_of(visit.kind, mark),
        "kind": str(visit.get_kind_display()),
        "number": number_of(visit),
        "theme": visit.title.strip(),
        "date": cn_date(visit.starts_at),
        "time": cn_time_range(visit.starts_at, visit.ends_at),
        **place,
        "station": station.name,
        "phone": station.phone,
        "accessible": station.accessible and not (visit.place or visit.is_online),
        "people_label": words.people_label(visit.kind),
        "people": people[:MOST_PEOPLE],
        "people_more": f"等 {len(people)} 位代表，全部名单见网页" if len(people) > MOST_PEOPLE else "",
        "people_none": "" if people else words.PEOPLE_LATER,
        "topics": shortened(in_a_row(visit.topics), MOST_TOPICS) or words.ANY_TOPIC,
        "refused": words.REFUSED,
        "where_to": [list(pair) for pair in words.WHERE_TO],
        "advice": words.ADVICE,
        "changes": changes,
        "reason": {words.CANCELLED: visit.cancel_reason, words.CHANGED: visit.change_reason}.get(mark, ""),
        "issuer": issuer,
        "issued_on": issued_on(visit, mark),
        "url": base + visit.get_absolute_url(),
    }


def mark_of(visit: Visit, changes: list[dict]) -> str:
    """What must be seen at first glance: that it was cancelled, that it is no notice yet, or that it changed."""
    if visit.state == State.CANCELLED:
        return words.CANCELLED
    if visit.state == State.DRAFT:
        return words.DRAFT
    return words.CHANGED if changes else ""


def number_of(visit: Visit) -> str:
    """甲院社区联络站〔2026〕第7号; a draft has none yet."""
    if visit.notice_no is None:
        return words.NUMBER_LATER if visit.state == State.DRAFT else ""
    return f"{short_station(visit.station.name)}〔{visit.notice_year}〕第{visit.notice_no}号"


def short_station(name: str) -> str:
    """甲院社区人大代表联络站 → 甲院社区联络站: the station as the number of a notice names it."""
    for tail in TAILS:
        stem, found, rest = name.partition(tail)
        if found and stem:
            return f"{stem}联络站{rest}"
    return name


def place_of(visit: Visit) -> dict[str, str]:
    """Where to go, and in small type how to find it; a visit elsewhere names the place first, then whose it is."""
    if visit.is_online:
        return {"place": online_words(visit.place), "address": f"{visit.station.name}组织，参加方式见网页"}
    if visit.place:
        return {"place": visit.place, "address": f"{visit.station.name}组织"}
    room = f" {visit.room}" if visit.room else ""
    return {"place": f"{visit.station.name}{room}", "address": visit.station.address}


def issued_on(visit: Visit, mark: str) -> str:
    """The day that stands under the issuing body: of publishing, or of the change or cancellation that is told."""
    if mark == words.DRAFT:
        return ""
    return cn_day(visit.changed_at if mark in (words.CHANGED, words.CANCELLED) else visit.published_at)


def in_a_row(text: str) -> str:
    """Several lines as one: a poster has no room for a list of its own making."""
    return "；".join(line.strip().rstrip("；;，,。") for line in text.splitlines() if line.strip())


def shortened(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - len(words.REST_ON_PAGE)] + words.REST_ON_PAGE


def people_at(visits: Iterable[Visit], user) -> dict[int, list[dict]]:
    """Who is to be met at each visit, the highest level first, each with all levels, employer and post."""
    here = Attendance.objects.for_user(user, "read", "view").filter(
        visit__in=[visit.pk for visit in visits], representative__is_public=True, state__in=HOLDING
    )
    rows = list(here.values_list("visit", "representative", "representative__pinyin", "representative__name",
                                 "representative__employer", "representative__post"))  # fmt: skip
    levels = levels_of({person for _visit, person, *_rest in rows}, user)
    found = defaultdict(list)
    for visit, person, pinyin, name, employer, post in rows:
        sits = levels[person]
        line = {
            "name": name,
            "level": "、".join(str(SeatLevel(level).label) for level in sits),
            "top": str(SeatLevel(sits[0]).label) if sits else "",
            "post": shortened(" ".join(filter(None, [employer, post])), MOST_POST),
        }
        found[visit].append((sits[:1] or [max(SeatLevel) + 1], pinyin, person, line))
    return defaultdict(list, {visit: [row[-1] for row in sorted(people)] for visit, people in found.items()})


def levels_of(people: set[int], user) -> dict[int, list[int]]:
    """The levels at which each of `people` sits now, the highest first."""
    seats = Seat.objects.for_user(user, "read").serving().filter(representative__in=people)
    levels = defaultdict(list)
    for person, level in seats.order_by("level").values_list("representative", "level").distinct():
        levels[person].append(level)
    return levels


def station_facts(station: Station, visits: VisitQuerySet, user, base: str, today: date) -> dict:
    """The coming `visits` of a station as one list to pin up; more than fit are counted, and stand on the page."""
    rows = facts_of(visits.select_related("station", "room")[: MOST_ROWS + 1], user, base)
    with translation.override(settings.LANGUAGE_CODE):
        return listed(station, rows, issuers_of([station])[station.code], base, today)


def listed(station: Station, rows: list[dict], issuer: str, base: str, today: date) -> dict:
    """A station's list from the facts of its visits."""
    return {
        "title": words.LIST_TITLE,
        "station": station.name,
        "address": station.address,
        "hours": station.hours,
        "phone": station.phone,
        "is_draft": any(row["is_draft"] for row in rows),
        "rows": [
            row | {"who": who(row), "spot": spot(row), "flag": words.FLAGS.get(row["mark"], "")}
            for row in rows[:MOST_ROWS]
        ],
        "more": "后面还有安排，请扫码查看" if len(rows) > MOST_ROWS else "",
        "none": "" if rows else words.NOTHING_COMING,
        "topics": words.ANY_TOPIC,
        "refused": words.REFUSED,
        "where_to": [list(pair) for pair in words.WHERE_TO],
        "advice": words.ADVICE,
        "issuer": issuer,
        "issued_on": cn_day(today),
        "url": base + reverse("stations:short", args=[station.code]),
    }


def who(row: dict) -> str:
    """张三（区人大代表）、李四（市人大代表）, the first few."""
    names = [f"{p['name']}（{p['level']}）" if p["level"] else p["name"] for p in row["people"][:NAMED_IN_ROW]]
    rest = f"等 {len(row['people'])} 位代表" if len(row["people"]) > NAMED_IN_ROW else ""
    return "、".join(names) + rest or row["people_none"]


def spot(row: dict) -> str:
    """Where: the room, or whichever place is not the station itself, whose name stands above the list."""
    return row["place"].removeprefix(row["station"]).strip() or row["place"]
