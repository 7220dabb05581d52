"""What can be done with a visit, called alike by page, admin, API and tasks."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.actions import log
from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from representatives.models import Representative
from stations.models import Room

from .choices import HOLDING, AttendanceState, State
from .clashes import refuse_clashes
from .history import history_of
from .models import Attendance, LogDraft, Printing, Visit
from .notice import NoticeRule
from .reminders import plan_reminders

COURSE_FIELDS = ("state", "published_at", "published_by_id", "late_reason", "change_reason")
PLAN_FIELDS = ("kind", "title", "topics", "starts_at", "ends_at", "room_id", "place", "is_online")
ANNOUNCED_FIELDS = ("starts_at", "ends_at", "station_id", "room_id", "place", "is_online")
TOLD_FIELDS = ("version", "changed_at", "announced", "changed_from", "notice_year", "notice_no")  # by a trigger


@verb
def save_visit(
    visit: Visit,
    *,
    representatives: Iterable[Representative] | None = None,
    change_reason: str = "",
    seen_at: datetime | None = None,
    by: User,
    with_series: bool = False,
) -> Visit:
    """Save a planned visit with who comes. Plans its reminders anew where hours, place, people or words changed.

    `representatives` of None leaves the people as they are. Raises ValidationError where a person or a room is taken.
    What was announced and changes within the notice period takes a reason for the public, and counts as a late change.
    With `seen_at` (the `changed_at` that the writer saw) whoever changed it meanwhile is not overwritten unseen.
    A visit of a series that changes otherwise than `with_series` stands apart from then on: the series leaves it alone.
    """
    before = Visit.objects.select_for_update().filter(pk=visit.pk).first()
    if before is not None:
        refuse_unseen(before, seen_at)
        # Somebody may have published it since the form was filled in.
        for field in COURSE_FIELDS:
            setattr(visit, field, getattr(before, field))
        if before.series_id and not with_series:
            visit.is_apart = before.is_apart or any(getattr(before, f) != getattr(visit, f) for f in PLAN_FIELDS)
    if before is None:
        visit.created_by = by
    visit.full_clean()
    representatives = None if representatives is None else list(representatives)
    refuse_clashes(visit, visit.representatives_holding() if representatives is None else representatives)
    wait_for_turn(visit, representatives or ())
    if before is not None and before.state == State.PUBLISHED:
        explain_change(before, visit, representatives, change_reason.strip())
    visit.save()
    if representatives is not None:
        set_representatives(visit, representatives)
    visit.refresh_from_db(fields=TOLD_FIELDS)
    plan_reminders(visit)  # other people or words keep the version: whoever was told already is not told twice
    return visit


def refuse_unseen(before: Visit, seen_at: datetime | None) -> None:
    """Refuse to change what is history, and what somebody changed after `seen_at`."""
    if not before.can_change:
        raise NotAllowed(_("进站已结束或已取消，不能再修改"))
    if seen_at and before.changed_at != seen_at:
        raise NotAllowed(_changed_meanwhile(before), code="stale")


def _changed_meanwhile(visit: Visit) -> str:
    last = history_of(visit)[:1]
    words = {"who": last[0].by if last else "", "what": "；".join(last[0].what) if last else ""}
    told = _("%(who)s刚才改过这次安排：%(what)s。") % words if last else _("刚才有人改过这次安排。")
    return told + _("您填的内容都还在，但没有保存。请核对后再保存一次，以您填的为准")


def explain_change(before: Visit, visit: Visit, representatives: list | None, reason: str) -> None:
    """Keep the reason of a change to what was announced, where it comes within the notice period."""
    if not changes_what_was_announced(before, visit, representatives):
        return
    today = timezone.localdate()
    rule = NoticeRule.on(today)
    if today <= min(before.notice_ends_on(rule), visit.notice_ends_on(rule)):
        return
    if not reason:
        words = _("离开始不足 %(n)s，改时间、地点或代表要写明变更原因，群众会看到") % {"n": rule.amount}
        raise NotAllowed(words, code="late_change")
    visit.change_reason = reason


def changes_what_was_announced(before: Visit, visit: Visit, representatives: list | None) -> bool:
    if any(getattr(before, field) != getattr(visit, field) for field in ANNOUNCED_FIELDS):
        return True
    there = set(before.attendances.values_list("representative", flat=True))
    return representatives is not None and there != {representative.pk for representative in representatives}


def wait_for_turn(visit: Visit, representatives: Iterable[Representative]) -> None:
    """Let writers who want the same room or people come one after the other, in one order everywhere.

    The exclusion constraints refuse the second one anyway; without this they would now and then find it as a deadlock.
    """
    wanted = {representative.pk for representative in representatives}
    if visit.pk:
        wanted |= set(visit.attendances.values_list("representative", flat=True))
    if visit.room_id:
        list(Room.objects.select_for_update(no_key=True).filter(pk=visit.room_id).values_list("pk"))
    people = Representative.objects.select_for_update(no_key=True).filter(pk__in=wanted).order_by("pk")
    list(people.values_list("pk"))


def set_representatives(visit: Visit, representatives: Iterable[Representative]) -> bool:
    """Make `representatives` the people of `visit`; those who stay keep their state. Tells whether anything changed."""
    wanted = {representative.pk for representative in representatives}
    there = set(visit.attendances.values_list("representative", flat=True))
    visit.attendances.filter(representative__in=there - wanted).delete()
    for pk in sorted(wanted - there):  # in one order everywhere, so that two plans for the same people cannot deadlock
        Attendance.objects.create(visit=visit, representative_id=pk)
    return wanted != there


@verb
def publish_visit(visit: Visit, *, by: User, late_reason: str = "") -> Visit:
    """Make a draft public and plan its reminders. Later than the notice period it takes a reason and counts as late.

    The database numbers its notice and keeps what is announced, so that later changes show.
    """
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    if not visit.can_publish:
        raise NotAllowed(_("只有草稿可以公布"))
    now = timezone.now()
    if visit.starts_at <= now:
        raise NotAllowed(_("开始时间已过，不能再公布"))
    rule = NoticeRule.on(timezone.localdate(now))
    if is_late(visit, now, rule):
        if not late_reason.strip():
            raise NotAllowed(_("距开始不足 %(n)s，请说明逾期公布的原因") % {"n": rule.amount}, code="late")
        visit.late_reason = late_reason.strip()
    visit.state, visit.published_at, visit.published_by = State.PUBLISHED, now, by
    visit.announced = {"rule": rule.kept(timezone.localdate(visit.starts_at))}
    visit.save()
    visit.refresh_from_db(fields=TOLD_FIELDS)
    plan_reminders(visit)
    return visit


def publish_visits(visits: Iterable[Visit], *, late_reason: str = "", by: User) -> "Outcome":
    """Publish each by itself, with the same reason where one is late."""
    return _each(visits, lambda visit: publish_visit(visit, late_reason=late_reason, by=by))


def cancel_visits(visits: Iterable[Visit], *, reason: str, by: User) -> "Outcome":
    """Cancel each by itself, with the same reason."""
    return _each(visits, lambda visit: cancel_visit(visit, reason=reason, by=by))


class Outcome(NamedTuple):
    """What became of many visits: those that were done, and those that were refused, each with why."""

    done: list[Visit]
    refused: list[tuple[Visit, str]]


def _each(visits: Iterable[Visit], act: Callable[[Visit], Visit]) -> Outcome:
    """Use a verb on each of `visits`, a station's earliest first. One that is refused holds up no other."""
    outcome = Outcome([], [])
    for visit in sorted(visits, key=lambda visit: (visit.station_id, visit.starts_at, visit.pk)):
        try:
            outcome.done.append(act(visit))
        except ValidationError as error:
            outcome.refused.append((visit, " ".join(error.messages)))
        except Visit.DoesNotExist:
            outcome.refused.append((visit, _("这份草稿刚才已被删除")))
    return outcome


