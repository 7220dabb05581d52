"""A year of visits around today: eight months that are over, four that are to come."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from random import Random

import pgtrigger
from django.utils import timezone

from liaison.common.workdays import SATURDAY, next_workday
from liaison.policy.models import CalendarDay
from representatives.choices import Leadership
from stations.choices import RoomKind, StationKind
from visits.choices import Frequency, OffDays, State, VisitKind
from visits.holidays import known
from visits.models import Attendance, Series, Visit
from visits.reminders import plan_reminders
from visits.reminders.case import Run
from visits.rules import why_moved

from . import station_words
from . import visit_words as words
from .announced import announce, change_some
from .answered import ask, away_soon
from .record import attendance_state, record
from .stations import NEIGHBOUR, SHOWN, Place

BACK, AHEAD = 245, 120  # days
QUIET = 5  # stations without a visit next month, so that somebody has to be reminded
MORNING, LATE_MORNING, NOON, AFTERNOON, EVENING = time(9), time(9, 30), time(12), time(15), time(19)


def build(rng: Random, now: datetime, places: list[Place]) -> None:
    """Write the visits with who comes, and plan the reminders of those to come."""
    plan = Plan(rng, now, places)
    plan.fill()
    Series.objects.bulk_create(plan.series.values())
    away_soon(plan.attendances, now)
    announce(plan.visits, plan.attendances)
    Visit.objects.bulk_create(plan.visits, batch_size=1000)
    # A logged visit takes no more attendances, and a public one takes note of each; here both are written at once.
    with pgtrigger.ignore("visits.Attendance:kept_with_visit", "visits.Attendance:visit_told"):
        Attendance.objects.bulk_create(plan.attendances, batch_size=2000)
    ask(rng, plan.attendances, now)
    change_some(now)
    run, ahead = Run(), Visit.objects.filter(state=State.PUBLISHED, starts_at__gt=now)
    for visit in ahead.select_related("station", "room"):
        plan_reminders(visit, run)


class Plan:
    """Puts visits where station, room and people are free."""

    def __init__(self, rng: Random, now: datetime, places: list[Place]) -> None:
        self.rng, self.now, self.places = rng, now, places
        self.today = timezone.localdate(now)
        self.first, self.last = self.today - timedelta(days=BACK), self.today + timedelta(days=AHEAD)
        self.exceptions = CalendarDay.objects.exceptions(self.first, self.last + timedelta(days=30))
        self.visits: list[Visit] = []
        self.attendances: list[Attendance] = []
        self.calendar = known(self.first, self.last)
        self.series: dict[tuple[str, str], Series] = {}  # by station and way of repeating
        self.taken: dict[object, list[tuple[datetime, datetime]]] = {}
        self.of_kind = {kind: [p for p in places if p.station.kind == kind] for kind in StationKind}
        ordinary = {place.station.code for place in self.of_kind[StationKind.COMMUNITY]} - {SHOWN, NEIGHBOUR}
        self.quiet = set(rng.sample(sorted(ordinary), QUIET))

    def fill(self) -> None:
        """The demo liaison's own days first, so that nothing else takes their hours."""
        self.shown()
        for month in self.months():
            self.receptions(month)
            self.street_work(month)
            self.community_work(month)
            self.industry_work(month)
            self.leaders(month)
        self.busy_days()

    # The series

    def shown(self) -> None:
        """甲院社区: a reception to log now, one tomorrow, some within the fortnight, one that was never logged."""
        place = next(place for place in self.places if place.station.code == SHOWN)
        people = place.members
        days = [
            (-5, MORNING, 9, people[2:4]), (0, self.hour_at_hand(), 0, people[:2]), (1, AFTERNOON, 2, people[:2]),
            (3, MORNING, 4, people[2:4]), (7, AFTERNOON, 8, [people[0], people[3]]), (11, EVENING, 5, people[1:3]),
        ]  # fmt: skip
        for ahead, at, about, who in days:
            title, topics = words.RECEPTIONS[about]
            day = self.today + timedelta(days=ahead)
            self.add(place, VisitKind.RECEPTION_DAY, day, at, 2.5, title, topics, who, state=State.PUBLISHED)

    def hour_at_hand(self) -> time:
        """The hour that has begun, so that a log can be written at once; by night the last one of the day."""
        return time(min(timezone.localtime(self.now).hour, 19))

    def receptions(self, month: date) -> None:
        """月联系: everybody on the 15th or the working day after it, and each station once more on a day of its own."""
        common_day = month.replace(day=15)
        common = self.workday(common_day)
        for number, place in enumerate(self.places):
            if place.station.kind != StationKind.INDUSTRY:
                title, topics = words.EVERYBODY[0]
                series = self.of_series(place, MORNING, 2, title, topics, month_days=[15])
                who = self.some(place, 1, 3)
                self.add(
                    place, VisitKind.RECEPTION_DAY, common, MORNING, 2, title, topics, who, of=(series, common_day)
                )
            at = (MORNING, AFTERNOON, LATE_MORNING, EVENING)[number % 4]
            title, topics = self.rng.choice(words.RECEPTIONS)
            nth, weekday = 1 + number // 5 % 4, number % 5
            day = self.nth(month, nth, weekday)
            hours = 1.5 if at == EVENING else 2
            series = self.of_series(place, at, hours, "", "", ordinals=[nth], weekdays=[weekday + 1])
            of = (series, named(month, nth, weekday))
            self.add(place, VisitKind.RECEPTION_DAY, day, at, hours, title, topics, self.some(place, 1, 2), of=of)

    def street_work(self, month: date) -> None:
        """季活动 in the last month of a quarter; learning, research and reports to voters between."""
        for number, place in enumerate(self.of_kind[StationKind.STREET]):
            people = self.of_street(place)
            if month.month % 3 == 0:
                title, _text = self.rng.choice(words.DUAL)
                self.add(
                    place, VisitKind.DUAL_ACTIVITY, self.nth(month, 3, 4), MORNING, 3, title, words.ANY, people[:8]
                )
            if (month.month + number) % 2 == 0:
                title, _text = self.rng.choice(words.TRAININGS)
                online = self.rng.random() < 0.3
                day = self.anyday(month)
                self.add(place, VisitKind.TRAINING, day, AFTERNOON, 2, title, "", people[:10], online=online)
            if (month.month + number) % 3 == 1:
                title, _text = self.rng.choice(words.RESEARCHES)
                day = self.anyday(month)
                where = f"{station_words.STREETS[place.station.street_code][0]}沿线小区"
                self.add(place, VisitKind.RESEARCH, day, LATE_MORNING, 2, title, "", people[2:5], where=where)
            if month.month in (6, 12) and number % 2 == month.month // 12:
                title, _text = words.APPRAISALS[0]
                self.add(place, VisitKind.APPRAISAL, self.anyday(month), AFTERNOON, 2, title, words.ANY, people[:4])

    def community_work(self, month: date) -> None:
        """Law and health for everybody, each community every few months; some on a Saturday."""
        for number, place in enumerate(self.of_kind[StationKind.COMMUNITY]):
            if (month.month + number) % 5 == 0:
                title, _text = self.rng.choice(words.OUTREACHES)
                day = self.nth(month, 1 + number % 4, 5) if number % 3 == 0 else self.anyday(month)
                self.add(place, VisitKind.OUTREACH, day, LATE_MORNING, 1.5, title, "可现场咨询", self.some(place, 1, 1))
            if (month.month + number) % 4 == 0:
                title, _text = self.rng.choice(words.LECTURES)
                day = self.nth(month, 1 + number % 4, 5) if number % 2 == 0 else self.anyday(month)
                self.add(
                    place, VisitKind.LECTURE, day, AFTERNOON, 1.5, title, "免费参加，可现场报名", self.some(place, 1, 1)
                )

    def industry_work(self, month: date) -> None:
        about = dict(station_words.INDUSTRIES)
        for place in self.of_kind[StationKind.INDUSTRY]:
            title, _text = self.rng.choice(words.THEMES)
            topics = about[place.station.name.partition("代表联络站")[0]]
            people = self.some(place, 2, 4)
            self.add(place, VisitKind.THEME_DAY, self.anyday(month), AFTERNOON, 2, title, topics, people)

    def leaders(self, month: date) -> None:
        """Each leader twice a year at a station of theirs."""
        pairs = [(place, row) for place in self.places for row in place.members if row.leadership != Leadership.NONE]
        for number, (place, row) in enumerate(pairs):
            if (month.month + number) % 6 == 0:
                title, topics = self.rng.choice(words.LEADER)
                self.add(place, VisitKind.LEADER_VISIT, self.anyday(month), LATE_MORNING, 2, title, topics, [row])

    def busy_days(self) -> None:
        """Today and tomorrow have something on, on a Sunday too; and there are drafts that should be out by now."""
        for ahead in (0, 1):
            for place in self.rng.sample(self.places, 7):
                title, topics = self.rng.choice(words.RECEPTIONS)
                at, day = self.rng.choice([MORNING, AFTERNOON, EVENING]), self.today + timedelta(days=ahead)
                self.add(place, VisitKind.RECEPTION_DAY, day, at, 1.5, title, topics, self.some(place, 1, 2))

        for ahead, place in enumerate(self.waiting(), 1):
            title, topics = self.rng.choice(words.RECEPTIONS)
            day = self.today + timedelta(days=ahead)
            people = self.some(place, 1, 2)
            self.add(place, VisitKind.RECEPTION_DAY, day, NOON, 1, title, topics, people, state=State.DRAFT)

    def waiting(self) -> list[Place]:
        """Three stations whose drafts are due, one of them in the street whose officer signs in."""
        near = [place for place in self.places if place.station.street_code == SHOWN[:9]]
        return [near[-1], *self.rng.sample(self.of_kind[StationKind.COMMUNITY], 2)]

    # Days

    def months(self) -> Iterable[date]:
        month = self.first.replace(day=1)
        while month <= self.last:
            yield month
            month = (month + timedelta(days=32)).replace(day=1)

    def workday(self, day: date) -> date:
        return next_workday(day, self.exceptions)

    def anyday(self, month: date) -> date:
        return self.workday(month.replace(day=self.rng.randint(1, 28)))

    def nth(self, month: date, nth: int, weekday: int) -> date:
        """The nth Friday (weekday 4) of a month, or the working day after it; a Saturday stays one."""
        day = named(month, nth, weekday)
        return day if weekday >= SATURDAY else self.workday(day)

    # Series

    def of_series(self, place: Place, at: time, hours: float, title: str, topics: str, **days) -> Series:
        """The series of a station that repeats on `days`; it begins and ends with the year."""
        frequency = Frequency.DAY_OF_MONTH if "month_days" in days else Frequency.WEEKDAY_OF_MONTH
        key = place.station.code, frequency
        if key not in self.series:
            off = OffDays.HOLIDAYS_AND_WEEKENDS if "month_days" in days else OffDays.HOLIDAYS
            ends = (datetime.combine(self.today, at) + timedelta(hours=hours)).time()
            self.series[key] = Series(
                station=place.station, kind=VisitKind.RECEPTION_DAY, title=title, topics=topics, frequency=frequency,
                room=place.rooms.get(room_of(VisitKind.RECEPTION_DAY)), starts=at, ends=ends, off_days=off,
                from_on=self.first, to_on=self.last, created_by=place.staff[1], **days,
            )  # fmt: skip
        return self.series[key]

    # People

    def some(self, place: Place, least: int, most: int) -> list:
        """A few members of a station, by chance."""
        people = place.members
        return self.rng.sample(people, min(len(people), self.rng.randint(least, most)))

    def of_street(self, place: Place) -> list:
        """All members of a street's stations, in a new order each time."""
        code = place.station.street_code
        people = {row.pk: row for p in self.places if p.station.street_code == code for row in p.members}
        return self.rng.sample(list(people.values()), len(people))

    def is_free(self, thing: object, start: datetime, end: datetime) -> bool:
        return all(end <= other_start or other_end <= start for other_start, other_end in self.taken.get(thing, ()))

    # One visit

    def add(
        self, place, kind, day, at, hours, title, topics, people, *, where="", online=False, state=None, of=None
    ) -> None:
        """Plan a visit if it falls into the year and its room and at least one of its people are free.

        `of` is the series that it belongs to and the day that the rule named, before it moved.
        """
        start = timezone.make_aware(datetime.combine(day, at))
        end = start + timedelta(hours=hours)
        room = None if where or online else place.rooms.get(room_of(kind))
        people = [row for row in people if self.is_free(("person", row.pk), start, end)]
        if not self.first <= day <= self.last or not people or self.is_quiet(place, day):
            return
        if room and not self.is_free(("room", room.pk), start, end):
            return
        visit = Visit(
            station=place.station, kind=kind, title=title, topics=topics, starts_at=start, ends_at=end, room=room,
            place=where, is_online=online, created_by=place.staff[1],
        )  # fmt: skip
        if of:
            visit.series, visit.rule_on = of
            visit.moved_why = why_moved(visit.rule_on, day, self.calendar)
        record(self.rng, visit, place, self.now, len(people), state)
        self.visits.append(visit)
        for row in people:
            state, note = attendance_state(self.rng, visit, first=row is people[0])
            self.attendances.append(Attendance(visit=visit, representative=row, state=state, note=note))
        if visit.state != State.CANCELLED:
            for thing in [("room", room.pk)] if room else []:
                self.taken.setdefault(thing, []).append((start, end))
            for row in people:
                self.taken.setdefault(("person", row.pk), []).append((start, end))

    def is_quiet(self, place: Place, day: date) -> bool:
        next_month = (self.today.replace(day=1) + timedelta(days=32)).replace(day=1)
        return place.station.code in self.quiet and day.replace(day=1) == next_month


def named(month: date, nth: int, weekday: int) -> date:
    """The nth Friday (weekday 4) of a month."""
    return month + timedelta(days=(weekday - month.weekday()) % 7 + 7 * (nth - 1))


def room_of(kind: str) -> str:
    if kind in (VisitKind.RECEPTION_DAY, VisitKind.LEADER_VISIT):
        return RoomKind.RECEPTION_ROOM
    if kind in (VisitKind.OUTREACH, VisitKind.LECTURE):
        return RoomKind.ACTIVITY_ROOM
    return RoomKind.COUNCIL_HALL
