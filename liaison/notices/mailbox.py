"""Reading back the mail that was written as files, where there is no mail server."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from .mail import FOOT, file_name, message_id
from .models import Notice

LONGEST = 1_000_000  # bytes of a file that are looked at


class Letter(NamedTuple):
    subject: str
    to: str
    date: datetime | None
    body: str


def is_kept() -> bool:
    """Whether mail goes to files here."""
    return settings.EMAIL_BACKEND == "liaison.notices.mail.FolderBackend"


def read(notice: Notice) -> Letter | None:
    """What was written for `notice`; None where the file is gone or is no mail."""
    carrier = notice.carrier or notice  # it may have gone in the mail of another
    file = Path(settings.MAIL_FOLDER) / file_name(message_id(f"notice-{carrier.reference}"))
    try:
        with file.open("rb") as source:
            return letter(message_from_bytes(source.read(LONGEST), policy=policy.default))
    except (OSError, ValueError, LookupError):  # somebody else may have put a file there
        return None


def read_by(user, notice: Notice) -> Letter | None:
    """The letter as `user` may read it: of a mail of the day that tells of more than they reach, this notice alone."""
    found = read(notice)
    first = notice.carrier_id or notice.pk
    told = Notice.objects.filter(Q(pk=first) | Q(carrier=first))
    if (
        found is None
        or notice.recipient_id == user.pk
        or not told.exclude(pk__in=Notice.objects.for_user(user, "view").values("pk")).exists()
    ):
        return found
    return found._replace(subject=notice.subject, body=notice.body)


def letter(message: EmailMessage) -> Letter | None:
    body = message.get_body(preferencelist=["plain"])
    date = message["Date"].datetime if message["Date"] else None
    if date and timezone.is_naive(date):  # "-0000": UTC, from wherever
        date = date.replace(tzinfo=UTC)
    # The address at the end is a key for the reader alone.
    text = body and body.get_content().partition(FOOT)[0]
    return body and Letter(str(message["Subject"]), str(message["To"]), date, text)
