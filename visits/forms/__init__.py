"""What staff type about visits: planning them, writing down what happened, looking for them."""

from .answer import AnswerForm
from .filter import VisitFilter
from .log import LONGEST_TEXT, TOPICS, LogForm, draft_of
from .people import PeopleField, members, stations_to_plan
from .plan import FOLLOWING, VisitForm, typed
from .publish import PublishFilter
from .reminders import RulesForm

__all__ = [
    "FOLLOWING", "LONGEST_TEXT", "TOPICS", "AnswerForm", "LogForm", "PeopleField", "PublishFilter", "RulesForm",
    "VisitFilter", "VisitForm", "draft_of", "members", "stations_to_plan", "typed",
]  # fmt: skip
