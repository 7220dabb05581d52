"""The same series at several stations: a common day of the whole district, a street's weekly reception.

Each station's series is made by itself through `save_series`, and is certain at once: what is refused at one station
holds up no other. A form that is sent twice, and a worker that begins again after another died, make nothing twice:
each series carries a key that is made of the form's key and its station's code.
"""

from collections import defaultdict
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from liaison.accounts import jobs
from liaison.accounts.choices import JobState
from liaison.accounts.models import Job, User
from liaison.common.templatetags.face import cn_day
from representatives.models import Membership, Representative
from stations.choices import RoomKind
from stations.models import Room, Station

from .models import Series, Visit
from .series import RULE_FIELDS, WORD_FIELDS, save_series

WORK = "series-together"
MOST_VISITS = 3_000  # of all stations together: about two minutes of a worker
AT_ONCE = 30  # visits that are made while somebody waits: less than two seconds
GIVEN_FIELDS = tuple(name for name in (*WORD_FIELDS, *RULE_FIELDS) if name != "room_id")
NOBODY, HOME = "nobody", "home"  # who comes: to be named later, or each station's own representatives


class Plan(NamedTuple):
    """What a station's series takes: a room of the wanted kind where there is one, and who comes."""

    station: Station
    room: Room | None
    people: list[Representative]
    note: str  # what it does without


class Result(NamedTuple):
    """What became of it at one station."""

    station: Station
    series: Series | None
    count: int
    why: list[str]  # of the days that were left out, or of the whole


def plans_of(stations: list[Station], room_kind: str, who: str, user: User) -> list[Plan]:
    """What each of `stations` would take, in two queries. Who is at home in a station is of no other."""
    rooms, people = {}, defaultdict(list)
    if room_kind:
        found = Room.objects.for_user(user).filter(station__in=stations, kind=room_kind)
        rooms = {room.station_id: room for room in found.order_by("-id")}  # of several the first
    if who == HOME:
        serving = Representative.objects.for_user(user).serving()
        homes = Membership.objects.for_user(user).current().filter(station__in=stations, is_home=True)
        for home in homes.filter(representative__in=serving).select_related("representative").order_by("id"):
            people[home.station_id].append(home.representative)
    return [
        Plan(station, rooms.get(station.code), people[station.code], _lacks(station, room_kind, rooms))
        for station in stations
    ]


def _lacks(station: Station, room_kind: str, rooms: dict) -> str:
    if not room_kind or station.code in rooms:
        return ""
    return _("没有%s，不占用房间") % RoomKind(room_kind).label


class Wish(NamedTuple):
    """What the form asks for: a series like this one, at which stations, with what of theirs; `count` visits in all.

    `typed` is the form as it was filled in, to begin from once more where a station was refused.
    """

    series: Series
    stations: list[Station]
    room_kind: str
    who: str
    count: int
    key: UUID
    typed: str


def make_together(wish: Wish, *, by: User) -> Job:
    """Make the series of each station: a few visits at once, many by a worker. The job keeps what became of them."""
    given = {
        "fields": {name: plain(getattr(wish.series, name)) for name in GIVEN_FIELDS},
        "stations": [station.code for station in wish.stations],
        "key": str(wish.key), "typed": wish.typed, "room_kind": wish.room_kind, "who": wish.who, "said": {},
    }  # fmt: skip
    title = _("%(n)s 个联络站的系列：%(heading)s") % {"n": len(wish.stations), "heading": wish.series.heading}
    if wish.count > AT_ONCE:
        return jobs.start(WORK, title=title, by=by, **given)
    job = Job.objects.create(kind=WORK, title=title[:200], by=by, given=given)
    jobs.run(job.pk)
    return job


def plain(value: Any) -> Any:
    """A day or an hour as JSON holds it; everything else as it is."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def sent_before(key: UUID | None, by: User) -> Job | None:
    """What came of the form with this key when `by` sent it the first time."""
    return Job.objects.filter(by=by, kind=WORK, given__key=str(key)).first() if key else None


def key_of(job: Job, code: str) -> UUID:
    """The key of the series that `job` makes at a station."""
    return uuid5(UUID(job.given["key"]), code)


@jobs.work(WORK)
def work(job: Job) -> str:
    """Make what is not there yet, station by station; says at which stations something was left out or refused."""
    codes, said = job.given["stations"], dict(job.given["said"])
    reach = Station.objects.for_user(job.by, "add", of=Visit).filter(is_open=True, code__in=codes).order_by("code")
    plans = plans_of(list(reach), job.given["room_kind"], job.given["who"], job.by)
    try:
        for number, plan in enumerate(plans):
            jobs.report(job, number, len(plans))
            if words := _made_at(plan, job):
                said[plan.station.code] = words
    finally:  # a worker that was stopped half-way tells what it knows
        Job.objects.filter(pk=job.pk).update(given=job.given | {"said": said})
    made = Series.objects.filter(form_key__in=[key_of(job, code) for code in codes]).count()
    jobs.lead_to(job, address_of(job))
    return _("%(made)s 个联络站已建好，%(rest)s 个没有建成") % {"made": made, "rest": len(codes) - made}


def _made_at(plan: Plan, job: Job) -> list[str]:
    """Make the series of one station, unless it is there; gives what is to be said of it."""
    key, given = key_of(job, plan.station.code), job.given["fields"]
    if Series.objects.filter(form_key=key).exists():
        return []
    fields = {name: Series._meta.get_field(name).to_python(value) for name, value in given.items()}
    series = Series(station=plan.station, room=plan.room, form_key=key, **fields)
    try:
        left_out = save_series(series, representatives=plan.people, by=job.by).left_out
    except ValidationError as error:
        return error.messages
    return [*filter(None, [plan.note]), *(f"{cn_day(day.on)} {day.why}" for day in left_out)]


def address_of(job: Job) -> str:
    return reverse("visits:series-together-made", args=[job.public_id])


def results_of(job: Job, user: User) -> list[Result]:
    """What stands now at each station, in three queries; stations where nothing was made first."""
    codes, said = job.given["stations"], job.given["said"]
    made = Series.objects.for_user(user).filter(form_key__in=[key_of(job, code) for code in codes])
    found = {series.station_id: series for series in made.annotate(count=Count("visits"))}
    rows = []
    for station in Station.objects.for_user(user).filter(code__in=codes).order_by("code"):
        series, why = found.get(station.code), said.get(station.code, [])
        if series is None and not why:
            why = [_not_reached(job)]
        rows.append(Result(station, series, series.count if series else 0, why))
    return sorted(rows, key=lambda row: row.series is not None)


def _not_reached(job: Job) -> str:
    if job.state == JobState.DONE:
        return _("后来删除了，或者当时不归您安排")
    return _("还没有轮到这个站，处理就停了")
