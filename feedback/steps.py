"""Taking a step: the one way by which an opinion or a suggestion comes from one state into another."""

from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed

from .choices import Step
from .models import Opinion, OpinionStep, Suggestion, SuggestionStep
from .models.matter import Matter

SEEN = "seen"  # the code of a refusal because somebody else was quicker


def locked(matter: Matter, seen: int | None = None) -> Matter:
    """The row as it is now, for this transaction alone. Refuses whoever acts on what they have not seen.

    `seen` is the `last_no` of the page that they acted on; None where nothing is taken for granted (an API's own verb
    that names no version, a rule).
    """
    matter = type(matter)._default_manager.select_for_update(of=("self",)).get(pk=matter.pk)
    if seen is not None and seen != matter.last_no:
        raise NotAllowed(_("刚有人办理了这件事，请看过最新情况再提交；您填写的内容还在"), code=SEEN)
    return matter


def take(matter: Matter, kind: str, *, by: User | None, words: str = "", **fields) -> OpinionStep | SuggestionStep:
    """Add a step to a locked matter and bring its state up to date. Tells nobody: see `telling.tell`.

    Raises NotAllowed where the step is no legal move from where the matter stands.
    """
    if not matter.can(kind):
        raise NotAllowed(_refusal(matter, kind), code="state")
    given = fields | {"kind": kind, "to_state": matter.moves[kind][matter.state], "by": by, "words": words.strip()}
    if isinstance(matter, Suggestion):
        step = SuggestionStep.objects.create(suggestion=matter, **given)
    else:
        step = OpinionStep.objects.create(opinion=matter, **given)
    matter.refresh_from_db(fields=["state", "last_no", "closed_at", "changed_at"])
    step.no = matter.last_no
    return step


def needed(words: str, refusal: str = "") -> str:
    """What somebody wrote, without blanks around it; raises NotAllowed where they wrote nothing."""
    if not (words := words.strip()):
        raise NotAllowed(refusal or _("请填写内容"), code="required")
    return words


def _refusal(matter: Matter, kind: str) -> str:
    label = Step if isinstance(matter, Opinion) else SuggestionStep._meta.get_field("kind")
    word = Step(kind).label if label is Step else dict(label.choices)[kind]
    return _("现在是“%(state)s”，不能办理“%(step)s”") % {"state": matter.get_state_display() or _("新"), "step": word}
