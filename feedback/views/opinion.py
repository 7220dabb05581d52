"""One opinion as the desk sees it: what was said, what became of it, what can be done next."""

from collections import defaultdict

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from liaison.accounts.models import Contact
from liaison.accounts.scoping import get_for_user
from representatives.models import Representative

from ..choices import FACES, REFERRAL_FACES, Part
from ..course import course_of
from ..models import Attachment, DueDate, Opinion, OpinionStep, Outcome, Rating, Referral, Suggestion, Urge
from ..standing import soon_until, standing_of
from .acts import ways_of

MAY = ("handle", "answer", "change", "urge", "publish")
MOST_LINKED = 50


def opinion(request, public_id):
    """A department is led on to what was sent to it; everybody else within reach reads the whole course."""
    user, today = request.user, timezone.localdate()
    row = get_for_user(_rows(user), user, "view", public_id=public_id)
    row.may = {grant: getattr(row, f"may_{grant}") for grant in MAY}
    steps = OpinionStep.objects.for_user(user).filter(opinion=row)
    steps = list(steps.select_related("by", "department", "representative").order_by("no"))
    if not steps:
        return _to_referral(user, row)
    linked = _linked(user, row, steps)
    dues = _dues(user, row, today)
    context = {
        "opinion": row, "today": today, "face": FACES[row.state], "ways": ways_of(row, user),
        "contact": Contact.objects.for_user(user).filter(pk=row.contact_id).first(),
        "course": course_of(steps, linked), "linked": _kin(row, linked), "dues": dues[None],
        "next_due": next((due for due in dues[None] if due.ended_on is None), None),
        "referrals": _referrals(user, row, dues),
        "urges": Urge.objects.for_user(user).filter(opinion=row).select_related("by").order_by("-at", "-pk"),
        "attachments": _attachments(user, row),
        "ratings": Rating.objects.for_user(user).filter(opinion=row).select_related("department").order_by("at", "pk"),
        "suggestion_url": _suggestion_url(user, row),
        "list_url": reverse("feedback:opinion-list"),
        "outcome": Outcome.objects.for_user(user).filter(opinion=row).first(),
        "person": row.representative_id and Representative.objects.with_level().get(pk=row.representative_id),
    }  # fmt: skip
    return render(request, "feedback/opinion.html", context)


def _rows(user):
    """Opinions with what `user` may do with each."""
    opinions = Opinion.objects
    may = {f"may_{grant}": ExpressionWrapper(opinions.reach(user, grant), BooleanField()) for grant in MAY}
    related = ("station", "category", "visit", "created_by", "suggestion", "merged_into", "split_from")
    return opinions.select_related(*related).annotate(**may)


def _suggestion_url(user, row: Opinion) -> str:
    found = row.suggestion_id and Suggestion.objects.for_user(user).filter(pk=row.suggestion_id).exists()
    return row.suggestion.get_absolute_url() if found else ""


def _to_referral(user, row: Opinion):
    sent = Referral.objects.for_user(user).filter(opinion=row).order_by("-id").first()
    if sent is None:
        raise Http404
    return redirect(sent)


def _linked(user, row: Opinion, steps: list[OpinionStep]) -> dict[int, Opinion]:
    """Opinions that this one names or that name it, as far as `user` reaches them."""
    named = {step.other_id for step in steps} | {row.merged_into_id, row.split_from_id}
    found = Opinion.objects.for_user(user).filter(Q(pk__in=named - {None}) | Q(merged_into=row) | Q(split_from=row))
    return {other.pk: other for other in found.order_by("pk")[:MOST_LINKED]}


def _kin(row: Opinion, linked: dict[int, Opinion]) -> dict[str, list[Opinion]]:
    return {
        "into": [o for o in linked.values() if o.pk == row.merged_into_id],
        "taken_in": [o for o in linked.values() if o.merged_into_id == row.pk],
        "parent": [o for o in linked.values() if o.pk == row.split_from_id],
        "parts": [o for o in linked.values() if o.split_from_id == row.pk],
    }


def _dues(user, row: Opinion, today) -> dict[int | None, list[DueDate]]:
    """The dates of the matter itself under None, those of a referral under its key; open ones first."""
    found = defaultdict(list)
    rows, soon = DueDate.objects.for_user(user).filter(opinion=row).select_related("set_by"), soon_until(today)
    for due in sorted(rows, key=lambda due: (due.ended_on is not None, str(due.due_on), due.pk)):
        due.standing = standing_of(due, today, soon)
        due.url = due.get_absolute_url()
        found[due.referral_id].append(due)
    return found


def _referrals(user, row: Opinion, dues) -> list[Referral]:
    rows = Referral.objects.for_user(user).filter(opinion=row).select_related("department", "sent_by")
    found = sorted(rows, key=lambda sent: (not sent.is_open, sent.part != Part.LEAD, -sent.pk))
    for sent in found:
        sent.face, sent.dues, sent.url = REFERRAL_FACES[sent.state], dues[sent.pk], sent.get_absolute_url()
    return found


def _attachments(user, row: Opinion) -> list[Attachment]:
    found = list(Attachment.objects.for_user(user).filter(opinion=row).order_by("pk"))
    for file in found:
        file.url = reverse("feedback:attachment", args=[file.public_id])
        file.thumbnail_url = reverse("feedback:attachment-thumbnail", args=[file.public_id])
    return found