def is_late(visit: Visit, at: datetime, rule: NoticeRule | None = None) -> bool:
    """Whether publishing `visit` at `at` would break the notice period in force that day."""
    day = timezone.localdate(at)
    return day > visit.notice_ends_on(rule or NoticeRule.on(day))


@verb
def record_printing(visits: Iterable[Visit], *, form: str, by: User) -> list[Printing]:
    """Keep as evidence that the notices of `visits` left the house in `form` just now."""
    return Printing.objects.bulk_create([Printing(visit=visit, form=form, by=by) for visit in visits])


@verb
def cancel_visit(visit: Visit, *, reason: str, by: User) -> Visit:
    """Cancel a visit with its reason; it stays public as cancelled. Frees people and room, cancels its reminders."""
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    if not visit.can_cancel:
        raise NotAllowed(_("已登记或已取消的进站不能再取消"))
    if not reason.strip():
        raise NotAllowed(_("请说明取消的原因"), code="required")
    visit.state, visit.cancel_reason = State.CANCELLED, reason.strip()
    visit.save()
    visit.refresh_from_db(fields=TOLD_FIELDS)
    plan_reminders(visit)
    return visit


@verb
def delete_draft(visit: Visit, *, by: User) -> None:
    """Delete a draft that was never public, and say so in the audit log."""
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    if not visit.can_delete:
        raise NotAllowed(_("已公布过的进站不能删除，请取消并说明原因"))
    log(by, "delete", visit, station=visit.station_id, starts_at=visit.starts_at.isoformat(), title=visit.title)
    visit.delete()


