"""Who is told of a step of a suggestion: its signers, the district that reviews it, the departments that handle it."""

from collections.abc import Callable, Iterable, Iterator

from django.db.models import Q

from liaison.accounts.choices import Role
from liaison.accounts.models import User
from liaison.common.linked import full_url
from liaison.common.templatetags.face import cn_date
from liaison.notices.choices import Kind
from liaison.notices.letters import Letter

from .choices import DueKind, ReferralState, Satisfaction
from .choices import SuggestionStepKind as Step
from .letters import in_time, members_of, staff_letter
from .models import Suggestion, SuggestionStep
from .models.opinion import DISTRICT_DIGITS
from .sent import untraced

Letters = Iterator[Letter]


def letters_of(step: SuggestionStep) -> list[Letter]:
    """Everything that is to be told of the step, while it is news. Whoever took it is not told."""
    return in_time(letter for maker in MAKERS.get(step.kind, ()) for letter in maker(step))


def signers(kind: Kind, *, pending: bool = False) -> Callable[[SuggestionStep], Letters]:
    """The representatives under it, and who wrote it down for them; `pending`: those who have not said yes or no."""

    def letters(step: SuggestionStep) -> Letters:
        suggestion = step.suggestion
        rows = suggestion.signers.filter(declined_at=None, representative__user__is_active=True)
        rows = rows.filter(confirmed_at=None) if pending else rows
        asked = Q(pk__in=rows.values("representative__user"))
        people = User.objects.filter(asked if pending else asked | Q(pk=suggestion.created_by_id, is_active=True))
        yield _letter(kind, step, people, step.suggestion)

    return letters


def district(kind: Kind) -> Callable[[SuggestionStep], Letters]:
    def letters(step: SuggestionStep) -> Letters:
        people = User.objects.posted(Role.DISTRICT, step.suggestion.place[:DISTRICT_DIGITS])
        yield _letter(kind, step, people, step.suggestion)

    return letters


def departments(kind: Kind) -> Callable[[SuggestionStep], Letters]:
    """Those who sign in for the department that has it from this step on."""

    def letters(step: SuggestionStep) -> Letters:
        open_ones = step.suggestion.referrals.open().select_related("department")
        for referral in open_ones.filter(department=step.department_id):
            due = referral.due_dates.open().exclude(kind=DueKind.RETURN).first()
            yield _letter(kind, step, members_of(referral), referral, due_on=due and due.due_on)

    return letters


def called_back(step: SuggestionStep) -> Letters:
    ended = step.suggestion.referrals.filter(state=ReferralState.RECALLED, ended_at__gte=step.at)
    for referral in ended.select_related("department"):
        yield _letter(Kind.SUGGESTION_OFF, step, members_of(referral), referral)


def discontent(step: SuggestionStep) -> Letters:
    if Satisfaction.NOT in step.data.get("values", {}).values():
        yield from district(Kind.SUGGESTION_DISCONTENT)(step)


def asked(step: SuggestionStep) -> Letters:
    """A department asks for a later day; any other remark is told to nobody."""
    if "asks" in step.data:
        yield from district(Kind.OPINION_ASKED)(step)


def put_off(step: SuggestionStep) -> Letters:
    if step.data.get("due") in (DueKind.HANDLE, DueKind.REDO):
        yield from signers(Kind.SUGGESTION_LATER)(step)


def _letter(kind: Kind, step: SuggestionStep, people: Iterable[User], page, *, due_on=None) -> Letter:
    suggestion = step.suggestion
    nearest = suggestion.due_dates.open().exclude(due_on=None).exclude(kind=DueKind.RETURN).order_by("due_on").first()
    due_on = due_on or (nearest and nearest.due_on)

    def values() -> dict[str, str]:
        return {
            "number": suggestion.shown_number, "suggestion": named(suggestion), "station": "",
            "category": str(suggestion.category or ""), "handler": str(step.department or ""),
            "due": cn_date(due_on) if due_on else "", "said": untraced(step.words),
            "page": full_url(page.get_absolute_url()),
        }  # fmt: skip

    return staff_letter(kind, people, step.at, values, but=step.by_id)


def named(suggestion: Suggestion) -> str:
    """Number and title. The title is the representatives' own, and stands under their names in public."""
    return untraced(str(suggestion))


MAKERS: dict[str, tuple[Callable[[SuggestionStep], Letters], ...]] = {
    Step.ASKED: (signers(Kind.SUGGESTION_ASKED, pending=True),),
    Step.SUBMITTED: (district(Kind.SUGGESTION_NEW),),
    Step.SENT_BACK: (signers(Kind.SUGGESTION_BACK),),
    Step.ASSIGNED: (departments(Kind.SUGGESTION_SENT),),
    Step.ASSISTED: (departments(Kind.SUGGESTION_SENT),),
    Step.RETURNED: (district(Kind.SUGGESTION_RETURNED), called_back),
    Step.ASSIST_RETURNED: (district(Kind.SUGGESTION_RETURNED),),
    Step.ANSWERED: (signers(Kind.SUGGESTION_ANSWERED), called_back),
    Step.VIEWED: (discontent,),
    Step.REDO: (departments(Kind.SUGGESTION_SENT_AGAIN),),
    Step.CLOSED: (signers(Kind.SUGGESTION_CLOSED),),
    Step.WITHDRAWN: (signers(Kind.SUGGESTION_OFF), called_back),
    Step.EXTENDED: (put_off,),
    Step.PAUSED: (put_off,),
    Step.RESUMED: (put_off,),
    Step.NOTED: (asked,),
}
