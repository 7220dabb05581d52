"""One series for several stations: the form, and what became of it station by station."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import Job
from liaison.accounts.scoping import get_for_user, may
from liaison.common.forms import posted, refusals_at

from ..choices import Frequency
from ..forms.series import typed_series
from ..forms.together import CHOSEN, TogetherForm
from ..models import Series
from ..preview import at_stations, preview_of
from ..together import MOST_VISITS, WORK, make_together, results_of, sent_before
from .series import first_and_last

MOST_NAMED = 20  # stations with something to say, in the preview


def series_together(request):
    """A new series for a street, the district or some stations; what one of them refuses holds up no other."""
    if not may(request.user, "add", Series):
        raise PermissionDenied
    first, last = first_and_last(timezone.localdate())
    new = Series(frequency=Frequency.WEEKDAY_OF_MONTH, from_on=first, to_on=last)
    form = TogetherForm(posted(request), instance=new, user=request.user, initial=_initial(request))
    if "preview" in request.POST:
        return _page(request, form)
    if form.is_valid():
        if earlier := sent_before(form.cleaned_data["form_key"], request.user):
            messages.info(request, _("这张表已经提交过，没有重复建立"))
            return redirect("visits:series-together-made", earlier.public_id)
        with refusals_at(form):
            job = make_together(form.wish, by=request.user)
            return redirect("visits:series-together-made", job.public_id)
    return _page(request, form)


def _initial(request) -> dict:
    """A fresh form; with `again`, the one that somebody filled in before, for the stations where nothing was made."""
    initial = {"form_key": uuid.uuid4()}
    if not request.GET.get("again"):
        return initial
    job = get_for_user(Job, request.user, "view", public_id=request.GET["again"], kind=WORK)
    rest = [row.station.code for row in results_of(job, request.user) if row.series is None]
    return typed_series(QueryDict(job.given["typed"]), TogetherForm) | initial | {
        "where": CHOSEN, "streets": [], "stations": rest,
    }  # fmt: skip


def _page(request, form: TogetherForm):
    """The form with the days as they would be and the stations at which something stands in their way."""
    preview, rows, count = None, [], 0
    if form.is_bound:
        form.is_valid()
        if not form.rule_errors:
            chosen, given = form.chosen, form.cleaned_data
            count = form.count if chosen else 0
            if given.get("starts") and given.get("ends") and count <= MOST_VISITS:
                rows = at_stations(form.instance, form.plans)
            preview = preview_of(form.instance, (), timezone.now())
    context = {"form": form, "preview": preview, "wrong": form.rule_errors, "together": True,
               "stations": len(form.chosen) if preview else 0, "count": count, "at_stations": rows[:MOST_NAMED],
               "more_stations": max(0, len(rows) - MOST_NAMED)}  # fmt: skip
    if request.headers.get("HX-Request") == "true" and "preview" in request.POST:
        return render(request, "visits/series_preview.html", context)
    return render(request, "visits/series_form.html", context | {"cancel_url": reverse("visits:series-list")})


def series_together_made(request, public_id):
    """Which station got how many visits, and where and why something was left out."""
    job = get_for_user(Job, request.user, "view", public_id=public_id, kind=WORK)
    if job.is_open:
        return redirect(job)
    rows = results_of(job, request.user)
    made = [row for row in rows if row.series]
    context = {"job": job, "rows": rows, "made": len(made), "refused": len(rows) - len(made),
               "visits": sum(row.count for row in made)}  # fmt: skip
    return render(request, "visits/series_together.html", context)
