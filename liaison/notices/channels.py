"""Channels, one class each: how a notice leaves the house, and what its provider answered."""

import contextlib
import smtplib
from typing import ClassVar, NamedTuple

from django.core.mail import EmailMessage, get_connection

from .choices import Channel, State, Word
from .mail import SmtpBackend, message_id
from .models import Notice


class Answer(NamedTuple):
    """What became of one attempt: sent, failed, unknown; or planned, which is to be tried again later."""

    state: State
    words: str


class Unreachable(Exception):
    """The provider cannot be reached at all; its text says why. Nothing was tried, nothing is lost."""


class Sender:
    """A channel in use by one sender. `open` before each claim (again is nothing), `send` each, `close` at the end."""

    channel: ClassVar[Channel]
    # How many notices one lease covers. A sender that dies leaves all of them in doubt: one where a repeat would
    # reach the person twice, many where the provider recognises a repeat or takes them at once.
    batch: ClassVar[int] = 100

    def open(self) -> None:
        pass

    def send(self, notice: Notice) -> Answer:
        raise NotImplementedError

    def close(self) -> None:
        pass


class Email(Sender):
    """Mail through Django's backend: SMTP, or files where no server is configured."""

    channel = Channel.EMAIL
    batch = 1

    def __init__(self) -> None:
        self.line = get_connection()

    def open(self) -> None:
        try:
            self.line.open()
        except OSError as error:
            self.close()
            raise Unreachable(str(error)) from error

    def send(self, notice: Notice) -> Answer:
        if not notice.recipient.email:
            return Answer(State.FAILED, Word.NO_ADDRESS)
        try:
            self.line.send_messages([self.compose(notice)])
        except ValueError as error:  # an address or a subject that no header takes
            return Answer(State.FAILED, str(error))
        except OSError as error:  # all of smtplib's are
            handed_over = getattr(self.line, "handed_over", False)
            self.close()
            return refusal(error) or Answer(
                *((State.UNKNOWN, Word.STRANDED) if handed_over else (State.PLANNED, str(error)))
            )
        return Answer(State.SENT, Word.ACCEPTED if isinstance(self.line, SmtpBackend) else Word.WRITTEN)

    def compose(self, notice: Notice) -> EmailMessage:
        """The message; its id is the row's, so that a provider's log and our page speak of the same one."""
        headers = {"Message-ID": message_id(f"notice-{notice.pk}"), "Auto-Submitted": "auto-generated"}
        return EmailMessage(notice.subject, notice.body, to=[notice.recipient.email], headers=headers)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.line.close()
        self.line.connection = None  # a line that would not close is not used again


def refusal(error: OSError) -> Answer | None:
    """The server's own no: for good (5xx), or for now (4xx). None where it did not answer."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, words = error.smtp_code, error.smtp_error
    else:
        return None
    words = words.decode(errors="replace") if isinstance(words, bytes) else words
    return Answer(State.FAILED if code >= 500 else State.PLANNED, f"{code} {words}")


SENDERS: dict[Channel, type[Sender]] = {sender.channel: sender for sender in (Email,)}
