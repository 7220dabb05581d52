"""What a station and its representatives do with an opinion themselves."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from liaison.policy.choices import Key
from representatives.models import Representative

from ..choices import DONE, DueEnd, DueKind, ReferralState, Step
from ..due import clock_of, end_dates, set_day, start_clock
from ..models import Category, Opinion, OpinionStep, Referral, Suggestion
from ..steps import locked, needed, take
from ..telling import tell
from .intake import start_accepting
from .publishing import taken_off


@verb
def clear(opinion: Opinion, *, by: User, seen: int | None = None) -> OpinionStep:
    """A suspicious one is a real one after all: it is on its way like any other. Tells the voter and the station."""
    opinion = locked(opinion, seen)
    step = take(opinion, Step.CLEARED, by=by)
    start_accepting(opinion, by=by)
    tell(step)
    return step


@verb
def discard(opinion: Opinion, *, reason: str, by: User, seen: int | None = None) -> OpinionStep:
    """No opinion at all (advertising, a robot's): put aside with the reason, and told to nobody."""
    opinion = locked(opinion, seen)
    step = take(opinion, Step.DISCARDED, by=by, words=needed(reason, _("请说明为什么无效")))
    end_dates(opinion.due_dates, as_=DueEnd.DROPPED)
    return step


@verb
def accept(
    opinion: Opinion, *, category: Category | None, title: str = "", public_title: str = "", by: User,
    seen: int | None = None,
) -> OpinionStep:  # fmt: skip
    """Take the matter in hand, under a category. The clock for the answer runs from here. Tells the voter.

    `public_title` is what others may read of it, and join; empty shows it to nobody.
    """
    opinion = locked(opinion, seen)
    step = take(opinion, Step.ACCEPTED, by=by)
    opinion.category, opinion.title, opinion.public_title = category, title.strip() or opinion.title, public_title
    opinion.save(update_fields=["category", "title", "public_title"])
    end_dates(opinion.due_dates.filter(kind=DueKind.ACCEPT))
    start_clock(opinion, DueKind.ANSWER, clock_of(Key.PROMISE_WORKDAYS, timezone.localdate()), by=by)
    tell(step)
    return step


@verb
def resolve_on_spot(
    opinion: Opinion, *, words: str, representative: Representative | None = None, by: User, seen: int | None = None
) -> OpinionStep:
    """当场解决: what was done, in words for the voter. All clocks end. Tells the voter, who may rate it."""
    opinion = locked(opinion, seen)
    step = take(opinion, Step.RESOLVED, by=by, words=needed(words), representative=representative)
    answered(opinion)
    tell(step)
    return step


@verb
def promise(
    opinion: Opinion, *, words: str, due_on: date | None = None, by: User, seen: int | None = None
) -> OpinionStep:
    """Explain, and name the day of the answer: `due_on`, else what policy has as the term. Tells the voter."""
    opinion, today = locked(opinion, seen), timezone.localdate()
    if due_on is not None and due_on < today:
        raise NotAllowed({"due_on": _("答复日期不能早于今天")})
    step = take(opinion, Step.PROMISED, by=by, words=needed(words))
    end_dates(opinion.due_dates.filter(kind=DueKind.ACCEPT))
    end_dates(opinion.due_dates.filter(kind=DueKind.ANSWER), as_=DueEnd.DROPPED)
    if due_on is None:
        due = start_clock(opinion, DueKind.ANSWER, clock_of(Key.PROMISE_WORKDAYS, today), by=by)
    else:
        due = set_day(opinion, DueKind.ANSWER, due_on, reason=_("向群众承诺的日期"), by=by)
    tell(step)
    step.due = due
    return step


@verb
def refuse(opinion: Opinion, *, ground: str, office: str, by: User, seen: int | None = None) -> OpinionStep:
    """不予受理 (涉法涉诉 and the like): the ground, and the office it belongs to. Tells the voter both."""
    opinion = locked(opinion, seen)
    step = take(
        opinion, Step.REFUSED, by=by, words=needed(ground, _("请说明不予受理的理由")),
        data={"office": needed(office, _("请写明应向哪个部门反映"))},
    )  # fmt: skip
    call_back(opinion)
    end_dates(opinion.due_dates, as_=DueEnd.DROPPED)
    tell(step)
    return step


@verb
def pass_on(
    opinion: Opinion, *, representative: Representative, level: int, words: str, by: User, seen: int | None = None
) -> OpinionStep:
    """塔式网络: ask a representative of another level to take the matter up. Tells them and the voter.

    `level` is the level of the seat by which they are asked (representatives.choices.SeatLevel).
    """
    opinion = locked(opinion, seen)
    step = take(opinion, Step.PASSED, by=by, words=needed(words), representative=representative, data={"level": level})
    end_dates(opinion.due_dates.filter(kind=DueKind.ACCEPT))
    voter_has_a_day(opinion, by)
    tell(step)
    return step


@verb
def pass_back(opinion: Opinion, *, words: str, by: User, seen: int | None = None) -> OpinionStep:
    """The representative of the other level hands it back to the station, with the reason."""
    opinion = locked(opinion, seen)
    step = take(opinion, Step.PASSED_BACK, by=by, words=needed(words))
    tell(step)
    return step


@verb
def answer_as_station(opinion: Opinion, *, words: str, by: User, seen: int | None = None) -> OpinionStep:
    """The station's own answer. The clock for the answer ends. Tells the voter, who is asked to rate it."""
    opinion = locked(opinion, seen)
    step = take(opinion, Step.STATION_ANSWERED, by=by, words=needed(words))
    answered(opinion)
    tell(step)
    return step


@verb
def answer_as_representative(
    opinion: Opinion, *, representative: Representative, words: str, by: User, seen: int | None = None
) -> OpinionStep:
    """The representative's answer, which is not the department's: while that is awaited, the matter stays open."""
    opinion = locked(opinion, seen)
    step = take(opinion, Step.REPRESENTATIVE_ANSWERED, by=by, words=needed(words), representative=representative)
    if step.to_state != step.from_state:
        answered(opinion)
    tell(step)
    return step


@verb
def close(opinion: Opinion, *, words: str = "", by: User | None, seen: int | None = None) -> OpinionStep:
    """办结: answered, and the voter content or silent. Tells the voter."""
    opinion = locked(opinion, seen)
    step = take(opinion, Step.CLOSED, by=by, words=words)
    end_dates(opinion.due_dates)
    tell(step)
    return step


@verb
def reopen(opinion: Opinion, *, reason: str, by: User, seen: int | None = None) -> OpinionStep:
    """Take up again what was done with; the reason is kept, and the clock for the answer runs anew."""
    opinion = locked(opinion, seen)
    if opinion.contact_id and opinion.contact.erased_at:
        raise NotAllowed(_("联系方式已按期限清除，不能重新打开；请另行登记"))
    taken_off(opinion, reason=_("重新打开办理，原来公示的结果撤下"), by=by)
    step = take(opinion, Step.REOPENED, by=by, words=needed(reason))
    if opinion.merged_into_id:
        opinion.merged_into = None
        opinion.save(update_fields=["merged_into"])
    start_clock(opinion, DueKind.ANSWER, clock_of(Key.PROMISE_WORKDAYS, timezone.localdate()), by=by)
    tell(step)
    return step


@verb
def withdraw(opinion: Opinion, *, words: str = "", by: User | None = None, seen: int | None = None) -> OpinionStep:
    """The voter does not want it followed any more. What departments have of it is called back."""
    opinion = locked(opinion, seen)
    step = take(opinion, Step.WITHDRAWN, by=by, words=words)
    call_back(opinion)
    end_dates(opinion.due_dates, as_=DueEnd.DROPPED)
    tell(step)
    return step


@verb
def note(opinion: Opinion, *, words: str, by: User) -> OpinionStep:
    """A remark for colleagues; the voter does not see it."""
    return take(locked(opinion), Step.NOTED, by=by, words=needed(words))


@verb
def change(opinion: Opinion, *, by: User, seen: int | None = None, **fields) -> OpinionStep | None:
    """Set title, public title, category or representative right; what it was before is kept in the step."""
    opinion = locked(opinion, seen)
    before = {name: str(getattr(opinion, name) or "") for name in fields}
    for name, value in fields.items():
        setattr(opinion, name, value)
    after = {name: str(getattr(opinion, name) or "") for name in fields}
    if after == before:
        return None
    opinion.full_clean(exclude=["state"])
    opinion.save(update_fields=list(fields))
    return take(opinion, Step.CHANGED, by=by, data={"before": before, "after": after})


def answered(matter: Opinion | Suggestion) -> None:
    """The answer is given: the clocks for it end, and whoever was still asked to assist is asked no longer."""
    call_back(matter)
    end_dates(matter.due_dates)


def call_back(matter: Opinion | Suggestion) -> None:
    """What departments still have of the matter is theirs no longer."""
    for referral in matter.referrals.open().select_for_update():
        Referral.objects.filter(pk=referral.pk).update(state=ReferralState.RECALLED, ended_at=timezone.now())
        end_dates(referral.due_dates, as_=DueEnd.DROPPED)


def voter_has_a_day(opinion: Opinion, by: User | None) -> None:
    """Whoever spoke up knows until when there is an answer, whoever gives it."""
    if opinion.state not in DONE and not opinion.due_dates.open().filter(kind=DueKind.ANSWER).exists():
        start_clock(opinion, DueKind.ANSWER, clock_of(Key.PROMISE_WORKDAYS, timezone.localdate()), by=by)
