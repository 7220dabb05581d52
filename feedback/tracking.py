"""What a voter is told of their matter when they ask: steps in plain words, what is promised, why it is late."""

import hmac
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import Contact
from liaison.common import sealing
from liaison.common.buckets import take

from .actions.rating import to_rate
from .choices import DONE, TOLD, WAITING, AnswerOutcome, DueKind, Party, Satisfaction, Step
from .models import Opinion, OpinionStep
from .sent import untraced
from .standing import Standing, soon_until, standing_on

ASKS_PER_HOUR, ASKS_AT_ONCE = 60, 20  # of one address
TRIES_PER_HOUR, TRIES_AT_ONCE = 10, 8  # with one number: ten thousand endings of a telephone take weeks

# Words that were written for the voter. What was written to a department or among colleagues is not.
SPEAKS = frozenset(
    {
        Step.RESOLVED, Step.PROMISED, Step.STATION_ANSWERED, Step.REPRESENTATIVE_ANSWERED, Step.DEPARTMENT_ANSWERED,
        Step.REFUSED, Step.CLOSED, Step.EXTENDED, Step.PAUSED, Step.RESUMED,
    }
)  # fmt: skip
PLAIN = {
    Step.RECEIVED: _("收到您的意见"), Step.HELD_BACK: _("收到您的意见，正在核对"), Step.ACCEPTED: _("已受理"),
    Step.RESOLVED: _("当场解决"), Step.PROMISED: _("说明情况，约定答复日期"), Step.FORWARDED: _("转给%s办理"),
    Step.PASSED: _("提请%s代表跟进"), Step.PASSED_BACK: _("回到联络站继续办理"),
    Step.SUGGESTED: _("作为代表建议提出"), Step.UNSUGGESTED: _("回到联络站继续办理"),
    Step.STATION_ANSWERED: _("联络站答复您"), Step.REPRESENTATIVE_ANSWERED: _("%s代表答复您"),
    Step.DEPARTMENT_ANSWERED: _("%s答复您"), Step.RATED: _("您作了评价"),
    Step.SENT_BACK: _("不满意，重新办理"),
    Step.REFUSED: _("不能由联络站受理"), Step.CLOSED: _("已办结"), Step.REOPENED: _("重新打开，继续办理"),
    Step.MERGED: _("与别人反映的同一件事一起办理"), Step.SPLIT: _("分出另一件事单独办理"),
    Step.WITHDRAWN: _("已撤回"), Step.URGED: _("人大督促办理"), Step.EXTENDED: _("答复日期延后"),
    Step.PAUSED: _("暂停计时"), Step.RESUMED: _("恢复计时"), Step.PUBLISHED: _("办理结果已公开"),
}  # fmt: skip


class Told(NamedTuple):
    """A step in plain words."""

    at: datetime
    title: str
    words: str
    facts: list[tuple[str, str]]


class Course(NamedTuple):
    """A matter as its voter reads it. `due_on` is by when there is an answer; `standing` whether that is kept."""

    opinion: Opinion
    steps: list[Told]
    due_on: date | None
    standing: Standing | None
    answers: dict[str, str]
    is_over: bool


def may_ask(number: str, address: str) -> bool:
    """Whether somebody at this address may ask for this number now; each asking counts, by page or by API."""
    return all(
        [
            take("track-address", address, rate_per_hour=ASKS_PER_HOUR, burst=ASKS_AT_ONCE),
            take("track-number", number, rate_per_hour=TRIES_PER_HOUR, burst=TRIES_AT_ONCE),
        ]
    )


def found(number: str, digits: str) -> Opinion | None:
    """The opinion of a receipt, if the last four digits are those of its voter's telephone.

    A number that nobody has costs as much as one with the wrong digits: one query, one envelope opened.
    """
    opinion = Opinion.objects.select_related("contact", "station", "merged_into").filter(number=number).first()
    contact = opinion.contact if opinion else None
    try:
        phone = (contact or Contact(sealed=_nobodys())).opened().phone
    except sealing.Unreadable:
        phone = ""
    fits = bool(phone) and hmac.compare_digest(phone[-4:].encode(), digits.encode())
    if opinion is None:
        return None
    return opinion if fits or contact is None else None


@cache
def _nobodys() -> str:
    """An envelope to open where there is none: it takes as long."""
    return sealing.seal({"name": "-", "phone": "00000000000", "email": ""})


def course_of(opinion: Opinion, today: date) -> Course:
    """The course of the opinion itself, and from there on of the one that it was joined to."""
    main = opinion.merged_into or opinion
    own = list(_told(opinion, opinion))
    theirs = list(_told(main, opinion)) if main != opinion else []
    due = main.due_dates.open().filter(kind=DueKind.ANSWER, referral=None).first()
    due = due or main.due_dates.open().filter(kind=DueKind.ACCEPT).first()
    due_on = due and due.due_on
    return Course(
        opinion=opinion,
        steps=sorted([*own, *theirs], key=lambda told: told.at),
        due_on=due_on,
        standing=standing_on(due_on, today, soon_until(today)) if due_on else None,
        answers={party: Party(party).label for party in to_rate(opinion)} if main == opinion and _waits(main) else {},
        is_over=main.state in DONE,
    )


def _waits(opinion: Opinion) -> bool:
    return opinion.state in WAITING


def _told(main: Opinion, asking: Opinion) -> Iterator[Told]:
    """Of somebody else's matter not what they said themselves, nor how it came."""
    hidden = {Step.RECEIVED, Step.HELD_BACK, Step.RATED} if main != asking else set()
    for step in main.steps.filter(kind__in=TOLD - hidden).select_related("department", "representative").order_by("no"):
        yield Told(step.at, _title(step), untraced(step.words) if step.kind in SPEAKS else "", _facts(step))


def _title(step: OpinionStep) -> str:
    who = str(step.department or step.representative or "")
    title = str(PLAIN.get(step.kind, step.get_kind_display()))
    return title % who if "%s" in title else title


def _facts(step: OpinionStep) -> list[tuple[str, str]]:
    data = step.data
    rated = [f"{Party(p).label} {Satisfaction(v).label}" for p, v in data.get("values", {}).items()]
    facts = [
        (_("办理结果"), AnswerOutcome(data["outcome"]).label if data.get("outcome") else ""),
        (_("应向哪里反映"), data.get("office", "")),
        (_("您的评价"), "、".join(rated)),
    ]
    return [(str(label), str(value)) for label, value in facts if value]
