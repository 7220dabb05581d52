"""Eight months of what voters said, and what became of it: the rows that the verbs would have left, dated back."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

from django.utils import timezone

from feedback.choices import (
    DONE,
    MOVES,
    AnswerOutcome,
    DueEnd,
    DueKind,
    Part,
    Party,
    ReferralState,
    Satisfaction,
    Source,
)
from feedback.choices import Step as S
from feedback.deadlines import Calendar, Clock, reckon
from feedback.due import calendar_for, clock_of
from feedback.models import (
    Category,
    Department,
    DepartmentMember,
    DueDate,
    Opinion,
    OpinionStep,
    Outcome,
    Rating,
    Referral,
)
from liaison.accounts.contacts import particulars
from liaison.accounts.models import Contact, User
from liaison.policy.choices import Key

from . import opinion_words as words
from .names import invent
from .stations import DISTRICT, SHOWN, Place

BACK = 240  # days
EACH = 9  # opinions of a station; the demo station has three times as many
PRIVACY = "2026-01"


class Turn(NamedTuple):
    """A step of a course: so many hours after the one before, of a kind, with what it says."""

    hours: float
    kind: str
    words: str = ""
    department: Department | None = None
    values: dict | None = None


@dataclass
class Course:
    """One opinion with everything that was done about it until now."""

    opinion: Opinion
    place: Place
    turns: list[Turn]
    answer: str = ""
    steps: list[OpinionStep] = field(default_factory=list)
    state: str = ""

    def run(self, now: datetime) -> None:
        """Take the turns until now; a course that is not over stands open."""
        at = self.opinion.created_at
        for no, turn in enumerate(self.turns, 1):
            at += timedelta(hours=turn.hours)
            if at > now:
                return
            data = {"values": turn.values, "round": 1} if turn.values else {}
            self.steps.append(OpinionStep(
                opinion=self.opinion, no=no, kind=turn.kind, to_state=MOVES[turn.kind][self.state], at=at,
                words=turn.words, department=turn.department, data=data, by=self.by(turn.kind),
                representative=self.representative if turn.kind == S.REPRESENTATIVE_ANSWERED else None,
            ))  # fmt: skip
            self.state = self.steps[-1].to_state

    @property
    def representative(self):
        return self.opinion.representative or next(iter(self.place.members), None)

    def by(self, kind: str) -> User | None:
        if kind in (S.RATED, S.SENT_BACK, S.WITHDRAWN) or (kind == S.RECEIVED and self.opinion.source == Source.FORM):
            return None
        if kind in (S.DEPARTMENT_ANSWERED, S.SIGNED_FOR, S.RETURNED):
            return None
        return self.place.staff[1]

    def at(self, *kinds: str) -> datetime | None:
        return next((step.at for step in self.steps if step.kind in kinds), None)


def build(rng: Random, now: datetime, places: list[Place]) -> None:
    """Departments first, then each station's opinions with their courses, kind of row by kind of row."""
    departments = add_departments()
    known = {category.code: category for category in Category.objects.all()}
    courses = []
    for place in places:
        for _n in range(EACH * (3 if place.station.code == SHOWN else 1)):
            courses.append(begin(rng, now, place, departments, known))
    for course in courses:
        course.run(now)
    Contact.objects.bulk_create([c.opinion.contact for c in courses if c.opinion.contact])
    Opinion.objects.bulk_create([course.opinion for course in courses], batch_size=1000)
    longest = max(len(course.steps) for course in courses)
    for no in range(longest):  # a step takes the state that the one before it left
        OpinionStep.objects.bulk_create([course.steps[no] for course in courses if no < len(course.steps)])
    referrals = [row for course in courses for row in referrals_of(course)]
    Referral.objects.bulk_create(referrals)
    sent = {}
    for row in referrals:
        sent.setdefault(row.opinion_id, row)
    calendar = calendar_for(timezone.localdate(now) - timedelta(days=BACK + 10))
    clocks = {key: clock_of(key, timezone.localdate(now)) for key in (Key.ACCEPT_WORKDAYS, Key.PROMISE_WORKDAYS)}
    DueDate.objects.bulk_create(
        [row for course in courses for row in dates_of(course, clocks, calendar, sent.get(course.opinion.pk))]
    )
    Rating.objects.bulk_create([row for course in courses for row in ratings_of(course)])
    Outcome.objects.bulk_create([row for course in courses for row in outcome_of(rng, course)])


def add_departments() -> list[Department]:
    made = Department.objects.bulk_create(
        Department(place=DISTRICT, name=name, duties=duties, head=head, phone=f"0371-6555{n:04}")
        for n, (name, duties, head) in enumerate(words.DEPARTMENTS, 1101)
    )
    DepartmentMember.objects.create(department=made[0], user=User.objects.get(username="department"))
    return made


