"""Confirming and asking leave: by the representative, by whoever has their link, or by the station on their behalf."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import pghistory
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from liaison.common.templatetags.face import cn_moment
from liaison.notices import actions as notices
from liaison.notices.choices import Kind
from liaison.notices.letters import Letter
from liaison.notices.models import Notice

from .actions import wait_for_turn
from .choices import AttendanceState, State
from .models import Attendance, Invitation, Visit
from .reminders import about, plan_reminders, words
from .reminders.case import Case, Run
from .reminders.plans import about_answer, plan_answer


class Standing(TextChoices):
    """How somebody stands to a visit that they were asked about."""

    ASKED = "asked", gettext_lazy("还没有答复")
    CONFIRMED = "confirmed", gettext_lazy("已确认参加")
    LEAVE = "leave", gettext_lazy("已请假")
    OFF = "off", gettext_lazy("不在参加名单中")
    CANCELLED = "cancelled", gettext_lazy("进站已取消")
    OVER = "over", gettext_lazy("进站已开始或已结束")


FACES = {Standing.ASKED: "soon", Standing.CONFIRMED: "good", Standing.LEAVE: "off"}
CAN_ANSWER = frozenset({Standing.ASKED, Standing.CONFIRMED, Standing.LEAVE})


def standing(invitation: Invitation, attendance: Attendance | None, visit: Visit, at: datetime) -> Standing:
    if visit.state == State.CANCELLED:
        return Standing.CANCELLED
    if visit.state != State.PUBLISHED or visit.starts_at <= at:
        return Standing.OVER
    if attendance is None or attendance.state not in (AttendanceState.EXPECTED, AttendanceState.LEAVE):
        return Standing.OFF
    return said_before(invitation, attendance)


def said_before(invitation: Invitation, attendance: Attendance) -> Standing:
    """What somebody on the list answered, whether or not there is still time to answer otherwise."""
    if attendance.state == AttendanceState.LEAVE:
        return Standing.LEAVE
    return Standing.CONFIRMED if invitation.confirmed_at else Standing.ASKED


def attendance_of(invitation: Invitation) -> Attendance | None:
    there = Attendance.objects.filter(visit=invitation.visit_id, representative=invitation.representative_id)
    return there.select_related("visit", "representative").first()


class Answered(NamedTuple):
    """One line of who answered what."""

    attendance: Attendance
    invitation: Invitation
    standing: Standing
    may_change: bool
    is_own: bool

    @property
    def said(self) -> str:
        """When it was confirmed, or why leave was asked."""
        if self.standing == Standing.CONFIRMED:
            return _("%(at)s 确认") % {"at": cn_moment(self.invitation.confirmed_at)}
        return self.attendance.note if self.standing == Standing.LEAVE else ""

    @property
    def face(self) -> str:
        return FACES.get(self.standing, "wait")


def answers_shown(visit: Visit, user: User) -> list[Answered]:
    """The lines for the visit's own page: as long as somebody could still do something about it."""
    return answers_of(visit, user) if visit.state in (State.PUBLISHED, State.HELD) else []


def answers_of(visit: Visit, user: User) -> list[Answered]:
    """Who of the list has confirmed, asked leave or not answered, as far as `user` reaches them."""
    invitations = {i.representative_id: i for i in Invitation.objects.for_user(user, "view").filter(visit=visit)}
    mine = {*Invitation.objects.for_user(user, "change").filter(visit=visit).values_list("pk", flat=True)}
    now, found = timezone.now(), []
    people = Attendance.objects.for_user(user, "view").filter(visit=visit)
    for attendance in people.select_related("representative").order_by("id"):
        invitation = invitations.get(attendance.representative_id)
        if invitation:
            may_change = invitation.pk in mine and standing(invitation, attendance, visit, now) in CAN_ANSWER
            is_own = attendance.representative.user_id == user.pk
            said = said_before(invitation, attendance)
            found.append(Answered(attendance, invitation, said, may_change, is_own))
    return found


