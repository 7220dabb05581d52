"""What is to be told, before it becomes one row for each person and channel."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from liaison.accounts.models import Contact, User

from .choices import Kind

Addressee = User | Contact


class Button(NamedTuple):
    """Something to be done with one tap: posted from the inbox as `value`, a link to the same page in a mail."""

    label: str
    path: str
    value: str
    is_primary: bool = False


class Own(NamedTuple):
    """What a letter says to one person alone."""

    values: dict[str, str]
    buttons: tuple[Button, ...] = ()


def nothing_of_ones_own(to: Addressee) -> Own:
    """The name, but a voter's stands in no row; a text for voters greets without one."""
    return Own({}) if isinstance(to, Contact) else Own({"name": str(to)})


def whose(to: Addressee | None) -> tuple[int | None, int | None]:
    """By which columns a notice is somebody's: recipient and contact. A room's has neither."""
    if isinstance(to, Contact):
        return None, to.pk
    return (to.pk if to else None), None


class Letter(NamedTuple):
    """One thing to tell some people. `values` and `own` are asked in the reader's language."""

    kind: Kind
    to: Iterable[Addressee]
    due_at: datetime
    expires_at: datetime
    values: Callable[[], dict[str, str]]
    own: Callable[[Addressee], Own] = nothing_of_ones_own
    is_urgent: bool = False  # leaves in the quiet hours, too
    is_for_offices: bool = False  # makes a sound on working days only
