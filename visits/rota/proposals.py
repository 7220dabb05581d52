"""Receptions that a station still lacks in a month, on the day that the form's rule names, in a room that is free."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.policy.choices import Key
from liaison.policy.models import Threshold
from stations.choices import RoomKind
from stations.models import Room

from .. import holidays
from ..choices import Frequency, OffDays, State, VisitKind
from ..models import Visit
from ..rules import LAST, Occurrence, Rule, occurrences
from .drafts import Ask, Draft

ORDINALS = (1, 2, 3, 4)


def propose(stations: dict[str, str], ask: Ask, now: datetime) -> list[Draft]:
    """Drafts that would give each station its receptions of each month of the period."""
    options, taken, rooms = ask.options, rooms_taken(stations, ask), rooms_of(stations)
    starts, ends = options.hours
    days = Days(ask)
    wanted = {
        month: Threshold.objects.number(Key.RECEPTIONS_PER_MONTH, month) for month in months(ask.from_on, ask.to_on)
    }
    found = []
    for turn, station in enumerate(stations):
        for number, (month, least) in enumerate(wanted.items()):
            for day in days.of(turn, month, max(0, least - days.held[station, month])):
                on = day.on
                start, end = (timezone.make_aware(datetime.combine(on, hour)) for hour in (starts, ends))
                if start <= now or not ask.from_on <= on <= ask.to_on:
                    continue
                room, words = free_room(rooms[station], taken, start, end)
                if room:
                    taken[room].append((start, end))
                title = options.themes[(turn + number) % len(options.themes)] if options.themes else ""
                note = "；".join(filter(None, [day.why, words, days.provisional(day)]))
                found.append(Draft(station, VisitKind.RECEPTION_DAY, title, start, end, room, note=note))
    return sorted(found, key=lambda draft: (draft.starts_at, draft.station))


def months(from_on: date, to_on: date) -> Iterator[date]:
    """The first days of the months that the period touches."""
    month = from_on.replace(day=1)
    while month <= to_on:
        yield month
        month = (month + timedelta(days=32)).replace(day=1)


class Days:
    """The rule's days, read once for all stations: those whose turn has the same weekday meet on the same ones."""

    def __init__(self, ask: Ask):
        self.options, self.first = ask.options, ask.from_on.replace(day=1)
        self.last = (ask.to_on.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
        self.calendar = holidays.known(self.first, self.last)
        self.known: dict[tuple[int, int], dict[date, Occurrence]] = {}
        self.words: dict[tuple[int, int], str] = {}
        whole = Visit.objects.standing().filter(kind=VisitKind.RECEPTION_DAY).between(self.first, self.last)
        whole = whole.filter(Visit.objects.under(ask.code)).values_list("station", "starts_at")
        self.held = Counter((station, timezone.localdate(at).replace(day=1)) for station, at in whole)

    def of(self, turn: int, month: date, count: int) -> list[Occurrence]:
        """`count` days of a month for the station whose turn it is."""
        weekday = self.options.weekdays[turn % len(self.options.weekdays)]
        first = self.options.ordinal
        others = [nth for nth in ORDINALS if nth != first]
        later = [nth for nth in others if nth > first] + [nth for nth in others if nth < first]
        ordinals = [first, *(reversed(others) if first == LAST else later)][:count]
        found = [self.rule_days(weekday, nth).get(month) for nth in ordinals]
        return sorted(day for day in found if day)

    def rule_days(self, weekday: int, nth: int) -> dict[date, Occurrence]:
        if (weekday, nth) not in self.known:
            rule = Rule(Frequency.WEEKDAY_OF_MONTH, weekdays=(weekday,), ordinals=(nth,), off_days=OffDays.HOLIDAYS)
            days = occurrences(rule, self.first, self.last, self.calendar)
            self.known[weekday, nth] = {day.rule_on.replace(day=1): day for day in days}
        return self.known[weekday, nth]

    def provisional(self, day: Occurrence) -> str:
        """That the day may still move, in words; asked once for the same years."""
        if not day.is_provisional:
            return ""
        years = day.rule_on.year, day.on.year
        if years not in self.words:
            self.words[years] = holidays.provisional_words(day.rule_on, day.on)
        return self.words[years]


def rooms_of(stations: dict) -> dict[str, list[tuple[int, str, str]]]:
    """Rooms of each station, reception rooms first."""
    found = defaultdict(list)
    for room in Room.objects.filter(station__in=stations).order_by("id"):
        found[room.station_id].append((room.pk, room.kind, str(room)))
    for rooms in found.values():
        rooms.sort(key=lambda room: room[1] != RoomKind.RECEPTION_ROOM)
    return found


def rooms_taken(stations: dict, ask: Ask) -> dict[int, list]:
    taken = defaultdict(list)
    visits = Visit.objects.exclude(state=State.CANCELLED).filter(room__station__in=stations)
    visits = visits.between(ask.from_on - timedelta(days=1), ask.to_on)
    for room, start, end in visits.values_list("room", "starts_at", "ends_at"):
        taken[room].append((start, end))
    return taken


def free_room(rooms: list, taken: dict, start: datetime, end: datetime) -> tuple[int | None, str]:
    """The first room that nobody has at this hour, and in words where it is not a reception room."""
    for pk, kind, name in rooms:
        if not any(begins < end and start < ends for begins, ends in taken.get(pk, ())):
            is_meant = kind == RoomKind.RECEPTION_ROOM
            return pk, "" if is_meant else _("接待室已占用或没有登记，改用%(room)s") % {"room": name}
    return None, _("没有空房间，请采用后另定地点") if rooms else _("这个站没有登记房间")
