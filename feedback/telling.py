"""Who is told of a step, and in which words. Planned in the transaction of the step, sent once that is certain."""

from .models import OpinionStep, SuggestionStep


def tell(step: OpinionStep | SuggestionStep) -> None:
    """Plan the notices of this step."""
