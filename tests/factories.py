"""Rows for tests. A test sets the fields that it is about; the rest is plausible and says nothing."""

import itertools
from datetime import date, datetime, time, timedelta

from django.utils import timezone

from feedback import actions as feedback
from feedback.models import Department, Opinion, Outcome, Referral, Suggestion
from liaison.accounts.models import Contact, Posting, Region, User
from liaison.notices.choices import Channel, Kind
from liaison.notices.models import Notice
from representatives.choices import SeatLevel
from representatives.models import Absence, Membership, Representative, Seat
from stations.choices import RoomKind, StationKind
from stations.models import Room, Station
from visits.choices import Frequency, VisitKind
from visits.models import RotaPlan, Series, Visit

count = itertools.count(1)


def region(code: str, name: str = "某地") -> Region:
    return Region.objects.update_or_create(code=code, defaults={"name": name})[0]


def user(username: str = "", role: str | None = None, code: str = "", **fields) -> User:
    """A person; with `role`, posted at `code`."""
    username = username or f"user{next(count)}"
    person = User.objects.create_user(username, **({"name": username} | fields))
    if role:
        Posting.objects.create(user=person, role=role, code=code, since=date(2020, 1, 1))
    return person


def station(code: str, **fields) -> Station:
    kind = {6: StationKind.INDUSTRY, 9: StationKind.STREET, 12: StationKind.COMMUNITY}[len(code) - 3]
    defaults = {"region_id": code[:-3], "kind": kind, "name": f"联络站{next(count)}", "address": "花园路 1 号"}
    return Station.objects.create(code=code, **(defaults | fields))


def room(station: Station, kind: str = RoomKind.RECEPTION_ROOM, **fields) -> Room:
    return Room.objects.create(station=station, kind=kind, **fields)


def representative(name: str = "", *, station: Station | None = None, level: int = SeatLevel.DISTRICT, **fields):
    """A representative with one seat in office, at home in `station` if given."""
    person = Representative.objects.create(name=name or f"代表{next(count)}", **fields)
    Seat.objects.create(representative=person, level=level, term=15, constituency="第一选区", from_on=date(2022, 1, 1))
    if station:
        Membership.objects.create(representative=person, station=station, from_on=date(2022, 1, 1))
    return person


def hour(days: int = 7, at: int = 9) -> datetime:
    """`at` o'clock by the clock of the place, `days` from today."""
    day = timezone.localdate() + timedelta(days=days)
    return timezone.make_aware(datetime(day.year, day.month, day.day, at))


def visit(station: Station, *, starts_at: datetime | None = None, hours: int = 2, people=(), state="draft", **fields):
    """A visit a week ahead by default. `state` other than draft is written as the legal moves would leave it."""
    starts_at = starts_at or hour()
    if state != "draft":
        fields.setdefault("published_at", starts_at - timedelta(days=5))
    if state == "cancelled":
        fields.setdefault("cancel_reason", "天气原因")
    if state == "logged":
        fields.setdefault("voters_received", 5)
        fields.setdefault("logged_at", starts_at + timedelta(hours=hours))
    defaults = {"kind": VisitKind.RECEPTION_DAY, "title": "接待选民", "ends_at": starts_at + timedelta(hours=hours)}
    # What is over takes nobody in any more, and nothing is published into the past: it begins as published.
    begins = "published" if people and state in ("held", "logged", "cancelled") else state
    row = Visit.objects.create(station=station, starts_at=starts_at, state=begins, **(defaults | fields))
    for person in people:
        row.attendances.create(representative=person)
    steps = {"held": ["held"], "logged": ["held", "logged"], "cancelled": ["cancelled"]}.get(state, [])
    for step in steps if begins != state else []:
        Visit.objects.filter(pk=row.pk).update(state=step)
    row.refresh_from_db()
    return row


def series(station: Station, *, people=(), **fields) -> Series:
    """Every Monday of the next ten weeks, nine to eleven. Its visits are made by `visits.series`, not here."""
    today = timezone.localdate()
    defaults = {
        "kind": VisitKind.RECEPTION_DAY, "title": "周一接待", "frequency": Frequency.WEEKLY, "weekdays": [1],
        "from_on": today + timedelta(days=1), "to_on": today + timedelta(days=70), "starts": time(9), "ends": time(11),
    }  # fmt: skip
    row = Series.objects.create(station=station, **(defaults | fields))
    for person in people:
        row.people.create(representative=person)
    return row


