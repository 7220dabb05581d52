"""What can be done with a series: make its visits, change them from a day on, end it.

The visits are independent once made. What is past, over or cancelled is never touched; what was changed by itself stays
as it is; what was published is moved in the open or cancelled with a reason, never deleted.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.actions import log
from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from liaison.common.templatetags.face import cn_day
from representatives.models import Representative

from .actions import cancel_visit, delete_draft, refuse_unseen, save_visit
from .choices import Frequency, State
from .holidays import known
from .models import Series, SeriesPerson, Visit
from .rules import Calendar, Occurrence, occurrences

WORD_FIELDS = ("kind", "title", "topics", "room_id", "place", "is_online")
PLACED_FIELDS = ("starts_at", "ends_at", "rule_on", "moved_why")
RULE_FIELDS = (
    "frequency", "interval", "weekdays", "ordinals", "month_days", "months", "off_days", "roll_over", "starts", "ends",
    "from_on", "to_on",
)  # fmt: skip
NEAR = {Frequency.WEEKLY: timedelta(days=6)}  # an old visit goes over into a new one no further away than this
NEAR_IN_MONTH = timedelta(days=15)
MOST_NAMED = 3  # of what stands in the way of one visit


class LeftOut(NamedTuple):
    """A day on which nothing was planned, or a visit that was not moved, and why."""

    on: date
    why: str


@dataclass
class Outcome:
    """What became of a series: how many visits were made, changed, kept, deleted and cancelled, and what was not."""

    series: Series
    made: int = 0
    changed: int = 0
    kept: int = 0
    deleted: int = 0
    cancelled: int = 0
    left_out: list[LeftOut] = field(default_factory=list)


class Change(NamedTuple):
    """What a change of a series would do with its visits."""

    make: list[Occurrence]
    move: list[tuple[Visit, Occurrence]]
    keep: list[Visit]  # changed by themselves
    drop: list[Visit]


class Shift(NamedTuple):
    """What a change of a series changes in each of its visits."""

    before: Series
    after: Series
    come: set[Representative]
    go: set[Representative]
    reason: str


# Looking ahead


def days_of(series: Series, calendar: Calendar | None = None) -> list[Occurrence]:
    """The visits that the rule of `series` asks for, from its first day to its last."""
    calendar = calendar or known(series.from_on, series.to_on)
    return list(occurrences(series.rule, series.from_on, series.to_on, calendar))


def visit_of(series: Series, occurrence: Occurrence) -> Visit:
    """A visit of `series` as it would be made, not saved."""
    visit = Visit(station=series.station, series=series)
    for name in WORD_FIELDS:
        setattr(visit, name, getattr(series, name))
    return placed(visit, series, occurrence)


def placed(visit: Visit, series: Series, occurrence: Occurrence) -> Visit:
    """`visit` on the day and at the hours that `series` gives it."""
    visit.starts_at = timezone.make_aware(datetime.combine(occurrence.on, series.starts))
    visit.ends_at = timezone.make_aware(datetime.combine(occurrence.on, series.ends))
    visit.rule_on, visit.moved_why = occurrence.rule_on, occurrence.why[:120]
    return visit


def gaps(series: Series, now: datetime) -> list[Occurrence]:
    """Days ahead that the rule asks for and that have no visit, not even a cancelled one."""
    there = set(series.visits.values_list("rule_on", flat=True))
    return [o for o in days_of(series) if o.rule_on not in there and visit_of(series, o).starts_at > now]


def change_of(old: Series, new: Series, now: datetime) -> Change:
    """What becomes of the visits of `old` from the first day of `new` on. Each goes over into the nearest new day."""
    visits = list(old.visits.filter(rule_on__gte=new.from_on).order_by("rule_on", "id"))
    pairs, free = _paired(visits, days_of(new), NEAR.get(new.frequency, NEAR_IN_MONTH))
    change = Change([], [], [], [])
    for visit in visits:
        if not visit.can_change or visit.starts_at <= now:
            continue
        if visit.is_apart:
            change.keep.append(visit)
        elif visit.pk in pairs:
            change.move.append((visit, pairs[visit.pk]))
        else:
            change.drop.append(visit)
    change.make.extend(occurrence for occurrence in free if visit_of(new, occurrence).starts_at > now)
    return change


def _paired(
    visits: list[Visit], days: list[Occurrence], near: timedelta
) -> tuple[dict[int, Occurrence], list[Occurrence]]:
    """Which new day each visit goes over into, and the days that are left. The same day first, then the nearest."""
    free = {occurrence.rule_on: occurrence for occurrence in days}
    pairs = {visit.pk: free.pop(visit.rule_on) for visit in visits if visit.rule_on in free}
    for visit in visits:
        if visit.pk in pairs or not free:
            continue
        nearest = min(free, key=lambda day: (abs(day - visit.rule_on), day))
        if abs(nearest - visit.rule_on) <= near:
            pairs[visit.pk] = free.pop(nearest)
    return pairs, list(free.values())


# Verbs


@verb
def save_series(series: Series, *, representatives: Iterable[Representative], by: User) -> Outcome:
    """Save a new series with its people, and make its visits as drafts.

    Days on which the room or somebody is taken are left out and named with the reason; where none is left, nothing is
    saved at all.
    """
    representatives = list(representatives)
    series.created_by = by
    series.full_clean()
    series.save()
    _set_people(series, representatives)
    outcome = Outcome(series)
    _make(series, days_of(series), representatives, outcome, by)
    if not outcome.made:
        raise ValidationError(_nothing_made(outcome))
    return outcome


@verb
def change_series_from(
    series: Series, new: Series, *, representatives: Iterable[Representative], by: User, reason: str = ""
) -> Outcome:
    """This and the following: `series` ends on the day before `new` begins, and `new` takes its visits over.

    Where nothing of `series` stands before that day, it becomes `new` itself. Visits are moved to the new days, made
    and dropped; drafts are deleted, published ones cancelled with `reason`, which is also what the public reads of a
    late change. Of words and people only what differs between the two is changed, so that a plan of who comes survives.
    """
    series = Series.objects.select_for_update().get(pk=series.pk)
    before, came_before = copy(series), set(series.representatives.all())
    representatives = list(representatives)
    new.station = series.station
    new = _continued(series, new, by)
    new.full_clean()
    _refuse_continued(series, new)
    _hold_visits(series)
    now = timezone.now()
    change = change_of(before, new, now)
    _refuse_drops(change.drop, reason, by)
    if new.pk is None:
        series.to_on = new.from_on - timedelta(days=1)
        series.save()
    new.save()
    _set_people(new, representatives)
    Visit.objects.filter(series=series, rule_on__gte=new.from_on).update(series=new)
    outcome = Outcome(new, kept=len(change.keep))
    _drop(change.drop, reason, outcome, by)
    people = set(representatives)
    _move(change.move, Shift(before, new, people - came_before, came_before - people, reason), outcome, by)
    _make(new, change.make, representatives, outcome, by)
    return outcome


@verb
def end_series(series: Series, *, last_on: date, by: User, reason: str = "", also_apart: bool = False) -> Outcome:
    """End a series with `last_on`: drafts after it are deleted, published ones cancelled with `reason`.

    Visits changed by themselves stay unless `also_apart`. A series of which no visit is left is deleted.
    """
    series = Series.objects.select_for_update().get(pk=series.pk)
    _hold_visits(series)
    after = change_of(series, _nothing_after(series, last_on), timezone.now())
    drop = [*after.drop, *(after.keep if also_apart else [])]
    _refuse_drops(drop, reason, by)
    outcome = Outcome(series, kept=0 if also_apart else len(after.keep))
    _drop(drop, reason, outcome, by)
    if not series.visits.exists():
        log(by, "delete", series, station=series.station_id, title=series.title)
        series.delete()
    else:
        series.to_on = max(series.from_on, min(series.to_on, last_on))
        series.save()
    return outcome


@verb
def fill_series(series: Series, *, by: User) -> Outcome:
    """Make the visits that the rule asks for and that are not there: days that were taken and have become free."""
    series = Series.objects.select_for_update().get(pk=series.pk)
    outcome = Outcome(series)
    people = list(series.representatives.all())
    _make(series, gaps(series, timezone.now()), people, outcome, by)
    return outcome


@verb
def save_following(
    visit: Visit,
    *,
    representatives: Iterable[Representative] | None = None,
    change_reason: str = "",
    seen_at: datetime | None = None,
    by: User,
) -> Outcome:
    """Save a changed visit of a series together with those that follow it; see `save_visit` for what is given.

    Ends the series on the day before and begins another, as `change_series_from` does.
    """
    series = Series.objects.select_for_update().get(pk=visit.series_id)  # before the visit, as every change of a series
    before = Visit.objects.select_for_update().get(pk=visit.pk)
    refuse_unseen(before, seen_at)
    new = copy(series)
    new.from_on = visit.rule_on
    start, end = timezone.localtime(visit.starts_at), timezone.localtime(visit.ends_at)
    if start.date() != end.date():
        raise ValidationError({"ends_at": _("系列的进站应在一天之内，请只改这一次")})
    if start.date() != timezone.localdate(before.starts_at):
        _name_day(new, before.rule_on, start.date())
    new.starts, new.ends = start.time(), end.time()
    for name in WORD_FIELDS:
        setattr(new, name, getattr(visit, name))
    # Who comes differs from visit to visit: those who were taken in or out here are so from here on.
    came = set(before.representatives.all())
    come = came if representatives is None else set(representatives)
    people = (set(series.representatives.all()) - (came - come)) | (come - came)
    if before.is_apart:  # whoever changes this and the following wants this one to be as they are
        Visit.objects.filter(pk=visit.pk).update(is_apart=False)
    outcome = change_series_from(series, new, representatives=people, by=by, reason=change_reason)
    if not Visit.objects.standing().filter(pk=visit.pk).exists():  # the calendar has changed since it was made
        raise NotAllowed(_("按系列的规则，这一天已不再有进站。请只改这一次，或到系列里修改规则"))
    return outcome


# How the verbs do it


def _nothing_made(outcome: Outcome) -> str:
    days = "；".join(f"{cn_day(day.on)} {day.why}" for day in outcome.left_out[:3])
    return _("没有一天能排上：%s") % days


def _set_people(series: Series, representatives: list[Representative]) -> None:
    wanted = {person.pk for person in representatives}
    there = set(series.people.values_list("representative", flat=True))
    series.people.filter(representative__in=there - wanted).delete()
    SeriesPerson.objects.bulk_create(SeriesPerson(series=series, representative_id=pk) for pk in sorted(wanted - there))


def _continued(series: Series, new: Series, by: User) -> Series:
    """`new` as a row of its own, or `series` with what is new where nothing of it stands before the day."""
    if series.visits.filter(rule_on__lt=new.from_on).exists():
        fresh = Series(station=series.station, continues=series, created_by=by)
    else:
        fresh = series
    for name in (*WORD_FIELDS, *RULE_FIELDS):
        setattr(fresh, name, getattr(new, name))
    return fresh


def _refuse_continued(series: Series, new: Series) -> None:
    """The days from which another series has taken over are that one's: a form sent twice makes nothing twice."""
    later = series.continued_by.order_by("from_on").first()
    if later is not None and new.to_on >= later.from_on:
        words = _("从%s起已由另一个系列接续，请到那个系列里修改，或把结束日期改到那天以前") % cn_day(later.from_on)
        raise ValidationError({"to_on": ValidationError(words, code="continued")})


