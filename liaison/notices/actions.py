"""Planning and cancelling notices, in the transaction of what they tell about."""

from collections.abc import Iterable
from datetime import datetime

from liaison.accounts.models import User

from .choices import Channel, Kind, State
from .models import Notice


def plan(
    kind: Kind, *, about: str, about_version: int, place: str, to: Iterable[User], due_at: datetime,
    expires_at: datetime, subject: str, body: str, channel: Channel = Channel.EMAIL,
) -> None:
    """Plan one notice per person. Planning the same event again changes nothing: the unique constraint holds it."""
    Notice.objects.bulk_create(
        [
            Notice(
                kind=kind, about=about, about_version=about_version, place=place, recipient=user, channel=channel,
                due_at=due_at, expires_at=expires_at, subject=subject, body=body,
            )
            for user in to
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def cancel(about: str) -> int:
    """Cancel what was planned about something and has not gone out; the rows stay, with the reason in their state."""
    return Notice.objects.filter(about=about, state__in=[State.PLANNED, State.FAILED]).update(state=State.CANCELLED)
