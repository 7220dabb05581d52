"""Providers that count what reaches people: a mail server, a gateway that recognises repeats and one that does not."""

import threading
from collections import Counter

import psutil

from tests.notices.fakes import Gateway, MailServer

from .traps import Trap

RECOGNISING, PLAIN = "/recognising", "/plain"


class Providers:
    """`reached` counts by the text of a notice, which no reference of ours can hide; `repeats` what was dropped."""

    def __init__(self, trap: Trap) -> None:
        self.trap, self.lock = trap, threading.Lock()
        self.reached, self.repeats, self.references = Counter(), Counter(), set()
        self.mail, self.gateway = MailServer(), Gateway()
        self.mail.taken, self.gateway.answer = self.take_mail, self.take_text

    def take_mail(self, mail, port: int) -> None:
        with self.lock:
            self.reached[mail["Subject"]] += 1
            self.mail.mails.clear()
            self.mail.recipients.clear()
        self.trap.at("provider has it", lambda: owner(port))

    def take_text(self, asked) -> tuple[int, dict]:
        text, reference = asked.data["text"], asked.data["reference"]
        with self.lock:
            is_repeat = asked.path == RECOGNISING and reference in self.references
            self.references.add(reference)
            (self.repeats if is_repeat else self.reached)[text] += 1
            self.gateway.asked.clear()
        self.trap.at("provider has it", lambda: owner(asked.port))
        return 200, {"code": "OK"}

    def stop(self) -> None:
        self.mail.stop()
        self.gateway.stop()


def owner(port: int) -> int:
    """The process that speaks from a port of this machine."""
    lines = (line for line in psutil.net_connections("tcp4") if line.laddr and line.laddr.port == port and line.pid)
    return next((line.pid for line in lines if line.raddr), 0)
