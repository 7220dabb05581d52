"""Ways by which mail leaves: files for installations without a mail server, and SMTP that knows how far it came."""

import os
import re
import smtplib
from email.charset import BASE64, Charset
from email.header import Header
from email.utils import parseaddr
from functools import cached_property
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends import smtp
from django.core.mail.backends.base import BaseEmailBackend

from . import egress
from .choices import Word

FOOT = "\n-- \n"  # what follows is a signature to mail programs, and says how to leave


# Chinese in eight bits is encoded anew by a server that takes only seven, and with that its DKIM signature breaks.
SEVEN_BITS = Charset("utf-8")
SEVEN_BITS.body_encoding = BASE64


class Mail(EmailMultiAlternatives):
    """A mail in seven bits, whose subject begins on the line of its name."""

    encoding = SEVEN_BITS

    def message(self):
        message = super().message()
        if not self.subject.isascii():
            message.replace_header("Subject", Header(self.subject, "utf-8", header_name="Subject"))
        return message


class FolderBackend(BaseEmailBackend):
    """Writes each message as one .eml file named by its Message-ID: whole or not there, and once however often sent."""

    def send_messages(self, email_messages):
        folder = Path(settings.MAIL_FOLDER)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for email in email_messages:
            message = email.message()
            file = folder / file_name(message["Message-ID"])
            half = file.with_suffix(f".{os.getpid()}.part")
            half.write_bytes(message.as_bytes())
            half.replace(file)
        return len(email_messages)


def file_name(message_id: str) -> str:
    """`<notice-17@example.org>` as notice-17.eml."""
    return re.sub(r"[^A-Za-z0-9.-]", "-", message_id.strip("<>").partition("@")[0])[:120] + ".eml"


def message_id(name: str) -> str:
    """A Message-ID of our own, at the domain that we send from."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{name}@{domain}>"


class Guarded(smtplib.SMTP):
    """Goes where egress goes: judged by the address that was reached, before a word is said, TLS's included."""

    def _get_socket(self, *args):
        line = super()._get_socket(*args)
        if egress.is_forbidden(line.getpeername()[0]):
            line.close()
            raise egress.Forbidden(Word.FORBIDDEN_ADDRESS)
        return line


class GuardedSsl(smtplib.SMTP_SSL, Guarded):
    """The same over TLS: the guard stands under the handshake."""


class SmtpBackend(smtp.EmailBackend):
    """SMTP that tells whether the text was handed over: a line that breaks before that has harmed nothing.

    `is_guarded` where somebody typed the server in; that of the environment is the operator's, and often this machine.
    """

    handed_over = False

    def __init__(self, *args, is_guarded: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.is_guarded = is_guarded

    @cached_property
    def connection_class(self):
        backend = self
        guarded = GuardedSsl if self.use_ssl else Guarded

        class Line(guarded if self.is_guarded else super().connection_class):
            def mail(self, *args, **kwargs):
                backend.handed_over = False
                return super().mail(*args, **kwargs)

            def data(self, *args, **kwargs):
                backend.handed_over = True
                return super().data(*args, **kwargs)

        return Line