def hold_finished(at: datetime) -> int:
    """Published visits whose end has passed become held: over, and waiting to be logged. Twice is as good as once."""
    return Visit.objects.filter(state=State.PUBLISHED, ends_at__lte=at).update(state=State.HELD, changed_at=at)


@verb
def save_log_draft(visit: Visit, *, data: dict, by: User) -> LogDraft:
    """Keep what `by` has typed so far, unjudged. The row is locked, lest a draft outlive the log that ended it."""
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    if not visit.can_log(timezone.now()):
        raise NotAllowed(_("这次进站已经登记或取消，不能再改"))
    return LogDraft.objects.update_or_create(visit=visit, by=by, defaults={"data": data})[0]


@verb
def log_visit(
    visit: Visit, *, came: Iterable[Representative], voters_received: int, summary: str, result: str = "", by: User
) -> Visit:
    """Write down what happened: who came, how many voters, what about. Ends the draft; the visit is then history.

    `came` may name people who were not planned; planned ones who are not in it, and not on leave, are absent.
    """
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    now = timezone.now()
    if visit.state == State.LOGGED:
        raise NotAllowed(_("这次进站已经登记过，登记后的内容是历史记录，不能修改"), code="logged")
    if not visit.can_log(now):
        raise NotAllowed(_("进站开始以后才能登记") if visit.state != State.CANCELLED else _("已取消的进站不能登记"))
    if visit.state == State.PUBLISHED:  # over, before the first who stayed away could look like a change of plan
        Visit.objects.filter(pk=visit.pk).update(state=State.HELD)
    there = {representative.pk for representative in came}
    planned = {a.representative_id: a for a in visit.attendances.select_for_update().order_by("id")}
    for pk in sorted(there - planned.keys()):
        Attendance.objects.create(visit=visit, representative_id=pk, state=AttendanceState.CAME)
    for pk, attendance in planned.items():
        was = attendance.state
        if pk in there:
            attendance.state = AttendanceState.CAME
        elif was in HOLDING:
            attendance.state = AttendanceState.ABSENT
        if attendance.state != was:
            attendance.save(update_fields=["state"])
    visit.state, visit.logged_at, visit.logged_by = State.LOGGED, now, by
    visit.voters_received, visit.summary, visit.result = voters_received, summary.strip(), result.strip()
    visit.save()
    visit.refresh_from_db(fields=TOLD_FIELDS)
    plan_reminders(visit)
    LogDraft.objects.filter(visit=visit).delete()
    return visit
