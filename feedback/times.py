"""What happens to a date while it runs: it is put off, it stops, it goes on. Each is a step that says why.

A right that ends by a date (to give a matter back, to say what one thinks of an answer) is not put off by anybody:
the date is the rule's.
"""

from copy import copy
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from liaison.common.templatetags.face import cn_date
from liaison.policy.choices import MOST, Key
from liaison.policy.models import Threshold

from .actions.assigning import voters_wait_until
from .choices import DueKind, Step
from .due import reckon_again
from .models import DueDate, Opinion, OpinionStep, Referral, Suggestion, SuggestionStep
from .steps import locked, take
from .telling import tell

MOVABLE = (DueKind.ANSWER, DueKind.HANDLE, DueKind.ASSIST, DueKind.REDO)
LONGEST_REASON = 200
Recorded = OpinionStep | SuggestionStep


@verb
def extend(
    due: DueDate, *, count: int | None = None, until: date | None = None, reason: str, consent: str = "", by: User,
    seen: int | None = None,
) -> Recorded:  # fmt: skip
    """Put the date off: a clock to `count` of its own unit, from its start; a day that a person set to `until`.

    The answer to a suggestion is put off once the representative agreed (`consent`: who, how and when), and no longer
    than the law has it. Tells whoever waits for the answer.
    """
    matter, due = _both(due, seen)
    was = due.due_on
    longer = _longer(due, count, until) | {"reason": _reason(reason)}
    if isinstance(matter, Suggestion):
        longer["consent"] = _consent(due, consent)
    due.extensions = [*due.extensions, longer]
    reckon_again(due)
    _refuse_sooner(due, was)
    given = {"count": longer.get("count"), "unit": due.unit, "consent": longer.get("consent", "")}
    return _kept(matter, due, Step.EXTENDED, was=was, words=longer["reason"], by=by, **given)


@verb
def pause(due: DueDate, *, reason: str, by: User, seen: int | None = None) -> Recorded:
    """Stop the clock from today on, until it is resumed: the days between do not count. Tells who waits."""
    matter, due = _both(due, seen)
    today, was = timezone.localdate(), due.due_on
    if due.is_paused:
        raise NotAllowed(_("已经暂停"), code="state")
    if due.is_overdue(today):
        raise NotAllowed(_("期限已经过了，暂停改变不了；需要更多时间的，请延期"), code="late")
    due.pauses = [*due.pauses, {"from": today.isoformat(), "to": None, "reason": _reason(reason)}]
    reckon_again(due)
    return _kept(matter, due, Step.PAUSED, was=was, words=reason, by=by)


@verb
def resume(due: DueDate, *, words: str = "", by: User, seen: int | None = None) -> Recorded:
    """The clock goes on: today counts again. Tells who waits when the new day is."""
    matter, due = _both(due, seen)
    if not due.is_paused:
        raise NotAllowed(_("没有暂停，不用恢复"), code="state")
    today, was = timezone.localdate().isoformat(), due.due_on
    stood = [pause if pause["to"] else pause | {"to": today} for pause in due.pauses]
    due.pauses = [pause for pause in stood if pause["from"] < pause["to"]]  # of the same day none has passed
    reckon_again(due)
    return _kept(matter, due, Step.RESUMED, was=was, words=words or _("恢复计时"), by=by)


@verb
def ask_for_longer(due: DueDate, *, until: date | None = None, reason: str, by: User) -> Recorded:
    """A department asks in words for a later day. It changes nothing: staff read it and put the date off or do not."""
    matter, due = _both(due, None)
    if until is not None and due.due_on is not None and until <= due.due_on:
        raise NotAllowed({"until": _("应当晚于现在的期限 %s") % cn_date(due.due_on)})
    asks = {"until": until.isoformat() if until else ""}
    step = take(
        matter, Step.NOTED, by=by, words=_("申请延期：%s") % _reason(reason), department=due.referral.department,
        data=_of(due) | {"asks": asks, "referral": due.referral.public_id},
    )  # fmt: skip
    tell(step)
    return step


def asked_for(due: DueDate) -> Recorded | None:
    """The last time that a department asked for a later day, unless the date was put off since."""
    steps = due.matter.steps.filter(kind__in=[Step.NOTED, Step.EXTENDED], data__due_id=due.pk).select_related("by")
    last = steps.select_related("department").order_by("-no").first()
    return last if last and last.kind == Step.NOTED else None


