from datetime import timedelta

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode

from liaison.accounts.scoping import get_for_user
from liaison.common.pages import public_page
from representatives.models import Representative
from representatives.people import COLUMNS, listed
from stations.issuers import issuers_of
from stations.places import Places

from .. import schedule
from ..announced import changes_of
from ..calendar import tabs_of_list
from ..event import event_data
from ..finder import ScheduleFinder
from ..models import Attendance, Visit

HOME_MOST = 30


@login_not_required
@public_page
def home(request):
    """What is on until Sunday; when that is nothing, whatever comes next."""
    today = timezone.localdate()
    sunday = today + timedelta(days=6 - today.weekday())
    week = schedule.to_come(today, sunday, request.user, HOME_MOST + 1)
    context = {
        "days": schedule.by_day(week[:HOME_MOST], today),
        "is_cut": len(week) > HOME_MOST,
        "today": today,
        "sunday": sunday,
        "later": [] if week else schedule.soonest(request.user),
        "streets": Places(request.user).street_choices,
    }
    return render(request, "visits/home.html", context)


@login_not_required
@public_page
def schedule_list(request):
    today = timezone.localdate()
    form = ScheduleFinder(request.GET, user=request.user, today=today)
    after = request.GET.get("after", "")
    page = schedule.search(form, request.user, after)
    query = form.query
    context = {
        "form": form,
        "page": page,
        "days": schedule.by_day(page.rows, today),
        "tabs": tabs_of_list(query),
        "first_url": f"?{urlencode(query)}" if after else "",
        "next_url": f"?{urlencode(query | {'after': page.next})}" if page.next else "",
        "empty": () if page.rows else schedule.no_visits_words(bool(form.on)),
    }
    return render(request, "visits/schedule.html", context)


@login_not_required
@public_page
def visit(request, public_id):
    here = Attendance.objects.for_user(request.user, "read")
    visits = Visit.objects.select_related("station", "room")
    visit = get_for_user(visits, request.user, "read", public_id=public_id)
    people = Representative.objects.filter(pk__in=here.filter(visit=visit).values("representative"))
    rows = people.with_level().order_by("level", "pinyin", "id").values(*COLUMNS)
    people = listed(list(rows), request.user)
    context = {"visit": visit, "people": people, "changes": changes_of(visit, request.user),
               "issuer": issuers_of([visit.station])[visit.station_id],
               "linked_data": event_data(visit, people)}  # fmt: skip
    return render(request, "visits/visit.html", context)
