"""What can be done with an opinion: the verbs that pages, API, signed links and rules call alike.

The object first, everything else by keyword. `by` is who did it (None: the voter, or a rule); `seen` is the `last_no`
of the page that it was done from, so that nobody acts on what they have not read.
"""

from .handling import (
    accept,
    answer_as_representative,
    answer_as_station,
    change,
    clear,
    close,
    discard,
    note,
    pass_back,
    pass_on,
    promise,
    refuse,
    reopen,
    resolve_on_spot,
    withdraw,
)
from .intake import join, receive
from .merging import merge, split
from .publishing import draft_outcome, publish_outcome, take_off
from .rating import rate
from .referrals import answer_referral, assist, forward, give_back, recall, sign_for

__all__ = [
    "accept",
    "answer_as_representative",
    "answer_as_station",
    "answer_referral",
    "assist",
    "change",
    "clear",
    "close",
    "discard",
    "draft_outcome",
    "forward",
    "give_back",
    "join",
    "merge",
    "note",
    "pass_back",
    "pass_on",
    "promise",
    "publish_outcome",
    "rate",
    "recall",
    "receive",
    "refuse",
    "reopen",
    "resolve_on_spot",
    "sign_for",
    "split",
    "take_off",
    "withdraw",
]
