"""What the reminders of one visit depend on, read once: its people, who was asked and told what, its earlier hours."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from django.db.models import Max, Min, Q
from django.utils import timezone

from liaison.accounts.choices import Role
from liaison.accounts.models import Posting, User
from liaison.notices.choices import Channel, Kind
from liaison.notices.choices import State as Sending
from liaison.notices.house import House
from liaison.notices.manners import next_hour
from liaison.notices.models import Notice
from stations.issuers import DISTRICT_DIGITS, STREET_DIGITS
from stations.models import Room

from ..choices import HOLDING, AttendanceState, State
from ..models import Attendance, Invitation, Visit
from .rules import Rules

ABOUT = "visits.visit:"
URGENT = timedelta(hours=4)
# Who got one of these knows of the visit, and is told when it changes.
TELLING = frozenset({
    Kind.VISIT_CONFIRM, Kind.VISIT_EARLY, Kind.VISIT_NEAR, Kind.VISIT_TOMORROW, Kind.VISIT_TODAY,
    Kind.VISIT_UNCONFIRMED, Kind.VISIT_CHANGED,
})  # fmt: skip
AFTERWARDS = frozenset({Kind.VISIT_LOG, Kind.VISIT_UNLOGGED, Kind.VISIT_UNLOGGED_LONG})


class Run:
    """What holds for all visits that are planned in one go, asked once."""

    def __init__(self) -> None:
        self.rules, self.house = Rules(), House()


class Row(NamedTuple):
    """A notice of the visit that is there already."""

    kind: str
    version: int
    recipient: int | None
    channel: str
    state: str
    sent_at: datetime | None
    leased_until: datetime | None

    @property
    def is_told(self) -> bool:
        """It reached somebody, or may have, as `NoticeQuerySet.told` says of rows that are not read yet."""
        is_gone = self.state in (Sending.SENT, Sending.LEASED, Sending.UNKNOWN)
        return is_gone or self.sent_at is not None or self.leased_until is not None


class Before(NamedTuple):
    """The visit as an earlier version had it."""

    hours: tuple[datetime, datetime]
    place: tuple[int | None, str, bool]


def about(visit: Visit) -> str:
    return f"{ABOUT}{visit.pk}"


def visit_in(named: str) -> int | None:
    """The key of the visit that a notice is about, or that an answer it is about belongs to."""
    number = named.removeprefix(ABOUT).split(":")[0]
    return int(number) if named.startswith(ABOUT) and number.isdecimal() else None


class Case:
    """One visit as it is planned at `now`. Each part is read when it is first asked for."""

    def __init__(self, visit: Visit, run: Run, now: datetime) -> None:
        self.visit, self.run, self.now = visit, run, now
        self.rules = run.rules.of(visit.kind)

    # Who

    @cached_property
    def attendances(self) -> list[Attendance]:
        return list(self.visit.attendances.select_related("representative__user").order_by("id"))

    @cached_property
    def invitations(self) -> dict[int, Invitation]:
        """By representative, of those who left as well."""
        found = self.visit.invitations.select_related("representative__user")
        return {invitation.representative_id: invitation for invitation in found}

    @cached_property
    def names(self) -> list[str]:
        """Who is to be met, or was."""
        return [a.representative.name for a in self.attendances if a.state in HOLDING]

    @cached_property
    def expected(self) -> dict[int, User]:
        """By representative the accounts of those who are expected."""
        return self.users_in(AttendanceState.EXPECTED)

    def users_in(self, *states: str) -> dict[int, User]:
        there = {a.representative_id: a.representative.user for a in self.attendances if a.state in states}
        return {pk: user for pk, user in there.items() if user and user.is_active}

    @cached_property
    def staff(self) -> dict[str, list[User]]:
        """Heads and liaisons of the station today, and the officers above it: the street's, or, for a station of the
        district's own, the district's."""
        code = self.visit.station_id
        region, _dash, _number = code.partition("-")
        above = (Role.DISTRICT, region) if len(region) == DISTRICT_DIGITS else (Role.STREET, region[:STREET_DIGITS])
        posts = Q(role=Role.LIAISON, code=code) | Q(role=above[0], code=above[1])
        found: dict[str, dict[int, User]] = {Role.LIAISON: {}, "officers": {}}
        for posting in Posting.objects.current().filter(posts, user__is_active=True).select_related("user"):
            found[Role.LIAISON if posting.role == Role.LIAISON else "officers"][posting.user_id] = posting.user
        return {name: list(users.values()) for name, users in found.items()}

    @property
    def liaisons(self) -> list[User]:
        return self.staff[Role.LIAISON]

    @property
    def officers(self) -> list[User]:
        return self.staff["officers"]

    # Asked and confirmed

    @property
    def asks(self) -> bool:
        """Whether confirming is asked for at all with this kind of visit."""
        return self.rules[Kind.VISIT_CONFIRM].is_on

    def awaits(self, representative: int) -> Invitation | None:
        """What somebody was asked and has not answered with yes."""
        invitation = self.invitations.get(representative)
        return invitation if self.asks and invitation and invitation.confirmed_at is None else None

    @cached_property
    def questions(self) -> dict[int, Invitation]:
        """By account what is still asked of those who are expected, or on leave and may come after all."""
        people = self.users_in(AttendanceState.EXPECTED, AttendanceState.LEAVE)
        return {user.pk: found for pk, user in people.items() if (found := self.awaits(pk))}

    # Told before

    @cached_property
    def rows(self) -> list[Row]:
        found = Notice.objects.filter(about=about(self.visit)).values_list(
            "kind", "about_version", "recipient", "channel", "state", "sent_at", "leased_until"
        )
        return [Row(*row) for row in found]

    @cached_property
    def version(self) -> int:
        """What notices are planned under. Being over is a new version of the visit, but nothing new to be told of."""
        if self.visit.state == State.HELD:
            return max((row.version for row in self.rows if row.kind in AFTERWARDS), default=self.visit.version)
        return self.visit.version

    @cached_property
    def told(self) -> dict[int | None, int]:
        """By person (None: a room) the latest version that they heard of, before the one of now."""
        return self.told_until(self.version - 1)

    def told_until(self, version: int) -> dict[int | None, int]:
        found: dict[int | None, int] = {}
        for row in self.rows:
            if row.kind in TELLING and row.version <= version and row.is_told:
                found[row.recipient] = max(row.version, found.get(row.recipient, 0))
        return found

    def has_heard(self, kind: str, user: int, since: int) -> bool:
        """Whether `user` was told of `kind` in an earlier version from `since` on, aloud where they hear aloud."""
        rows = [r for r in self.rows if r.kind == kind and r.recipient == user and since <= r.version < self.version]
        if not rows:
            return False
        last = max(row.version for row in rows)
        rows = [row for row in rows if row.version == last]
        aloud = [row for row in rows if row.channel != Channel.INBOX]
        return all(row.is_told or row.state == Sending.FAILED for row in aloud) and any(row.is_told for row in rows)

    # As it was

    @cached_property
    def past(self) -> dict[int, Before]:
        """Earlier versions that somebody was told of, from the visit's history."""
        versions = {*self.told_until(self.version).values()}
        if not versions:
            return {}
        events = Visit.pgh_event_models["update"].objects.filter(pgh_obj=self.visit.pk, version__in=versions)
        events = events.order_by("pgh_id")
        return {
            event.version: Before((event.starts_at, event.ends_at), (event.room_id, event.place, event.is_online))
            for event in events
        }

    @cached_property
    def since(self) -> datetime:
        """When the version of now came to be: the same however often it is planned."""
        events = Visit.pgh_event_models["update"].objects.filter(pgh_obj=self.visit.pk, version=self.version)
        return events.aggregate(at=Min("pgh_created_at"))["at"] or self.visit.changed_at

    def left_at(self, representatives: Iterable[int]) -> dict[int, datetime]:
        """When each was taken off the list."""
        gone = Attendance.pgh_event_models["delete"].objects.filter(
            visit=self.visit.pk, representative__in=representatives, pgh_label="delete"
        )
        return dict(gone.values_list("representative").annotate(at=Max("pgh_created_at")).order_by())

    @cached_property
    def rooms(self) -> dict[int, Room]:
        wanted = {before.place[0] for before in self.past.values()} - {None}
        return Room.objects.in_bulk(wanted) if wanted else {}

    def is_changed(self, version: int) -> bool:
        """Whether hours or place are others than in `version`; what is not known any more is taken for other."""
        before, visit = self.past.get(version), self.visit
        now = Before((visit.starts_at, visit.ends_at), (visit.room_id, visit.place, visit.is_online))
        return before != now

    def is_near(self, at: datetime, versions: Iterable[int] = ()) -> bool:
        """Whether word of `at` must not wait for the end of the quiet hours: the visit begins, or was to begin, before
        they are over or within four hours after it."""
        starts = [self.visit.starts_at, *(self.past[v].hours[0] for v in versions if v in self.past)]
        return min(starts) < next_hour(at, self.run.house.hours.quiet_to) + URGENT


def case_of(visit: Visit, run: Run | None = None) -> Case:
    return Case(visit, run or Run(), timezone.now())
