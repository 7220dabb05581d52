"""Planning anew what the visits' own verbs cannot see: another liaison, another rule or text, a person's own choice.

A run takes a bounded time, and the next one goes on where it stopped. Three walks: whatever falls due within the hour
is looked at once more before it leaves; the history of what plans depend on says which places have changed; and the
open visits of such a place are walked through in the order of their beginning, the nearest first.
"""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from time import monotonic

from django.db import OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from liaison.accounts.models import Posting, User
from liaison.notices.choices import State as Sending
from liaison.notices.models import ChannelSetting, Notice, Preference, Text
from liaison.policy.models import Threshold
from representatives.models import Representative

from ..choices import AttendanceState, State
from ..models import PlanningMark, ReminderRule, Visit
from .case import Run, visit_in
from .plans import plan_reminders

logger = logging.getLogger(__name__)
BUDGET = 60.0  # seconds of a run
BATCH = 100
HOUR = timedelta(hours=1)
MARGIN = timedelta(minutes=10)  # a change is written down when its transaction begins, and seen when it ends
BACK = timedelta(days=8)  # a visit that is over is asked about for so long
MOST_CHANGES = 1000  # more at once are a load of data: then everything is walked through
AGAIN = 1000
DUE, CHANGES, UNDER = "due", "changes", "under "
# What plans depend on beside their visit, and which column of its history names the place; "" is a rule of everywhere,
# None a person, whose places are asked for.
WATCHED = {
    ReminderRule: "", Threshold: "", Text: "place", ChannelSetting: "place", Posting: "code", User: None,
    Preference: None, Representative: None,
}  # fmt: skip
OPEN = (State.PUBLISHED, State.HELD)


def plan_again(at: datetime, budget: float = BUDGET) -> int:
    """Plan once more what may have changed; gives how many visits were planned."""
    run, end = Run(), monotonic() + budget

    def has_time() -> bool:
        return monotonic() < end

    look_for_changes(at)
    done = walk_due(at, run, has_time)
    for mark in PlanningMark.objects.filter(name__startswith=UNDER).order_by("at", "pk"):
        done += walk_place(mark, at, run, has_time)
    return done


def plan_all(pks: Iterable[int], run: Run) -> int:
    """Each visit in a transaction of its own, passing over what somebody else is changing: that plans it anyway.

    One that cannot be planned is logged and holds up no other; a database that is gone ends the run.
    """
    done = 0
    for pk in pks:
        try:
            done += plan_one(pk, run)
        except OperationalError:
            raise
        except Exception:
            logger.exception("planning the reminders of visit %s anew", pk)
    return done


@transaction.atomic
def plan_one(pk: int, run: Run) -> bool:
    rows = Visit.objects.select_related("station", "room").select_for_update(of=["self"], skip_locked=True)
    visit = rows.filter(pk=pk).first()
    if visit is not None:
        plan_reminders(visit, run)
    return visit is not None


# What falls due


def walk_due(at: datetime, run: Run, has_time: Callable[[], bool]) -> int:
    """Visits of which a notice falls due within the hour, each notice once: in the order of their hours."""
    mark, _made = PlanningMark.objects.get_or_create(name=DUE)
    since, key, done = max(mark.at or at, at), mark.key if mark.at and mark.at >= at else 0, 0
    while has_time():
        later = Q(due_at__gt=since) | Q(due_at=since, pk__gt=key)
        rows = Notice.objects.filter(later, due_at__gte=since, due_at__lte=at + HOUR, state=Sending.PLANNED)
        rows = list(rows.order_by("due_at", "pk").values_list("due_at", "pk", "about")[:BATCH])
        done += plan_all(dict.fromkeys(filter(None, (visit_in(about) for _due, _pk, about in rows))), run)
        since, key = (rows[-1][0], rows[-1][1]) if rows else (since, key)
        PlanningMark.objects.filter(pk=mark.pk).update(at=since, key=key)
        if len(rows) < BATCH:
            break
    return done


# What changed


