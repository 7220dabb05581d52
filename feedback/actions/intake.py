"""An opinion arrives: from the public form, at a visit, by telephone, on paper, through the API."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from liaison.accounts.models import Contact, User
from liaison.common.exceptions import verb
from liaison.common.personal import refuse_id_numbers
from liaison.policy.choices import Key
from representatives.models import Representative
from stations.models import Station
from visits.models import Visit

from ..choices import LONGEST_TITLE, DueKind, Source, Step
from ..due import clock_of, start_clock
from ..models import Category, Opinion
from ..steps import locked, take
from ..telling import tell

STOPS = "。！？；，,.!?;\n"


@verb
def receive(
    station: Station,
    *,
    matter: str,
    source: str = Source.FORM,
    title: str = "",
    category: Category | None = None,
    representative: Representative | None = None,
    visit: Visit | None = None,
    contact: Contact | None = None,
    language: str = settings.LANGUAGE_CODE,
    privacy_version: str = "",
    heard_on: date | None = None,
    doubts: Iterable[str] = (),
    form_key: UUID | None = None,
    by: User | None = None,
) -> Opinion:
    """Keep what a voter said and start the clock for accepting it; the same `form_key` again is the same opinion.

    With `doubts` it waits for somebody to look at it, and no clock runs. Tells the voter and the station.
    """
    if form_key and (there := Opinion.objects.filter(form_key=form_key).first()):
        return there
    opinion = _kept(
        station, matter=matter, source=source, title=title, category=category, representative=representative,
        visit=visit, contact=contact, language=language, privacy_version=privacy_version,
        heard_on=heard_on or timezone.localdate(), doubts=list(doubts), form_key=form_key, created_by=by,
    )  # fmt: skip
    step = take(opinion, Step.HELD_BACK if opinion.doubts else Step.RECEIVED, by=by)
    if not opinion.doubts:
        start_accepting(opinion, by=by)
        opinion.refresh_from_db(fields=["next_due_on"])
    tell(step)
    return opinion


@verb
def join(into: Opinion, *, by: User | None = None, **given) -> Opinion:
    """Another voter with the same matter: a receipt of their own, whose course is that of `into`. Tells the voter."""
    into = locked(into)
    opinion = _kept(into.station, merged_into=into, category=into.category, created_by=by, **given)
    step = take(opinion, Step.MERGED, by=by, other=into)
    take(into, Step.TOOK_IN, by=by, other=opinion)
    tell(step)
    return opinion


def start_accepting(opinion: Opinion, *, by: User | None) -> None:
    start_clock(opinion, DueKind.ACCEPT, clock_of(Key.ACCEPT_WORKDAYS, timezone.localdate()), by=by)


def _kept(station: Station, *, matter: str, title: str = "", **fields) -> Opinion:
    """The row itself. What a voter wrote is kept as it was written; an ID number is refused."""
    refuse_id_numbers(f"{title} {matter}")
    opinion = Opinion.objects.create(
        station=station, title=title.strip()[:LONGEST_TITLE] or title_of(matter), matter=matter.strip(), **fields
    )
    opinion.refresh_from_db(fields=["state", "last_no"])
    return opinion


def title_of(matter: str) -> str:
    """The first clause of what was said, for lists."""
    first = matter.strip()
    ends = [at for at in (first.find(stop) for stop in STOPS) if at > 3]
    return first[: min([*ends, LONGEST_TITLE])].strip()
