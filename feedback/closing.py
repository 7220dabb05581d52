"""办结 by rule: what was answered is closed when the voter is content, or has said nothing for so many days.

- Every answer was rated and none with 不满意: closed at the next look.
- Nothing has happened for policy's days since the last step, and nobody is discontented: closed.
- Whoever is still not satisfied after the second time is not closed over by a rule: the station does that, in words.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.common.exceptions import verb
from liaison.policy.choices import Key
from liaison.policy.models import Threshold

from . import actions
from .actions.rating import round_of, to_rate
from .choices import WAITING, Satisfaction
from .models import Opinion, Rating
from .steps import locked

logger = logging.getLogger(__name__)
KEY = ("changed_at", "pk")
AT_ONCE = 500
FIRST = datetime(2000, 1, 1, tzinfo=UTC)
RATED_WITHIN = timedelta(days=7)  # a worker that was away longer than that leaves the rest to the days of silence


def close_answered(now: datetime) -> int:
    """Close by rule what is to be closed at `now`; gives how many. Twice is once, and two workers do no harm."""
    days = Threshold.objects.number(Key.CLOSE_DAYS, timezone.localdate(now))
    content = _("各方答复都已评价，按规定办结")
    silent = _("答复后 %(n)s 天没有新的评价和进展，按规定办结；还有问题的，可以请联络站重新打开") % {"n": days}
    closed = sum(_close_once(pk, content, since=None) for pk in _rated(now))
    since = now - timedelta(days=days)
    return closed + sum(_close_once(pk, silent, since=since) for pk in _silent(since))


def _rated(now: datetime) -> list[int]:
    rated = Rating.objects.filter(at__gte=now - RATED_WITHIN, at__lte=now).values("opinion")
    return list(Opinion.objects.filter(pk__in=rated, state__in=WAITING).values_list("pk", flat=True))


def _silent(since: datetime) -> Iterator[int]:
    rows = Opinion.objects.filter(state__in=WAITING, changed_at__lt=since).order_by(*KEY).values_list(*KEY)
    at, last = FIRST, 0
    while keys := list(rows.filter(changed_at__gte=at).exclude(changed_at=at, pk__lte=last)[:AT_ONCE]):
        yield from (pk for _changed_at, pk in keys)
        at, last = keys[-1]


def _close_once(pk: int, words: str, *, since: datetime | None) -> bool:
    try:
        return _close(pk, words, since=since)
    except Exception:  # one broken opinion must not keep the others open
        logger.exception("closing by rule, opinion %s", pk)
        return False


@verb
def _close(pk: int, words: str, *, since: datetime | None) -> bool:
    """`since`: nothing may have happened after that; None: every answer must have been rated."""
    opinion = locked(Opinion(pk=pk))
    if opinion.state not in WAITING or is_discontented(opinion):
        return False
    if opinion.changed_at >= since if since else bool(to_rate(opinion)):
        return False
    actions.close(opinion, words=words, by=None)
    return True


def is_discontented(opinion: Opinion) -> bool:
    """Whether the voter said 不满意 of an answer of this round: it went back once already, else it would not wait."""
    return opinion.ratings.filter(round=round_of(opinion), value=Satisfaction.NOT).exists()
