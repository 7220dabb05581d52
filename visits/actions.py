"""What can be done with a visit, called alike by page, admin, API and tasks."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.actions import log
from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from liaison.policy.choices import Key
from liaison.policy.models import Threshold
from representatives.models import Representative
from stations.models import Room

from .choices import HOLDING, AttendanceState, State
from .clashes import refuse_clashes
from .models import Attendance, LogDraft, Printing, Visit
from .reminders import plan_reminders

COURSE_FIELDS = ("state", "published_at", "published_by_id", "late_reason", "change_reason")
TOLD_FIELDS = ("version", "changed_at", "announced", "changed_from", "notice_year", "notice_no")  # by a trigger


@verb
def save_visit(visit: Visit, *, representatives: Iterable[Representative] | None = None, by: User) -> Visit:
    """Save a planned visit with who comes. Plans its reminders anew where hours, place, people or words changed.

    `representatives` of None leaves the people as they are. Raises ValidationError where a person or a room is taken.
    """
    before = Visit.objects.select_for_update().filter(pk=visit.pk).first()
    if before is not None and not before.can_change:
        raise NotAllowed(_("进站已结束或已取消，不能再修改"))
    if before is not None:  # somebody may have published it since the form was filled in
        for field in COURSE_FIELDS:
            setattr(visit, field, getattr(before, field))
    if before is None:
        visit.created_by = by
    visit.full_clean()
    representatives = None if representatives is None else list(representatives)
    refuse_clashes(visit, visit.representatives_holding() if representatives is None else representatives)
    wait_for_turn(visit, representatives or ())
    visit.save()
    if representatives is not None:
        set_representatives(visit, representatives)
    visit.refresh_from_db(fields=TOLD_FIELDS)
    plan_reminders(visit)  # other people or words keep the version: whoever was told already is not told twice
    return visit


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
    """Make a draft public and plan its reminders. Later than the notice period it takes a reason and counts as late."""
    visit = Visit.objects.select_for_update().get(pk=visit.pk)
    if not visit.can_publish:
        raise NotAllowed(_("只有草稿可以公布"))
    now = timezone.now()
    if visit.starts_at <= now:
        raise NotAllowed(_("开始时间已过，不能再公布"))
    if is_late(visit, now):
        if not late_reason.strip():
            days = Threshold.objects.number(Key.NOTICE_DAYS)
            raise NotAllowed(_("距开始不足 %(n)s 天，请说明逾期公布的原因") % {"n": days}, code="late")
        visit.late_reason = late_reason.strip()
    visit.state, visit.published_at, visit.published_by = State.PUBLISHED, now, by
    visit.save()
    visit.refresh_from_db(fields=TOLD_FIELDS)
    plan_reminders(visit)
    return visit


def is_late(visit: Visit, at: datetime) -> bool:
    """Whether publishing `visit` at `at` would break the notice period in force that day."""
    day = timezone.localdate(at)
    return day > visit.notice_ends_on(Threshold.objects.number(Key.NOTICE_DAYS, day))


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
    plan_reminders(visit)
    LogDraft.objects.filter(visit=visit).delete()
    return visit
