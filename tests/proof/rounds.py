"""One round: notices are made, somebody is killed at a step, everything settles, and rows are held against counts."""

import random
import time
from collections import Counter
from datetime import timedelta
from typing import NamedTuple

from django.utils import timezone

from liaison.accounts.choices import Role
from liaison.accounts.models import User
from liaison.common import embedded
from liaison.notices.choices import Channel, Kind, State
from liaison.notices.models import ChannelSetting, Notice
from liaison.notices.sending import BACKOFF
from tests import factories

from .house import House, patiently
from .providers import PLAIN, RECOGNISING, Providers
from .traps import Trap

PATIENCE = 240  # seconds until a round has settled
ANY = "any moment"
# How often a step may be passed before somebody is stopped at it: what a round of a thousand surely comes to.
STEPS = {
    "beat publishes": 1, "beat has published": 1, "task begins": 1, "swept, not committed": 8, "before the claim": 60,
    "leased, not committed": 60, "leased": 60, "before sending": 180, "provider has it": 180, "answered": 60,
    "recorded, not committed": 60, "recorded": 60, "task ends": 1, ANY: 0,
}  # fmt: skip
THOUSAND = 1000
# Shares of a round by the word that its texts begin with. What recognises repeats leaves in batches.
SHARES = {"inbox": 0.35, "recognising": 0.35, "plain": 0.15, "mail": 0.15}
CHANNELS = {"inbox": Channel.INBOX, "recognising": Channel.SMS, "plain": Channel.SMS, "mail": Channel.EMAIL}
PLACES = {"recognising": "410105002001-01", "plain": "410105003001-01"}


class Kill(NamedTuple):
    """Who dies at which step; nobody where there is no victim."""

    victim: str = ""
    step: str = ""


class Found(NamedTuple):
    """What rows and counts say of some notices."""

    sent: int
    unknown: int
    arrived: int  # of the unknown, those that reached their reader all the same
    doubled: list[str]
    lost: list[str]


def furnish(providers: Providers) -> list[User]:
    """The readers, and the two gateways, each at a station of its own."""
    Notice.objects.open().update(state=State.CANCELLED)  # of a proof that was broken off
    for code, name in [("41", "河南省"), ("4101", "郑州市"), ("410105", "金水区")]:
        factories.region(code, name)
    for place, path in [(PLACES["recognising"], RECOGNISING), (PLACES["plain"], PLAIN)]:
        config = {
            "url": providers.gateway.url + path, "method": "POST", "format": "json", "ok_path": "code",
            "body": '{"text": "{content}", "reference": "{reference}"}', "ok_pattern": "OK",
            "drops_repeats": path == RECOGNISING,
        }  # fmt: skip
        ChannelSetting.objects.update_or_create(
            channel=Channel.SMS, place=place, defaults={"is_on": True, "config": config}
        )
    readers = [User.objects.filter(username=f"reader{n}").first() or reader(n) for n in range(5)]
    return readers


def reader(number: int) -> User:
    user = factories.user(f"reader{number}", Role.DISTRICT, "410105")
    user.email, user.phone = f"reader{number}@example.org", f"1380000000{number}"
    user.save()
    return user


class Round:
    def __init__(self, number: int, size: int, readers: list[User], kill: Kill) -> None:
        self.name, self.size, self.readers, self.kill = f"{int(time.time())}-{number}", size, readers, kill
        self.was_killed, self.seconds = False, 0.0

    @property
    def notices(self):
        return Notice.objects.filter(about__startswith=f"proof:{self.name}-")

    def make(self) -> None:
        """Notices that were due a minute ago, those of all channels among one another."""
        now = timezone.now()
        kinds = [kind for kind, share in SHARES.items() for _ in range(round(self.size * share))]
        random.shuffle(kinds)
        Notice.objects.bulk_create(
            Notice(
                kind=Kind.VISIT_TOMORROW, about=f"proof:{self.name}-{n}", about_version=1,
                recipient=self.readers[n % len(self.readers)], channel=CHANNELS[kind],
                place=PLACES.get(kind, "410105002001-01"), subject=f"{kind} {self.name}-{n}",
                body=f"{kind} {self.name}-{n}", due_at=now - timedelta(minutes=1),
                expires_at=now + timedelta(hours=8),
            )
            for n, kind in enumerate(kinds)
        )  # fmt: skip

    def run(self, house: House, trap: Trap) -> None:
        began, kill = time.monotonic(), self.kill
        passes = random.randint(0, STEPS.get(kill.step, 0) * self.size // THOUSAND)
        if kill.victim and kill.step != ANY:
            trap.arm(kill.step, passes)
        patiently(self.make)
        strike_at = time.monotonic() + random.uniform(0, 2 * self.size / THOUSAND)
        looked = 0.0
        while True:
            house.look_after()
            caught = trap.caught()
            is_time = caught is not None or (kill.step == ANY and time.monotonic() > strike_at)
            if kill.victim and not self.was_killed and is_time:
                self.strike(house, trap, kill.victim, caught)
            elif time.monotonic() - looked > 0.1:
                looked = time.monotonic()
                if patiently(self.is_settled):
                    break
            if time.monotonic() - began > PATIENCE or house.is_stopping:
                break
            time.sleep(0.01)
        trap.release()
        self.seconds = time.monotonic() - began

    def strike(self, house: House, trap: Trap, victim: str, caught: int | None) -> None:
        """Kill, and let whoever stands in the trap go on: before the dead one is back, or after."""
        self.was_killed = house.kill(victim, caught)
        if is_early := random.random() < 0.5:
            trap.release()
            time.sleep(random.uniform(0, 0.3))
        house.look_after()
        embedded.ensure()
        if not is_early:
            trap.release()

    def is_settled(self) -> bool:
        return not self.notices.open().exists()


def compare(notices, providers: Providers) -> Found:
    """Hold rows against counts.

    Lost: called sent and nobody got it, or neither sent nor in doubt. Doubled: somebody got it twice. In doubt may be
    what arrived and what did not; on a channel that recognises repeats only after as many attempts as we make.
    """
    states, arrived, doubled, lost = Counter(), 0, [], []
    for kind_text, channel, state, attempt in notices.values_list("body", "channel", "state", "attempt"):
        reached = 1 if channel == Channel.INBOX and state == State.SENT else providers.reached[kind_text]
        states[state] += 1
        recognises = not kind_text.startswith(("mail", "plain"))
        is_doubtful = state == State.UNKNOWN and (not recognises or attempt > len(BACKOFF))
        if reached > 1:
            doubled.append(f"{kind_text}: {reached} times, {state}, attempt {attempt}")
        if not (is_doubtful or (state == State.SENT and reached)):
            lost.append(f"{kind_text}: {state}, reached {reached}, attempt {attempt}")
        arrived += state == State.UNKNOWN and bool(reached)
    return Found(states[State.SENT], states[State.UNKNOWN], arrived, doubled, lost)
