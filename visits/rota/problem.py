"""Reads from the database what a rota is about, and puts it as a plain problem. Nothing here writes."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from liaison.policy.choices import Key
from liaison.policy.models import Threshold
from representatives.choices import Leadership, SeatStatus
from representatives.models import Absence, Membership, Representative, Seat
from stations.models import Station

from ..choices import HOLDING, AttendanceState, State
from ..models import Attendance, RotaSeat, Visit, day_start
from .drafts import Ask, Draft, theme_of
from .facts import NO_LEVEL, Coming, Facts, Rep, Stay, seat_words
from .options import HAND, Options
from .proposals import propose
from .shapes import Need, Person, Problem, Slot, quarter_of


@dataclass(frozen=True)
class Reading:
    """The problem, with what its words need: names, reasons, drafts, and drafts that somebody put a wrong person in."""

    ask: Ask
    problem: Problem
    facts: Facts
    stations: dict[str, str]
    drafts: list[Draft]  # a slot's key is its place here
    unfit: list[tuple[Draft, int, str]]  # (draft, person, why): put there by hand, and not in office that day
    standing: int  # visits in place and period that no plan touches


def read(ask: Ask, now: datetime) -> Reading:
    """Everything a plan depends on, in a fixed number of queries."""
    options = ask.options
    stations = Station.objects.filter(Station.objects.under(ask.code), is_open=True)
    stations = dict(stations.order_by("code").values_list("code", "name"))
    placed = placed_by_plans(stations) if options.keep == HAND else frozenset()
    there, standing = drafts_of(stations, ask, now, placed)
    members = members_of(stations, ask)
    drafts = [draft for draft in there if len(draft.fixed) < options.most]
    movable = frozenset((draft.visit, person) for draft in drafts for person in draft.movable)
    facts = Facts(reps_of(members | {p for draft in there for p in draft.before}, ask, movable, stations, now))
    drafts += propose(stations, ask, now) if options.fill else []
    at = by_station(facts, members)
    slots = tuple(slot_of(key, draft, facts, options, at[draft.station]) for key, draft in enumerate(drafts))
    needs = (*needs_of_people(facts, members, slots, ask), *needs_of_leaders(facts, slots, stations, ask))
    needs = (*needs, *needs_of_pins(facts, slots, ask))
    problem = Problem(
        people={key: person_of(rep, ask) for key, rep in facts.reps.items()},
        slots=only_needed(slots, needs),
        needs=needs,
        weights=options.weights,
        gap_days=options.gap_days,
        seconds=options.seconds,
        may_lack=options.may_lack,
    )
    unfit = [
        (draft, person, words)
        for draft in there
        for person in draft.before
        if (draft.visit, person) not in movable and (words := seat_words(facts.reps[person], draft.day))
    ]
    full = sum(len(draft.fixed) >= options.most for draft in there)
    return Reading(ask, problem, facts, stations, drafts, unfit, standing + full)


# -- What stands --------------------------------------------------------------------------------------------------


def placed_by_plans(stations: dict) -> frozenset[tuple[int, int]]:
    """(visit, person) whom an accepted plan put into a draft, untouched since; a hand put or left the others there."""
    changes = Attendance.pgh_event_models["update"].objects.filter(pgh_label="update", pgh_obj=OuterRef("attendance"))
    seats = RotaSeat.objects.filter(
        ~Exists(changes), attendance__visit__state=State.DRAFT, attendance__visit__station__in=stations
    )
    return frozenset(seats.values_list("attendance__visit", "attendance__representative"))


def drafts_of(stations: dict, ask: Ask, now: datetime, placed: frozenset) -> tuple[list[Draft], int]:
    """The drafts still to come, with who is in them; and how many other visits stand in the period."""
    visits = Visit.objects.standing().filter(station__in=stations).between(ask.from_on, ask.to_on)
    rows = visits.order_by("starts_at", "id").values_list(
        "pk", "station", "kind", "title", "starts_at", "ends_at", "room", "state"
    )
    rows = list(rows)
    drafts = [row[:-1] for row in rows if row[-1] == State.DRAFT and row[4] > now]
    people = defaultdict(list)
    holding = Attendance.objects.filter(visit__in=[row[0] for row in drafts], state__in=HOLDING).order_by("id")
    for visit, person in holding.values_list("visit", "representative"):
        people[visit].append(person)
    found = [
        Draft(
            station, kind, title, starts_at, ends_at, room, visit=pk, before=tuple(people[pk]),
            fixed=tuple(person for person in people[pk] if (pk, person) not in placed),
        )
        for pk, station, kind, title, starts_at, ends_at, room in drafts
    ]  # fmt: skip
    return found, len(rows) - len(found)


def members_of(stations: dict, ask: Ask) -> set[int]:
    """Whoever belongs to one of the stations on a day of the period."""
    members = Membership.objects.filter(station__in=stations, from_on__lte=ask.to_on).exclude(to_on__lte=ask.from_on)
    return set(members.values_list("representative", flat=True))


def years_of(ask: Ask) -> tuple[date, date]:
    return date(ask.from_on.year, 1, 1), date(ask.to_on.year, 12, 31)


def reps_of(people: set[int], ask: Ask, movable: frozenset, stations: dict, now: datetime) -> dict[int, Rep]:
    """People with seats, memberships, absences and all their visits of the years that the period touches.

    A draft that was never published is no visit once its hour has passed.
    """
    first, last = years_of(ask)
    seats, stays, away, leave, coming = (defaultdict(list) for _ in range(5))
    for person, *seat, level in Seat.objects.filter(representative__in=people).values_list(
        "representative", "status", "from_on", "to_on", "level"
    ):
        seats[person].append(Stay(*seat, level=level))
    for person, *stay in Membership.objects.filter(representative__in=people).values_list(
        "representative", "station", "from_on", "to_on", "is_home"
    ):
        stays[person].append(Stay(*stay[:3], is_home=stay[3]))
    for person, *days in (
        Absence.objects.filter(representative__in=people)
        .during(ask.from_on, ask.to_on)
        .values_list("representative", "from_on", "to_on", "reason")
    ):
        away[person].append(tuple(days))
    at_visits = Attendance.objects.filter(
        representative__in=people, visit__starts_at__gte=day_start(first),
        visit__starts_at__lt=day_start(last + timedelta(days=1)),
    ).exclude(visit__state=State.CANCELLED).exclude(visit__state=State.DRAFT, visit__ends_at__lte=now)  # fmt: skip
    for person, state, visit, kind, title, starts_at, ends_at, station, name, published_at in at_visits.values_list(
        "representative", "state", "visit", "visit__kind", "visit__title", "visit__starts_at", "visit__ends_at",
        "visit__station", "visit__station__name", "visit__published_at",
    ):  # fmt: skip
        if state == AttendanceState.LEAVE:
            leave[person].append(timezone.localdate(starts_at))
        elif state in HOLDING and (visit, person) not in movable:
            where = name if published_at or station in stations else ""  # a draft elsewhere is not for everybody
            coming[person].append(Coming(visit, starts_at, ends_at, theme_of(kind, title), station, where))
    rows = Representative.objects.filter(pk__in=people).values_list("pk", "name", "leadership")
    return {
        pk: Rep(
            pk, name, leadership != Leadership.NONE, tuple(seats[pk]), tuple(stays[pk]), tuple(away[pk]),
            frozenset(leave[pk]), tuple(sorted(coming[pk], key=lambda visit: visit.starts_at)),
        )
        for pk, name, leadership in rows
    }  # fmt: skip


# -- The problem's parts ------------------------------------------------------------------------------------------


def person_of(rep: Rep, ask: Ask) -> Person:
    levels = [
        seat.level for seat in rep.seats
        if seat.what == SeatStatus.SERVING and seat.days_in(ask.from_on, ask.to_on)
    ]  # fmt: skip
    return Person(
        rep.key, min(levels, default=NO_LEVEL), len(rep.coming), Counter(visit.theme for visit in rep.coming),
        tuple(visit.day for visit in rep.coming),
    )  # fmt: skip


def slot_of(key: int, draft: Draft, facts: Facts, options: Options, members: Iterable[int]) -> Slot:
    """The draft as a slot: its own people stay, of the station's those may come with whom nothing is in the way."""
    able = tuple(
        person
        for person in sorted(members)
        if person not in draft.fixed
        and not facts.why_not(person, draft.station, draft.starts_at, draft.ends_at, draft.visit)
    )
    return Slot(key, draft.station, draft.starts_at, draft.ends_at, draft.day, draft.theme, draft.fixed, able,
                options.least, options.most)  # fmt: skip


