from django.contrib.auth.decorators import login_not_required
from django.shortcuts import redirect, render

from liaison.accounts.scoping import get_for_user
from liaison.common.pages import public_page
from liaison.common.paging import keyset
from liaison.common.panels import borrowed

from .directory import COLUMNS, grouped, listed
from .finder import PointFinder, StationFinder
from .models import Provision, Room, Station
from .places import Places

PAGE = 60
NEAREST = 20


@login_not_required
@public_page
def station_list(request):
    places = Places(request.user)
    form = StationFinder(request.GET, places=places)
    stations = form.among(Station.objects.for_user(request.user, "read"))
    page = keyset(stations.values(*COLUMNS), request, "code", size=PAGE)
    groups = grouped(listed(page.rows, request.user))
    return render(request, "stations/station_list.html", {"form": form, "page": page, "groups": groups})


@login_not_required
@public_page
def station_near(request):
    """The point is used once: it is written nowhere, and the answer is not kept."""
    form = PointFinder(request.GET, user=request.user)
    rows = []
    if form.is_valid() and form.point:
        near = Station.objects.for_user(request.user, "read").near(form.point, NEAREST)
        rows = listed(list(near.values(*COLUMNS, "distance")), request.user)
    response = render(request, "stations/station_near.html", {"form": form, "rows": rows})
    if "lat" in request.GET or "lng" in request.GET:
        response["Cache-Control"] = "private, no-store"
    return response


@login_not_required
@public_page
def station(request, code):
    station = get_for_user(Station.objects.select_related("region"), request.user, "read", code=code)
    provisions = Provision.objects.for_user(request.user, "read").filter(station=station, met=True).order_by("id")
    return render(
        request,
        "stations/station.html",
        {
            "station": station,
            "rooms": Room.objects.for_user(request.user, "read").filter(station=station),
            "provisions": [provision.get_kind_display() for provision in provisions],
            "people": borrowed("people of a station", station, request.user),
            "visits": borrowed("next visits at a station", station, request.user),
        },
    )


@login_not_required
def short(request, code):
    """What a printed QR code opens; the address behind it may change, the printed one may not."""
    return redirect(get_for_user(Station, request.user, "read", code=code))
