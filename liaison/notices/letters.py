"""What is to be told, before it becomes one row for each person and channel."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import NamedTuple

from liaison.accounts.models import User

from .choices import Kind


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


def nothing_of_ones_own(user: User) -> Own:
    return Own({"name": str(user)})


class Letter(NamedTuple):
    """One thing to tell some people. `values` and `own` are asked in the reader's language."""

    kind: Kind
    to: Iterable[User]
    due_at: datetime
    expires_at: datetime
    values: Callable[[], dict[str, str]]
    own: Callable[[User], Own] = nothing_of_ones_own
    is_urgent: bool = False  # leaves in the quiet hours, too
