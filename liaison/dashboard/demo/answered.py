"""Who of the demo's people has said that they come, and who asked leave."""

from datetime import datetime, timedelta
from itertools import pairwise
from random import Random

from visits.choices import AttendanceState, State
from visits.models import Attendance, Invitation

from .stations import SHOWN

CONFIRMED = 0.6  # of those who are expected


def away_soon(attendances: list[Attendance], now: datetime) -> None:
    """One of those expected together at the demo station has asked leave, so that its liaison sees how that is."""
    shown = [a for a in attendances if a.visit.station_id == SHOWN and a.visit.starts_at > now + timedelta(days=2)]
    for one, other in pairwise(sorted(shown, key=lambda attendance: attendance.visit.starts_at)):
        if one.visit is other.visit and {one.state, other.state} == {AttendanceState.EXPECTED}:
            other.state, other.note = AttendanceState.LEAVE, "外出开会"
            return


def ask(rng: Random, attendances: list[Attendance], now: datetime) -> None:
    """Everybody who is expected was asked when the visit was published; most have answered within two days."""
    Invitation.objects.bulk_create(
        Invitation(
            visit=attendance.visit, representative=attendance.representative, asked_at=attendance.visit.published_at,
            confirmed_at=answered_at(rng, attendance, now),
        )
        for attendance in attendances
        if attendance.visit.state == State.PUBLISHED and attendance.visit.starts_at > now
    )  # fmt: skip


def answered_at(rng: Random, attendance: Attendance, now: datetime) -> datetime | None:
    at = attendance.visit.published_at + timedelta(minutes=rng.randint(5, 2880))
    is_due = attendance.state == AttendanceState.EXPECTED and at < now
    return at if is_due and rng.random() < CONFIRMED else None
