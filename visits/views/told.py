"""Who was told what of a visit."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import render

from liaison.accounts.scoping import get_for_user

from ..models import Visit
from ..reminders.case import case_of
from ..told import never_told, summary, told_of, watched


def visit_notices(request, public_id):
    """By person what was planned and sent, by which channel, whether it was read; and where there is nothing, why."""
    visits = watched(request.user).select_related("station", "room")
    get_for_user(Visit, request.user, "view", public_id=public_id)
    visit = visits.filter(public_id=public_id).first()
    if visit is None:
        raise PermissionDenied
    case = case_of(visit)
    people = told_of(case, request.user)
    context = {"visit": visit, "people": people, "summary": summary(people), "never": never_told(case)}
    return render(request, "visits/visit_notices.html", context)
