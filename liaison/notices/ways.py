"""What opens behind the address by which a reader leaves: whose it is, what they leave, and the way back."""

from typing import NamedTuple

from liaison.accounts import actions as accounts
from liaison.accounts.models import Contact, User
from liaison.common import sealing
from liaison.common.masks import masked
from liaison.common.templatetags.face import joined

from . import leaving
from .actions import first_choice, turn_mail
from .choices import Channel, Group
from .models import Preference


class VotersWay(NamedTuple):
    """Of a voter: everything or nothing."""

    contact: Contact

    @property
    def is_left(self) -> bool:
        return self.contact.unsubscribed_at is not None

    @property
    def addresses(self) -> list[str]:
        try:
            given = self.contact.opened()
        except sealing.Unreadable:
            return []
        return [masked(address) for address in (given.phone, given.email) if address]

    def leave(self) -> None:
        accounts.leave(self.contact)
        self.contact.refresh_from_db()

    def come_back(self) -> None:
        accounts.come_back(self.contact)
        self.contact.refresh_from_db()


class StaffWay(NamedTuple):
    """Of somebody with an account: mail about some groups of kinds. The inbox stays."""

    user: User
    groups: list[str]

    @property
    def is_left(self) -> bool:
        chosen = first_choice(self.user, Preference.objects.filter(pk=self.user.pk).first())
        return not any(Channel.EMAIL in chosen[group] for group in self.groups)

    @property
    def labels(self) -> str:
        return joined(Group(group).label for group in self.groups)

    @property
    def addresses(self) -> list[str]:
        return [masked(self.user.email)] if self.user.email else []

    def leave(self) -> None:
        self.turn(on=False)

    def come_back(self) -> None:
        self.turn(on=True)

    def turn(self, *, on: bool) -> None:
        turn_mail(self.user, groups=self.groups, on=on)


def way_of(token: str) -> VotersWay | StaffWay | None:
    """None where we gave no such address, or where nothing is kept of the voter any more."""
    if contact := Contact.objects.filter(leave_token=token, erased_at=None).first():
        return VotersWay(contact)
    if found := leaving.opened(token):
        who, groups = found
        user = User.objects.filter(pk=who).first()
        return StaffWay(user, groups) if user else None
    return None
