"""The schedule inside the pages of a street's own site, and the page that hands out the code for it."""

import functools
from datetime import timedelta
from html import escape

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt

from liaison.common.linked import base_of
from liaison.common.pages import public_page

from .. import schedule
from ..choices import OVER
from ..finder import EmbedFinder
from ..models import Visit

MOST = 30


def framed(view):
    """A page that the sites of LIAISON_EMBED_ANCESTORS may show inside theirs; all else of the policy stays strict.

    It stands before `public_page`, whose kept pages have no headers of their own.
    """

    @functools.wraps(view)
    def page(request):
        ancestors = {"frame-ancestors": settings.EMBED_ANCESTORS}
        return csp_replace(ancestors)(xframe_options_exempt(view))(request)

    return page


@login_not_required
@framed
@public_page
def embed(request):
    """What is to come at a street's stations or at one: no script, no cookie, and nothing that acts."""
    today = timezone.localdate()
    form = EmbedFinder(request.GET, user=request.user, today=today)
    visits = form.narrowed(Visit.objects.for_user(request.user, "read")).exclude(state__in=OVER).since(today)
    if days := form.wanted.get("days"):
        visits = visits.before(today + timedelta(days=int(days)))
    rows = list(schedule.rows_of(visits, request.user)[: MOST + 1])
    where = {name: value for name, value in form.query.items() if name in ("street", "station")}
    context = {
        "form": form,
        "days": schedule.by_day(schedule.listed(rows[:MOST], request.user), today),
        "is_cut": len(rows) > MOST,
        "all_url": f"{reverse('visits:schedule')}?{urlencode(where)}",
    }
    return render(request, "visits/embed.html", context)


def code_for(address: str, place: str) -> str:
    title = f"{place} {_('接待日程')}".strip()
    return f'<iframe src="{escape(address)}" title="{escape(title)}" width="100%" height="480" loading="lazy"></iframe>'


@login_not_required
@public_page
def embed_help(request):
    """The code to copy, for whoever looks after a site, with the page as it will look."""
    form = EmbedFinder(request.GET, user=request.user, today=timezone.localdate())
    path = reverse("visits:embed") + (f"?{urlencode(form.query)}" if form.query else "")
    context = {"form": form, "path": path, "code": code_for(base_of(request) + path, form.place)}
    response = render(request, "visits/embed_help.html", context)
    if not settings.SITE["url"]:  # the page names the host that it was asked at, so it is not everybody's
        response["Cache-Control"] = "private, no-store"
    return response
