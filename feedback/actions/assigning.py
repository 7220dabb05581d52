"""代表建议 in the hands of departments: assigned, answered to each signer, judged by them, done again, closed.

Terms are those of 代表法第五十一条 and of Henan's rules of 2017, each of them a threshold of policy.
"""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from liaison.common.personal import found_in
from liaison.policy.choices import Key

from ..choices import DueEnd, DueKind, Part, ReferralState, Satisfaction, Step
from ..choices import SuggestionStepKind as Kind
from ..due import clock_of, end_dates, reckon_again, set_day, start_clock
from ..models import Department, Opinion, Referral, Suggestion, SuggestionSigner, SuggestionStep
from ..steps import locked, needed, take
from ..telling import tell
from .handling import answered, call_back
from .proposing import with_signer


@verb
def assign(
    suggestion: Suggestion, *, lead: Department, assisting: Iterable[Department] = (), words: str = "", by: User,
    seen: int | None = None,
) -> Referral:  # fmt: skip
    """交办: to one department that leads and others that assist. Tells them, and gives its voters the day of the law.

    Three months, six where the matter is hard or wide (代表法第五十一条); an assisting one has two.
    """
    suggestion = locked(suggestion, seen)
    step = take(suggestion, Kind.ASSIGNED, by=by, words=words, department=lead)
    end_dates(suggestion.due_dates.filter(kind=DueKind.REASSIGN))
    referral = _send(suggestion, lead, Part.LEAD, words=words, by=by)
    suggestion.assigned_on = suggestion.assigned_on or timezone.localdate()
    suggestion.save(update_fields=["assigned_on"])
    steps = [step]
    for department in assisting:
        if department.pk != lead.pk:
            steps.append(_assist(suggestion, department, words=words, by=by))
    voters_wait_until(suggestion, referral, by)
    for step in steps:
        tell(step)
    return referral


@verb
def ask_to_assist(
    suggestion: Suggestion, *, department: Department, words: str = "", by: User, seen: int | None = None
) -> SuggestionStep:
    """Ask one more department to assist the lead. Tells it."""
    step = _assist(locked(suggestion, seen), department, words=words, by=by)
    tell(step)
    return step


@verb
def give_view(signer: SuggestionSigner, *, value: str, words: str = "", by: User) -> SuggestionStep:
    """What a signer thinks of the answer (`value` is a Satisfaction). By staff: as the representative told them.

    不满意 with the reason has it done again, once, within policy's month; when all are content it is closed.
    """
    suggestion, signer = with_signer(signer)
    if signer.confirmed_at is None or signer.answered_at is None:
        raise NotAllowed(_("这位代表没有收到答复，不能提意见"), code="state")
    if signer.view:
        raise NotAllowed(_("这次的答复已经提过意见"), code="state")
    if value == Satisfaction.NOT and not words.strip():
        raise NotAllowed({"words": _("不满意的，请写明理由")}, code="required")
    round_ = _round_of(suggestion)
    step = take(
        suggestion, Kind.VIEWED, by=by, words=words, representative=signer.representative,
        data={"values": {"department": Satisfaction(value).value}, "round": round_},
    )  # fmt: skip
    signer.view, signer.view_words, signer.viewed_at = value, words.strip(), timezone.now()
    signer.save(update_fields=["view", "view_words", "viewed_at"])
    end_dates(suggestion.due_dates.filter(signer=signer))
    tell(step)
    if value == Satisfaction.NOT and round_ == 1:
        _again(suggestion, reason=_("代表不满意，按规定重新办理一次"), by=None)
    elif not _signed(suggestion).exclude(view__in=[Satisfaction.SATISFIED, Satisfaction.BASICALLY]).exists():
        _close(suggestion, words=_("各位代表都已提出意见，按规定办结"), by=None)
    return step


@verb
def do_again(suggestion: Suggestion, *, reason: str, by: User, seen: int | None = None) -> SuggestionStep:
    """Once more by the same department, when the district decides so. Tells it."""
    return _again(locked(suggestion, seen), reason=needed(reason), by=by)


