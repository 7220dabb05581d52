"""What the demo's visits announced, as publishing would have kept it, and one that was changed afterwards."""

from collections import Counter, defaultdict
from datetime import timedelta

from django.utils import timezone

from visits.actions import save_visit
from visits.choices import AttendanceState, State
from visits.models import Attendance, Visit
from visits.notice import NoticeRule

from .stations import SHOWN


def announce(visits: list[Visit], attendances: list[Attendance]) -> None:
    """Number the notices of each station and year in the order of publishing, and keep what they said."""
    people, numbers, rule = defaultdict(list), Counter(), NoticeRule.on(timezone.localdate())
    for attendance in attendances:
        people[id(attendance.visit)].append(attendance.representative_id)
    public = [visit for visit in visits if visit.published_at]
    for visit in sorted(public, key=lambda visit: visit.published_at):
        year = timezone.localdate(visit.published_at).year
        numbers[visit.station_id, year] += 1
        visit.notice_year, visit.notice_no = year, numbers[visit.station_id, year]
        visit.announced = {
            "starts_at": visit.starts_at.isoformat(), "ends_at": visit.ends_at.isoformat(),
            "place": place_of(visit), "people": people[id(visit)],
            "rule": rule.kept(timezone.localdate(visit.starts_at)),
        }  # fmt: skip


def place_of(visit: Visit) -> dict:
    """The place as the trigger writes it (visits/triggers.py)."""
    station, room = visit.station, visit.room
    return {
        "station": station.code, "name": station.name, "address": station.address, "place": visit.place,
        "online": visit.is_online, "room": room and room.pk, "room_kind": room and room.kind,
        "room_name": room and room.name,
    }  # fmt: skip


def change_some(now) -> None:
    """Whoever asked leave is missing from what was announced; the demo station's reception in a week was moved."""
    away = Attendance.objects.filter(state=AttendanceState.LEAVE).values("visit")
    Visit.objects.filter(state=State.PUBLISHED, pk__in=away).update(changed_at=now)
    in_a_week = timezone.localdate(now) + timedelta(days=7)
    for visit in Visit.objects.between(in_a_week, in_a_week).filter(station=SHOWN, state=State.PUBLISHED)[:1]:
        visit.starts_at, visit.room, visit.place = visit.starts_at + timedelta(minutes=30), None, "甲院社区文化广场"
        save_visit(visit, by=visit.published_by)
