"""督办: urging whoever is late, by hand and by rule. Each urge is a row that nobody changes, and a step of the matter.

By rule on working days alone: who handles it on the first working day after the date; their head, and the district,
so many working days later as policy says. One rank is reached once for one date, however often the rule is run.
"""

import logging
from collections.abc import Iterator
from datetime import date, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from liaison.common.workdays import add_workdays, is_workday
from liaison.policy.choices import Key
from liaison.policy.models import CalendarDay, Threshold

from .choices import Rank, Step
from .models import DueDate, Opinion, Referral, Suggestion, Urge
from .steps import locked, take
from .telling import tell, tell_urge
from .urged import Urged, urged, urged_by

logger = logging.getLogger(__name__)

LONGEST_WORDS = 400
LONGEST_NAME = 120
KEY = ("due_on", "pk")
AT_ONCE = 500  # keys read in one go
LOOKS_BACK = timedelta(days=400)  # more than the longest clock of working days that an office would set here


@verb
def urge(
    matter: Opinion | Suggestion,
    *,
    referral: Referral | None = None,
    due: DueDate | None = None,
    rank: str = Rank.PERSON,
    words: str,
    until: date | None = None,
    by: User,
    seen: int | None = None,
) -> Urge:
    """Urge by hand: the department of `referral`, else the station itself. `until` is the day asked for.

    Tells those who are urged; the voter sees that it was done.
    """
    matter = locked(matter, seen)
    if not words.strip():
        raise NotAllowed({"words": _("请写明要求")}, code="required")
    if until is not None and until < timezone.localdate():
        raise NotAllowed({"until": _("要求办结的日期不能早于今天")})
    if referral is not None and not Referral.objects.open().filter(pk=referral.pk).exists():
        raise NotAllowed(_("这个单位已经办完或退回，不用再督办"), code="state")
    reached = urged(matter, rank, referral=referral, signer=due.signer if due else None)
    if reached is None:
        raise NotAllowed({"rank": _("这里没有这一级")})
    return _keep(matter, reached, rank=rank, referral=referral, due=due, words=words.strip(), until=until, by=by)


def urge_overdue(on: date) -> int:
    """Urge by rule whatever is overdue on `on`; gives how many urges were made. On a day off nothing is done."""
    exceptions = CalendarDay.objects.exceptions(on - LOOKS_BACK, on)
    if not is_workday(on, exceptions):
        return 0
    made = 0
    for rank, workdays in ranks_on(on).items():
        # So many working days have passed, `on` being one of them: at least one.
        before = add_workdays(on, 1 - max(workdays, 1), exceptions)
        made += sum(_urge_once(pk, rank, before) for pk in _waiting(rank, before))
    return made


def ranks_on(on: date) -> dict[str, int]:
    """After how many working days each rank is reached."""
    number = Threshold.objects.number
    return {
        Rank.PERSON: 1,
        Rank.HEAD: number(Key.URGE_HEAD_WORKDAYS, on),
        Rank.DISTRICT: number(Key.URGE_DISTRICT_WORKDAYS, on),
    }


def _waiting(rank: str, before: date) -> Iterator[int]:
    """Keys of open dates before `before` for which nobody of `rank` was urged by rule, read some at a time."""
    done = Urge.objects.filter(due=OuterRef("pk"), rank=rank, by=None)
    rows = DueDate.objects.open().filter(~Exists(done), due_on__lt=before).order_by("due_on", "pk")
    day, last = date.min, 0
    while keys := list(rows.filter(due_on__gte=day).exclude(due_on=day, pk__lte=last).values_list(*KEY)[:AT_ONCE]):
        yield from (pk for _due_on, pk in keys)
        day, last = keys[-1]


def _urge_once(pk: int, rank: str, before: date) -> bool:
    """One urge in one transaction. Another worker, or an answer, may have been quicker: then there is none."""
    try:
        return _urge_by_rule(pk, rank, before)
    except Exception:  # one broken matter must not keep the others from being urged
        logger.exception("urging by rule, date %s, rank %s", pk, rank)
        return False


@verb
def _urge_by_rule(pk: int, rank: str, before: date) -> bool:
    due = DueDate.objects.select_related("opinion__station", "suggestion").get(pk=pk)
    matter = locked(due.matter)
    late = DueDate.objects.open().filter(pk=pk, due_on__lt=before).exclude(urges__rank=rank, urges__by=None)
    due = late.select_related("referral__department", "signer__representative").first()
    if due is None or not matter.can(Step.URGED):
        return False
    reached = urged_by(due, rank)
    if reached is None:
        return False
    words = _("“%(kind)s”已经超过期限，请尽快办理") % {"kind": due.get_kind_display()}
    _keep(matter, reached, rank=rank, referral=due.referral, due=due, words=words, until=None, by=None)
    return True


def _keep(matter, reached: Urged, *, rank, referral, due, words: str, until: date | None, by: User | None) -> Urge:
    is_opinion = isinstance(matter, Opinion)
    made = Urge.objects.create(
        opinion=matter if is_opinion else None, suggestion=None if is_opinion else matter, referral=referral, due=due,
        place=matter.station_id if is_opinion else matter.place, rank=rank, to=reached.name[:LONGEST_NAME],
        words=words, until=until, by=by,
    )  # fmt: skip
    step = take(
        matter, Step.URGED, by=by, words=words, department=referral.department if referral else None,
        data={
            "urge": made.pk, "rank": rank, "to": made.to, "until": until.isoformat() if until else "",
            "due": due.kind if due else "", "due_id": due.pk if due else None,
        },
    )  # fmt: skip
    tell(step)
    tell_urge(made)
    return made
