"""Sending what is due: claim and commit the lease, send, record the answer. Any number of senders may run at once."""

import logging
import random
import time
import traceback
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from liaison.accounts.scoping import NOTHING
from liaison.common import pulse, sealing, steps

from .breaker import Breaker
from .channels import SENDERS, Answer, Sender, Unreachable
from .choices import Channel, State, Word
from .lines import Line, in_use
from .manners import Rules, awake, rules
from .models import Notice

LEASE = timedelta(minutes=5)
# A run ends after this and the next one goes on, so that no task comes near the broker's visibility timeout.
BUDGET = 20
# So long, in seconds, the answers of a batch wait for a database that has gone away, and so often it is asked.
PATIENCE, PAUSE = 30, 0.2
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60)]
SWEEP = 1000
MOST_LEASES = 20  # of a notice whose senders die: it may be what kills them
MOST_IN_DIGEST = 100

log = logging.getLogger(__name__)


def send_due(now: datetime | None = None) -> Counter:
    """Send what is due at `now`; drop what came too late, and look after what a dead sender left behind.

    Gives back how many notices met which end, and adds them to the counters that /metrics shows; under "unfinished" how
    many lines had their time end before their notices.
    """
    began, now = time.monotonic(), now or timezone.now()

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - began)

    lines, by = in_use(), rules(timezone.localdate(now))
    hold_for_the_night(clock(), by)
    swept = Counter({"expired": drop_expired(clock())})
    swept["stranded"] = take_up_stranded(lines, clock())
    swept["off"] = drop_unsendable(lines, clock())
    pulse.count({f"notices:{name}": number for name, number in swept.items()})  # at once: a run may be broken off
    tally: Counter = Counter()
    for line, until in shares(lines, clock, now + timedelta(seconds=BUDGET)):
        send_by(line, clock, until, by, tally)
    pulse.count({f"notices:{name}": number for name, number in tally.items()})
    return swept + tally


def shares(lines: list[Line], clock: Callable[[], datetime], end: datetime) -> Iterator[tuple[Line, datetime]]:
    """Lines that have work, each with the end of its share of the time: a full one must not starve the others.

    The house's own inbox goes first, the rest in an order that changes from run to run.
    """
    waiting = [line for line in lines if has_work(line, clock())]
    random.shuffle(waiting)
    waiting.sort(key=lambda line: line.channel != Channel.INBOX)
    for left, line in zip(range(len(waiting), 0, -1), waiting, strict=True):
        yield line, clock() + (end - clock()) / left


def has_work(line: Line, at: datetime) -> bool:
    """Whether a line has anything to send; the first in the order of claims, which an index gives at once."""
    return bool(Notice.objects.sendable(at).filter(line.covers()).order_by("due_at", "pk").values_list("pk")[:1])


def hold_for_the_night(at: datetime, by: Rules) -> None:
    """What is found due in the quiet hours, because it was late, waits for their end."""
    if by.is_quiet(at):
        _evening, morning = by.night_of(at)
        sweep(Notice.objects.due(at).exclude(awake(at, by)).order_by("due_at", "pk"), not_before=morning)


def drop_expired(at: datetime) -> int:
    """Planned notices whose grace has passed are cancelled: a reminder after the visit is worse than none."""
    late = Notice.objects.expired(at)
    night = late.filter(not_before__gte=F("expires_at"))
    tried = sweep(night, state=State.CANCELLED, answer=Word.NIGHT)
    tried += sweep(late.filter(attempt__gt=0), state=State.CANCELLED, answer=Word.EXPIRED_TRIED)
    return tried + sweep(late.filter(attempt=0), state=State.CANCELLED, answer=Word.EXPIRED)


def drop_unsendable(lines: list[Line], at: datetime) -> int:
    """Due notices of a channel that was switched off since they were planned are cancelled, with that as the reason.

    A channel that this program does not know is another program's, newer than this one: its notices are left alone.
    """
    everywhere = {line.channel for line in lines if not line.place and not line.nearer}
    due = Notice.objects.due(at).filter(channel__in=SENDERS.keys() - everywhere).order_by("due_at", "pk")
    for line in lines:
        due = due.exclude(line.covers())
    return sweep(due, state=State.CANCELLED, answer=Word.OFF)


