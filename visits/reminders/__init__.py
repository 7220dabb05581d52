"""Reminders of a visit: who is told what, when, planned in the same transaction as whatever changes it.

`rules` is policy by kind of visit; `case` reads what the plan depends on; `letters` turns it into letters; `words` are
what they say; `plans` is the door for the verbs; `again` plans anew what has changed beside the visit.
"""

from .again import plan_again
from .plans import about, plan_reminders

__all__ = ["about", "plan_again", "plan_reminders"]
