from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.common import sealing
from liaison.common.exceptions import NotAllowed, verb
from liaison.common.middleware import request_id

from .contacts import Particulars
from .models import Contact, Entry, User


def log(by: User | None, action: str, about: Model | str = "", **detail) -> Entry:
    """Write one line of the audit log, with the number of the request that caused it."""
    name = about if isinstance(about, str) else f"{about._meta.label_lower}:{about.pk}"
    return Entry.objects.create(
        by=by if by and by.is_authenticated else None,
        action=action,
        about=name,
        detail=detail,
        request_id=request_id.get(),
    )


@verb
def unmask(contact: Contact, *, by: User, of: Model | None = None) -> Particulars:
    """A voter's name, telephone and address in full, for whoever may. Writes the log, `of` which matter included.

    Asked here and not on the page alone: there is no other way to the whole.
    """
    if not Contact.objects.for_user(by, "unmask").filter(pk=contact.pk).exists():
        raise PermissionDenied
    if contact.erased_at:
        raise NotAllowed(_("联系方式已按期清除"))
    try:
        found = contact.opened()
    except sealing.Unreadable:
        raise NotAllowed(_("联系方式打不开：加密用的钥匙已更换，请联系系统管理员")) from None
    log(by, "unmask", contact, **({"of": f"{of._meta.label_lower}:{of.pk}"} if of else {}))
    return found


@verb
def leave(contact: Contact, *, at: datetime | None = None) -> None:
    """Send the voter nothing more; what is planned is called off when its time comes. Again changes nothing."""
    Contact.objects.filter(pk=contact.pk, unsubscribed_at=None).update(unsubscribed_at=at or timezone.now())


@verb
def come_back(contact: Contact) -> None:
    """Send the voter messages again."""
    Contact.objects.filter(pk=contact.pk, erased_at=None).update(unsubscribed_at=None)


@verb
def erase(contact: Contact, *, by: User | None = None, at: datetime | None = None) -> bool:
    """Forget name, telephone and address for good; the row stays, so that figures stay true. Writes the log.

    False where that was done before. `by` is nobody where the time has come.
    """
    gone = {"sealed": "", "phone_hash": "", "erased_at": at or timezone.now()}
    if not Contact.objects.filter(pk=contact.pk, erased_at=None).update(**gone):
        return False
    contact.refresh_from_db()
    log(by, "erase_contact", contact)
    return True
