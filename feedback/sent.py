"""What a department is shown of a matter that was sent to it: what handling it needs, and nothing of who said it.

A station knows its voters; whoever must speak to one asks the station. So neither name nor telephone leaves it, be it
in a text, and a letter that a voter signed stays with the station as well.
"""

from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from liaison.accounts.models import Region
from liaison.common.estimates import capped_count
from liaison.common.personal import found_in

from .choices import REFERRAL_GIVEN_UP, AnswerOutcome, Part, Party, ReferralState, Source, Step
from .choices import SuggestionStepKind as Kind
from .models import Attachment, Opinion, OpinionStep, Rating, Referral, Suggestion, SuggestionStep
from .standing import soon_until, standing_of

MOST_COUNTED = 99
Recorded = OpinionStep | SuggestionStep

# What is told of a department to itself; the two kinds of matter name these alike where they are alike.
ITS_OWN = frozenset(
    {
        Step.FORWARDED, Step.ASSISTED, Step.SIGNED_FOR, Step.RETURNED, Step.ASSIST_RETURNED, Step.DEPARTMENT_ANSWERED,
        Step.ASSIST_ANSWERED, Step.EXTENDED, Step.PAUSED, Step.RESUMED, Kind.ASSIGNED, Kind.ANSWERED,
    }
)  # fmt: skip
BY_DEPARTMENT = frozenset(
    {
        Step.SIGNED_FOR, Step.RETURNED, Step.ASSIST_RETURNED, Step.DEPARTMENT_ANSWERED, Step.ASSIST_ANSWERED,
        Kind.ANSWERED,
    }
)  # fmt: skip
LEADS_ANSWER = frozenset({Step.DEPARTMENT_ANSWERED, Kind.ANSWERED})
AGAIN = {Opinion: frozenset({Step.SENT_BACK}), Suggestion: frozenset({Kind.VIEWED, Kind.REDO})}


class Line(NamedTuple):
    """A step as a department reads it. `facts` are (label, value)."""

    step: Recorded
    who: str
    words: str
    facts: list[tuple[str, str]]
    is_answer: bool


class Sent(NamedTuple):
    """A matter as a department reads it. `texts` are (heading, words)."""

    number: str
    title: str
    texts: list[tuple[str, str]]
    facts: list[tuple[str, str]]
    lead: Referral | None
    assisting: list[Referral]
    lines: list[Line]
    attachments: list[Attachment]
    has_original: bool
    ratings: list[Rating]


def sent(referral: Referral) -> Sent:
    """`referral` with its matter and department at hand."""
    matter, others, lines = referral.matter, _others(referral), _lines(referral)
    return Sent(
        number=matter.shown_number,
        title=untraced(matter.title),
        texts=_texts(matter),
        facts=_facts(matter),
        lead=next((other for other in others if other.part == Part.LEAD), None),
        assisting=[other for other in others if other.part == Part.ASSISTING],
        lines=lines,
        attachments=_attachments(referral, lines),
        has_original=_has_original(matter),
        ratings=_ratings(referral),
    )


def count_to_sign(user) -> int:
    """How much waits for `user`'s department to sign for it, as far as it is worth counting."""
    waiting = Referral.objects.for_user(user, "answer").filter(state=ReferralState.SENT)
    return capped_count(waiting, MOST_COUNTED)


def untraced(text: str) -> str:
    """`text` without any number of a person. Not masked: its last four digits let anybody track the matter."""
    while found := found_in(text):
        for number in reversed(found):
            text = text[: number.start] + _("（号码略）") + text[number.end :]
    return text


def dates_of(referral: Referral, today: date) -> list:
    """The referral's own dates with how each stands, open ones first."""
    soon, dates = soon_until(today), list(referral.due_dates.all())
    for due in dates:
        due.standing = standing_of(due, today, soon)
    return sorted(dates, key=lambda due: (due.ended_on is not None, str(due.due_on), due.pk))


def _texts(matter: Opinion | Suggestion) -> list[tuple[str, str]]:
    if isinstance(matter, Opinion):
        return [(_("反映的事项"), untraced(matter.matter))]
    return [(_("情况和问题"), matter.matter), (_("具体建议"), matter.proposal)]


