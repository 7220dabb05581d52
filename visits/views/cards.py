"""Visits with all that a card or a page of the desk says about them."""

from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Prefetch
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy

from representatives.models import Representative

from ..answers import CAN_ANSWER, Standing, standing
from ..models import Attendance, Invitation, Visit


def shown(visits, user):
    """Visits with everything that a card or a page says about them, and whether `user` may log each."""
    mine = ExpressionWrapper(Visit.objects.reach(user, "log"), BooleanField())
    people = Representative.objects.with_level()
    return (
        visits.select_related("station", "room")
        .annotate(may_log=mine)
        .prefetch_related(
            Prefetch("attendances", Attendance.objects.for_user(user, "read", "view").order_by("id")),
            Prefetch("attendances__representative", people),
            Prefetch("invitations", Invitation.objects.for_user(user, "view")),
        )
    )


ANSWERED = {Standing.CONFIRMED: gettext_lazy("已确认"), Standing.ASKED: gettext_lazy("未答复")}


def marked(visits, user=None) -> list[Visit]:
    """`visits` as a list, each knowing whether it waits to be logged by the reader, who of its people has answered,
    and what `user` was asked as a representative."""
    now = timezone.now()
    rows = list(visits)
    for visit in rows:
        visit.waits = visit.may_log and visit.can_log(now)
        asked = {invitation.representative_id: invitation for invitation in visit.invitations.all()}
        for attendance in visit.attendances.all() if asked else ():
            if invitation := asked.get(attendance.representative_id):
                stands = standing(invitation, attendance, visit, now)
                attendance.answered = ANSWERED.get(stands, "")
                if user and attendance.representative.user_id == user.pk and stands in CAN_ANSWER:
                    visit.own_question, visit.own_standing = invitation, stands
    return rows


def refused(request, visit, words: str):
    """Back to the visit, with the reason why the page that was asked for has nothing to do."""
    messages.error(request, words)
    return redirect("visits:desk-visit", visit.public_id)
