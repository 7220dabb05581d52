"""转办: a matter in the hands of departments, one that leads and others that assist, each with its own dates."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from liaison.policy.choices import Key

from ..choices import AnswerOutcome, DueEnd, DueKind, Part, ReferralState, Step, SuggestionStepKind
from ..due import clock_of, end_dates, set_day, start_clock
from ..models import Department, Opinion, OpinionStep, Referral, Suggestion, SuggestionStep
from ..steps import locked, needed, take
from ..telling import tell
from .assigning import answer_all, came_back, count_from_receipt
from .handling import answered, voter_has_a_day

Recorded = OpinionStep | SuggestionStep


@verb
def forward(
    opinion: Opinion, *, lead: Department, assisting: Iterable[Department] = (), words: str = "",
    due_on: date | None = None, by: User, seen: int | None = None,
) -> Referral:  # fmt: skip
    """Hand the opinion to one department that leads and to others that assist. Tells them and the voter.

    The answer is due on `due_on`, else on the day that was promised to the voter, else by policy's term.
    """
    opinion = locked(opinion, seen)
    if due_on is not None and due_on < timezone.localdate():
        raise NotAllowed({"due_on": _("答复期限不能早于今天")})
    step = take(opinion, Step.FORWARDED, by=by, words=words, department=lead)
    end_dates(opinion.due_dates.filter(kind__in=[DueKind.ACCEPT, DueKind.REASSIGN]))
    voter_has_a_day(opinion, by)
    for assisting_so_far in opinion.referrals.open().filter(department=lead):
        _end(assisting_so_far, ReferralState.RECALLED, DueEnd.DROPPED)
    referral = _send(opinion, lead, Part.LEAD, words=words, due_on=due_on, by=by)
    tell(step)
    there = set(opinion.referrals.open().values_list("department", flat=True))
    for department in assisting:
        if department.pk not in there:
            tell(_assist(opinion, department, words=words, by=by))
    return referral


@verb
def assist(opinion: Opinion, *, department: Department, words: str = "", by: User, seen: int | None = None) -> Referral:
    """Ask one more department to assist the lead. Tells it."""
    opinion = locked(opinion, seen)
    tell(_assist(opinion, department, words=words, by=by))
    return opinion.referrals.open().get(department=department)


@verb
def recall(opinion: Opinion, *, reason: str, by: User, seen: int | None = None) -> OpinionStep:
    """Take the matter back from every department that still has it. Tells them."""
    opinion = locked(opinion, seen)
    step = take(opinion, Step.RECALLED, by=by, words=needed(reason))
    for referral in opinion.referrals.open():
        _end(referral, ReferralState.RECALLED, DueEnd.DROPPED)
    tell(step)
    return step


@verb
def sign_for(referral: Referral, *, by: User | None, name: str = "") -> Recorded:
    """签收: the department has read it; the count of suggestions starts here. `name` is who signs by a link."""
    matter, referral = _both(referral)
    if referral.state != ReferralState.SENT:
        raise NotAllowed(_("已经签收过，不用再签"), code="state")
    data = _of(referral) | {"name": name}
    step = take(matter, Step.SIGNED_FOR, by=by, department=referral.department, data=data)
    referral.state, referral.received_at = ReferralState.RECEIVED, timezone.now()
    referral.received_by = name or str(by or "")
    referral.save(update_fields=["state", "received_at", "received_by"])
    if referral.suggestion_id:
        count_from_receipt(referral)
    return step


@verb
def give_back(referral: Referral, *, reason: str, by: User | None, name: str = "") -> Recorded:
    """退回交办不当: not this department's business, in writing and in time. Tells the station, which reassigns it."""
    matter, referral = _both(referral)
    due = referral.due_dates.open().filter(kind=DueKind.RETURN).first()
    if due and due.is_overdue(timezone.localdate()):
        raise NotAllowed(_("退回期限已过，请办理并答复"), code="late")
    leads = referral.part == Part.LEAD
    step = take(
        matter, Step.RETURNED if leads else Step.ASSIST_RETURNED, by=by, words=needed(reason, _("请说明退回的理由")),
        department=referral.department, data=_of(referral) | {"name": name},
    )  # fmt: skip
    referral.return_reason = step.words[:400]
    _end(referral, ReferralState.RETURNED, DueEnd.DROPPED)
    if leads and referral.suggestion_id:
        came_back(matter, by=by)
    elif leads:
        start_clock(matter, DueKind.REASSIGN, clock_of(Key.RETURN_OPINION_WORKDAYS, timezone.localdate()), by=by)
    tell(step)
    return step


