"""办结公示: what became of what people said, for everybody to read, by category and by place."""

from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone

from liaison.accounts.scoping import get_for_user
from liaison.common.pages import public_page
from liaison.common.paging import keyset
from stations.models import Station

from ..forms.outcomes import OutcomeFinder
from ..models import Outcome, Rating

NEWEST = ("-published_at", "-id")


@login_not_required
@public_page
def outcome_list(request):
    """The latest first. `?station=` is where a station's page leads."""
    station = None
    rows = Outcome.objects.for_user(request.user, "read").filter(published_at__isnull=False)
    if asked := request.GET.get("station", "")[:15]:
        station = get_for_user(Station, request.user, "read", code=asked)
        rows = rows.filter(station=station)
    form = OutcomeFinder(request.GET, user=request.user)
    page = keyset(form.among(rows).select_related("station", "category"), request, *NEWEST)
    hidden = {"station": station.code} if station else {}
    context = {"form": form, "page": page, "station": station, "hidden": hidden}
    return render(request, "feedback/outcome_list.html", context)


@login_not_required
@public_page
def outcome(request, public_id):
    rows = Outcome.objects.select_related("station", "category", "opinion")
    row = get_for_user(rows, request.user, "read", public_id=public_id)
    ratings = Rating.objects.filter(opinion=row.opinion_id).select_related("department").order_by("round", "party")
    closed_at = row.opinion.closed_at
    days = (timezone.localdate(closed_at) - row.opinion.heard_on).days if closed_at else None
    return render(request, "feedback/outcome.html", {"outcome": row, "ratings": ratings, "days": days})
