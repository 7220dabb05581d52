"""Which visits a changed calendar would move, and moving them or not, one by one.

Nothing moves by itself when the State Council's announcement is entered: what was planned or told stays until somebody
decides. What is past, over or cancelled is never in question. Visits of a series go where its rule goes; one that was
planned by itself, by a rota or changed by hand is asked about where it stands on a public holiday. A weekend it may
stand on: whoever chose it knew that.
"""

from datetime import date, datetime, timedelta
from itertools import groupby, islice
from typing import NamedTuple

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.accounts.scoping import may
from liaison.common.exceptions import NotAllowed, verb
from liaison.common.templatetags.face import cn_day
from liaison.policy.choices import Key
from liaison.policy.models import Threshold

from .actions import cancel_visit, delete_draft, save_visit
from .choices import OffDays, State
from .holidays import BEYOND, known
from .models import Series, Visit, VisitQuerySet
from .models.visit import FOLLOWS_RULE
from .rules import Calendar, moved, why_moved

MOST_LOOKED_AT = 20_000  # far more than a district has; the next ones come into view as these are decided
COLUMNS = ("rule_on", "pk", "starts_at", "declined_on", "series")
STARTS_AT = COLUMNS.index("starts_at")
DAY = timedelta(days=1)
STANDS_ALONE = Q(state__in=[State.DRAFT, State.PUBLISHED]) & (Q(series=None) | Q(is_apart=True))


class Move(NamedTuple):
    """A visit that the calendar as it is now would put on another day; `joins` one that its series has there."""

    visit: Visit
    on: date
    why: str
    joins: bool

    @property
    def key(self) -> str:
        """What exactly is decided upon, so that a decision about something that has changed since is refused."""
        return f"{self.visit.public_id}-{self.on:%Y%m%d}-{'join' if self.joins else 'move'}"


def waiting(user: User, now: datetime, most: int) -> list[Move]:
    """Moves within `user`'s reach that nobody has decided upon, in order of the day by the rule, at most `most`."""
    suspects, calendar = _suspects(user, now)
    return _moves(suspects, calendar, now, most)


def count_waiting(user: User, now: datetime, most: int) -> int:
    """How many moves wait for `user`, counted no further than `most`; nothing for whoever may not move."""
    if not may(user, "change", Visit):
        return 0
    suspects, calendar = _suspects(user, now)
    alone = _on_holidays(user, now, calendar, most)
    return min(len(_wrong(suspects, calendar, now)) + len(alone), most)


def waiting_alone(user: User, now: datetime, most: int) -> list[Move]:
    """Visits that stand alone on a holiday and that nobody decided to leave there, in order of time, at most `most`.

    They would go to the next working day.
    """
    calendar = known(timezone.localdate(now), _furthest(now))
    keys = [pk for _starts_at, pk in _on_holidays(user, now, calendar, most)]
    visits = Visit.objects.select_related("station").in_bulk(keys)
    return [_move_alone(visits[pk], calendar) for pk in keys]


def _on_holidays(user: User, now: datetime, calendar: Calendar, most: int) -> VisitQuerySet:
    """Start and key of such visits. Each row of holidays is one range of an index, however much is planned."""
    visits = Visit.objects.for_user(user, "change").filter(STANDS_ALONE, starts_at__gt=now)
    visits = visits.order_by("starts_at", "id").values_list("starts_at", "id")
    found = [
        visits.since(days[0]).before(days[-1] + DAY).exclude(declined_on=on)[:most]
        for on, days in _holidays(timezone.localdate(now), _furthest(now), calendar)
    ]
    if len(found) < 2:
        return found[0] if found else visits.none()
    return found[0].union(*found[1:], all=True).order_by("starts_at", "id")[:most]


def _holidays(first: date, last: date, calendar: Calendar) -> list[tuple[date, list[date]]]:
    """Holidays in a row, each row with the working day that follows it."""
    days = (first + DAY * n for n in range((last - first).days + 1))
    rows = groupby(filter(calendar.is_holiday, days), calendar.next_workday)
    return [(on, list(row)) for on, row in rows]


def _move_alone(visit: Visit, calendar: Calendar) -> Move:
    day = timezone.localdate(visit.starts_at)
    on = calendar.next_workday(day)
    return Move(visit, on, why_moved(day, on, calendar), False)


def _furthest(now: datetime) -> date:
    """The last day for which anybody may plan."""
    today = timezone.localdate(now)
    return today + timedelta(days=Threshold.objects.number(Key.FURTHEST_DAYS, today))


def _suspects(user: User, now: datetime) -> tuple[list[tuple], Calendar]:
    """Those whose day could be wrong: they stand on a day that is off now, or were moved when the calendar was another.

    Two walks of two partial indexes; the many visits on ordinary days are not looked at.
    """
    today, last = timezone.localdate(now), _furthest(now)
    calendar = known(today - BEYOND, last)
    ahead = [today + DAY * n for n in range((last - today).days + 1)]
    holidays = {day for day in ahead if calendar.is_holiday(day)}
    off = {day for day in ahead if not calendar.is_workday(day)}
    # Not by their start: an index of all that is ahead would be read beside these small ones.
    visits = Visit.objects.for_user(user, "change").filter(FOLLOWS_RULE, rule_on__gte=today - BEYOND)
    avoided = Q(rule_on__in=holidays) | Q(series__off_days=OffDays.HOLIDAYS_AND_WEEKENDS)
    found = []
    for rows in (visits.filter(avoided, rule_on__in=off, moved_why=""), visits.exclude(moved_why="")):
        found += rows.order_by("rule_on", "pk").values_list(*COLUMNS)[:MOST_LOOKED_AT]
    return sorted(row for row in found if row[STARTS_AT] > now), calendar


