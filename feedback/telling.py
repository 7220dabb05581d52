"""Everybody who should hear of a step does: planned in the transaction of the step, sent once that is certain."""

from datetime import date

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from liaison.accounts.models import User
from liaison.notices import actions as notices
from liaison.notices.letters import Letter
from liaison.notices.resending import Subject

from . import letters_on_suggestions, links
from .choices import Step
from .choices import SuggestionStepKind as Kind
from .letters import letters_of, letters_of_move, letters_of_urge
from .models import DueDate, Opinion, OpinionStep, Suggestion, SuggestionStep, Urge

SENDING = {
    OpinionStep: frozenset({Step.FORWARDED, Step.ASSISTED, Step.SENT_BACK}),
    SuggestionStep: frozenset({Kind.ASSIGNED, Kind.ASSISTED, Kind.REDO}),
}
STEP, URGE, MOVE = "feedback.opinionstep", "feedback.urge", "feedback.duedate"
SUGGESTION_STEP = "feedback.suggestionstep"


def tell(step: OpinionStep | SuggestionStep) -> None:
    """Plan the notices of this step; a department without anybody to sign in is mailed a link."""
    if isinstance(step, OpinionStep):
        _plan(f"{STEP}:{step.pk}", 1, step.opinion.station_id, letters_of(step))
    else:
        _plan(f"{SUGGESTION_STEP}:{step.pk}", 1, step.suggestion.place, letters_on_suggestions.letters_of(step))
    if step.kind in SENDING[type(step)] and settings.SITE["url"]:
        _mail_links(step)


def _mail_links(step: OpinionStep | SuggestionStep) -> None:
    """To the department that has it from now on, if nobody signs in for it and it has an address."""
    signs_in = User.objects.filter(is_active=True, department_memberships__department=OuterRef("department"))
    new = step.matter.referrals.open().filter(~Exists(signs_in), sent_at__gte=step.at).exclude(department__email="")
    for referral in new.select_related("department"):
        links.mail_link(referral, base=settings.SITE["url"].rstrip("/"), by=step.by)


def tell_urge(urge: Urge) -> None:
    """Plan the letters of this urge to those whom `feedback.urged` names at its rank."""
    _plan(f"{URGE}:{urge.pk}", 1, urge.place, letters_of_urge(urge))


def tell_moved(due: DueDate, *, was: date | None) -> None:
    """Plan the letters that a date is another one because the calendar or a rule changed; it was `was`.

    The day is the version: what was planned of a day that holds no longer is called off.
    """
    if due.due_on != was:
        _plan(f"{MOVE}:{due.pk}", _version(due), due.place, letters_of_move(due, timezone.now()))


def _version(due: DueDate) -> int:
    return due.due_on.toordinal() if due.due_on else 0


def _plan(about: str, version: int, place: str, letters: list[Letter]) -> None:
    if letters:
        notices.plan(about=about, about_version=version, place=place, letters=letters)


# Asked by whoever sends a notice again.


def subject_of_step(named: str) -> Subject | None:
    step = OpinionStep.objects.filter(pk=_pk(named)).first()
    if step is None:
        return None
    Opinion.objects.select_for_update(of=("self",)).get(pk=step.opinion_id)
    return Subject(1, step.opinion.station_id, letters_of(step))


def subject_of_suggestion_step(named: str) -> Subject | None:
    step = SuggestionStep.objects.filter(pk=_pk(named)).first()
    if step is None:
        return None
    Suggestion.objects.select_for_update(of=("self",)).get(pk=step.suggestion_id)
    return Subject(1, step.suggestion.place, letters_on_suggestions.letters_of(step))


def subject_of_urge(named: str) -> Subject | None:
    urge = Urge.objects.filter(pk=_pk(named)).first()
    return urge and Subject(1, urge.place, letters_of_urge(urge))


def subject_of_move(named: str) -> Subject | None:
    due = DueDate.objects.select_for_update(of=("self",)).filter(pk=_pk(named), ended_on=None).first()
    return due and Subject(_version(due), due.place, letters_of_move(due, timezone.now()))


def page_of_step(named: str, user: User) -> str:
    """The opinion, for those who reach it."""
    step = OpinionStep.objects.filter(pk=_pk(named)).values("opinion").first()
    opinion = step and Opinion.objects.for_user(user, "view").filter(pk=step["opinion"]).first()
    return opinion.get_absolute_url() if opinion else ""


def page_of_suggestion_step(named: str, user: User) -> str:
    step = SuggestionStep.objects.filter(pk=_pk(named)).values("suggestion").first()
    suggestion = step and Suggestion.objects.for_user(user, "view").filter(pk=step["suggestion"]).first()
    return suggestion.get_absolute_url() if suggestion else ""


def _pk(named: str) -> int:
    pk = named.partition(":")[2]
    return int(pk) if pk.isdecimal() else 0
