"""Sending what is due: claim and commit the lease, send, record the answer. Any number of senders may run at once."""

import logging
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from liaison.common import pulse

from .channels import SENDERS, Answer, Sender, Unreachable
from .choices import State, Word
from .models import Notice

LEASE = timedelta(minutes=5)
# A run ends after this and the next one goes on, so that no task comes near the broker's visibility timeout.
BUDGET = 20
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
SWEEP = 1000

log = logging.getLogger(__name__)


def send_due(now: datetime | None = None) -> Counter:
    """Send what is due at `now`; drop what came too late, and call unknown what a dead sender left behind.

    Gives back how many notices met which end, and adds them to the counters that /metrics shows.
    """
    began, now = time.monotonic(), now or timezone.now()

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - began)

    tally = Counter({"expired": drop_expired(clock()), "stranded": doubt_stranded(clock())})
    for sender in SENDERS.values():
        if Notice.objects.sendable(clock()).filter(channel=sender.channel).exists():
            send_by(sender(), clock, now + timedelta(seconds=BUDGET), tally)
    pulse.count({f"notices:{name}": number for name, number in tally.items()})
    return tally


def drop_expired(at: datetime) -> int:
    """Planned notices whose grace has passed are cancelled: a reminder after the visit is worse than none."""
    return sweep(Notice.objects.expired(at), state=State.CANCELLED, answer=Word.EXPIRED)


def doubt_stranded(at: datetime) -> int:
    """Leases that ended without an answer become unknown, for staff to see. Nobody sends them again by himself."""
    return sweep(Notice.objects.stranded(at), state=State.UNKNOWN, answer=Word.STRANDED)


@transaction.atomic
def sweep(rows, **fields) -> int:
    """Update some of `rows`, passing over those that somebody else holds at this moment: he may be moving the visit."""
    held = rows.select_for_update(skip_locked=True).order_by("pk").values_list("pk", flat=True)[:SWEEP]
    return Notice.objects.filter(pk__in=list(held)).update(**fields)


def send_by(sender: Sender, clock: Callable[[], datetime], until: datetime, tally: Counter) -> None:
    """Send by one channel until nothing is due, time is up, or its provider cannot be reached."""
    try:
        while clock() < until:
            sender.open()  # before the claim: what cannot be tried is not leased
            claimed = claim(sender, clock())
            if not claimed:
                break
            answers = [attempt(sender, notice) for notice in claimed]
            settle(claimed, answers, clock(), tally)
    except Unreachable as fault:
        log.warning("%s cannot be reached: %s", sender.channel, fault)
        tally[f"{sender.channel}:unreachable"] += 1
    finally:
        sender.close()


@transaction.atomic
def claim(sender: Sender, at: datetime) -> list[Notice]:
    """Lease a batch to ourselves. Rows that another sender or a mover holds are passed over, never waited for."""
    claimed = list(
        Notice.objects.sendable(at)
        .filter(channel=sender.channel)
        .select_related("recipient")
        .select_for_update(skip_locked=True, of=["self"])
        .order_by("due_at", "pk")[: sender.batch]
    )
    Notice.objects.filter(pk__in=[notice.pk for notice in claimed]).update(
        state=State.LEASED, leased_until=at + LEASE, attempt=F("attempt") + 1
    )
    for notice in claimed:
        notice.attempt += 1
    return claimed


def attempt(sender: Sender, notice: Notice) -> Answer:
    """Send one notice; whatever goes wrong with it stays with it."""
    if not notice.recipient.is_active:
        return Answer(State.CANCELLED, Word.INACTIVE)
    try:
        return sender.send(notice)
    except Exception:
        log.exception("notice %s by %s", notice.pk, sender.channel)
        return Answer(State.UNKNOWN, Word.UNEXPECTED)


@transaction.atomic
def settle(claimed: list[Notice], answers: list[Answer], at: datetime, tally: Counter) -> None:
    """Record the answers on rows that are still ours, those of one kind in one update."""
    ours = {notice.pk: notice.attempt for notice in claimed}
    rows = Notice.objects.filter(pk__in=ours).select_for_update().order_by("pk").values_list("pk", "state", "attempt")
    states = {pk: state for pk, state, number in rows if number == ours[pk]}
    alike = defaultdict(list)
    for notice, answer in zip(claimed, answers, strict=True):
        fields = outcome(notice, answer, at)
        tally[f"{notice.channel}:{fields['state']}"] += 1
        if answer.state == State.SENT:
            tally[f"{notice.channel}:dwell"] += (at - max(notice.due_at, notice.created_at)).total_seconds()
        if states.get(notice.pk) == State.CANCELLED:  # called off while it was on its way
            gone = {"sent_at": at, "answer": Word.GONE_BEFORE} if answer.state == State.SENT else {}
            fields = {"leased_until": None} | gone
        # Unknown is ours too: our lease ended while the provider took its time, and here is the answer after all.
        elif states.get(notice.pk) not in (State.LEASED, State.UNKNOWN):
            continue
        alike[tuple(fields.items())].append(notice.pk)
    for fields, pks in alike.items():
        Notice.objects.filter(pk__in=pks).update(**dict(fields))


def outcome(notice: Notice, answer: Answer, at: datetime) -> dict:
    """What an answer makes of its row. One to be tried again waits, longer each time, while there is still time."""
    fields = {"state": answer.state, "answer": answer.words[:300], "leased_until": None}
    if answer.state == State.SENT:
        fields["sent_at"] = at
    if answer.state == State.PLANNED:
        again = at + BACKOFF[notice.attempt - 1] if notice.attempt <= len(BACKOFF) else None
        in_time = again is not None and again < notice.expires_at
        fields |= {"retry_at": again} if in_time else {"state": State.FAILED}
    return fields
