"""One matter said twice becomes one, and two matters said at once become two; both keep their histories."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb

from ..choices import DueEnd, Step
from ..due import end_dates
from ..models import Opinion
from ..steps import locked, needed, take
from ..telling import tell
from .handling import call_back
from .intake import receive

MOST_PARTS = 10


@verb
def merge(opinion: Opinion, *, into: Opinion, reason: str, by: User, seen: int | None = None) -> Opinion:
    """并案: `opinion` follows the course of `into` from here on; its own steps stay. Tells its voter."""
    if opinion.pk == into.pk:
        raise NotAllowed(_("不能并入自己"))
    rows = {pk: locked(row) for pk, row in sorted({opinion.pk: opinion, into.pk: into}.items())}
    opinion, into = locked(rows[opinion.pk], seen), rows[into.pk]
    if into.merged_into_id:
        raise NotAllowed(_("要并入的意见自己已经并案，请选它并入的那一件"))
    if opinion.taken_in.exists():
        raise NotAllowed(_("这件意见已并入过其他意见，请反过来并案"))
    step = take(opinion, Step.MERGED, by=by, words=needed(reason), other=into)
    take(into, Step.TOOK_IN, by=by, other=opinion)
    opinion.merged_into = into
    opinion.save(update_fields=["merged_into"])
    call_back(opinion)
    end_dates(opinion.due_dates, as_=DueEnd.DROPPED)
    tell(step)
    return into


@verb
def split(
    opinion: Opinion, *, parts: Sequence[tuple[str, str]], reason: str, by: User, seen: int | None = None
) -> list[Opinion]:
    """分案: each of `parts` (title, matter) becomes an opinion of its own, of the same voter; this one goes on, too."""
    opinion = locked(opinion, seen)
    if not 0 < len(parts) <= MOST_PARTS:
        raise NotAllowed(_("一次可以分出 1 至 %(n)s 件") % {"n": MOST_PARTS})
    made = []
    for title, matter in parts:
        part = receive(
            opinion.station, matter=matter, title=title, source=opinion.source, category=opinion.category,
            representative=opinion.representative, visit=opinion.visit, contact=opinion.contact,
            language=opinion.language, privacy_version=opinion.privacy_version, heard_on=opinion.heard_on, by=by,
        )  # fmt: skip
        Opinion.objects.filter(pk=part.pk).update(split_from=opinion)
        take(opinion, Step.SPLIT, by=by, words=needed(reason), other=part)
        made.append(part)
    return made
