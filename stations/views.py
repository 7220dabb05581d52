"""Stations on the desk: what each has, what it still lacks, and what its own people keep up to date."""

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from liaison.accounts.scoping import get_for_user
from liaison.common.forms import posted
from liaison.common.paging import keyset

from .choices import ProvisionKind
from .forms import Provisions, StationFilter, StationForm
from .models import Room, Station


def locked():
    """Stations for one writer at a time: a form sent twice finds the rows of the first, and no change is written over.

    Visits that are planned meanwhile do not wait for it.
    """
    return Station.objects.select_for_update(no_key=True)


def desk_station_list(request):
    form = StationFilter(request.GET)
    met = Count("provisions", filter=Q(provisions__met=True))
    stations = form.chosen(Station.objects.for_user(request.user)).annotate(met=met)
    page = keyset(stations, request, "code")
    context = {"rows": page.rows, "previous_url": page.previous_url, "next_url": page.next_url, "filter_form": form,
               "filters_on": form.words, "filters_open": bool(form.errors), "of": len(ProvisionKind)}  # fmt: skip
    return render(request, "stations/desk_list.html", context)


def desk_station(request, code):
    """A station with its rooms and the nine provisions; what was never looked at counts as not met."""
    stations = Station.objects.select_related("region").prefetch_related("provisions")
    station = get_for_user(stations, request.user, "view", code=code)
    there = {row.kind: row for row in station.provisions.all()}
    context = {
        "station": station,
        "rooms": Room.objects.for_user(request.user).filter(station=station).order_by("id"),
        "provisions": [(kind.label, there.get(kind)) for kind in ProvisionKind],
        "met": station.provisions_met,
        "liaisons": station.liaisons(),
        "may_change": Station.objects.for_user(request.user, "change").filter(pk=station.pk).exists(),
    }
    return render(request, "stations/desk_station.html", context)


@transaction.atomic
def desk_station_edit(request, code):
    station = get_for_user(locked(), request.user, "change", code=code)
    form = StationForm(posted(request), instance=station)
    if form.is_valid():
        form.save()
        messages.success(request, _("已保存，公开页面随之更新"))
        return redirect("stations:desk-station", code)
    return render(request, "stations/desk_edit.html", {"station": station, "form": form})


@transaction.atomic
def desk_provisions(request, code):
    station = get_for_user(locked().prefetch_related("provisions"), request.user, "change", code=code)
    provisions = Provisions(station, posted(request))
    if provisions.is_valid():
        changed = provisions.save()
        messages.success(request, _("已保存 %(n)s 项") % {"n": changed} if changed else _("没有改动"))
        return redirect("stations:desk-station", code)
    return render(request, "stations/desk_provisions.html", {"station": station, "provisions": provisions})