@verb
def close_suggestion(suggestion: Suggestion, *, words: str = "", by: User, seen: int | None = None) -> SuggestionStep:
    """办结 by the district: whoever has not said what they think is asked no longer. Tells the signers."""
    return _close(locked(suggestion, seen), words=words, by=by)


@verb
def prioritise(
    suggestion: Suggestion, *, is_priority: bool, words: str = "", by: User, seen: int | None = None
) -> SuggestionStep:
    """重点督办, or no longer so."""
    suggestion = locked(suggestion, seen)
    if suggestion.is_priority == is_priority:
        raise NotAllowed(_("已经是这样"), code="state")
    suggestion.is_priority = is_priority
    suggestion.save(update_fields=["is_priority"])
    words = words if is_priority else _("不再列为重点督办。%s") % words
    return take(suggestion, Kind.PRIORITY, by=by, words=words, data={"is_priority": is_priority})


@verb
def note_suggestion(suggestion: Suggestion, *, words: str, by: User) -> SuggestionStep:
    """A remark for colleagues."""
    return take(locked(suggestion), Kind.NOTED, by=by, words=needed(words))


@verb
def publish_report(suggestion: Suggestion, *, report: str, by: User, seen: int | None = None) -> SuggestionStep:
    """公开办理情况: what everybody may read of how it was handled. Refuses any number of a person."""
    suggestion = locked(suggestion, seen)
    if found := found_in(report):
        raise NotAllowed({"report": found[0].words}, code="personal")
    step = take(suggestion, Kind.PUBLISHED, by=by, words=needed(report))
    suggestion.public_report = report.strip()
    suggestion.published_at = suggestion.published_at or timezone.now()
    suggestion.save(update_fields=["public_report", "published_at"])
    return step


@verb
def take_report_off(suggestion: Suggestion, *, reason: str, by: User, seen: int | None = None) -> SuggestionStep:
    suggestion = locked(suggestion, seen)
    if suggestion.published_at is None:
        raise NotAllowed(_("现在没有公开"), code="state")
    step = take(suggestion, Kind.TAKEN_OFF, by=by, words=needed(reason))
    suggestion.published_at = None
    suggestion.save(update_fields=["published_at"])
    return step


# What becomes of a suggestion when a department acts on its referral (see actions.referrals).


def count_from_receipt(referral: Referral) -> None:
    """The count starts at receipt (河南省人大代表建议办理规定): the day it was sent and this one are both kept."""
    today = timezone.localdate()
    for due in referral.due_dates.open().exclude(start_on=today).exclude(count=None):
        due.start_on, due.changed_why = today, _("从签收之日起算")
        reckon_again(due)
        due.save()
    if referral.part == Part.LEAD:
        voters_wait_until(referral.suggestion, referral, None)


def came_back(suggestion: Suggestion, *, by: User | None) -> None:
    """Given back as wrong: whoever was to assist waits no longer, and the clock for handing it out again runs."""
    call_back(suggestion)
    start_clock(suggestion, DueKind.REASSIGN, clock_of(Key.REASSIGN_WORKDAYS, timezone.localdate()), by=by)


def answer_all(step: SuggestionStep) -> None:
    """The lead's answer goes to each signer, who has policy's days to say what they think, and to every voter."""
    suggestion = step.suggestion
    answered(suggestion)
    suggestion.outcome = step.data["outcome"]
    suggestion.save(update_fields=["outcome"])
    clock = clock_of(Key.VIEW_WORKDAYS, timezone.localdate())
    for signer in _signed(suggestion):
        signer.answered_at, signer.view, signer.view_words, signer.viewed_at = timezone.now(), "", "", None
        signer.save(update_fields=["answered_at", "view", "view_words", "viewed_at"])
        start_clock(suggestion, DueKind.VIEW, clock, by=None, signer=signer)
    for opinion in suggestion.opinions.order_by("pk"):
        opinion = locked(opinion)
        if opinion.can(Step.DEPARTMENT_ANSWERED):
            told = take(
                opinion, Step.DEPARTMENT_ANSWERED, by=step.by, words=step.words, department=step.department,
                data=step.data | {"suggestion": suggestion.public_id},
            )  # fmt: skip
            answered(opinion)
            tell(told)