def _facts(matter: Opinion | Suggestion) -> list[tuple[str, str]]:
    category = (_("类别"), str(matter.category or _("未分类")))
    if isinstance(matter, Opinion):
        station = matter.station
        return [
            category, (_("联络站"), str(station)), (_("联络站地址"), station.address), (_("联络站电话"), station.phone)
        ]  # fmt: skip
    people = [
        (_("领衔代表") if s.part == Part.LEAD else _("联名代表"), str(s.representative)) for s in _signers(matter)
    ]
    region = Region.objects.filter(code=matter.place.partition("-")[0]).first()
    return [category, (_("所在"), str(region or "")), *people]


def _signers(suggestion: Suggestion):
    signers = suggestion.signers.filter(declined_at=None).select_related("representative")
    return signers.order_by("-part", "position", "pk")


def _others(referral: Referral) -> list[Referral]:
    """Who else has the matter, or had it when this department was done with it."""
    rows = referral.matter.referrals.exclude(pk=referral.pk).exclude(state__in=REFERRAL_GIVEN_UP)
    if referral.state in REFERRAL_GIVEN_UP:
        rows = rows.filter(sent_at__lte=referral.ended_at)
    return list(rows.select_related("department").order_by("-part", "pk"))


def _lines(referral: Referral) -> list[Line]:
    steps = referral.matter.steps.select_related("by", "department").order_by("no")
    return [_line(step, referral) for step in steps if _concerns(step, referral)]


def _concerns(step: Recorded, referral: Referral) -> bool:
    """Its own steps; to the lead what assisting ones report and why it is to be done again; to those the answer.

    Whoever gave the matter back, or had it taken back, is told nothing of what came after.
    """
    if referral.state in REFERRAL_GIVEN_UP and step.at > referral.ended_at:
        return False
    leads = referral.part == Part.LEAD
    if step.kind in AGAIN[type(referral.matter)]:
        return leads
    if step.kind == Step.RECALLED and isinstance(referral.matter, Opinion):
        return referral.state == ReferralState.RECALLED and step.at >= referral.sent_at
    if step.department_id == referral.department_id:
        return step.kind in ITS_OWN
    return step.kind == Step.ASSIST_ANSWERED if leads else step.kind in LEADS_ANSWER


def _line(step: Recorded, referral: Referral) -> Line:
    is_answer = step.kind in LEADS_ANSWER or step.kind == Step.ASSIST_ANSWERED
    words = untraced(step.words) if step.kind == Step.SENT_BACK else step.words
    if words == referral.note and not is_answer:  # it stands under the matter already
        words = ""
    data = step.data
    facts = [
        (_("办理结果"), AnswerOutcome(data["outcome"]).label if data.get("outcome") else ""),
        (_("签发人"), data.get("signed_by", "")),
    ]
    return Line(step, _who(step), words, [fact for fact in facts if fact[1]], is_answer)


def _who(step: Recorded) -> str:
    if step.kind in BY_DEPARTMENT:
        return " ".join(filter(None, [str(step.department or ""), str(step.by or step.data.get("name", ""))]))
    return str(step.by or "")


def _attachments(referral: Referral, lines: list[Line]) -> list[Attachment]:
    """What came with the opinion, and with the answers that are told. A suggestion has none."""
    if not referral.opinion_id or referral.state in REFERRAL_GIVEN_UP:
        return []
    told = {line.step.pk for line in lines} | {None}
    shown = Attachment.objects.filter(Attachment.objects.all().of_departments_q(), opinion=referral.opinion_id)
    return [file for file in shown.order_by("pk") if file.step_id in told]


def _has_original(matter: Opinion | Suggestion) -> bool:
    """Whether there is a letter that stays with the station."""
    if not isinstance(matter, Opinion) or matter.source != Source.PAPER:
        return False
    return matter.attachments.filter(step=None, erased_at=None).exists()


def _ratings(referral: Referral) -> list[Rating]:
    if not referral.opinion_id or referral.part != Part.LEAD:
        return []
    own = Rating.objects.filter(opinion=referral.opinion_id, party=Party.DEPARTMENT, department=referral.department_id)
    rows = list(own.order_by("at", "pk"))
    for row in rows:
        row.shown_words = untraced(row.words)
    return rows
