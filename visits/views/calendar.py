"""The calendar of the desk: everything within reach, drafts included."""

from datetime import date

from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from liaison.accounts.scoping import may

from .. import schedule
from ..calendar import Calendar
from ..choices import CalendarView
from ..finder import CalendarFinder
from ..models import Visit


class DeskCalendar(Calendar):
    """Its list is the desk's own."""

    views = (CalendarView.MONTH, CalendarView.WEEK)


def calendar(request):
    """A month or a week of the visits within reach; drafts and cancelled ones are marked in words."""
    today, user = timezone.localdate(), request.user
    view = request.GET.get("view", "")
    view = view if view in DeskCalendar.views else CalendarView.MONTH
    days = DeskCalendar(
        CalendarFinder(request.GET, user=user, today=today), Visit.objects.for_user(user), view, today=today,
        ready=lambda visits: desk_rows(visits, user), list_url=_list_url,
    )  # fmt: skip
    plans = may(user, "add", Visit) and days.on >= today
    add_url = f"{reverse('visits:visit-add')}?date={days.on:%Y-%m-%d}" if plans else ""
    context = {"form": days.form, "calendar": days, "add_url": add_url}
    return render(request, "visits/desk_calendar.html", context)


def desk_rows(visits, user) -> dict[int, dict]:
    """Rows as everybody sees them, with everybody who takes part, and links that stay at the desk."""
    rows = schedule.by_key(visits, user, "read", "view")
    ids = dict(visits.order_by().values_list("pk", "public_id"))
    return {pk: row | {"url": reverse("visits:desk-visit", args=[ids[pk]])} for pk, row in rows.items()}


def _list_url(day: date) -> str:
    return f"{reverse('visits:visit-list')}?{urlencode({'from_': day, 'to': day})}"
