"""The door of reminders for the verbs: call it in the same transaction as whatever changes a visit or its people."""

from liaison.notices import actions as notices
from liaison.notices.letters import Letter

from ..choices import AttendanceState, State
from ..models import Invitation, Visit
from .case import ABOUT, Case, Run, about, case_of
from .letters import letters_of

__all__ = ["about", "plan_answer", "plan_reminders"]


def plan_reminders(visit: Visit, run: Run | None = None) -> None:
    """Make what is planned of `visit` exactly what holds for it now; planning again changes nothing.

    A draft has told nobody and plans nothing. A published visit asks its people, which gives each a key.
    """
    if visit.state == State.DRAFT:
        return
    case = case_of(visit, run)
    if visit.state == State.PUBLISHED:
        invite(case)
    letters = letters_of(case)
    notices.plan(about=about(visit), about_version=case.version, place=visit.station_id, letters=letters,
                 house=case.run.house)  # fmt: skip
    if visit.state == State.CANCELLED:
        for attendance in case.attendances:
            if attendance.state == AttendanceState.LEAVE and attendance.representative_id in case.invitations:
                notices.cancel(about_answer(case.invitations[attendance.representative_id]))


def invite(case: Case) -> None:
    """Ask whoever is on the list and was not asked; what somebody said who has left it holds no longer.

    Who was on the list that was announced was asked when it was, others when they joined.
    """
    visit, there = case.visit, {a.representative_id: a for a in case.attendances}
    announced = set((visit.announced or {}).get("people", ()))
    new = [
        Invitation(visit=visit, representative=attendance.representative,
                   asked_at=visit.published_at if pk in announced else case.now)
        for pk, attendance in there.items() if pk not in case.invitations
    ]  # fmt: skip
    back = [i for pk, i in case.invitations.items() if pk in there and i.asked_at is None]
    gone = [i for pk, i in case.invitations.items() if pk not in there and i.asked_at is not None]
    if back:
        visit.invitations.filter(pk__in=[i.pk for i in back]).update(asked_at=case.now)
    if gone:
        visit.invitations.filter(pk__in=[i.pk for i in gone]).update(asked_at=None, confirmed_at=None)
    if new or back or gone:
        Invitation.objects.bulk_create(new)
        del case.invitations


def about_answer(invitation: Invitation) -> str:
    """Under which name it is told what somebody answered: each of a visit's people by themselves."""
    return f"{ABOUT}{invitation.visit_id}:answer:{invitation.pk}"


def plan_answer(visit: Visit, invitation: Invitation, letters: list[Letter], run: Run) -> None:
    """Tell the station of a leave, or that it is taken back; what was planned of an earlier answer is cancelled."""
    notices.plan(about=about_answer(invitation), about_version=invitation.answers, place=visit.station_id,
                 letters=letters, house=run.house)  # fmt: skip