def begin(rng: Random, now: datetime, place: Place, departments, known) -> Course:
    """An opinion of a day by chance, mostly of the last weeks, and the course that it takes."""
    days = min(rng.expovariate(1 / 70), BACK)
    at = now - timedelta(days=days, hours=rng.uniform(0, 9))
    category, matter, which, answer, title = rng.choice(words.MATTERS)
    source = rng.choices([Source.VISIT, Source.FORM, Source.PHONE, Source.PAPER], [5, 3, 1, 1])[0]
    person = rng.choice(place.members) if place.members and source == Source.VISIT else None
    opinion = Opinion(
        station=place.station, source=source, category=known[category], title=title, matter=matter, public_title=title,
        representative=person, created_at=at, changed_at=at, heard_on=timezone.localdate(at), privacy_version=PRIVACY,
        created_by=None if source == Source.FORM else place.staff[1],
    )  # fmt: skip
    if rng.random() < 0.85:
        opinion.contact = contact_of(rng, place, at, invent(rng, rng.choice(["male", "female"])))
    turns = course_of(rng, departments[which], departments, answer)
    if turns[1].kind == S.REFUSED:
        opinion.title, opinion.matter, opinion.public_title = "请代表过问官司", words.REFUSED_MATTER, ""
        opinion.category = known["legal"]
    if turns[0].kind == S.HELD_BACK:
        opinion.doubts, opinion.source, opinion.public_title = ["fast"], Source.FORM, ""
    return Course(opinion, place, turns, answer)


def contact_of(rng: Random, place: Place, at: datetime, name: str) -> Contact:
    """A voter of the place; their telephone begins with digits that no operator gives out."""
    contact = Contact(place=place.station.code, privacy_version=PRIVACY, consented_at=at, created_at=at)
    contact.seal(particulars(name, f"1990000{rng.randrange(10_000):04}"))
    return contact


def course_of(rng: Random, department: Department, departments: list[Department], answer: str) -> list[Turn]:
    """What happens to an opinion, as a district goes: half are settled at once or by the station, half go on."""
    chance, received = rng.random(), Turn(0, S.RECEIVED)
    content = rng.choices([Satisfaction.SATISFIED, Satisfaction.BASICALLY], [3, 1])[0]
    accepted = Turn(rng.choice([2, 5, 20, 30, 130]), S.ACCEPTED)
    if chance < 0.03:
        return [Turn(0, S.HELD_BACK), Turn(rng.uniform(20, 200), S.DISCARDED, "广告")]
    if chance < 0.05:
        return [received, Turn(5, S.REFUSED, words.REFUSED[0])]
    if chance < 0.22:
        return [received, Turn(0.3, S.RESOLVED, rng.choice(words.ON_THE_SPOT)), *ending(rng, Party.STATION, content)]
    if chance < 0.4:
        return [
            received, accepted, Turn(rng.uniform(1, 30), S.PROMISED, rng.choice(words.PROMISES)),
            Turn(rng.uniform(60, 400), S.STATION_ANSWERED, rng.choice(words.STATION_ANSWERS)),
            *ending(rng, Party.STATION, content),
        ]  # fmt: skip
    sent = Turn(rng.uniform(2, 50), S.FORWARDED, rng.choice(words.FORWARDED), department)
    signed = Turn(rng.uniform(3, 40), S.SIGNED_FOR, "", department)
    answered = Turn(rng.choice([90, 200, 300, 420, 800]), S.DEPARTMENT_ANSWERED, answer, department)
    if chance < 0.46:
        wrong = Turn(2, S.FORWARDED, "", rng.choice([d for d in departments if d is not department]))
        back = Turn(30, S.RETURNED, words.RETURNED, wrong.department)
        return [received, accepted, wrong, back, sent, signed, answered, *ending(rng, Party.DEPARTMENT, content)]
    if chance < 0.52:
        return [
            received, accepted, sent, signed, answered,
            Turn(20, S.RATED, rng.choice(words.NOT_CONTENT), values={Party.DEPARTMENT: Satisfaction.NOT}),
            Turn(0, S.SENT_BACK), Turn(rng.uniform(90, 200), S.DEPARTMENT_ANSWERED, answer, department),
            *ending(rng, Party.DEPARTMENT, Satisfaction.BASICALLY),
        ]  # fmt: skip
    said = Turn(20, S.REPRESENTATIVE_ANSWERED, rng.choice(words.REPRESENTATIVE_ANSWERS))
    seen = [said] if chance < 0.7 else []
    return [received, accepted, sent, signed, *seen, answered, *ending(rng, Party.DEPARTMENT, content)]


