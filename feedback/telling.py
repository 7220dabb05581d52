"""Who is told of a step, and in which words. Planned in the transaction of the step, sent once that is certain."""

from datetime import date

from .models import DueDate, OpinionStep, SuggestionStep, Urge


def tell(step: OpinionStep | SuggestionStep) -> None:
    """Plan the notices of this step."""


def tell_urge(urge: Urge) -> None:
    """Plan the letters of this urge to those whom `feedback.urged` names at its rank."""


def tell_moved(due: DueDate, *, was: date | None) -> None:
    """Plan the letters that a date is another one because the calendar or a rule changed; it was `was`."""
