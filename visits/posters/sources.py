"""Which visits a notice is about, for whoever asks."""

from datetime import date

from django.db.models import QuerySet

from liaison.accounts.scoping import get_for_user
from liaison.common.linked import base_of
from stations.models import Station

from ..choices import OVER
from ..models import Printing, Visit, VisitQuerySet
from .facts import facts_of, station_facts


def facts_for(request, public_id: str, verb: str) -> tuple[Visit, dict]:
    """One visit on which the reader may do `verb`, and its words."""
    visits = Visit.objects.select_related("station", "room")
    visit = get_for_user(visits, request.user, verb, public_id=public_id)
    return visit, facts_of([visit], request.user, base_of(request))[0]


def station_list(station: Station, request, today: date) -> dict:
    """What is public of a station's coming visits; a cancelled one stays on the list until its day."""
    visits = Visit.objects.for_user(request.user, "read").filter(station=station)
    coming = visits.exclude(state__in=OVER).since(today).order_by("starts_at", "id")
    return station_facts(station, coming, request.user, base_of(request), today)


def printed_by(user) -> VisitQuerySet:
    """Visits whose notices `user` may print as evidence."""
    return Visit.objects.for_user(user, "add", of=Printing)


def stations_of(user) -> QuerySet:
    return Station.objects.for_user(user, "add", of=Printing).filter(is_open=True)
