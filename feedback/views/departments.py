"""承办单位: who handles what, so that whoever forwards a matter knows whom to choose."""

from itertools import groupby
from operator import attrgetter

from django.core.exceptions import PermissionDenied
from django.shortcuts import render

from liaison.accounts.models import Region
from liaison.accounts.scoping import may
from liaison.common.paging import keyset

from ..models import Department

SIZE = 100


def department_list(request):
    """Those in use within reach, those of the district first, by name."""
    if not may(request.user, "view", Department):
        raise PermissionDenied
    term = request.GET.get("q", "").strip()[:50]
    rows = Department.objects.for_user(request.user).filter(is_active=True)
    if term:
        rows = rows.filter(name__icontains=term) | rows.filter(duties__icontains=term)
    page = keyset(rows.distinct(), request, "place", "name", "id", size=SIZE)
    names = dict(Region.objects.filter(code__in={row.place for row in page.rows}).values_list("code", "name"))
    context = {
        "groups": [(names.get(place, place), list(rows)) for place, rows in groupby(page.rows, attrgetter("place"))],
        "rows": page.rows, "previous_url": page.previous_url, "next_url": page.next_url, "q": term,
        "may_change": may(request.user, "change", Department) and request.user.is_staff,
    }  # fmt: skip
    return render(request, "feedback/department_list.html", context)
