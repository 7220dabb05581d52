"""What calendars and news readers ask for, and the page that says how to subscribe."""

from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from liaison.accounts.scoping import VISITOR, get_for_user
from liaison.common.pages import public_page
from representatives.models import Representative
from stations.models import Station

from ..feeds import choosing, keys, serving
from ..feeds.addresses import Address, qr_code
from ..feeds.choosing import FeedFinder


def feed(view):
    """For programs: only looked at, and in the house's language, for a calendar has no reader's choice to send."""

    @wraps(view)
    def ask(request, *args, **kwargs):
        with translation.override(settings.LANGUAGE_CODE):
            return view(request, *args, **kwargs)

    return require_safe(ask)


@login_not_required
@feed
def schedule_ics(request):
    return _schedule(request, "ics")


@login_not_required
@feed
def schedule_atom(request):
    return _schedule(request, "atom")


def _schedule(request, form: str):
    """A filter that makes no sense is refused: without it the calendar would fill with what nobody asked for."""
    finder = FeedFinder(request.GET, user=VISITOR, today=timezone.localdate())
    if not finder.is_valid():
        words = "\n".join(f"{finder.fields[name].label}：{' '.join(found)}" for name, found in finder.errors.items())
        return HttpResponse(words, status=400, content_type="text/plain; charset=utf-8")
    return serving.public(request, choosing.of_schedule(finder), form)


@login_not_required
@feed
def station_ics(request, code):
    return serving.public(request, choosing.of_station(get_for_user(Station, VISITOR, "read", code=code)), "ics")


@login_not_required
@feed
def station_atom(request, code):
    return serving.public(request, choosing.of_station(get_for_user(Station, VISITOR, "read", code=code)), "atom")


@login_not_required
@feed
def representative_ics(request, public_id):
    person = get_for_user(Representative, VISITOR, "read", public_id=public_id)
    return serving.public(request, choosing.of_person(person), "ics")


@login_not_required
@feed
def private_ics(request, key):
    """Whoever has the address has the calendar; a revoked one is gone for good."""
    found = keys.opened(key)
    if found is None:
        raise Http404
    if found.is_in_force:
        keys.mark_used(found, timezone.now())
        response = serving.own(request, found.user, reverse("visits:feed"))
    else:
        response = render(request, "visits/feed_gone.html", status=410)
    response["Referrer-Policy"], response["X-Robots-Tag"] = "no-referrer", "noindex"
    return response


@login_not_required
@public_page
def subscribe(request):
    """How to subscribe, and to what: everything, a street, a station, one representative."""
    finder = FeedFinder(request.GET, user=request.user, today=timezone.localdate())
    feed, people = choosing.wanted_by(finder, request.GET.get("person", ""))
    context = {"form": finder, "feed": feed, "people": people, "is_narrow": bool(request.GET)}
    if feed:
        asked = choosing.asked_for(feed)
        here = serving.base_of(request) + reverse("visits:subscribe") + (f"?{urlencode(asked)}" if asked else "")
        context |= {
            "address": Address.at(request, feed.path("ics")),
            "atom": feed.path("atom") if feed.has_news else "",
            "page_picture": qr_code(here),
            "is_narrow": bool(asked),
        }
    response = render(request, "visits/subscribe.html", context)
    if not settings.SITE["url"]:  # the page names the host that it was asked at, so it is not everybody's
        response["Cache-Control"] = "private, no-store"
    return response
