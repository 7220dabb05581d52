"""The link by which a department without an account answers: signed, for a while, and withdrawn by one number.

Nothing about a link is stored but its version: whoever raises that makes every link that was given out worthless.
"""

from datetime import timedelta
from enum import StrEnum

from celery import current_app
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from liaison.accounts.actions import log
from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from liaison.policy.choices import Key
from liaison.policy.models import Threshold

from .models import Referral

TASK = "feedback.tasks.mail_link"  # by name: the task imports this module
PURPOSE = "feedback.links"  # a signature made for anything else is worth nothing here


class Fault(StrEnum):
    """Why a token opens nothing."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


def link_of(referral: Referral) -> str:
    """The path of a link that is good from now on for policy's days."""
    return reverse("feedback:link", args=[token_of(referral)])


def token_of(referral: Referral) -> str:
    """Without a colon, which mail programs take for the end of an address."""
    return TimestampSigner(salt=PURPOSE, sep=".").sign(f"{referral.public_id}.{referral.link_version}")


def days_good() -> int:
    return Threshold.objects.number(Key.LINK_DAYS)


def referral_by(token: str) -> Referral | Fault:
    """The referral that `token` opens, or why it opens none."""
    signer, is_old = TimestampSigner(salt=PURPOSE, sep="."), False
    try:
        value = signer.unsign(token, max_age=timedelta(days=days_good()))
    except SignatureExpired:
        value, is_old = signer.unsign(token), True
    except BadSignature:
        return Fault.UNKNOWN
    public_id, _sep, version = value.rpartition(".")
    related = ("department", "opinion__station", "opinion__category", "suggestion__category")
    referral = Referral.objects.select_related(*related).filter(public_id=public_id).first()
    if referral is None:
        return Fault.UNKNOWN
    if str(referral.link_version) != version:
        return Fault.WITHDRAWN
    return Fault.EXPIRED if is_old else referral


@verb
def withdraw_links(referral: Referral, *, by: User) -> Referral:
    """Make every link to the referral that was given out worthless; the next one that is made is a new one."""
    referral = Referral.objects.select_for_update(of=("self",)).get(pk=referral.pk)
    if not referral.is_open:
        words = _("这个转办件“%s”，链接已经不能用来办理")
        raise NotAllowed(words % referral.get_state_display(), code="state")
    referral.link_version += 1
    referral.save(update_fields=["link_version"])
    return referral


@verb
def mail_link(referral: Referral, *, base: str, by: User) -> None:
    """Send a link to the department's address, which belongs to no account; the audit log keeps that it was sent.

    `base` is scheme and host of the house, as whoever sends it reaches them.
    """
    if not referral.is_open:
        raise NotAllowed(_("这个转办件“%s”，不用再发链接") % referral.get_state_display(), code="state")
    if not referral.department.email:
        raise NotAllowed(_("%s没有登记邮箱，请复制链接发给经办人") % referral.department)
    log(by, "mail_link", referral, department=referral.department.public_id)
    transaction.on_commit(lambda: current_app.send_task(TASK, [referral.pk, base]), robust=True)
