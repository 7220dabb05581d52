"""The way out: the address without a sign-in by which a reader turns messages off, and on again.

For a voter it is a random word of their own, short enough for a text message. For somebody with an account it is
sealed: who and which groups of kinds, so that neither numbers of rows nor names stand in it.
"""

from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse

from liaison.common import sealing
from liaison.common.linked import address_of

from .choices import Group, manner
from .models import Notice

NAME = "leave"  # what is sealed for another purpose opens nothing here


def token_of(notices: Sequence[Notice]) -> str:
    first = notices[0]
    if first.contact_id:
        return first.contact.leave_token
    groups = sorted({manner(notice.kind).group.value for notice in notices})
    return sealing.seal({NAME: [first.recipient_id, groups]}).rstrip("=")


def address_for(notices: Sequence[Notice]) -> str:
    """Where the reader of a mail leaves; empty where nobody said what this house's address is, or nobody reads it."""
    first = notices[0]
    if not settings.SITE["url"] or not first.addressee:
        return ""
    language = "" if first.language == settings.LANGUAGE_CODE else f"?lang={first.language}"
    return address_of(reverse("notices:unsubscribe", args=[token_of(notices)])) + language


def opened(token: str) -> tuple[int, list[str]] | None:
    """The account and the groups that a sealed token is about; None where we sealed no such thing."""
    try:
        who, groups = sealing.unseal(token + "=" * (-len(token) % 4)).get(NAME, (None, []))
    except (sealing.Unreadable, ValueError):
        return None
    known = [group for group in groups if group in Group.values]
    return (who, known) if known else None
