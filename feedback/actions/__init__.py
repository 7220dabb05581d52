"""What can be done with an opinion or a suggestion: the verbs that pages, API, signed links and rules call alike.

The object first, everything else by keyword. `by` is who did it (None: the voter, or a rule); `seen` is the `last_no`
of the page that it was done from, so that nobody acts on what they have not read.
"""

from .assigning import (
    ask_to_assist,
    assign,
    close_suggestion,
    do_again,
    give_view,
    note_suggestion,
    prioritise,
    publish_report,
    take_report_off,
)
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
from .proposing import (
    approve,
    ask_signers,
    confirm,
    decline,
    gather,
    merge_suggestion,
    propose,
    revise,
    send_back,
    submit,
    withdraw_suggestion,
)
from .publishing import draft_outcome, publish_outcome, take_off
from .rating import rate
from .referrals import answer_referral, assist, forward, give_back, recall, sign_for

__all__ = [
    "accept",
    "answer_as_representative",
    "answer_as_station",
    "answer_referral",
    "approve",
    "ask_signers",
    "ask_to_assist",
    "assign",
    "assist",
    "change",
    "clear",
    "close",
    "close_suggestion",
    "confirm",
    "decline",
    "discard",
    "do_again",
    "draft_outcome",
    "forward",
    "gather",
    "give_back",
    "give_view",
    "join",
    "merge",
    "merge_suggestion",
    "note",
    "note_suggestion",
    "pass_back",
    "pass_on",
    "prioritise",
    "promise",
    "propose",
    "publish_outcome",
    "publish_report",
    "rate",
    "recall",
    "receive",
    "refuse",
    "reopen",
    "resolve_on_spot",
    "revise",
    "send_back",
    "sign_for",
    "split",
    "submit",
    "take_off",
    "take_report_off",
    "withdraw",
    "withdraw_suggestion",
]
