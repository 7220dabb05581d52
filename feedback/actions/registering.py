"""What a voter sends, or a liaison takes down for one, at a visit, on the telephone or from paper: one transaction."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from liaison.accounts.models import Contact, User
from liaison.common.exceptions import verb
from representatives.models import Representative
from stations.models import Station

from ..attachments import Prepared, attach
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
    by: User | None,
    files: Iterable[Prepared] = (),
    **given,
) -> Opinion:
    """Keep what was said, with the voter's name and telephone (`voter`; None: they gave none).

    With `resolved` it was settled on the spot, in these words; with `into` it joins that opinion, unless it is
    doubtful and somebody has to look at it first. The same `form_key` again is the same opinion, and nothing is done
    to it twice.
    """
    if form_key and (there := Opinion.objects.filter(form_key=form_key).first()):
        return there
    contact = voter and Contact.objects.keep(place=station.code, privacy_version=privacy_version, **voter)
    given |= {
        "contact": contact, "privacy_version": privacy_version if voter else "", "representative": representative,
        "form_key": form_key, "by": by,
    }  # fmt: skip
    opinion = join(into, **given) if into and not given.get("doubts") else receive(station, **given)
    for file in files:
        attach(opinion, file, by=by)
    if resolved and into is None:
        resolve_on_spot(opinion, words=resolved, representative=representative, by=by)
    return opinion
