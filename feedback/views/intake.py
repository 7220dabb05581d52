"""Taking down what a voter says: staff write, at a visit, on the telephone or from paper."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.scoping import get_for_user, may
from liaison.common.forms import posted, refusals_at
from stations.models import Station
from visits.models import Visit
from visits.views.places import choose_station

from ..actions.registering import register
from ..choices import Source
from ..forms.intake import IntakeForm
from ..models import Opinion
from ..similar import similar


def opinion_add(request):
    """Write an opinion down. Whoever works for several stations names one first; a visit names its own."""
    if not may(request.user, "add", Opinion):
        raise PermissionDenied
    visit = _visit(request)
    station, question = (visit.station, None) if visit else _station(request)
    if question:
        return question
    first = {"form_key": uuid.uuid4(), "source": Source.VISIT if visit else Source.PHONE, **_of(visit)}
    data = posted(request)
    rows = Opinion.objects.for_user(request.user, "handle")
    alike = similar(rows, station, data.get("matter", ""), timezone.now()) if data else ()
    form = IntakeForm(
        data, request.FILES or None, station=station, user=request.user, visit=visit, similar=alike, initial=first
    )
    if earlier := _sent_before(form, request.user):
        messages.info(request, _("这件意见已经登记过，没有重复登记"))
        return redirect(earlier)
    if form.is_valid():
        with refusals_at(form):
            opinion = register(station, **form.given, by=request.user)
            messages.success(request, _("已登记，受理编号 %s，请告诉群众") % opinion.shown_number)
            return redirect(opinion)
    context = {"form": form, "station": station, "visit": visit, "cancel_url": _back(visit)}
    return render(request, "feedback/opinion_add.html", context)


def _visit(request) -> Visit | None:
    asked = request.GET.get("visit")
    if not asked:
        return None
    return get_for_user(Visit.objects.select_related("station"), request.user, "log", public_id=asked[:20])


def _station(request):
    """The station that is named, or the only one; else the page that asks for it."""
    stations = Station.objects.for_user(request.user, "add", of=Opinion).filter(is_open=True)
    if asked := request.GET.get("station"):
        if (found := stations.filter(pk=asked[:15]).first()) is None:
            raise Http404
        return found, None
    few = list(stations[:2])
    return (few[0], None) if len(few) == 1 else (None, choose_station(request, stations, _("登记意见")))


def _of(visit: Visit | None) -> dict:
    """What a visit says already: itself, its day, and its representative where there is one alone."""
    if visit is None:
        return {"heard_on": timezone.localdate()}
    people = list(visit.attendances.values_list("representative__public_id", flat=True)[:2])
    only = {"representative": people[0]} if len(people) == 1 else {}
    heard_on = min(timezone.localdate(visit.starts_at), timezone.localdate())
    return {"visit": visit.public_id, "heard_on": heard_on} | only


def _sent_before(form: IntakeForm, user) -> Opinion | None:
    try:
        key = uuid.UUID(form.data.get("form_key", ""))
    except ValueError:
        return None
    return Opinion.objects.for_user(user).filter(form_key=key, created_by=user).first()


def _back(visit: Visit | None) -> str:
    return reverse("visits:desk-visit", args=[visit.public_id]) if visit else reverse("desk")
