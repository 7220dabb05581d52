"""What every channel answers to."""

from typing import ClassVar, NamedTuple

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.accounts.contacts import Particulars
from liaison.accounts.models import Contact, User

from .. import egress
from ..choices import Channel, State
from ..letters import Addressee
from ..models import ChannelSetting, Notice

HIDDEN = "••••"
SHORTEST_SECRET = 4  # characters; less than that is no secret, and would blacken every answer
LONGEST_QUOTE = 120  # characters of what a provider said


class Answer(NamedTuple):
    """What became of one attempt: sent, failed, unknown; or planned, which is to be tried again later.

    `fault` says that it is the provider who is unwell and not this notice: such answers pause the channel.
    """

    state: State
    words: str
    fault: bool = False


class Unreachable(Exception):
    """The provider cannot be reached at all; its text says why. Nothing was tried, nothing is lost."""


class Sender:
    """A channel in use by one sender. `open` before each claim (again is nothing), `send` each, `close` at the end."""

    channel: ClassVar[Channel]
    # How many notices one lease covers. A sender that dies leaves all of them in doubt: one where a repeat would
    # reach the person twice, many where the provider recognises a repeat or takes them at once.
    batch: int = 100
    # What is read together with the rows.
    reads: ClassVar[tuple[str, ...]] = ("recipient", "contact")
    secret_names: ClassVar[tuple[str, ...]] = ()

    def __init__(self, setting: ChannelSetting | None = None) -> None:
        self.config = setting.config if setting else {}
        self.secrets = setting.secrets if setting else {}

    @classmethod
    def fields(cls) -> dict[str, forms.Field]:
        """What an administrator fills in, by name; those of `secret_names` are sealed."""
        return {}

    # Heads under which the fields stand, where they are many: (head, names).
    groups: ClassVar[tuple[tuple[str, tuple[str, ...]], ...]] = ()

    @classmethod
    def check(cls, given: dict) -> dict[str, str]:
        """What is wrong with what was filled in, by field, beyond what each field says itself."""
        return {}

    @classmethod
    def address_of(cls, to: Addressee) -> str:
        """Where somebody is reached by this channel; empty where nowhere. A voter's is opened for this moment only."""
        return ""

    @property
    def recognises_repeats(self) -> bool:
        """Whether the provider drops a second message of the same reference: then what is in doubt is sent again."""
        return False

    def open(self) -> None:
        pass

    def send(self, notice: Notice) -> Answer:
        raise NotImplementedError

    def send_together(self, notices: list[Notice]) -> Answer:
        """Several notices to one person in one message; only of channels that have a mail of the day."""
        raise NotImplementedError

    def close(self) -> None:
        pass

    def quoted(self, words: str) -> str:
        """What a provider said, short, on one line, and without our own secrets."""
        for secret in self.secrets.values():
            if len(secret) >= SHORTEST_SECRET:
                words = words.replace(secret, HIDDEN)
        return " ".join(words.split())[:LONGEST_QUOTE]


class HttpSender(Sender):
    """A channel whose provider is called by http."""

    def ask(self, method: str, url: str, **kwargs) -> egress.Reply | Answer:
        """The provider's reply, or the answer where there is none."""
        try:
            return egress.request(method, url, **kwargs)
        except egress.NoWay as error:
            return Answer(State.PLANNED, str(error), fault=True)
        except egress.NoAnswer as error:
            return Answer(State.UNKNOWN, str(error), fault=True)
        except ValueError as error:  # an address that we do not call
            return Answer(State.FAILED, str(error))

    def refused(self, reply: egress.Reply) -> Answer | None:
        """What a status other than 2xx means; None for 2xx.

        429 and 503 say that nothing was taken. After another 5xx a message may be out all the same.
        """
        words = self.quoted(f"HTTP {reply.status} {reply.text}")
        if reply.status in (408, 425, 429, 503):
            return Answer(State.PLANNED, words, fault=reply.status == 503)
        if reply.status >= 500:
            return Answer(State.UNKNOWN, words, fault=True)
        return Answer(State.FAILED, words) if not 200 <= reply.status < 300 else None


def reached_at(to: Addressee) -> User | Particulars:
    """Telephone and address of somebody, as `phone` and `email`."""
    return to.opened() if isinstance(to, Contact) else to


def secret_field(**kwargs) -> forms.CharField:
    """A field that never shows what it holds."""
    box = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(**({"strip": True, "widget": box, "max_length": 400} | kwargs))


def address_field(**kwargs) -> forms.CharField:
    """An http(s) address that may be called; refused in words where it may not."""

    def allowed(value):
        try:
            egress.check(value)
        except ValueError as error:
            raise forms.ValidationError(_(str(error))) from error

    return forms.CharField(**({"max_length": 400, "validators": [allowed]} | kwargs))
