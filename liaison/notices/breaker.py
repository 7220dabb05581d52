"""The circuit breaker: a channel that fails again and again rests, longer each time, and is tried once after each rest.

What is known stands in the database (Pause), so that all senders agree. Its notices wait; they do not fail.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F

from .channels import Answer
from .choices import State
from .lines import Line
from .models import Pause

FAULTS = 5  # in a row
PAUSES = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
TRIAL = timedelta(minutes=2)  # for so long nobody else tries


class Breaker:
    """One line, watched by one sender."""

    def __init__(self, line: Line) -> None:
        self.line, self.pause, self.is_trial = line, line.pause, False

    def lets_through(self, at: datetime) -> bool:
        """Whether anything may be sent now; after a pause only one sender gets a yes, for one notice."""
        if self.pause is None or self.pause.until is None:
            return True
        if self.pause.until > at:
            return False
        mine = Pause.objects.filter(pk=self.pause.pk, until=self.pause.until)
        self.is_trial = bool(mine.update(until=at + TRIAL))
        return self.is_trial

    def saw(self, answers: Iterable[Answer | None], at: datetime) -> bool:
        """Take note of answers, in order; whether the line is still to be used."""
        for answer in answers:
            if answer is None or answer.state == State.CANCELLED:
                continue
            if not answer.fault:
                self.heal()
            elif not self.bear(answer.words, at):
                return False
        return True

    def heal(self) -> None:
        """The provider answered: everything before is forgotten."""
        if self.pause and (self.pause.failures or self.pause.until):
            fresh = {"failures": 0, "pauses": 0, "since": None, "until": None, "reason": ""}
            Pause.objects.filter(pk=self.pause.pk).update(**fresh)
            self.pause.failures, self.pause.until = 0, None
        self.is_trial = False

    def bear(self, words: str, at: datetime) -> bool:
        """One more fault; False where the line now pauses."""
        key = {"channel": self.line.channel, "place": self.line.place}
        self.pause = Pause.objects.get_or_create(**key)[0]
        Pause.objects.filter(pk=self.pause.pk).update(failures=F("failures") + 1, reason=words[:200])
        self.pause.refresh_from_db()
        if self.pause.failures < FAULTS and not self.is_trial:
            return True
        self.rest(at)
        return False

    def rest(self, at: datetime) -> None:
        length = PAUSES[min(self.pause.pauses, len(PAUSES) - 1)]
        since = self.pause.since or at
        mine = Pause.objects.filter(pk=self.pause.pk, until=self.pause.until)  # nobody else was quicker
        mine.update(until=at + length, since=since, pauses=F("pauses") + 1)
        self.pause.refresh_from_db()
