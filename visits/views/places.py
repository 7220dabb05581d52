"""At which station something is planned: whoever works for several names one first."""

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render

from stations.models import Station

from ..forms import stations_to_plan

MOST_STATIONS = 60


def station_asked(request, purpose: str, together: str = "") -> tuple[Station | None, HttpResponse | None]:
    """The station that `request` names, or the only one there is; else the page that asks for it, and says what for.

    A named one at which the reader may not plan gives neither. `together` names the page for several stations at once.
    """
    stations = stations_to_plan(request.user)
    asked = request.POST.get("station") or request.GET.get("station")
    if asked is not None:
        return stations.filter(pk=asked).first(), None
    few = list(stations[:2])
    return (few[0], None) if len(few) == 1 else (None, choose_station(request, stations, purpose, together))


def choose_station(request, stations, purpose: str, together: str = "") -> HttpResponse:
    term = request.GET.get("q", "").strip()[:50]
    found = stations.filter(Q(name__icontains=term) | Q(code__startswith=term)) if term else stations
    rows = list(found.select_related("region").order_by("kind", "code")[: MOST_STATIONS + 1])
    context = {"purpose": purpose, "rows": rows[:MOST_STATIONS], "q": term, "more": len(rows) > MOST_STATIONS,
               "together": together}  # fmt: skip
    return render(request, "visits/visit_station.html", context)