def _hold_visits(series: Series) -> None:
    """Lock the visits of a series, so that none is published, changed or deleted while it is decided about them."""
    list(series.visits.select_for_update().order_by("pk").values_list("pk"))


def _nothing_after(series: Series, last_on: date) -> Series:
    """A series that asks for no visit after `last_on`."""
    new = copy(series)
    new.from_on = last_on + timedelta(days=1)
    new.to_on = last_on
    return new


def _name_day(series: Series, rule_on: date, on: date) -> None:
    """Let the rule name the weekday, or the day of the month, of `on` in place of the one of `rule_on`."""
    same_week = rule_on.isocalendar()[:2] == on.isocalendar()[:2]
    if series.frequency == Frequency.WEEKLY and len(series.weekdays) == 1 and same_week:
        series.weekdays = [on.isoweekday()]
    elif series.frequency == Frequency.DAY_OF_MONTH and len(series.month_days) == 1 and on.month == rule_on.month:
        series.month_days = [on.day]
    else:
        raise ValidationError({"starts_at": _("这个系列的日期由规则排定。要改以后各次的日期，请到系列里修改规则")})
    series.from_on = min(rule_on, on)


def _refuse_drops(visits: list[Visit], reason: str, by: User) -> None:
    """What the public has been told of is cancelled: by those who may, and with a reason."""
    told = [visit.pk for visit in visits if visit.state == State.PUBLISHED]
    if not told:
        return
    if Visit.objects.for_user(by, "cancel").filter(pk__in=told).count() < len(told):
        raise NotAllowed(_("有 %(n)s 次已公布的进站要取消，请由街道或区人大工作人员办理") % {"n": len(told)})
    if not reason.strip():
        words = _("有 %(n)s 次已公布的进站要取消，请写明原因，群众会看到") % {"n": len(told)}
        raise ValidationError({"reason": ValidationError(words, code="required")})


