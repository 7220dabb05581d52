"""Work that a browser does before a form is sent: nothing for one person, much for a robot with a thousand forms.

The puzzle is a number between 0 and `settings.PUZZLE_MOST` whose SHA-256 together with the puzzle's own words is known;
who knows no better tries them all (static/js/puzzle.js, while the form is filled in). It is ours from end to end: no
other site is asked and nothing about the reader is kept. Without JavaScript the answer is MISSING; the page decides.
"""

import enum
import hashlib
import hmac
import logging
import re
import secrets
import time

import redis
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext as _

from .sealing import fingerprints

log = logging.getLogger(__name__)

LIFETIME = 6 * 3600  # seconds: somebody writes, is called away, and comes back
WORDS = r"(?P<words>(?P<until>\d{10})\.[A-Za-z0-9_-]{16})"
ANSWER = re.compile(rf"{WORDS}\.(?P<number>0|[1-9]\d{{0,8}})\.(?P<signature>[0-9a-f]{{64}})", re.ASCII)


class Verdict(enum.Enum):
    DONE = "done"
    MISSING = "missing"
    WRONG = "wrong"


def new_puzzle(purpose: str, at: float | None = None) -> str:
    """`words.hash.most.signature`, for one form: an answer that was given for another purpose is wrong."""
    until = int((time.time() if at is None else at) + LIFETIME)
    words, most = f"{until}.{secrets.token_urlsafe(12)}", settings.PUZZLE_MOST
    found = _hash(words, secrets.randbelow(most + 1))
    return f"{words}.{found}.{most}.{_signatures(found, purpose)[0]}"


def verdict(answer: str, purpose: str, at: float | None = None) -> Verdict:
    """What the `words.number.signature` of a form is worth. A right one is used up by asking."""
    if not answer:
        return Verdict.MISSING
    at = time.time() if at is None else at
    given = ANSWER.fullmatch(answer)
    if not given or not at < int(given["until"]) <= at + LIFETIME:
        return Verdict.WRONG
    signatures = _signatures(_hash(given["words"], given["number"]), purpose)
    if not any(hmac.compare_digest(given["signature"], signature) for signature in signatures):
        return Verdict.WRONG
    return Verdict.DONE if _is_first_use(signatures[0]) else Verdict.WRONG


def _hash(words: str, number: int | str) -> str:
    return hashlib.sha256(f"{words}.{number}".encode()).hexdigest()


def _signatures(found: str, purpose: str) -> list[str]:
    """Under every key, so that forms that are open while keys change are still taken."""
    return fingerprints(found, f"puzzle.{purpose}")


def _is_first_use(signature: str) -> bool:
    try:
        return cache.add(f"puzzle:{signature}", 1, LIFETIME)
    except (redis.RedisError, OSError) as error:
        log.warning("A puzzle was taken unseen, for Redis is away (%s)", type(error).__name__)
        return True


class PuzzleInput(forms.HiddenInput):
    """Carries a new puzzle each time it is drawn, for the one before was used up when the form was looked at."""

    def __init__(self, purpose: str):
        super().__init__()
        self.purpose = purpose

    def get_context(self, name, value, attrs):
        fresh = {"data-puzzle": new_puzzle(self.purpose), "data-wait": _("正在检查，请稍候"), "autocomplete": "off"}
        return super().get_context(name, None, (attrs or {}) | fresh)


class PuzzleField(forms.CharField):
    """`cleaned_data[…]` is the Verdict; nothing is refused here, for the page knows what a missing answer means to it.

    The page links static/js/puzzle.js.
    """

    def __init__(self, purpose: str, **kwargs):
        super().__init__(**({"required": False, "label": "", "widget": PuzzleInput(purpose)} | kwargs))
        self.purpose = purpose

    def clean(self, value) -> Verdict:
        return verdict(str(value or "").strip(), self.purpose)
