"""Visits with all that a card or a page of the desk says about them."""

from django.contrib import messages
from django.db.models import BooleanField, ExpressionWrapper, Prefetch
from django.shortcuts import redirect
from django.utils import timezone

from representatives.models import Representative

from ..models import Attendance, Visit


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
        )
    )


def marked(visits) -> list[Visit]:
    """`visits` as a list, each knowing whether it waits to be logged by the reader."""
    now = timezone.now()
    rows = list(visits)
    for visit in rows:
        visit.waits = visit.may_log and visit.can_log(now)
    return rows


def refused(request, visit, words: str):
    """Back to the visit, with the reason why the page that was asked for has nothing to do."""
    messages.error(request, words)
    return redirect("visits:desk-visit", visit.public_id)
