"""Which visits a notice is about, for whoever asks, and the address that its QR code begins with."""

from datetime import date

from django.conf import settings
from django.db.models import QuerySet

from liaison.accounts.scoping import get_for_user
from stations.models import Station

from ..choices import OVER
from ..models import Printing, Visit, VisitQuerySet
from .facts import facts_of, station_facts


def site_url(request) -> str:
    """The address under which people reach this site: the one that is set, else the one that this reader came by."""
    return settings.SITE["url"].rstrip("/") or request.build_absolute_uri("/").rstrip("/")


def facts_for(request, public_id: str, verb: str) -> tuple[Visit, dict]:
    """One visit on which the reader may do `verb`, and its words."""
    visits = Visit.objects.select_related("station", "room")
    visit = get_for_user(visits, request.user, verb, public_id=public_id)
    return visit, facts_of([visit], request.user, site_url(request))[0]


def station_list(station: Station, request, today: date) -> dict:
    """What is public of a station's coming visits; a cancelled one stays on the list until its day."""
    visits = Visit.objects.for_user(request.user, "read").filter(station=station)
    coming = visits.exclude(state__in=OVER).since(today).order_by("starts_at", "id")
    return station_facts(station, coming, request.user, site_url(request), today)


def printed_by(user) -> VisitQuerySet:
    """Visits whose notices `user` may print as evidence."""
    return Visit.objects.for_user(user, "add", of=Printing)


def stations_of(user) -> QuerySet:
    return Station.objects.for_user(user, "add", of=Printing).filter(is_open=True)