def _wrong(suspects: list[tuple], calendar: Calendar, now: datetime) -> dict[int, date]:
    """Visits that stand on another day than the calendar gives them, each with that day, if it is still to come."""
    rules = {pk: series.rule for pk, series in Series.objects.in_bulk({row[-1] for row in suspects}).items()}
    wrong = {}
    for rule_on, pk, starts_at, declined_on, series in suspects:
        on = moved(rule_on, rules[series], calendar)
        if on not in (timezone.localdate(starts_at), declined_on) and _at(on, starts_at) > now:
            wrong[pk] = on
    return wrong


def _moves(suspects: list[tuple], calendar: Calendar, now: datetime, most: int) -> list[Move]:
    wrong = dict(islice(_wrong(suspects, calendar, now).items(), most))
    visits = Visit.objects.select_related("station", "series").in_bulk(wrong)
    held = _days_held({visit.series_id for visit in visits.values()}, set(wrong.values()))
    moves = []
    # The latest first: a visit that makes room for another does so before.
    for pk, on in reversed(wrong.items()):
        visit = visits[pk]
        joins = (visit.series_id, on) in held
        held.discard((visit.series_id, timezone.localdate(visit.starts_at)))
        held.add((visit.series_id, on))
        moves.append(Move(visit, on, _why(visit, on, joins, calendar), joins))
    return moves[::-1]


def _days_held(series: set[int], days: set[date]) -> set[tuple[int, date]]:
    """On which of `days` each of `series` has a visit that stands."""
    if not days:
        return set()
    there = Visit.objects.standing().filter(series__in=series).between(min(days), max(days))
    return {(pk, timezone.localdate(starts_at)) for pk, starts_at in there.values_list("series", "starts_at")}


def _why(visit: Visit, on: date, joins: bool, calendar: Calendar) -> str:
    """A sentence for staff and, where the visit was public, for everybody."""
    words = {"month": on.month, "day": on.day}
    name = calendar.name_of(visit.rule_on) or _("周末")
    if joins:
        return _("%(name)s，并入%(month)s月%(day)s日的一次") % (words | {"name": name})
    if on == visit.rule_on:
        return _("%(month)s月%(day)s日照常上班，不再顺延") % words
    return why_moved(visit.rule_on, on, calendar)


def _at(on: date, moment: datetime) -> datetime:
    """The hour of `moment` (by the clock of the place) on another day."""
    return timezone.make_aware(datetime.combine(on, timezone.localtime(moment).time()))


@verb
def apply_move(visit: Visit, *, key: str, by: User) -> Visit | None:
    """Move the visit as it was shown under `key`. One that joins another is deleted as a draft, cancelled once public.

    The reason stands with it, for the public too. Gives None where the visit is gone.
    """
    move = _decided(visit, key)
    visit, on = move.visit, move.on
    if move.joins and visit.state == State.DRAFT:
        return delete_draft(visit, by=by)
    if move.joins:
        if not Visit.objects.for_user(by, "cancel").filter(pk=visit.pk).exists():
            raise NotAllowed(_("已公布的进站要取消，请由街道或区人大工作人员办理"))
        return cancel_visit(visit, reason=move.why, by=by)
    length = visit.ends_at - visit.starts_at
    visit.starts_at = _at(on, visit.starts_at)
    visit.ends_at = visit.starts_at + length
    visit.moved_why = "" if on == visit.rule_on else move.why
    return save_visit(visit, change_reason=move.why, by=by, with_series=True)


@verb
def decline_move(visit: Visit, *, key: str, by: User) -> None:
    """Leave the visit where it is, and do not ask again as long as the calendar says the same."""
    move = _decided(visit, key)
    move.visit.declined_on = move.on
    move.visit.save(update_fields=["declined_on"])


def _decided(visit: Visit, key: str) -> Move:
    """The move that waits for the visit now, locked; refused where it is not the one that was decided upon."""
    visit = Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    now, day = timezone.now(), timezone.localdate(visit.starts_at)
    move = _move_of_series(visit, day, now) if visit.series_id and not visit.is_apart else _move_of_one(visit, day, now)
    if move is None or move.key != key:
        raise NotAllowed(_("%s的一次刚才有变化，或者要先定同一系列后面的一次，请再看一次") % cn_day(visit.starts_at))
    return move


def _move_of_series(visit: Visit, day: date, now: datetime) -> Move | None:
    calendar = known(min(visit.rule_on, day), max(visit.rule_on, day))
    still = Visit.objects.filter(FOLLOWS_RULE, pk=visit.pk, starts_at__gt=now)
    return next(iter(_moves(list(still.values_list(*COLUMNS)), calendar, now, 1)), None)


def _move_of_one(visit: Visit, day: date, now: datetime) -> Move | None:
    calendar = known(day, day)
    if not visit.can_change or visit.starts_at <= now or not calendar.is_holiday(day):
        return None
    move = _move_alone(visit, calendar)
    return move if visit.declined_on != move.on else None
