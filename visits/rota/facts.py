"""What is known of the representatives whom a rota may place, as plain values, and why somebody cannot come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from liaison.common.templatetags.face import cn_time_range
from representatives.choices import SeatStatus

from .sayings import Saying, say

NO_LEVEL = 9  # of somebody without a seat in office


@dataclass(frozen=True)
class Stay:
    """A seat or a membership and its days; the last one is not counted."""

    what: str  # a seat's status, or the code of a station
    from_on: date
    to_on: date | None = None
    level: int = NO_LEVEL
    is_home: bool = False

    def covers(self, day: date) -> bool:
        return self.from_on <= day and (self.to_on is None or day < self.to_on)

    def days_in(self, from_: date, to: date) -> set[date]:
        first = max(from_, self.from_on)
        last = to if self.to_on is None else min(to, self.to_on - timedelta(days=1))
        return {first + timedelta(days=n) for n in range((last - first).days + 1)}


@dataclass(frozen=True)
class Coming:
    """A visit at which somebody is expected or was. `where` is empty where the reader is not to know."""

    visit: int
    starts_at: datetime
    ends_at: datetime
    theme: str
    station: str
    where: str = ""

    @property
    def day(self) -> date:
        return timezone.localdate(self.starts_at)


@dataclass(frozen=True)
class Rep:
    key: int
    name: str
    is_leader: bool = False
    seats: tuple[Stay, ...] = ()
    memberships: tuple[Stay, ...] = ()
    away: tuple[tuple[date, date, str], ...] = ()
    leave: frozenset[date] = frozenset()  # asked leave from a visit of that day
    coming: tuple[Coming, ...] = ()

    def serves(self, day: date) -> bool:
        return any(seat.what == SeatStatus.SERVING and seat.covers(day) for seat in self.seats)

    def belongs(self, station: str, day: date) -> bool:
        return any(stay.what == station and stay.covers(day) for stay in self.memberships)


@dataclass(frozen=True)
class Facts:
    reps: Mapping[int, Rep] = field(default_factory=dict)

    def why_not(
        self, person: int, station: str, starts_at: datetime, ends_at: datetime, visit: int | None = None
    ) -> str:
        """Why somebody cannot come to `visit` at this place and hour, in words; empty where nothing is in the way."""
        rep, day = self.reps[person], timezone.localdate(starts_at)
        if words := seat_words(rep, day):
            return words
        if not rep.belongs(station, day):
            return say(_("当天没有编在这个站"))
        for from_on, to_on, reason in rep.away:
            if from_on <= day <= to_on:
                words = _("请假外出（%(days)s）：%(reason)s") if reason else _("请假外出（%(days)s）")
                return say(words, days=span(from_on, to_on), reason=reason)
        if day in rep.leave:
            return say(_("当天已请假"))
        for other in rep.coming:
            meets = other.starts_at < ends_at and starts_at < other.ends_at
            if other.visit != visit and (other.day == day or meets):
                hours = cn_time_range(other.starts_at, other.ends_at)
                where = other.where or say(_("另一处"))
                return say(_("当天 %(hours)s 已安排在%(where)s"), hours=hours, where=where)
        return ""


def seat_words(rep: Rep, day: date) -> str:
    """Why somebody is not in office on a day (代表法 2025 §61–62); empty where they are."""
    if rep.serves(day):
        return ""
    if any(seat.what == SeatStatus.SUSPENDED for seat in rep.seats):
        return say(_("代表资格已暂停"))
    if any(seat.what == SeatStatus.SERVING and seat.from_on > day for seat in rep.seats):
        return say(_("任期还没有开始"))
    return say(_("任期已终止")) if rep.seats else say(_("没有登记任期"))


def short_day(day: date) -> Saying:
    return say(_("%(month)s月%(day)s日"), month=day.month, day=day.day)


def span(from_on: date, to_on: date) -> Saying:
    first, last = short_day(from_on), short_day(to_on)
    return first if from_on == to_on else say("%(first)s—%(last)s", first=first, last=last)