@verb
def answer_referral(
    referral: Referral, *, words: str, outcome: str, signed_by: str = "", by: User | None, name: str = ""
) -> Recorded:
    """The department's answer; an assisting one reports to the lead and does not end the matter.

    `outcome` is an `AnswerOutcome`, `signed_by` the head whose name stands under it. Tells station and voter; what
    answers a suggestion goes to each of its signers.
    """
    matter, referral = _both(referral)
    leads = referral.part == Part.LEAD
    if referral.suggestion_id and leads and not signed_by.strip():
        raise NotAllowed({"signed_by": _("答复代表建议应由单位负责人签发，请填写姓名")}, code="required")
    step = take(
        matter, _answers(referral), by=by, words=needed(words),
        department=referral.department,
        data=_of(referral) | {"outcome": AnswerOutcome(outcome).value, "signed_by": signed_by, "name": name},
    )  # fmt: skip
    _end(referral, ReferralState.ANSWERED, DueEnd.KEPT)
    if leads and referral.suggestion_id:
        answer_all(step)
    elif leads:
        answered(matter)
    tell(step)
    return step


def send_again(opinion: Opinion, *, by: User | None) -> Referral | None:
    """The voter was not content with the lead's answer: it comes to the same department again, with a new clock."""
    last = opinion.referrals.filter(part=Part.LEAD, state=ReferralState.ANSWERED).order_by("-id").first()
    if last is None:
        return None
    again = Referral.objects.create(
        opinion=opinion, place=last.place, department=last.department, round=last.round + 1, note=last.note, sent_by=by
    )
    start_clock(opinion, DueKind.REDO, clock_of(Key.REDO_WORKDAYS, timezone.localdate()), by=by, referral=again)
    return again


def _send(opinion: Opinion, department: Department, part: str, *, words: str, by: User, due_on: date | None = None):
    today = timezone.localdate()
    referral = Referral.objects.create(
        opinion=opinion, place=opinion.station_id, department=department, part=part, note=words.strip(), sent_by=by
    )
    kind = DueKind.HANDLE if part == Part.LEAD else DueKind.ASSIST
    promised = opinion.due_dates.open().filter(kind=DueKind.ANSWER).first()
    day = due_on or (promised and promised.due_on)
    if day:
        reason = _("转办时确定的日期") if due_on else _("按已向群众承诺的日期")
        set_day(opinion, kind, day, reason=reason, by=by, referral=referral)
    else:
        start_clock(opinion, kind, clock_of(Key.PROMISE_WORKDAYS, today), by=by, referral=referral)
    start_clock(opinion, DueKind.RETURN, clock_of(Key.RETURN_OPINION_WORKDAYS, today), by=by, referral=referral)
    return referral


def _assist(opinion: Opinion, department: Department, *, words: str, by: User) -> OpinionStep:
    step = take(opinion, Step.ASSISTED, by=by, words=words, department=department)
    _send(opinion, department, Part.ASSISTING, words=words, by=by)
    return step


def _answers(referral: Referral) -> str:
    if referral.part == Part.ASSISTING:
        return Step.ASSIST_ANSWERED
    return SuggestionStepKind.ANSWERED if referral.suggestion_id else Step.DEPARTMENT_ANSWERED


def _both(referral: Referral) -> tuple[Opinion | Suggestion, Referral]:
    """The matter locked, then the referral as it is now: everybody locks in this order."""
    matter = locked(referral.matter)
    referral = Referral.objects.select_for_update(of=("self",)).select_related("department").get(pk=referral.pk)
    if not referral.is_open:
        raise NotAllowed(_("这个转办件“%s”，不能再办理") % referral.get_state_display(), code="state")
    return matter, referral


def _end(referral: Referral, state: str, as_: str) -> None:
    referral.state, referral.ended_at = state, timezone.now()
    referral.save(update_fields=["state", "ended_at", "return_reason"])
    end_dates(referral.due_dates, as_=as_)


def _of(referral: Referral) -> dict:
    return {"referral": referral.public_id, "round": referral.round}