def take_up_stranded(lines: list[Line], at: datetime) -> int:
    """Leases that ended without an answer: planned again where the provider recognises a repeat, else unknown.

    Nobody sends the unknown ones again by himself; staff see them. One whose sender died every time is unknown, too.
    """
    again = NOTHING
    for line in lines:
        if line.sender().recognises_repeats:
            again |= line.covers()
    stranded = Notice.objects.stranded(at)
    harmless = again & Q(attempt__lte=MOST_LEASES)
    taken = sweep(stranded.filter(harmless), state=State.PLANNED, leased_until=None, answer=Word.AGAIN)
    return taken + sweep(stranded.exclude(harmless), state=State.UNKNOWN, answer=Word.STRANDED)


@transaction.atomic
def sweep(rows, **fields) -> int:
    """Update some of `rows`, passing over those that somebody else holds at this moment: he may be moving the visit."""
    held = rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:SWEEP]
    swept = Notice.objects.filter(pk__in=list(held)).update(**fields)
    steps.at("swept, not committed")
    return swept


def send_by(line: Line, clock: Callable[[], datetime], until: datetime, by: Rules, tally: Counter) -> None:
    """Send by one line until nothing is due, time is up, or its provider fails too often."""
    breaker = Breaker(line)
    if not breaker.lets_through(clock()):
        tally[f"{line.channel}:paused"] += 1
        return
    sender = line.sender()
    try:
        while clock() < until:
            sender.open()  # before the claim: what cannot be tried is not leased
            steps.at("before the claim")
            claimed = claim(line, 1 if breaker.is_trial else sender.batch, clock(), by)
            if not claimed:
                break
            steps.at("leased")
            answers = list(attempts(sender, claimed, lambda: clock() < until))
            steps.at("answered")
            settle_at_last(sender, claimed, answers, clock, tally)
            steps.at("recorded")
            if not breaker.saw(answers[:1] if claimed[0].in_digest else answers, clock()):
                break
        else:
            tally["unfinished"] += 1
    except Unreachable as fault:
        log.warning("%s cannot be reached: %s", line.channel, fault)
        tally[f"{line.channel}:unreachable"] += 1
        breaker.bear(str(fault), clock())
    finally:
        sender.close()


@transaction.atomic
def claim(line: Line, most: int, at: datetime, by: Rules) -> list[Notice]:
    """Lease a batch to ourselves. Rows that another sender or a mover holds are passed over, never waited for.

    Of a person's mail of the day the first row brings the others along.
    """
    free = (
        Notice.objects.sendable(at)
        .filter(line.covers(), awake(at, by))
        .select_related(*SENDERS[line.channel].reads)
        .select_for_update(skip_locked=True, of=["self"])
        .order_by("due_at", "pk")
    )
    claimed = list(free[:most])
    if claimed and claimed[0].in_digest:
        claimed = list(free.filter(in_digest=True, recipient=claimed[0].recipient_id)[:MOST_IN_DIGEST])
    Notice.objects.filter(pk__in=[notice.pk for notice in claimed]).update(
        state=State.LEASED, leased_until=at + LEASE, attempt=F("attempt") + 1
    )
    for notice in claimed:
        notice.attempt += 1
    steps.at("leased, not committed")
    return claimed


def attempts(sender: Sender, claimed: list[Notice], has_time: Callable[[], bool]) -> Iterator[Answer | None]:
    """An answer for each; None for those that were not tried, because the provider failed or the time was up."""
    if claimed[0].in_digest and len(claimed) > 1:
        answer = attempt(sender, claimed[0], others=claimed[1:])
        yield from (answer for _notice in claimed)
        return
    is_over = False
    for notice in claimed:
        answer = None if is_over else attempt(sender, notice)
        yield answer
        is_over = is_over or (answer is not None and answer.fault) or not has_time()


def attempt(sender: Sender, notice: Notice, others: Sequence[Notice] = ()) -> Answer:
    """Send one notice, with others in the same mail; whatever goes wrong with it stays with it.

    What a provider says, and what we write down of an error, may quote a voter's telephone or address: it is masked.
    """
    if why := hindrance(notice):
        return Answer(State.CANCELLED, why)
    steps.at("before sending")
    try:
        answer = sender.send_together([notice, *others]) if others else sender.send(notice)
    except sealing.Unreadable:
        return Answer(State.FAILED, Word.SEALED)
    except Exception:
        words = traceback.format_exc()
        words = notice.contact.hidden_in(words) if notice.contact_id else words
        log.error("notice %s by %s\n%s", notice.pk, sender.channel, words)
        return Answer(State.UNKNOWN, Word.UNEXPECTED)
    return answer._replace(words=notice.contact.hidden_in(answer.words)) if notice.contact_id else answer