@transaction.atomic
def look_for_changes(at: datetime) -> None:
    """Remember to walk through the places where something that plans depend on has changed since the last look."""
    mark, _made = PlanningMark.objects.select_for_update().get_or_create(name=CHANGES)
    now = timezone.now()
    changed = {model: changes_of(model, now if mark.at is None else mark.at - MARGIN) for model in WATCHED}
    places = places_changed(changed) | places_turning(mark.at, at) if mark.at else {""}
    for place in outermost(places):
        PlanningMark.objects.update_or_create(name=UNDER + place, defaults={"at": at - BACK, "key": 0})
    PlanningMark.objects.filter(pk=mark.pk).update(at=now)


def changes_of(model, since: datetime) -> list[tuple[int, str]]:
    """Key and place (if its rows have one) of the rows of `model` that have changed: by the number of its history,
    for the time has no index. The numbers before the last are looked at again: one may be given early and kept late.
    """
    table = model.pgh_event_models["update"]
    last = table.objects.order_by("-pgh_id").values_list("pgh_id", flat=True)
    name = f"{CHANGES} {model._meta.label_lower}"
    mark, is_new = PlanningMark.objects.get_or_create(name=name, defaults={"key": last.first() or 0})
    if is_new:  # with it everything is walked through once
        return []
    place = WATCHED[model]
    rows = table.objects.filter(pgh_id__gt=mark.key - AGAIN, pgh_created_at__gte=since).order_by("-pgh_id")
    found = list(rows.values_list("pgh_id", "pgh_obj", *([place] if place else []))[: MOST_CHANGES + 1])
    if found:
        PlanningMark.objects.filter(pk=mark.pk).update(key=found[0][0])
    return [(row[1], row[2] if place else "") for row in found]


def places_changed(changed: dict) -> set[str]:
    """Codes of the places where what changed counts, "" for everywhere."""
    if any(len(rows) > MOST_CHANGES for rows in changed.values()):
        return {""}
    places = {place for model in WATCHED if WATCHED[model] is not None for _key, place in changed[model]}
    people = {key for model in (User, Preference) for key, _place in changed[model]}
    places |= {*Posting.objects.filter(user__in=people).values_list("code", flat=True)} if people else set()
    reps = {key for key, _place in changed[Representative]}
    if people or reps:
        mine = Q(attendances__representative__in=reps) | Q(attendances__representative__user__in=people)
        coming = Visit.objects.filter(mine, state=State.PUBLISHED, attendances__state=AttendanceState.EXPECTED)
        places |= {*coming.values_list("station", flat=True).distinct()}
    return places


def places_turning(since: datetime, at: datetime) -> set[str]:
    """Where postings that were entered before begin or end on a day that has come since the last look."""
    first, today = timezone.localdate(since) + timedelta(days=1), timezone.localdate(at)
    turning = Posting.objects.filter(Q(since__range=(first, today)) | Q(until__range=(first, today)))
    return {*turning.values_list("code", flat=True)} if first <= today else set()


def outermost(places: set[str]) -> set[str]:
    return {place for place in places if not any(place != other and place.startswith(other) for other in places)}


# The visits of a place


def walk_place(mark: PlanningMark, at: datetime, run: Run, has_time: Callable[[], bool]) -> int:
    """Open visits under a place in the order of their beginning; when the last is done, so is the walk."""
    done, place = 0, mark.name.removeprefix(UNDER)
    while has_time():
        visits = Visit.objects.filter(Visit.objects.under(place) if place else Q(), state__in=OPEN)
        later = Q(starts_at__gt=mark.at) | Q(starts_at=mark.at, pk__gt=mark.key)
        rows = visits.filter(later, starts_at__gte=mark.at).order_by("starts_at", "pk")
        rows = list(rows.values_list("starts_at", "pk")[:BATCH])
        done += plan_all((pk for _starts_at, pk in rows), run)
        here = PlanningMark.objects.filter(pk=mark.pk, at=mark.at, key=mark.key)  # else it was begun anew meanwhile
        if len(rows) < BATCH:
            here.delete()
            break
        if not here.update(at=rows[-1][0], key=rows[-1][1]):
            break
        mark.at, mark.key = rows[-1]
    return done
