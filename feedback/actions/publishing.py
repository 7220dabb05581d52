"""办结公示: what became of an opinion, in words that name nobody, for everybody to read once staff approved them."""

from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from liaison.common.personal import found_in

from ..choices import Step
from ..erasing import SHORTEST_NAME, name_of
from ..models import Opinion, OpinionStep, Outcome
from ..steps import locked, needed, take


@verb
def draft_outcome(
    opinion: Opinion, *, title: str, matter: str, result: str, by: User, seen: int | None = None
) -> Outcome:
    """Write what may be read of it, for somebody to approve; nothing is public yet. What is public is taken off first.

    Refuses any number of a person and the voter's own name, at the field where it stands.
    """
    opinion = locked(opinion, seen)
    if not opinion.can(Step.PUBLISHED):
        raise NotAllowed(_("办结以后才能公示"), code="state")
    outcome = Outcome.objects.filter(opinion=opinion).first() or Outcome(opinion=opinion)
    if outcome.published_at:
        raise NotAllowed(_("已经公示，撤下以后才能修改"), code="state")
    return _kept(outcome, opinion, title=title, matter=matter, result=result)


@verb
def publish_outcome(
    opinion: Opinion, *, title: str, matter: str, result: str, by: User, seen: int | None = None
) -> OpinionStep:
    """Approve these words: everybody reads them from now on. The step keeps them as they were approved."""
    opinion = locked(opinion, seen)
    step = take(opinion, Step.PUBLISHED, by=by, words=needed(result), data={"title": title.strip()})
    outcome = Outcome.objects.filter(opinion=opinion).first() or Outcome(opinion=opinion)
    outcome.published_at, outcome.published_by = outcome.published_at or timezone.now(), by
    _kept(outcome, opinion, title=title, matter=matter, result=result)
    return step


@verb
def take_off(opinion: Opinion, *, reason: str, by: User, seen: int | None = None) -> OpinionStep:
    """Nobody reads it any more; the words stay as a draft."""
    opinion = locked(opinion, seen)
    if not Outcome.objects.filter(opinion=opinion, published_at__isnull=False).exists():
        raise NotAllowed(_("现在没有公示"), code="state")
    return taken_off(opinion, reason=needed(reason), by=by)


def taken_off(opinion: Opinion, *, reason: str, by: User) -> OpinionStep | None:
    """Take off what is public of a locked opinion, if anything is: what is handled again is no result."""
    outcome = Outcome.objects.filter(opinion=opinion, published_at__isnull=False).first()
    if outcome is None:
        return None
    outcome.published_at = outcome.published_by = None
    outcome.save(update_fields=["published_at", "published_by"])
    return take(opinion, Step.TAKEN_OFF, by=by, words=reason)


def _kept(outcome: Outcome, opinion: Opinion, **texts: str) -> Outcome:
    texts = {field: text.strip() for field, text in texts.items()}
    _refuse_persons(opinion, texts)
    outcome.station, outcome.category = opinion.station, opinion.category
    for field, text in texts.items():
        setattr(outcome, field, text)
    outcome.clean_fields(exclude={field.name for field in Outcome._meta.fields} - texts.keys())
    outcome.save()
    return outcome


def _refuse_persons(opinion: Opinion, texts: dict[str, str]) -> None:
    """Too much is refused rather than too little: what everybody reads cannot be taken back from them."""
    problems, name = {}, name_of(opinion.contact) if opinion.contact_id else ""
    for field, text in texts.items():
        if found := found_in(text):
            problems[field] = found[0].words
        elif len(name) >= SHORTEST_NAME and name in text:
            problems[field] = _("这里写了群众的姓名，公开前请去掉")
    if problems:
        raise NotAllowed(problems, code="personal")
