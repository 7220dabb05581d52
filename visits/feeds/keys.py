"""The key of a private calendar: its row's public id and our signature, so that a stolen database opens nothing."""

from datetime import datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb

from ..models import FeedKey

USED_STEP = timedelta(hours=1)  # a calendar that asks every minute writes once an hour


def _signer() -> Signer:
    return Signer(sep=".", salt="visits.feeds")


def address_of(key: FeedKey) -> str:
    """The key as it stands in the address; the same each time, so that it can be shown again."""
    return _signer().sign(key.public_id)


def opened(signed: str) -> FeedKey | None:
    """The row behind an address, in force or not; None where we never gave such an address."""
    try:
        public_id = _signer().unsign(signed)
    except BadSignature:
        return None
    return FeedKey.objects.select_related("user").filter(public_id=public_id).first()


def mark_used(key: FeedKey, at: datetime) -> None:
    due = Q(used_at=None) | Q(used_at__lt=at - USED_STEP)
    if key.used_at is None or key.used_at < at - USED_STEP:
        FeedKey.objects.filter(due, pk=key.pk).update(used_at=at)


@verb
def make_key(*, by: User) -> FeedKey:
    """Open a private calendar for oneself. Raises ValidationError where one is open already."""
    return FeedKey.objects.create(user=by)


@verb
def renew_key(key: FeedKey, *, by: User) -> FeedKey:
    """Revoke `key` and make another: for an address that strangers may have seen."""
    revoke_key(key, by=by)
    return make_key(by=by)


@verb
def revoke_key(key: FeedKey, *, by: User) -> None:
    """From now on the address answers that it is gone; it never opens anything again."""
    key = FeedKey.objects.select_for_update().get(pk=key.pk)
    if key.revoked_at is not None:
        raise NotAllowed(_("这个订阅地址已经停用"))
    key.revoked_at = timezone.now()
    key.save(update_fields=["revoked_at"])
