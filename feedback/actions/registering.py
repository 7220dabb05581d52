"""What a liaison takes down for a voter, at a visit, on the telephone or from paper: one form, one transaction."""

from collections.abc import Mapping
from uuid import UUID

from liaison.accounts.models import Contact, User
from liaison.common.exceptions import verb
from representatives.models import Representative
from stations.models import Station

from ..models import Opinion
from .handling import resolve_on_spot
from .intake import join, receive


@verb
def register(
    station: Station,
    *,
    voter: Mapping[str, str] | None,
    privacy_version: str = "",
    into: Opinion | None = None,
    resolved: str = "",
    representative: Representative | None = None,
    form_key: UUID | None = None,
    by: User,
    **given,
) -> Opinion:
    """Keep what was said, with the voter's name and telephone (`voter`; None: they gave none).

    With `resolved` it was settled on the spot, in these words; with `into` it joins that opinion. The same `form_key`
    again is the same opinion, and nothing is done to it twice.
    """
    if form_key and (there := Opinion.objects.filter(form_key=form_key).first()):
        return there
    contact = voter and Contact.objects.keep(place=station.code, privacy_version=privacy_version, **voter)
    given |= {
        "contact": contact, "privacy_version": privacy_version if voter else "", "representative": representative,
        "form_key": form_key, "by": by,
    }  # fmt: skip
    opinion = join(into, **given) if into else receive(station, **given)
    if resolved and into is None:
        resolve_on_spot(opinion, words=resolved, representative=representative, by=by)
    return opinion
