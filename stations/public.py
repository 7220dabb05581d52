from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters

from liaison.accounts.scoping import get_for_user
from liaison.common.forms import posted
from liaison.common.pages import public_page
from liaison.common.paging import keyset
from liaison.common.panels import borrowed

from .directory import COLUMNS, grouped, listed, nearest
from .finder import StationFinder
from .models import Provision, Room, Station
from .nearby import PlaceFinder, PointForm
from .places import Places

PAGE = 60


@login_not_required
@public_page
def station_list(request):
    places = Places(request.user)
    form = StationFinder(request.GET, places=places)
    stations = form.among(Station.objects.for_user(request.user, "read"))
    page = keyset(stations.values(*COLUMNS), request, "code", size=PAGE)
    groups = grouped(listed(page.rows, request.user))
    return render(request, "stations/station_list.html", {"form": form, "page": page, "groups": groups})


# Without a token: a search changes nothing, and a page with a token in it is one reader's own and cannot be kept.
@login_not_required
@csrf_exempt
@sensitive_post_parameters()
@public_page
def station_near(request):
    """A point comes by POST, so that it stands in no address and no log; it is used once and written nowhere."""
    if request.GET.keys() & {"lat", "lng"}:
        return redirect("stations:station-near")
    form, finder = PointForm(posted(request)), PlaceFinder(request.GET, user=request.user)
    told = form.point if form.is_valid() else None
    point = told or (finder.chosen and finder.chosen.point)
    context = {"form": form, "finder": finder, "point": point, "rows": nearest(request.user, point) if point else []}
    response = render(request, "stations/station_near.html", context)
    if form.is_bound:
        response["Cache-Control"] = "private, no-store"
    return response


@login_not_required
@public_page
def station(request, code):
    station = get_for_user(Station.objects.select_related("region"), request.user, "read", code=code)
    provisions = Provision.objects.for_user(request.user, "read").filter(station=station, met=True).order_by("id")
    visits = borrowed("next visits at a station", station, request.user)
    return render(
        request,
        "stations/station.html",
        {
            "station": station,
            "rooms": Room.objects.for_user(request.user, "read").filter(station=station),
            "provisions": [provision.get_kind_display() for provision in provisions],
            "people": borrowed("people of a station", station, request.user),
            "visits": visits,
            "linked_data": borrowed("linked data of visits", visits or []),
        },
    )


@login_not_required
def short(request, code):
    """What a printed QR code opens; the address behind it may change, the printed one may not."""
    return redirect(get_for_user(Station, request.user, "read", code=code))
