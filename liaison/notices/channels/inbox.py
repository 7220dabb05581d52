from ..choices import Channel, State, Word
from .base import Answer, Sender


class Inbox(Sender):
    """The person's own page in the house: on being due it is there, and cannot fail."""

    channel = Channel.INBOX
    batch = 500  # a sender that dies leaves them for five minutes, and no repeat is seen
    reads = ("recipient",)

    @property
    def recognises_repeats(self) -> bool:
        return True

    @classmethod
    def address_of(cls, user) -> str:
        return user.username

    def send(self, notice) -> Answer:
        return Answer(State.SENT, Word.SHOWN)
