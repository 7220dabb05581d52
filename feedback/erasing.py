"""清除: voters' names, telephones and files go when their time has come; the matter and every figure stay true.

The time runs from the closing of the last matter of a voter at a station (policy, our default two years). What a voter
wrote keeps its sense and loses numbers of persons and the voter's own name. A certificate says how much went, and
never what.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts import actions as accounts
from liaison.accounts.models import Contact, Job, User
from liaison.common import sealing
from liaison.common.exceptions import NotAllowed, verb
from liaison.notices import actions as notices
from liaison.policy.choices import Key
from liaison.policy.models import Threshold

from .choices import DONE
from .models import Attachment, Erasure, Opinion, OpinionStep, Outcome
from .models.opinion import DISTRICT_DIGITS
from .numbers import new_number
from .sent import untraced
from .telling import STEP

logger = logging.getLogger(__name__)
AT_ONCE = 200  # voters under one certificate: one transaction
SHORTEST_NAME = 2  # a single character is taken out of no text


def expired(now: datetime):
    """Contacts whose time has come: every matter of theirs is done with, and was before policy's years began."""
    until = now - relativedelta(years=Threshold.objects.number(Key.ERASE_YEARS, timezone.localdate(now)))
    theirs = Opinion.objects.filter(contact=OuterRef("pk"))
    alive = theirs.filter(
        ~Q(state__in=DONE) | Q(closed_at__gte=until) | Q(merged_into__isnull=False) & ~Q(merged_into__state__in=DONE)
    )
    return Contact.objects.filter(~Exists(alive), Exists(theirs), erased_at=None, created_at__lt=until)


def erase_expired(now: datetime) -> Iterator[Erasure]:
    """Erase what has expired at `now`, a certificate for each district and batch. Twice is once."""
    rule = _("办结满 %(n)s 年，按期清除") % {"n": Threshold.objects.number(Key.ERASE_YEARS, timezone.localdate(now))}
    last = 0
    while rows := list(expired(now).filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        last = rows[-1].pk
        districts = {row.place[:DISTRICT_DIGITS] for row in rows}
        for district in sorted(districts):
            keys = [row.pk for row in rows if row.place[:DISTRICT_DIGITS] == district]
            if certificate := _erase(keys, district, rule=rule, now=now, by=None):
                yield certificate


@verb
def erase_contact(contact: Contact, *, reason: str, by: User) -> Erasure:
    """Erase one voter's data because they asked (个人信息保护法第四十七条). What is open cannot lose its voter."""
    if Opinion.objects.filter(contact=contact).exclude(state__in=DONE).exists():
        raise NotAllowed(_("还有没办完的意见，办结或者撤回以后才能清除"))
    if not reason.strip():
        raise NotAllowed({"reason": _("请说明理由")}, code="required")
    certificate = _erase([contact.pk], contact.place, rule=reason.strip()[:300], now=None, by=by)
    if certificate is None:
        raise NotAllowed(_("联系方式已经清除过"))
    return certificate


@transaction.atomic
def _erase(keys: list[int], place: str, *, rule: str, now: datetime | None, by: User | None) -> Erasure | None:
    """All of it and the certificate, or nothing. `now`: what came alive again meanwhile is left."""
    rows = Contact.objects.select_for_update().filter(pk__in=keys, erased_at=None).order_by("pk")
    alive = set(keys) - set(expired(now).filter(pk__in=keys).values_list("pk", flat=True)) if now else set()
    counts = Counter()
    for contact in rows:
        if contact.pk not in alive:
            counts += _erase_one(contact, by)
    if not counts["contacts"]:
        return None
    return Erasure.objects.create(place=place, rule=rule, number=new_number(), counts=dict(counts), by=by)


def _erase_one(contact: Contact, by: User | None) -> Counter:
    counts = Counter(contacts=1)
    name, opinions = name_of(contact), []
    for opinion in Opinion.objects.select_for_update(of=("self",)).filter(contact=contact).order_by("pk"):
        counts["opinions"] += 1
        fields = {field: _without(getattr(opinion, field), name) for field in ("title", "matter", "public_title")}
        if changed := {field: text for field, text in fields.items() if text != getattr(opinion, field)}:
            Opinion.objects.filter(pk=opinion.pk).update(**changed)
            counts["texts"] += 1
        counts["files"] += _erase_files(opinion)
        counts["texts"] += _erase_draft(opinion)
        counts["exports"] += _erase_letters(opinion)
        opinions.append(opinion)
    accounts.erase(contact, by=by)
    for opinion in opinions:  # only now may what was done be made to name nobody
        counts += _erase_in_course(opinion, name)
    return counts


def _erase_in_course(opinion: Opinion, name: str) -> Counter:
    """Steps lose the voter's name and numbers, ratings their words; notices about them say no more than that they were.

    What became of the matter, when and by whom stays: figures are counted from it.
    """
    changed, steps = 0, list(opinion.steps.order_by("no"))
    for step in steps:
        words, data = _without(step.words, name), _without_in(step.data, name)
        if (words, data) != (step.words, step.data):
            OpinionStep.objects.filter(pk=step.pk).update(words=words, data=data)
            changed += 1
    changed += opinion.ratings.exclude(words="").update(words="")
    return Counter(texts=changed, notices=notices.forget(f"{STEP}:{step.pk}" for step in steps))


def _without_in(value, name: str):
    """Texts anywhere in the details of a step."""
    if isinstance(value, str):
        return _without(value, name)
    if isinstance(value, dict):
        return {key: _without_in(one, name) for key, one in value.items()}
    return [_without_in(one, name) for one in value] if isinstance(value, list) else value


def _erase_draft(opinion: Opinion) -> int:
    """What was to be published and is not goes altogether; what is public names nobody."""
    return Outcome.objects.filter(opinion=opinion, published_at=None).delete()[1].get("feedback.Outcome", 0)


def _erase_letters(opinion: Opinion) -> int:
    """Long letters to departments are kept as files, and list the matter by its title; whoever wants one makes it anew.

    Only those with many referrals are kept, so there are few.
    """
    lists_it = Q()
    for pk in opinion.referrals.values_list("pk", flat=True):
        lists_it |= Q(given__referrals__contains=[pk])
    if not lists_it:
        return 0
    rows = list(Job.objects.filter(lists_it, kind="transmittal").exclude(file=""))
    stored = [(row.file.storage, row.file.name) for row in rows]
    Job.objects.filter(pk__in=[row.pk for row in rows]).update(file="")
    transaction.on_commit(lambda: [storage.delete(name) for storage, name in stored])
    return len(rows)


def _erase_files(opinion: Opinion) -> int:
    """What came with the matter; what departments answered with is the house's own."""
    gone, rows = [], opinion.attachments.filter(step=None, erased_at=None)
    for row in rows:
        gone += [field for field in (row.file, row.thumbnail) if field]
        Attachment.objects.filter(pk=row.pk).update(file="", thumbnail="", name="", erased_at=timezone.now())
    stored = [(field.storage, field.name) for field in gone]
    transaction.on_commit(lambda: [storage.delete(name) for storage, name in stored])
    return len(rows)


def name_of(contact: Contact) -> str:
    """The voter's name; empty where it was erased, or where the key is gone."""
    try:
        return contact.opened().name
    except sealing.Unreadable:
        return ""


def _without(text: str, name: str) -> str:
    if len(name) >= SHORTEST_NAME:
        text = text.replace(name, _("（姓名略）"))
    return untraced(text)