def hindrance(notice: Notice) -> str:
    """Why a notice is not to be sent to whom it is for; empty where nothing is in its way."""
    if notice.recipient_id:
        return "" if notice.recipient.is_active else Word.INACTIVE
    if notice.contact_id and (notice.contact.erased_at or notice.contact.unsubscribed_at):
        return Word.ERASED if notice.contact.erased_at else Word.LEFT
    return ""


def settle_at_last(
    sender: Sender, claimed: list[Notice], answers: list[Answer | None], clock: Callable[[], datetime], tally: Counter
) -> None:
    """Record the answers, though the database go away meanwhile: it is back sooner than a doubt is cleared up.

    Recording twice is as good as once, should the first time have been kept without our hearing of it.
    """
    patience = time.monotonic() + PATIENCE
    while True:
        counted: Counter = Counter()
        try:
            settle(sender, claimed, answers, clock(), counted)
        except (OperationalError, InterfaceError):
            if connection.in_atomic_block or time.monotonic() > patience:
                raise
            connection.close()
            time.sleep(PAUSE)
        else:
            tally.update(counted)
            return


@transaction.atomic
def settle(sender: Sender, claimed: list[Notice], answers: list[Answer | None], at: datetime, tally: Counter) -> None:
    """Record the answers on rows that are still ours, those of one kind in one update."""
    ours = {notice.pk: notice.attempt for notice in claimed}
    rows = Notice.objects.filter(pk__in=ours).select_for_update().order_by("pk").values_list("pk", "state", "attempt")
    states = {pk: state for pk, state, number in rows if number == ours[pk]}
    alike = defaultdict(list)
    carrier = {"carrier_id": claimed[0].pk} if claimed[0].in_digest and len(claimed) > 1 else {}
    for notice, answer in zip(claimed, answers, strict=True):
        fields = outcome(notice, answer, at, sender.recognises_repeats)
        if answer is not None:
            tally[f"{notice.channel}:{fields['state']}"] += 1
        is_sent = answer is not None and answer.state == State.SENT
        if is_sent:
            since = max(filter(None, [notice.due_at, notice.created_at, notice.not_before]))
            tally[f"{notice.channel}:dwell"] += (at - since).total_seconds()
        if states.get(notice.pk) == State.CANCELLED:  # called off while it was on its way
            gone = {"sent_at": at, "answer": Word.GONE_BEFORE} | carrier if is_sent else {}
            fields = {"leased_until": None} | gone
        # Unknown is ours too: our lease ended while the provider took its time, and here is the answer after all.
        elif states.get(notice.pk) not in (State.LEASED, State.UNKNOWN):
            continue
        elif is_sent and notice.pk != claimed[0].pk:
            fields |= carrier
        alike[tuple(fields.items())].append(notice.pk)
    for fields, pks in alike.items():
        Notice.objects.filter(pk__in=pks).update(**dict(fields))
    steps.at("recorded, not committed")


def outcome(notice: Notice, answer: Answer | None, at: datetime, recognises_repeats: bool) -> dict:
    """What an answer makes of its row. One to be tried again waits, longer each time, while there is still time.

    What is in doubt is tried again where a repeat is recognised. Where it is the provider who fails, the breaker says
    when to try, and how often that happened does not count against the notice: its time does.
    """
    if answer is None:
        return {"state": State.PLANNED, "leased_until": None}
    fields = {"state": answer.state, "answer": answer.words[:300], "leased_until": None}
    if answer.state == State.SENT:
        return fields | {"sent_at": at}
    is_harmless = answer.state == State.UNKNOWN and recognises_repeats
    if answer.state != State.PLANNED and not is_harmless:
        return fields
    if answer.fault:
        return fields | {"state": State.PLANNED, "retry_at": at + BACKOFF[0]}
    again = at + BACKOFF[min(notice.attempt, len(BACKOFF)) - 1]
    if again < notice.expires_at:
        return fields | {"state": State.PLANNED, "retry_at": again}
    return fields | {"state": State.UNKNOWN if is_harmless else State.FAILED}
