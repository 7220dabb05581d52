"""Stations on the desk: what each has, what it still lacks, and what its own people keep up to date."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import Region
from liaison.accounts.scoping import get_for_user, may
from liaison.common.forms import posted
from liaison.common.paging import keyset
from liaison.policy.choices import Key
from liaison.policy.models import Threshold

from .choices import ProvisionKind
from .coverage import Coverage, roots_of, with_nearest
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
               "filters_on": form.words, "filters_open": bool(form.errors), "of": len(ProvisionKind),
               "may_see_coverage": bool(roots_of(request.user))}  # fmt: skip
    return render(request, "stations/desk_list.html", context)


def coverage(request):
    """Which share of the communities within reach has a station near, line by line, and which have none."""
    code = request.GET.get("in", "")
    if not roots_of(request.user):
        raise PermissionDenied
    if code:
        get_for_user(Region, request.user, "view", code=code)
    rule = Threshold.objects.on(Key.NEAR_METRES, timezone.localdate())
    found = Coverage(request.user, code, int(rule.value))
    context = {"rule": rule, "found": found, "may_place": may(request.user, "change", Region)}
    if found.is_summed:
        page = keyset(found.rows(request.GET.get("show", "")), request, "code")
        context |= {"rows": with_nearest(page.rows, request.user), "tabs": found.tabs(request.GET.get("show", "")),
                    "previous_url": page.previous_url, "next_url": page.next_url}  # fmt: skip
    return render(request, "stations/desk_coverage.html", context)


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
