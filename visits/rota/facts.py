"""What is known of the representatives whom a rota may place, as plain values, and why somebody cannot come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.common.templatetags.face import cn_time_range
from representatives.choices import SeatStatus

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
            return _("当天没有编在这个站")
        for from_on, to_on, reason in rep.away:
            if from_on <= day <= to_on:
                return _("请假外出（%(days)s）") % {"days": span(from_on, to_on)} + (f"：{reason}" if reason else "")
        if day in rep.leave:
            return _("当天已请假")
        for other in rep.coming:
            meets = other.starts_at < ends_at and starts_at < other.ends_at
            if other.visit != visit and (other.day == day or meets):
                hours = cn_time_range(other.starts_at, other.ends_at)
                where = other.where or _("另一处")
                return _("当天 %(hours)s 已安排在%(where)s") % {"hours": hours, "where": where}
        return ""


def seat_words(rep: Rep, day: date) -> str:
    """Why somebody is not in office on a day (代表法 2025 §61–62); empty where they are."""
    if rep.serves(day):
        return ""
    if any(seat.what == SeatStatus.SUSPENDED for seat in rep.seats):
        return _("代表资格已暂停")
    if any(seat.what == SeatStatus.SERVING and seat.from_on > day for seat in rep.seats):
        return _("任期还没有开始")
    return _("任期已终止") if rep.seats else _("没有登记任期")


def short_day(day: date) -> str:
    return _("%(month)s月%(day)s日") % {"month": day.month, "day": day.day}


def span(from_on: date, to_on: date) -> str:
    return short_day(from_on) if from_on == to_on else f"{short_day(from_on)}—{short_day(to_on)}"
