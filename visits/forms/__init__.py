"""What staff type about visits: planning them, writing down what happened, looking for them."""

from .filter import VisitFilter
from .log import LONGEST_TEXT, TOPICS, LogForm, draft_of
from .people import PeopleField, members, stations_to_plan
from .plan import FOLLOWING, VisitForm, typed
from .publish import PublishFilter

__all__ = [
    "FOLLOWING", "LONGEST_TEXT", "TOPICS", "LogForm", "PeopleField", "PublishFilter", "VisitFilter", "VisitForm",
    "draft_of", "members", "stations_to_plan", "typed",
]  # fmt: skip