def _drop(visits: list[Visit], reason: str, outcome: Outcome, by: User) -> None:
    for visit in visits:
        if visit.state == State.DRAFT:
            delete_draft(visit, by=by)
            outcome.deleted += 1
        else:
            cancel_visit(visit, reason=reason, by=by)
            outcome.cancelled += 1


def _make(series: Series, days: list[Occurrence], people: list[Representative], outcome: Outcome, by: User) -> None:
    for occurrence in days:
        try:
            save_visit(visit_of(series, occurrence), representatives=people, by=by)
            outcome.made += 1
        except ValidationError as error:
            outcome.left_out.append(LeftOut(occurrence.on, _in_short(error.messages)))


def _in_short(messages: list[str]) -> str:
    """The first few of what stands in the way; a whole group may be elsewhere."""
    some = "；".join(messages[:MOST_NAMED])
    return some if len(messages) <= MOST_NAMED else _("%(some)s；共 %(n)s 处冲突") % {"some": some, "n": len(messages)}


def _move(moves: list[tuple[Visit, Occurrence]], shift: Shift, outcome: Outcome, by: User) -> None:
    """Move each visit; one whose new day is still held by another that moves as well gets a second try."""
    refused = []
    for visit, occurrence in moves:
        try:
            outcome.changed += _moved(visit, occurrence, shift, by)
        except ValidationError as error:
            if getattr(error, "code", "") == "late_change":  # one reason for all of them, asked for on the form
                raise ValidationError({"reason": error}) from error
            refused.append((visit, occurrence))
    for visit, occurrence in refused:
        try:
            outcome.changed += _moved(visit, occurrence, shift, by)
        except ValidationError as error:
            outcome.left_out.append(LeftOut(occurrence.on, _in_short(error.messages)))


def _moved(visit: Visit, occurrence: Occurrence, shift: Shift, by: User) -> bool:
    """Save what differs between the series for one visit; tells whether anything did."""
    visit = Visit.objects.select_related("station", "room").get(pk=visit.pk)
    was = [getattr(visit, name) for name in PLACED_FIELDS]
    placed(visit, shift.after, occurrence)
    words = [name for name in WORD_FIELDS if getattr(shift.before, name) != getattr(shift.after, name)]
    for name in words:
        setattr(visit, name, getattr(shift.after, name))
    there = set(visit.representatives.all()) if shift.come or shift.go else set()
    wanted = (there - shift.go) | shift.come
    if not words and there == wanted and was == [getattr(visit, name) for name in PLACED_FIELDS]:
        return False
    people = wanted if there != wanted else None
    save_visit(visit, representatives=people, change_reason=shift.reason, by=by, with_series=True)
    return True
