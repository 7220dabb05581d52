"""A sender that counts, in place of a provider, and notices to give it."""

from uuid import uuid4

import pytest

from liaison.common import pulse
from liaison.notices import sending
from liaison.notices.channels import Answer, Sender
from liaison.notices.choices import Channel, State
from tests import factories


@pytest.fixture(autouse=True)
def _own_pulse(monkeypatch):
    """Counters and signs of life apart from those of other tests on the same Redis."""
    monkeypatch.setattr(pulse, "PREFIX", f"test:{uuid4()}:")


@pytest.fixture
def make_notice(station, liaison):
    """`make_notice()`: one reminder to the liaison, due a minute ago; each is about another visit."""

    def make(**fields):
        return factories.notice(**({"recipient": liaison, "station": station} | fields))

    return make


class Counting(Sender):
    """Answers at once and remembers what it was given. `during` runs while a notice is on its way."""

    channel = Channel.EMAIL
    batch = 1
    answer = Answer(State.SENT, "ok")
    sent: list[int]

    def during(self, notice):
        pass

    def send(self, notice):
        self.during(notice)
        self.sent.append(notice.pk)
        return self.answer


@pytest.fixture
def provider(monkeypatch):
    """The counting sender, in use for e-mail; set `batch`, `answer`, `during` on it."""
    counting = type("Provider", (Counting,), {"sent": []})
    monkeypatch.setitem(sending.SENDERS, Channel.EMAIL, counting)
    return counting
