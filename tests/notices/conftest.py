"""A sender that counts, in place of a provider, and notices to give it."""

from uuid import uuid4

import pytest

from liaison.common import pulse
from liaison.notices import sending
from liaison.notices.channels import Answer, Sender
from liaison.notices.choices import Channel, State
from liaison.notices.models import ChannelSetting
from tests import factories

from .fakes import Gateway, MailServer


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


@pytest.fixture
def gateway():
    """A provider that speaks http, on this machine; it keeps what it was asked."""
    gateway = Gateway()
    yield gateway
    gateway.stop()


@pytest.fixture
def mail_server():
    server = MailServer()
    yield server
    server.stop()


@pytest.fixture
def setting(db):
    """`setting(Channel.SMS, url=…, secrets={…})`: a channel that is switched on."""

    def make(channel, place="", secrets=None, is_on=True, **config):
        row = ChannelSetting(channel=channel, place=place, is_on=is_on, config=config)
        row.secrets = secrets or {}
        row.save()
        return row

    return make
