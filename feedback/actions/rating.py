"""The voter's word: on each party's answer for itself. Whoever is not content is heard once more, by rule."""

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from liaison.policy.choices import Key

from ..choices import DueKind, Party, Satisfaction, Step
from ..due import clock_of, start_clock
from ..models import Department, Opinion, OpinionStep, Rating
from ..steps import locked, take
from ..telling import tell
from .referrals import send_again

ANSWERS = {
    Step.RESOLVED: Party.STATION, Step.STATION_ANSWERED: Party.STATION,
    Step.REPRESENTATIVE_ANSWERED: Party.REPRESENTATIVE, Step.DEPARTMENT_ANSWERED: Party.DEPARTMENT,
}  # fmt: skip


def round_of(opinion: Opinion) -> int:
    """1 for the first handling, 2 once it was sent back or opened again."""
    return 1 + opinion.steps.filter(kind__in=[Step.SENT_BACK, Step.REOPENED]).count()


def to_rate(opinion: Opinion) -> dict[str, OpinionStep]:
    """By party, the latest answer of this round that the voter has not rated yet."""
    answers: dict[str, OpinionStep] = {}
    for step in opinion.steps.select_related("department", "representative").order_by("no"):
        if step.kind in (Step.SENT_BACK, Step.REOPENED):
            answers = {}
        elif step.kind in ANSWERS:
            answers[ANSWERS[step.kind]] = step
    rated = set(opinion.ratings.filter(round=round_of(opinion)).values_list("party", flat=True))
    return {party: step for party, step in answers.items() if party not in rated}


@verb
def rate(opinion: Opinion, *, values: Mapping[str, str], words: str = "", by: User | None = None) -> OpinionStep:
    """Write down what the voter says of each party's answer (`values`: Party → Satisfaction).

    Not satisfied with any of them, the matter goes back once; after that the word stands and the station may close it.
    `by` is who wrote it down for the voter. Tells the station, and the department that has it again.
    """
    opinion = locked(opinion)
    asked, no = to_rate(opinion), round_of(opinion)
    if not values or not values.keys() <= asked.keys():
        raise NotAllowed(_("这次答复已经评价过，或者还没有答复"), code="state")
    step = take(opinion, Step.RATED, by=by, words=words, data={"values": dict(values), "round": no})
    for party, value in values.items():
        department: Department | None = asked[party].department
        Rating.objects.create(
            opinion=opinion, party=party, department=department, round=no, value=Satisfaction(value), words=step.words,
            by=by,
        )  # fmt: skip
    tell(step)
    if Satisfaction.NOT in values.values() and opinion.can(Step.SENT_BACK) and may_go_back(opinion):
        return _send_back(opinion, words=step.words)
    return step


def may_go_back(opinion: Opinion) -> bool:
    """不满意 goes back once (DOMAIN §4); a matter that was opened again by hand is a new one in this."""
    for kind in opinion.steps.order_by("-no").values_list("kind", flat=True):
        if kind == Step.SENT_BACK:
            return False
        if kind == Step.REOPENED:
            return True
    return True


def _send_back(opinion: Opinion, *, words: str) -> OpinionStep:
    step = take(opinion, Step.SENT_BACK, by=None, words=words)
    clock = clock_of(Key.REDO_WORKDAYS, timezone.localdate())
    start_clock(opinion, DueKind.ANSWER, clock, by=None)
    send_again(opinion, by=None)
    tell(step)
    return step
