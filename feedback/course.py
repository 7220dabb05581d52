"""The course of a matter as its handlers read it: each step with who, when, in which words, and what it was about."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.utils.translation import gettext as _

from liaison.common.templatetags.face import joined
from representatives.choices import SeatLevel

from .choices import AnswerOutcome, Party, Satisfaction, Step, SuggestionStepKind
from .models import Category, Opinion, OpinionStep, Suggestion, SuggestionStep

BY_VOTER = frozenset({Step.RECEIVED, Step.HELD_BACK, Step.RATED, Step.WITHDRAWN, Step.MERGED})
BY_DEPARTMENT = frozenset(
    {
        Step.SIGNED_FOR, Step.RETURNED, Step.ASSIST_RETURNED, Step.DEPARTMENT_ANSWERED, Step.ASSIST_ANSWERED,
        SuggestionStepKind.ANSWERED,
    }
)  # fmt: skip
ANSWERS = frozenset(
    {
        Step.RESOLVED, Step.STATION_ANSWERED, Step.REPRESENTATIVE_ANSWERED, Step.DEPARTMENT_ANSWERED,
        Step.ASSIST_ANSWERED, SuggestionStepKind.ANSWERED,
    }
)  # fmt: skip
Recorded = OpinionStep | SuggestionStep
Matter = Opinion | Suggestion


class Line(NamedTuple):
    """A step in words. `facts` are (label, value); `other` is the matter that it names, if within reach."""

    step: Recorded
    who: str
    facts: list[tuple[str, str]]
    other: Matter | None
    is_answer: bool


def course_of(steps: Iterable[Recorded], others: Mapping[int, Matter]) -> list[Line]:
    """`steps` in words, in their order; `others` are the matters beside this one that the reader reaches."""
    return [
        Line(step, who_did(step), facts_of(step), others.get(step.other_id), step.kind in ANSWERS) for step in steps
    ]


def who_did(step: Recorded) -> str:
    """A name, or what stands for it where nobody of the house did it: the voter, a department by its link, a rule."""
    who = str(step.by) if step.by_id else step.data.get("name", "")
    if step.kind in BY_DEPARTMENT:
        return joined(filter(None, [str(step.department or ""), who]))
    if step.by_id:
        return who
    return _("群众本人") if step.kind in BY_VOTER else _("系统按规定")


def facts_of(step: Recorded) -> list[tuple[str, str]]:
    data = step.data
    facts = [
        (_("承办单位"), str(step.department) if step.department_id and step.kind not in BY_DEPARTMENT else ""),
        (_("代表"), _person(step)),
        (_("办理结果"), AnswerOutcome(data["outcome"]).label if data.get("outcome") else ""),
        (_("签发人"), data.get("signed_by", "")),
        (_("应向哪里反映"), data.get("office", "")),
        (_("督办对象"), data.get("to", "") if step.kind == Step.URGED else ""),
        (_("评价"), joined(f"{Party(p).label} {Satisfaction(v).label}" for p, v in data.get("values", {}).items())),
        *_changes(data, step._meta.get_field("other").related_model),
    ]
    return [(label, value) for label, value in facts if value]


def _person(step: Recorded) -> str:
    if not step.representative_id:
        return ""
    level = step.data.get("level")
    return f"{SeatLevel(level).label} {step.representative}" if level else str(step.representative)


def _changes(data: dict, model: type[Matter]) -> list[tuple[str, str]]:
    before, after = data.get("before", {}), data.get("after", {})
    return [
        (
            _named(field, model),
            _("“%(old)s”改为“%(new)s”") % {"old": old or _("空"), "new": after.get(field) or _("空")},
        )
        for field, old in before.items()
        if old != after.get(field)
    ]


def _named(field: str, model: type[Matter]) -> str:
    if field == "category":
        return str(Category._meta.verbose_name)
    return str(_("领衔和联名代表")) if field == "signers" else str(model._meta.get_field(field).verbose_name)