def rota_plan(code: str, *, days: int = 30, length: int = 30, **fields) -> RotaPlan:
    """A plan that waits to be made, for a month that begins `days` from today."""
    from_on = timezone.localdate() + timedelta(days=days)
    to_on = fields.pop("to_on", from_on + timedelta(days=length))
    return RotaPlan.objects.create(**({"code": code, "from_on": from_on, "to_on": to_on} | fields))


def absence(person: Representative, *, days: int = 7, length: int = 0, **fields) -> Absence:
    """A day away, or more, that begins `days` from today."""
    from_on = fields.pop("from_on", timezone.localdate() + timedelta(days=days))
    to_on = fields.pop("to_on", from_on + timedelta(days=length))
    return Absence.objects.create(representative=person, from_on=from_on, to_on=to_on, **fields)


def notice(recipient: User, station: Station, **fields) -> Notice:
    """A reminder to `recipient` about some visit at `station`, due a minute ago."""
    now, number = timezone.now(), next(count)
    defaults = {
        "kind": Kind.VISIT_TOMORROW, "about": f"visits.visit:{number}", "about_version": 1, "place": station.code,
        "channel": Channel.EMAIL, "subject": f"进站提醒 {number}", "body": "您好",
        "due_at": now - timedelta(minutes=1), "expires_at": now + timedelta(hours=8),
    }  # fmt: skip
    return Notice.objects.create(recipient=recipient, **(defaults | fields))


def contact(place: str, **fields) -> Contact:
    """A voter who left name and telephone at a station."""
    number = next(count)
    defaults = {"name": f"选民{number}", "phone": f"139{number:08}", "privacy_version": "2026-01"}
    return Contact.objects.keep(place=place, **(defaults | fields))


def department(place: str, name: str = "", members=(), **fields) -> Department:
    """A body at the division `place` that matters are handed to; `members` are users who sign in for it."""
    row = Department.objects.create(place=place, name=name or f"承办单位{next(count)}", **fields)
    row.members.add(*members)
    return row


def opinion(station: Station, **fields) -> Opinion:
    """What a voter said at a station, waiting to be accepted; with `contact=contact(station.code)` they left a name."""
    defaults = {"matter": f"第{next(count)}号楼前的路灯坏了。夜里看不见路"}
    row = feedback.receive(station, **(defaults | fields))
    row.refresh_from_db()
    return row


def referral(matter: Opinion, lead: Department, *, assisting=(), by=None, **fields) -> Referral:
    """The opinion in the hands of `lead`; what those `assisting` have stands in `matter.referrals`."""
    row = feedback.forward(matter, lead=lead, assisting=assisting, by=by, **fields)
    matter.refresh_from_db()
    row.refresh_from_db()
    return row


def outcome(station: Station, **fields) -> Outcome:
    """What was made public of an opinion that is closed; `by` is who approved it."""
    by = fields.pop("by", None) or user()
    said = opinion(station)
    feedback.resolve_on_spot(said, words="当场办好了", by=by)
    feedback.close(said, by=by)
    feedback.publish_outcome(said, **({"title": "路灯亮了", "matter": "路灯不亮", "result": "换了灯"} | fields), by=by)
    return said.outcome


def suggestion(station: Station, lead: Representative, *, cosigners=(), opinions=(), by=None, **fields) -> Suggestion:
    """A draft of `lead`'s; `approved_suggestion` is one that waits for being handed out."""
    defaults = {"title": "关于增设路灯的建议", "matter": "花园路夜里看不见路", "proposal": "请在花园路装路灯"}
    return feedback.propose(
        lead=lead, place=station.code, cosigners=cosigners, opinions=opinions, by=by or user(), **(defaults | fields)
    )


def approved_suggestion(station: Station, lead: Representative, *, by: User, **fields) -> Suggestion:
    row = suggestion(station, lead, by=by, **fields)
    feedback.ask_signers(row, by=by)
    for signer in row.signers.filter(confirmed_at=None):
        feedback.confirm(signer, by=by)
    feedback.submit(row, by=by)
    feedback.approve(row, by=by)
    row.refresh_from_db()
    return row
