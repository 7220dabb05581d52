from django.contrib.auth.decorators import login_not_required
from django.db.models import Prefetch
from django.shortcuts import render

from liaison.accounts.scoping import get_for_user
from liaison.common.pages import public_page
from liaison.common.paging import keyset
from liaison.common.panels import borrowed
from stations.places import Places

from .finder import RepresentativeFinder
from .models import Membership, Representative, Seat
from .people import COLUMNS, listed

PAGE = 60


@login_not_required
@public_page
def representative_list(request):
    form = RepresentativeFinder(request.GET, places=Places(request.user))
    people = form.among(Representative.objects.for_user(request.user, "read").serving())
    page = keyset(people.values(*COLUMNS), request, "pinyin", "id", size=PAGE)
    people = listed(page.rows, request.user)
    return render(request, "representatives/representative_list.html", {"form": form, "page": page, "people": people})


@login_not_required
@public_page
def representative(request, public_id):
    seats = Seat.objects.for_user(request.user, "read").order_by("level", "-term")
    members = Membership.objects.for_user(request.user, "read").current().filter(station__is_open=True)
    people = Representative.objects.prefetch_related(
        Prefetch("seats", seats),
        Prefetch("memberships", members.select_related("station").order_by("-is_home", "station")),
    )
    person = get_for_user(people, request.user, "read", public_id=public_id)
    visits = borrowed("next visits of a representative", person, request.user)
    return render(request, "representatives/representative.html", {"person": person, "visits": visits})