@verb
def confirm_attendance(attendance: Attendance, *, by: User | None) -> Attendance:
    """Say that the representative comes; a leave is taken back, and the station hears of it.

    Plans the reminders anew without the question, and takes the buttons off. Twice is as good as once. Raises
    ValidationError where the visit has begun or is cancelled, or the person is off the list or planned elsewhere now.
    """
    with answering(by):
        visit, attendance, invitation = _locked(attendance)
        was_away = attendance.state == AttendanceState.LEAVE
        if was_away:
            wait_for_turn(visit, [attendance.representative])
            attendance.state, attendance.note = AttendanceState.EXPECTED, ""
            attendance.save(update_fields=["state", "note"])
        elif invitation.confirmed_at:
            return attendance
        invitation.confirmed_at = timezone.now()
        _tell(visit, attendance, invitation, Kind.VISIT_BACK if was_away else None, by)
    return attendance


@verb
def ask_leave(attendance: Attendance, *, reason: str = "", by: User | None) -> Attendance:
    """Say that the representative cannot come, with a reason for the station's head. Tells the station's liaisons.

    The public sees the person as taken off. Plans the reminders anew and takes the buttons off. Said again it only
    takes another reason. Raises ValidationError where it is too late, or the person is not on the list.
    """
    with answering(by):
        visit, attendance, invitation = _locked(attendance)
        if attendance.state == AttendanceState.LEAVE:
            if reason.strip() and reason.strip() != attendance.note:
                attendance.note = reason.strip()
                attendance.save(update_fields=["note"])
            return attendance
        attendance.state, attendance.note = AttendanceState.LEAVE, reason.strip()
        attendance.full_clean(validate_unique=False, validate_constraints=False)
        attendance.save(update_fields=["state", "note"])
        invitation.confirmed_at = None
        _tell(visit, attendance, invitation, Kind.VISIT_LEAVE, by)
    return attendance


def answering(by: User | None):
    """History says who: by a link nobody is signed in, and it is the representative whose link it is."""
    return pghistory.context(**({"user": by.pk} if by else {}))


def _locked(attendance: Attendance) -> tuple[Visit, Attendance, Invitation]:
    """The rows as they are now; the visit first, as everywhere."""
    visit = Visit.objects.select_for_update(of=["self"]).select_related("station", "room").get(pk=attendance.visit_id)
    people = visit.attendances.select_for_update(of=["self"]).select_related("representative__user")
    found = people.filter(representative=attendance.representative_id).first()
    invitation = visit.invitations.filter(representative=attendance.representative_id).first()
    if visit.state == State.PUBLISHED and found and (invitation is None or invitation.asked_at is None):
        plan_reminders(visit)  # whoever joined by a way that planned nothing is asked now
        invitation = visit.invitations.filter(representative=attendance.representative_id).first()
    if invitation is None:
        raise NotAllowed(_("草稿公布以后才能确认或请假") if visit.state == State.DRAFT else Standing.OFF.label)
    stands = standing(invitation, found, visit, timezone.now())
    if stands not in CAN_ANSWER:
        raise NotAllowed(_("不能再答复：%s") % stands.label, code=stands)
    return visit, found, invitation


def _tell(visit: Visit, attendance: Attendance, invitation: Invitation, kind: Kind | None, by: User | None) -> None:
    """Keep the answer, and let everybody hear what follows from it."""
    was_told = Notice.objects.filter(about=about_answer(invitation)).told().exists()
    invitation.answers += 1
    invitation.save(update_fields=["confirmed_at", "answers"])
    visit.refresh_from_db(fields=["version", "changed_at", "changed_from"])
    run = Run()
    plan_reminders(visit, run)
    is_news = kind == Kind.VISIT_LEAVE or (kind == Kind.VISIT_BACK and was_told)
    letters = letters_of_answer(visit, attendance, kind, run, by) if is_news else []
    plan_answer(visit, invitation, letters, run)
    if attendance.representative.user_id:
        notices.answered(about(visit), by=attendance.representative.user)


def letters_of_answer(visit: Visit, attendance: Attendance, kind: Kind, run: Run, by: User | None) -> Iterable[Letter]:
    """One to the station's liaisons; not to the one who wrote it down."""
    now = timezone.now()
    case = Case(visit, run, now)
    said = {"answerer": attendance.representative.name, "reason": attendance.note}
    to = [user for user in case.liaisons if by is None or user.pk != by.pk]
    return [
        Letter(kind, to, now, visit.starts_at, lambda: words.facts(case) | said, is_urgent=case.is_near(now)),
    ]
