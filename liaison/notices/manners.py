"""When a notice may leave: not at night, to an office not on its day off, and with others of the day where one asked.

`due_at` is when it was promised; `not_before` is what manners make of that. A notice that could only leave at night is
brought forward to the evening before, while that is still ahead; when it is not, it is not sent, and says so.
"""

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from liaison.common import workdays
from liaison.policy.choices import DEFAULTS, Key
from liaison.policy.models import CalendarDay, Threshold

from .choices import SILENT, manner

EVENING = timedelta(hours=1)  # before the quiet hours begin
FURTHEST = 30  # days; no holiday is longer


class Rules(NamedTuple):
    """Hours of the day. The night is from one hour to the next; the same hour twice is no night at all."""

    quiet_from: int
    quiet_to: int
    digest_hour: int
    off_days: "OffDays | None" = None  # read once for many notices

    def is_quiet(self, at: datetime) -> bool:
        hour = timezone.localtime(at).hour
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= hour < self.quiet_to
        return hour >= self.quiet_from or hour < self.quiet_to

    def night_of(self, at: datetime) -> tuple[datetime, datetime]:
        """Beginning and end of the quiet hours that `at` lies in."""
        end = next_hour(at, self.quiet_to)
        return end - timedelta(hours=(self.quiet_to - self.quiet_from) % 24), end


class OffDays:
    """The calendar, as far as it was asked for."""

    def __init__(self) -> None:
        self.found: dict[date, date] = {}

    def next_workday(self, day: date) -> date:
        """`day`, or the first working day after it."""
        if day not in self.found:
            off = CalendarDay.objects.exceptions(day, day + timedelta(days=FURTHEST))
            self.found[day] = workdays.next_workday(day, off)
        return self.found[day]


def rules(on: date) -> Rules:
    """The rules in force on a day, read at once."""
    keys = [Key.QUIET_FROM, Key.QUIET_TO, Key.DIGEST_HOUR]
    rows = Threshold.objects.filter(key__in=keys, valid_from__lte=on).order_by("valid_from")
    values = {key: int(DEFAULTS[key].value) for key in keys} | {row.key: int(row.value) for row in rows}
    if not settings.QUIET_HOURS:
        values |= {Key.QUIET_FROM: 0, Key.QUIET_TO: 0}
    return Rules(*(values[key] for key in keys), OffDays())


def next_hour(at: datetime, hour: int) -> datetime:
    """The next moment after `at` at which the clock of the place shows `hour`."""
    day = timezone.localdate(at)
    found = on_day(day, hour)
    return found if found > at else on_day(day + timedelta(days=1), hour)


def on_day(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def is_loud(kind: str, channel: str) -> bool:
    """Whether a notice would wake somebody up, and is not urgent enough to do so."""
    return channel not in SILENT and not manner(kind).is_urgent


def awake(at: datetime, by: Rules) -> Q:
    """Notices that may leave at `at`."""
    return Q(channel__in=SILENT) | Q(is_urgent=True) if by.is_quiet(at) else Q()


def timing(due_at: datetime, expires_at: datetime, now: datetime, by: Rules, *, is_office: bool = False) -> dict:
    """Hours of a loud notice: when it is due, and from when on it may leave."""
    at = max(due_at, now)
    if is_office:
        at = next_workday(at, by)
    if not by.is_quiet(at):
        return {"due_at": due_at, "not_before": at if at > max(due_at, now) else None}
    evening, morning = by.night_of(at)
    if morning < expires_at:
        return {"due_at": due_at, "not_before": morning}
    if now < evening and not is_office:
        return {"due_at": min(due_at, evening - EVENING), "not_before": None}
    return {"due_at": due_at, "not_before": max(morning, expires_at)}


def next_workday(at: datetime, by: Rules) -> datetime:
    """`at`, or the morning of the next working day where its day is none."""
    day = timezone.localdate(at)
    found = (by.off_days or OffDays()).next_workday(day)
    return at if found == day else on_day(found, by.quiet_to)


def digest_at(due_at: datetime, expires_at: datetime, now: datetime, by: Rules) -> datetime | None:
    """With which day's mail a notice travels: that of its own day, else the next one that still comes in time.

    None where no such mail comes any more: then it leaves by itself.
    """
    own = on_day(timezone.localdate(due_at), by.digest_hour)
    own = own if own <= due_at else own - timedelta(days=1)
    chosen = own if own > now else next_hour(max(due_at, now), by.digest_hour)
    return chosen if chosen < expires_at else None
