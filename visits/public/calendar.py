from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from liaison.common.pages import public_page

from .. import schedule
from ..calendar import Calendar
from ..choices import CalendarView
from ..finder import CalendarFinder
from ..models import Visit


@login_not_required
@public_page
def calendar(request):
    """A month or a week of the public schedule, or a month's visits as a list; what is asked stands in the address."""
    today, user = timezone.localdate(), request.user
    view = request.GET.get("view", "")
    view = view if view in CalendarView else CalendarView.MONTH
    form = CalendarFinder(request.GET, user=user, today=today)
    days = Calendar(
        form, Visit.objects.for_user(user, "read"), view, today=today,
        ready=lambda visits: schedule.by_key(visits, user),
        list_url=lambda day: f"{reverse('visits:schedule')}?{urlencode({'day': day} | form.query)}",
    )  # fmt: skip
    if view == CalendarView.LIST:
        return _list(request, days)
    return render(request, "visits/calendar.html", {"form": form, "calendar": days})


def _list(request, days: Calendar):
    form, after = days.form, request.GET.get("after", "")
    visits = form.narrowed(days.visits.between(days.span.first, days.span.last))
    page = schedule.page_of(schedule.rows_of(visits, request.user), form.words, after, request.user)
    rows = schedule.listed(page.rows, request.user)
    here = days.url(days.on)
    context = {
        "form": form,
        "calendar": days,
        "page": page,
        "days": schedule.by_day(rows, days.today),
        "first_url": here if after else "",
        "next_url": f"{here}&{urlencode({'after': page.next})}" if page.next else "",
    }
    return render(request, "visits/calendar_list.html", context)
