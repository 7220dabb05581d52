"""What became of a visit: its state by its distance from now, and what was written down about it."""

from datetime import date, datetime, time, timedelta
from random import Random

from django.utils import timezone

from visits.choices import AttendanceState, State, VisitKind
from visits.models import Visit

from . import visit_words as words
from .stations import Place

PUBLIC_AHEAD = 35  # days ahead that are public; what comes later is still a draft
# How many voters a visit of a kind meets, from and to.
VOTERS = {
    VisitKind.RECEPTION_DAY: (2, 14), VisitKind.LEADER_VISIT: (4, 18), VisitKind.DUAL_ACTIVITY: (10, 40),
    VisitKind.THEME_DAY: (8, 30), VisitKind.TRAINING: (0, 0), VisitKind.OUTREACH: (20, 70),
    VisitKind.LECTURE: (25, 80), VisitKind.RESEARCH: (6, 40), VisitKind.APPRAISAL: (15, 45),
}  # fmt: skip
TEXTS = {
    title: text
    for texts in (
        words.DUAL, words.TRAININGS, words.OUTREACHES, words.LECTURES, words.RESEARCHES, words.THEMES, words.APPRAISALS,
    )
    for title, text in texts
}  # fmt: skip


def record(rng: Random, visit: Visit, place: Place, now: datetime, people: int, state: str | None) -> None:
    """Give `visit` its state (`state`, or one by chance) and everything that goes with it."""
    visit.state = state or state_at(rng, visit, now)
    if visit.state == State.PUBLISHED and visit.ends_at <= now:
        visit.state = State.HELD
    day = timezone.localdate(visit.starts_at)
    visit.created_at = min(at(day - timedelta(days=rng.randint(12, 40)), 10), now - timedelta(days=1))
    if visit.state == State.DRAFT:
        return
    publish(rng, visit, place, day, now)
    if visit.state == State.CANCELLED:
        visit.cancel_reason = rng.choice(words.CANCELLED)
        visit.version = 2
    if visit.state == State.LOGGED:
        write_down(rng, visit, place, now)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour, minute)))


def state_at(rng: Random, visit: Visit, now: datetime) -> str:
    """By chance, as a district goes: nearly all that is over is logged, nearly all that is near is public."""
    days, chance = (timezone.localdate(visit.starts_at) - timezone.localdate(now)).days, rng.random()
    if visit.ends_at <= now:
        open_share = 0.5 if days >= -2 else 0.08 if days >= -12 else 0.0
        return State.CANCELLED if chance > 0.975 else State.HELD if chance < open_share else State.LOGGED
    if visit.starts_at <= now:
        return State.PUBLISHED
    if days > PUBLIC_AHEAD:
        return State.DRAFT if chance < 0.9 else State.PUBLISHED
    return State.CANCELLED if chance > 0.98 else State.DRAFT if chance < 0.05 else State.PUBLISHED


def publish(rng: Random, visit: Visit, place: Place, day: date, now: datetime) -> None:
    """Public some days before, as the notice period asks; a few were late and said why."""
    late = rng.random() < 0.03 and day <= timezone.localdate(now)
    before = rng.randint(1, 2) if late else rng.randint(4, 11)
    wished = at(day - timedelta(days=before), rng.randint(9, 17), rng.randint(0, 59))
    visit.published_at = min(wished, now - timedelta(hours=rng.randint(1, 60)))
    visit.published_by = place.publisher
    visit.created_at = min(visit.created_at, visit.published_at - timedelta(hours=2))
    visit.late_reason = rng.choice(words.LATE) if late else ""


def write_down(rng: Random, visit: Visit, place: Place, now: datetime) -> None:
    """The log, as the liaison wrote it, mostly within the hour."""
    fewest, most = VOTERS[visit.kind]
    visit.voters_received = rng.randint(fewest, most)
    visit.summary, visit.result = matters(rng, visit)
    after = timedelta(minutes=rng.randint(5, 50)) if rng.random() < 0.8 else timedelta(hours=rng.randint(3, 40))
    visit.logged_at, visit.logged_by = min(visit.ends_at + after, now), place.staff[1]


def matters(rng: Random, visit: Visit) -> tuple[str, str]:
    """What was said and what was done, numbered alike where there was more than one matter."""
    if visit.title in TEXTS:
        return f"{TEXTS[visit.title]}。", result_of(rng, visit.kind)
    found = rng.sample(words.MATTERS, rng.choice([1, 2, 2, 3])) if visit.voters_received > 3 else [words.QUIET]
    if len(found) == 1:
        return f"{found[0][0]}。", f"{found[0][1]}。"
    said, done = zip(*found, strict=True)
    return numbered(said), numbered(done)


def numbered(lines: tuple[str, ...]) -> str:
    return "\n".join(f"{number}．{line}。" for number, line in enumerate(lines, 1))


def result_of(rng: Random, kind: str) -> str:
    return rng.choice(words.RESULTS[kind]) + "。"


def attendance_state(rng: Random, visit: Visit, *, first: bool) -> tuple[str, str]:
    """Whether a representative came, with the reason of a leave; the first always did, so that nobody met nobody."""
    chance = 0.0 if first else rng.random()
    if visit.state == State.LOGGED:
        if chance > 0.93:
            return AttendanceState.ABSENT, ""
        if chance <= 0.86:
            return AttendanceState.CAME, ""
    elif visit.state != State.PUBLISHED or chance <= 0.95:
        return AttendanceState.EXPECTED, ""
    return AttendanceState.LEAVE, rng.choice(words.LEAVES)