def if_longer(due: DueDate, *, count: int | None = None, until: date | None = None) -> date | None:
    """The day that the date would be put off to, None while it is paused; nothing is kept. Refuses as `extend` does."""
    tried = copy(due)
    tried.extensions = [*due.extensions, _longer(due, count, until) | {"reason": ""}]
    reckon_again(tried)
    _refuse_sooner(tried, due.due_on)
    return tried.due_on


def can_move(due: DueDate) -> bool:
    return due.ended_on is None and due.kind in MOVABLE and due.matter.can(Step.EXTENDED)


def longest(due: DueDate) -> int | None:
    """How long the clock of a suggestion may be at most, in its own unit; None where the law says nothing of it."""
    if due.suggestion_id and due.kind == DueKind.HANDLE and due.count is not None:
        hard = Threshold.objects.on(Key.SUGGESTION_HARD_MONTHS, due.start_on)
        return int(hard.value) if hard.unit == due.unit else None
    return None


def _both(due: DueDate, seen: int | None) -> tuple[Opinion | Suggestion, DueDate]:
    """The matter locked, then the referral, then the date as it is now: everybody locks in this order."""
    matter = locked(due.matter, seen)
    if due.referral_id:
        Referral.objects.select_for_update(of=("self",)).get(pk=due.referral_id)
    due = DueDate.objects.select_for_update(of=("self",)).select_related("referral__department").get(pk=due.pk)
    if due.ended_on is not None:
        raise NotAllowed(_("这个期限已经结束"), code="state")
    if due.kind not in MOVABLE:
        raise NotAllowed(_("“%s”的期限按规定执行，不能延期或者暂停") % due.get_kind_display(), code="fixed")
    return matter, due


def _longer(due: DueDate, count: int | None, until: date | None) -> dict:
    """What `Extension` holds, as it is kept in the row."""
    agreed = {"agreed_on": timezone.localdate().isoformat()}
    if due.count is None:
        if until is None:
            raise NotAllowed({"until": _("请填写延到哪一天")}, code="required")
        return agreed | {"until": until.isoformat()}
    if count is None or count <= due.length:
        raise NotAllowed({"count": _("应当比现在的 %(n)s%(unit)s长") % _length(due)})
    if count > min(longest(due) or MOST[due.unit], MOST[due.unit]):
        clock = _length(due) | {"n": longest(due) or MOST[due.unit]}
        raise NotAllowed({"count": _("从起算日算起，最长 %(n)s%(unit)s") % clock})
    return agreed | {"count": count}


def _refuse_sooner(due: DueDate, was: date | None) -> None:
    if due.due_on is not None and (due.due_on < timezone.localdate() or (was is not None and due.due_on <= was)):
        words = _("这样延长以后是 %s，应当晚于原来的日期，也不能早于今天")
        raise NotAllowed({_asked(due): words % cn_date(due.due_on)})


def _length(due: DueDate) -> dict:
    return {"n": due.length, "unit": due.get_unit_display()}


def _asked(due: DueDate) -> str:
    return "until" if due.count is None else "count"


def _consent(due: DueDate, consent: str) -> str:
    if due.kind == DueKind.HANDLE and not consent.strip():
        raise NotAllowed({"consent": _("代表建议延期答复要先征得代表同意，请写明哪位代表、什么时候同意的")})
    return consent.strip()


def _reason(reason: str) -> str:
    if not (reason := reason.strip()):
        raise NotAllowed({"reason": _("请说明理由")}, code="required")
    if len(reason) > LONGEST_REASON:
        raise NotAllowed({"reason": _("理由请在 %s 字以内") % LONGEST_REASON})
    return reason


def _kept(matter, due: DueDate, kind: str, *, was: date | None, words: str, by: User, **given) -> Recorded:
    """Keep the date as it was reckoned, with the step that says why; the history keeps what it was before."""
    due.changed_why = words[:LONGEST_REASON]
    days = {"was": was.isoformat() if was else "", "now": due.due_on.isoformat() if due.due_on else ""}
    department = due.referral.department if due.referral_id else None
    referral = {"referral": due.referral.public_id} if due.referral_id else {}
    step = take(matter, kind, by=by, words=words, department=department, data=_of(due) | days | referral | given)
    due.save()
    step.due = due
    tell(step)
    if isinstance(matter, Suggestion) and due.referral_id:
        voters_wait_until(matter, due.referral, by)
    return step


def _of(due: DueDate) -> dict:
    return {"due": due.kind, "due_id": due.pk}