def only_needed(slots: Iterable[Slot], needs: Iterable[Need]) -> tuple[Slot, ...]:
    """A draft with people enough is left as it is, but for whom a need asks, who may have no other place."""
    asked = {place for need in needs for place in need.places}
    return tuple(
        slot if slot.wanted else replace(slot, able=tuple(p for p in slot.able if (slot.key, p) in asked))
        for slot in slots
    )


def by_station(facts: Facts, members: set[int]) -> dict[str, set[int]]:
    found = defaultdict(set)
    for person in members:
        for stay in facts.reps[person].memberships:
            found[stay.what].add(person)
    return found


def places_of(slots, wanted) -> tuple[tuple[int, int], ...]:
    return tuple((slot.key, person) for slot in slots for person in slot.able if wanted(slot, person))


def needs_of_people(facts: Facts, members: set[int], slots, ask: Ask):
    """What each representative still lacks of the year's minimum. Whose home lies elsewhere is planned there."""
    by_person = defaultdict(list)
    for slot in slots:
        for person in slot.able:
            by_person[person].append(slot)
    for year in range(ask.from_on.year, ask.to_on.year + 1):
        last = min(ask.to_on, date(year, 12, 31))
        least = Threshold.objects.number(Key.VISITS_PER_YEAR, last)
        for key in sorted(members):
            rep = facts.reps[key]
            if not is_ours(rep, ask):
                continue
            held = sum(visit.day.year == year for visit in rep.coming)
            count = due_by(rep, year, last, least) - held
            if count > 0:
                mine = [slot for slot in by_person[key] if slot.day.year == year]
                yield Need("year", (key, year), count, tuple((slot.key, key) for slot in mine))