def voters_wait_until(suggestion: Suggestion, referral: Referral, by: User | None) -> None:
    """Whoever said it first is told the day by which the department has to answer."""
    due = referral.due_dates.open().filter(kind=DueKind.HANDLE).first()
    if due is None or due.due_on is None:
        return
    for opinion in Opinion.objects.filter(suggestion=suggestion, closed_at=None).order_by("pk"):
        opinion = locked(opinion)
        dates = opinion.due_dates.open().filter(kind=DueKind.ANSWER)
        if not opinion.can(Step.EXTENDED) or dates.filter(due_on=due.due_on).exists():
            continue
        end_dates(dates, as_=DueEnd.DROPPED)
        set_day(opinion, DueKind.ANSWER, due.due_on, reason=_("作为代表建议交办，按法定期限答复"), by=by)
        words = _("作为代表建议交%s办理，按法定期限答复") % referral.department
        tell(take(opinion, Step.EXTENDED, by=by, words=words, data={"due": DueKind.ANSWER}))


def _send(suggestion: Suggestion, department: Department, part: str, *, words: str, by: User) -> Referral:
    today = timezone.localdate()
    referral = Referral.objects.create(
        suggestion=suggestion, place=suggestion.place, department=department, part=part, note=words.strip(), sent_by=by
    )
    if part == Part.LEAD:
        key = Key.SUGGESTION_HARD_MONTHS if suggestion.is_hard else Key.SUGGESTION_MONTHS
        start_clock(suggestion, DueKind.HANDLE, clock_of(key, today), by=by, referral=referral)
    else:
        start_clock(suggestion, DueKind.ASSIST, clock_of(Key.ASSIST_MONTHS, today), by=by, referral=referral)
    start_clock(suggestion, DueKind.RETURN, clock_of(Key.RETURN_WORKDAYS, today), by=by, referral=referral)
    return referral


def _assist(suggestion: Suggestion, department: Department, *, words: str, by: User) -> SuggestionStep:
    step = take(suggestion, Kind.ASSISTED, by=by, words=words, department=department)
    _send(suggestion, department, Part.ASSISTING, words=words, by=by)
    return step


def _again(suggestion: Suggestion, *, reason: str, by: User | None) -> SuggestionStep:
    last = suggestion.referrals.filter(part=Part.LEAD, state=ReferralState.ANSWERED).order_by("-id").first()
    step = take(suggestion, Kind.REDO, by=by, words=reason, department=last.department)
    end_dates(suggestion.due_dates.filter(kind=DueKind.VIEW), as_=DueEnd.DROPPED)
    again = Referral.objects.create(
        suggestion=suggestion, place=last.place, department=last.department, round=last.round + 1, note=last.note,
        sent_by=by,
    )  # fmt: skip
    clock = clock_of(Key.REDO_MONTHS, timezone.localdate())
    start_clock(suggestion, DueKind.REDO, clock, by=by, referral=again)
    tell(step)
    return step


def _close(suggestion: Suggestion, *, words: str, by: User | None) -> SuggestionStep:
    step = take(suggestion, Kind.CLOSED, by=by, words=words)
    end_dates(suggestion.due_dates, as_=DueEnd.DROPPED)
    tell(step)
    return step


def _signed(suggestion: Suggestion):
    return suggestion.signers.filter(confirmed_at__isnull=False, declined_at=None)


def _round_of(suggestion: Suggestion) -> int:
    last = suggestion.referrals.filter(part=Part.LEAD, state=ReferralState.ANSWERED).order_by("-round").first()
    return last.round if last else 1
