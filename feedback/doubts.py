"""What speaks against a form that came from the public. Nothing is thrown away for it: it waits for a look."""

import re
import time

from django.core.signing import BadSignature, TimestampSigner, b62_decode

from liaison.common.buckets import take
from liaison.common.puzzles import Verdict

from .choices import Doubt

PURPOSE = "feedback.opinion-new"
FASTEST = 4  # seconds in which nobody has written what is the matter; our default
OLDEST = 24 * 3600
ADDRESSES_IN_TEXT = re.compile(r"https?://|www\.", re.IGNORECASE)
# Tokens an hour, and at once: a family behind one address, a telephone, a station on a day when everybody writes.
BUCKETS = {
    "phone": {"rate_per_hour": 6, "burst": 4},
    "address": {"rate_per_hour": 20, "burst": 10},
    "station": {"rate_per_hour": 120, "burst": 60},
}


def opened_now() -> str:
    """For the form to carry: when it was opened, in a way that nobody can write themselves."""
    return TimestampSigner(salt=PURPOSE).sign("1")


def doubts_of(given: dict, *, station: str, phone: str, address: str) -> list[str]:
    """`given` is what the form has: `trap`, `opened`, `proof` (a Verdict), `matter`."""
    kept = [
        (Doubt.TRAP, bool(given["trap"])),
        (Doubt.FAST, _seconds(given["opened"]) < FASTEST),
        (Doubt.UNPROVED, given["proof"] != Verdict.DONE),
        (Doubt.OFTEN, not _may({"phone": phone, "address": address, "station": station})),
        (Doubt.LINKS, len(ADDRESSES_IN_TEXT.findall(given["matter"])) > 1),
    ]
    return [doubt.value for doubt, speaks in kept if speaks]


def _may(keys: dict[str, str]) -> bool:
    """Every bucket is asked, so that each counts what passed by."""
    asked = {name: key for name, key in keys.items() if key}
    taken = [take(f"opinion-{name}", key, **BUCKETS[name]) for name, key in asked.items()]
    return all(taken)


def _seconds(opened: str) -> float:
    """How long the form was open; none at all where it does not say so in our own hand."""
    signer = TimestampSigner(salt=PURPOSE)
    try:
        signer.unsign(opened, max_age=OLDEST)
    except BadSignature:
        return 0
    return time.time() - b62_decode(opened.rsplit(":", 2)[1])