def is_ours(rep: Rep, ask: Ask) -> bool:
    """Whether somebody's home station of the period lies in the place; who has none is planned where they belong."""
    homes = [stay.what for stay in rep.memberships if stay.is_home and stay.days_in(ask.from_on, ask.to_on)]
    return not homes or any(home.startswith(ask.code) for home in homes)


def due_by(rep: Rep, year: int, last: date, least: int) -> int:
    """So many visits of the year's `least` are due by `last`: in proportion to the days in office, rounded.

    At the end of the year that is the whole minimum; by the end of June half of it; whoever took office in October
    owes a quarter.
    """
    first, days = date(year, 1, 1), (date(year, 12, 31) - date(year, 1, 1)).days + 1
    serving = set().union(*(s.days_in(first, last) for s in rep.seats if s.what == SeatStatus.SERVING))
    belonging = set().union(*(stay.days_in(first, last) for stay in rep.memberships))
    return (2 * least * len(serving & belonging) + days) // (2 * days)


def needs_of_leaders(facts: Facts, slots, stations: dict, ask: Ask):
    """A leader's visit by the end of each quarter that ends in the period, where a leader belongs on its last day."""
    leaders = defaultdict(set)
    for rep in facts.reps.values():
        for stay in rep.memberships if rep.is_leader else ():
            leaders[stay.what].add(rep.key)
    for year, quarter, last in quarter_ends(ask.from_on, ask.to_on):
        least = Threshold.objects.number(Key.LEADERS_PER_QUARTER, last)
        for station in sorted(leaders.keys() & stations.keys()):
            mine = {key for key in leaders[station] if facts.reps[key].belongs(station, last)}
            mine = {key for key in mine if facts.reps[key].serves(last)}
            held = {
                visit.visit for key in leaders[station] for visit in facts.reps[key].coming
                if visit.station == station and quarter_of(visit.day) == (year, quarter)
            }  # fmt: skip
            if mine and len(held) < least:
                here = [s for s in slots if s.station == station and quarter_of(s.day) == (year, quarter)]
                places = places_of(here, lambda _slot, person, mine=mine: person in mine)
                yield Need("leader", (station, year, quarter), least - len(held), places)


def quarter_ends(from_on: date, to_on: date):
    """(year, quarter, last day) of the quarters that end in the period."""
    for year in range(from_on.year, to_on.year + 1):
        for quarter, (month, day) in enumerate([(3, 31), (6, 30), (9, 30), (12, 31)], 1):
            if from_on <= (last := date(year, month, day)) <= to_on:
                yield year, quarter, last


def needs_of_pins(facts: Facts, slots, ask: Ask):
    """Who was asked for by name comes at least once in the period."""
    for key in ask.options.pins:
        rep = facts.reps.get(key)
        if rep is None or any(ask.from_on <= visit.day <= ask.to_on for visit in rep.coming):
            continue
        yield Need("pin", (key,), 1, places_of(slots, lambda _slot, person, key=key: person == key))
