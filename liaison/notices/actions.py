"""Planning and cancelling notices, in the transaction of what they tell about."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from liaison.accounts.models import User

from .choices import Channel, Kind, State, Word
from .models import Notice


@transaction.atomic
def plan(
    kind: Kind,
    *,
    about: str,
    about_version: int,
    place: str,
    to: Iterable[User],
    due_at: datetime,
    expires_at: datetime,
    subject: str,
    body: str,
    channel: Channel = Channel.EMAIL,
) -> None:
    """Make the open notices of `kind` about something be exactly these, one per person; again changes nothing.

    Those of another version or for somebody else are cancelled. Whoever was already told of this version is left
    alone; what has not gone out yet takes the new words and hours.
    """
    wanted = {user.pk for user in to}
    text = {"place": place, "due_at": due_at, "expires_at": expires_at, "subject": subject, "body": body}
    there = lock(about).filter(kind=kind, channel=channel)
    call_off(row.pk for row in there if row.about_version != about_version or row.recipient_id not in wanted)
    known = {row.recipient_id: row for row in there if row.about_version == about_version}
    for recipient in wanted & known.keys():
        restate(known[recipient], text)
    Notice.objects.bulk_create(
        [
            Notice(kind=kind, about=about, about_version=about_version, recipient_id=pk, channel=channel, **text)
            for pk in sorted(wanted - known.keys())
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def cancel(about: str) -> int:
    """Cancel what was planned about something and has not gone out; the rows stay, with the reason as their answer."""
    return call_off(row.pk for row in lock(about))


def lock(about: str):
    """The notices about something, locked in one order everywhere, so that two who change them cannot deadlock."""
    return Notice.objects.filter(about=about).select_for_update().order_by("pk")


def call_off(pks: Iterable[int]) -> int:
    """Cancel those of `pks` that are planned, or on their way: their sender then finds that they are no longer his."""
    return Notice.objects.open().filter(pk__in=list(pks)).update(state=State.CANCELLED, answer=Word.CHANGED)


def restate(notice: Notice, text: dict) -> None:
    """Give a planned notice its new words and hours; plan one again that was cancelled before anybody sent it."""
    never_went = notice.state == State.CANCELLED and notice.sent_at is None and notice.leased_until is None
    if never_went:
        text = text | {"state": State.PLANNED, "answer": "", "retry_at": None, "created_at": timezone.now()}
    elif notice.state != State.PLANNED:
        return
    if any(getattr(notice, field) != value for field, value in text.items()):
        Notice.objects.filter(pk=notice.pk).update(**text)
