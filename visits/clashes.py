"""Who and which room a plan would take twice, and who is away, in words; the same for page, admin and API.

This is courtesy: against a second writer at the same moment the exclusion constraints hold.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.common.templatetags.face import cn_day, cn_time_range
from representatives.models import Absence, Representative

from .models import Attendance, Visit, day_start

DAY = timedelta(days=1)
MOST_NAMED = 3  # visits that stand in the way of one room


def refuse_clashes(visit: Visit, representatives: Iterable[Representative]) -> None:
    """Raises ValidationError at `room` and `representatives`, whose code is that of the constraints behind them."""
    representatives = list(representatives)
    people = [*_people_taken(visit, representatives), *_people_away(visit, representatives)]
    taken = {"room": _rooms_taken(visit), "representatives": people}
    errors = {
        name: [ValidationError(text, code="constraint") for text in texts] for name, texts in taken.items() if texts
    }
    if errors:
        raise ValidationError(errors)


def _rooms_taken(visit: Visit) -> list[str]:
    if visit.room_id is None:
        return []
    meanwhile = Visit.objects.standing().filter(
        room=visit.room_id, starts_at__lt=visit.ends_at, ends_at__gt=visit.starts_at
    )
    return [_room_taken(other) for other in meanwhile.exclude(pk=visit.pk)[:MOST_NAMED]]


def _room_taken(other: Visit) -> str:
    return _("这个房间在%s已有安排") % _hours(other)


def _people_taken(visit: Visit, representatives: Iterable[Representative]) -> list[str]:
    during = (visit.starts_at, visit.ends_at)
    elsewhere = Attendance.objects.filter(representative__in=representatives, holds=True, during__overlap=during)
    elsewhere = elsewhere.exclude(visit=visit.pk).select_related("representative", "visit__station").order_by("id")
    return [_taken(attendance) for attendance in elsewhere]


def _people_away(visit: Visit, representatives: Iterable[Representative]) -> list[str]:
    """Who is away that day (请假外出); whoever stood on the list for that day already is not asked about again."""
    day = timezone.localdate(visit.starts_at)
    known = Attendance.objects.filter(visit=visit.pk, during__overlap=(day_start(day), day_start(day + DAY)))
    away = Absence.objects.filter(representative__in=representatives).during(day, day)
    away = away.exclude(representative__in=known.values("representative"))
    return [_away(absence, day) for absence in away.select_related("representative").order_by("id")]


def _away(absence: Absence, day: date) -> str:
    return _("%(name)s在%(day)s请假外出") % {"name": absence.representative.name, "day": cn_day(day)}


def taken_on(visits: Sequence[Visit], people: Iterable[Representative], beside: Iterable[int] = ()) -> dict[date, list]:
    """What stands in the way of planned `visits` of one room and the same `people`, in words by day, in three queries.

    `beside` are visits that move themselves and so are in nobody's way.
    """
    if not visits:
        return {}
    first, last = min(visit.starts_at for visit in visits), max(visit.ends_at for visit in visits)
    rooms = Visit.objects.standing().filter(room=visits[0].room_id, starts_at__lt=last, ends_at__gt=first)
    there = Attendance.objects.filter(representative__in=people, holds=True, during__overlap=(first, last))
    there = there.exclude(visit__in=beside).select_related("representative", "visit__station").order_by("id")
    others = [(a.visit, _taken(a)) for a in there]
    if visits[0].room_id:
        others += [(other, _room_taken(other)) for other in rooms.exclude(pk__in=beside)]
    by_day = defaultdict(list)
    for other, words in others:
        for day in {timezone.localdate(other.starts_at), timezone.localdate(other.ends_at)}:
            by_day[day].append((other, words))
    found = {}
    for visit in visits:
        day = timezone.localdate(visit.starts_at)
        if texts := [
            w for other, w in by_day[day] if other.starts_at < visit.ends_at and other.ends_at > visit.starts_at
        ]:
            found[day] = texts
    for absence in Absence.objects.filter(representative__in=people).during(
        timezone.localdate(first), timezone.localdate(last)
    ).select_related("representative").order_by("id"):  # fmt: skip
        for visit in visits:
            day = timezone.localdate(visit.starts_at)
            if absence.from_on <= day <= absence.to_on:
                found.setdefault(day, []).append(_away(absence, day))
    return found


def taken_together(plans: Iterable, hours: Sequence[tuple[datetime, datetime]]) -> dict[str, list[str]]:
    """What stands in the way of `hours` (in order, apart) at several stations, in words by station, in three queries.

    A plan has `station`, `room` and `people`; nobody is of two stations.
    """
    rooms = {plan.room.pk: plan.station.code for plan in plans if plan.room}
    people = {person.pk: plan.station.code for plan in plans for person in plan.people}
    if not hours:
        return {}
    first, last = hours[0][0], hours[-1][1]
    found = defaultdict(list)
    visits = Visit.objects.standing().filter(room__in=rooms, starts_at__lt=last, ends_at__gt=first)
    for other in visits.order_by("starts_at", "id"):
        if _meets(other, hours):
            found[rooms[other.room_id]].append(_room_taken(other))
    there = Attendance.objects.filter(representative__in=people, holds=True, during__overlap=(first, last))
    for one in there.select_related("representative", "visit__station").order_by("visit__starts_at", "id"):
        if _meets(one.visit, hours):
            found[people[one.representative_id]].append(_taken(one))
    days = [timezone.localdate(start) for start, _end in hours]
    away = Absence.objects.filter(representative__in=people).during(days[0], days[-1])
    for absence in away.select_related("representative").order_by("from_on", "id"):
        for day in days[bisect_left(days, absence.from_on) : bisect_right(days, absence.to_on)]:
            found[people[absence.representative_id]].append(_away(absence, day))
    return dict(found)


def _meets(other: Visit, hours: Sequence[tuple[datetime, datetime]]) -> bool:
    """Whether `other` is held while one of `hours` is; they stand in order."""
    before = bisect_left(hours, other.ends_at, key=lambda hour: hour[0])
    return before > 0 and hours[before - 1][1] > other.starts_at


def _taken(attendance: Attendance) -> str:
    visit = attendance.visit
    words = {"name": attendance.representative.name, "when": _hours(visit), "where": visit.station.name}
    if visit.published_at:
        return _("%(name)s在%(when)s已安排在%(where)s") % words
    return _("%(name)s在%(when)s已有安排") % words  # a draft elsewhere is not for everybody


def _hours(visit: Visit) -> str:
    return f"{cn_day(visit.starts_at)} {cn_time_range(visit.starts_at, visit.ends_at)}"