def ending(rng: Random, party: str, value: str) -> list[Turn]:
    """Seven of ten say whether they are content; what nobody rates is closed after a fortnight."""
    if rng.random() < 0.7:
        return [Turn(rng.uniform(5, 120), S.RATED, values={party: value}), Turn(30, S.CLOSED)]
    return [Turn(15 * 24, S.CLOSED, "答复满 15 天，群众没有再提意见")]


def referrals_of(course: Course) -> list[Referral]:
    """What departments had or have of it: one for each time that it was sent."""
    rows: list[Referral] = []
    for step in course.steps:
        if step.kind in (S.FORWARDED, S.SENT_BACK):
            department = step.department or rows[-1].department
            rows.append(Referral(
                opinion=course.opinion, place=course.opinion.station_id, department=department, part=Part.LEAD,
                note=step.words, sent_at=step.at, sent_by=step.by, round=1 + (step.kind == S.SENT_BACK),
            ))  # fmt: skip
        elif step.kind == S.SIGNED_FOR:
            rows[-1].state, rows[-1].received_at = ReferralState.RECEIVED, step.at
        elif step.kind == S.RETURNED:
            rows[-1].state, rows[-1].ended_at, rows[-1].return_reason = ReferralState.RETURNED, step.at, step.words
        elif step.kind == S.DEPARTMENT_ANSWERED:
            rows[-1].state, rows[-1].ended_at = ReferralState.ANSWERED, step.at
            step.data = {"outcome": AnswerOutcome.SOLVED, "signed_by": rows[-1].department.head}
    return rows


def dates_of(course: Course, clocks: dict[str, Clock], calendar: Calendar, referral: Referral | None) -> list[DueDate]:
    """By when it had to be taken in hand, and answered; a date whose work is done has ended."""
    if not course.steps or course.steps[0].kind == S.HELD_BACK:
        return []
    over = course.at(*(step.kind for step in course.steps if step.to_state in DONE))
    taken = course.at(S.ACCEPTED, S.RESOLVED, S.REFUSED)
    answered = course.at(S.RESOLVED, S.STATION_ANSWERED, S.DEPARTMENT_ANSWERED) or over
    rows = [date_of(course, DueKind.ACCEPT, clocks[Key.ACCEPT_WORKDAYS], calendar, course.opinion.created_at, taken)]
    if accepted := course.at(S.ACCEPTED):
        clock = clocks[Key.PROMISE_WORKDAYS]
        rows.append(date_of(course, DueKind.ANSWER, clock, calendar, accepted, answered))
        if referral and referral.state != ReferralState.RETURNED:
            to = referral.ended_at
            rows.append(date_of(course, DueKind.HANDLE, clock, calendar, referral.sent_at, to, referral=referral))
    return rows


def date_of(course: Course, kind: str, clock: Clock, calendar: Calendar, from_: datetime, to: datetime | None, **of):
    found = reckon(timezone.localdate(from_), clock, calendar)
    ended: date | None = to and timezone.localdate(to)
    return DueDate(
        kind=kind, opinion=course.opinion, place=course.opinion.station_id, start_on=found.start, count=clock.count,
        unit=clock.unit, source=clock.source, first_due_on=found.first_due_on, due_on=found.due_on,
        rolled_from=found.rolled_from, is_provisional=found.is_provisional, set_at=from_, ended_on=ended,
        ended_as=DueEnd.KEPT if ended else "", **of,
    )  # fmt: skip


def ratings_of(course: Course) -> list[Rating]:
    rows, no = [], 1
    for step in course.steps:
        for party, value in (step.data.get("values") or {}).items():
            department = next((s.department for s in course.steps if s.kind == S.DEPARTMENT_ANSWERED), None)
            rows.append(Rating(opinion=course.opinion, party=party, round=no, value=value, words=step.words, at=step.at,
                               department=department if party == Party.DEPARTMENT else None))  # fmt: skip
        no += step.kind == S.SENT_BACK
    return rows


def outcome_of(rng: Random, course: Course) -> list[Outcome]:
    """Two of five that are closed are told to the public, in words that name nobody."""
    closed = course.at(S.CLOSED)
    answers = [step.words for step in course.steps if step.kind in (S.DEPARTMENT_ANSWERED, S.STATION_ANSWERED)]
    if closed is None or not answers or rng.random() > 0.4:
        return []
    opinion = course.opinion
    return [Outcome(
        opinion=opinion, station=opinion.station, category=opinion.category, title=opinion.public_title,
        matter=opinion.matter, result=answers[-1], published_at=closed + timedelta(hours=5),
        published_by=course.place.publisher, created_at=closed,
    )]  # fmt: skip
