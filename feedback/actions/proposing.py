"""代表建议 until it is handed out: drafted, signed by each, submitted, reviewed; and the opinions that it takes up."""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.exceptions import NotAllowed, verb
from liaison.common.personal import found_in
from representatives.models import Representative

from ..choices import DueEnd, DueKind, Part, Step, SuggestionState
from ..choices import SuggestionStepKind as Kind
from ..due import end_dates
from ..models import Category, Opinion, Suggestion, SuggestionSigner, SuggestionStep
from ..steps import locked, needed, take
from ..telling import tell
from .handling import call_back, voter_has_a_day

BEFORE_REVIEW = (SuggestionState.DRAFT, SuggestionState.SIGNING, SuggestionState.SENT_BACK)
TAKES_UP = (*BEFORE_REVIEW, SuggestionState.SUBMITTED, SuggestionState.APPROVED)  # opinions, until it is handed out
TEXTS = ("title", "matter", "proposal")
ALL_SERIALS = 7_205_011  # of advisory locks, that of the numbers of suggestions


@verb
def propose(
    *,
    lead: Representative,
    place: str,
    title: str,
    matter: str,
    proposal: str,
    category: Category | None = None,
    is_hard: bool = False,
    cosigners: Iterable[Representative] = (),
    opinions: Iterable[Opinion] = (),
    form_key: UUID | None = None,
    by: User,
) -> Suggestion:
    """Draft a suggestion of `lead`; the `opinions` that it comes from are handled with it. The same key is the same.

    `place` is the station that the lead belongs to, else a division: who reaches it, works on the suggestion.
    """
    if form_key and (there := Suggestion.objects.filter(form_key=form_key).first()):
        return there
    _refuse_numbers({"title": title, "matter": matter, "proposal": proposal})
    suggestion = Suggestion.objects.create(
        place=place, title=title.strip(), matter=matter.strip(), proposal=proposal.strip(), category=category,
        is_hard=is_hard, form_key=form_key, created_by=by,
    )  # fmt: skip
    suggestion.refresh_from_db(fields=["state", "last_no"])
    take(suggestion, Kind.BEGUN, by=by)
    _list_signers(suggestion, lead, cosigners)
    for opinion in opinions:
        _take_up(suggestion, opinion, by)
    suggestion.refresh_from_db()
    return suggestion


@verb
def gather(suggestion: Suggestion, *, opinion: Opinion, by: User, seen: int | None = None) -> SuggestionStep:
    """One more opinion is handled with a suggestion that nobody has answered yet. Tells its voter."""
    suggestion = locked(suggestion, seen)
    if suggestion.state not in TAKES_UP:
        raise NotAllowed(_("这件建议已经交办或者办完，不能再并入意见"), code="state")
    _take_up(suggestion, opinion, by)
    return take(suggestion, Kind.NOTED, by=by, words=_("并入意见 %s") % opinion.shown_number)


@verb
def revise(
    suggestion: Suggestion, *, lead: Representative | None = None, cosigners: Iterable[Representative] | None = None,
    by: User, seen: int | None = None, **fields,
) -> SuggestionStep | None:  # fmt: skip
    """Change texts, category or the list of those who sign, before it is submitted.

    Whoever signed other words than stand there now is asked once more.
    """
    suggestion = locked(suggestion, seen)
    if suggestion.state not in BEFORE_REVIEW:
        raise NotAllowed(_("已经提交，退回修改以后才能改"), code="state")
    _refuse_numbers({name: fields.get(name, "") for name in TEXTS})
    before = _told_of(suggestion, fields)
    is_reworded = any(fields.get(name, getattr(suggestion, name)) != getattr(suggestion, name) for name in TEXTS)
    for name, value in fields.items():
        setattr(suggestion, name, value)
    suggestion.save(update_fields=list(fields))
    if lead is not None:
        _list_signers(suggestion, lead, cosigners or ())
    if is_reworded:
        suggestion.signers.update(confirmed_at=None, declined_at=None)
    after = _told_of(suggestion, fields)
    if before == after:
        return None
    return take(suggestion, Kind.CHANGED, by=by, data={"before": before, "after": after})


@verb
def ask_signers(suggestion: Suggestion, *, by: User, seen: int | None = None) -> SuggestionStep:
    """Ask everybody on the list to confirm; whoever asks and is one of them has confirmed by it. Tells the others."""
    suggestion = locked(suggestion, seen)
    step = take(suggestion, Kind.ASKED, by=by)
    suggestion.signers.filter(asked_at=None).update(asked_at=timezone.now())
    own = _pending(suggestion).filter(representative__user=by).first()
    if own:
        _confirmed(suggestion, own, by)
    tell(step)
    return step


@verb
def confirm(signer: SuggestionSigner, *, by: User) -> SuggestionStep:
    """确认: this representative leads or signs it, in the words that stand there. By staff: as they were told to."""
    suggestion, signer = with_signer(signer)
    if signer.confirmed_at:
        raise NotAllowed(_("已经确认过"), code="state")
    return _confirmed(suggestion, signer, by)


@verb
def decline(signer: SuggestionSigner, *, reason: str = "", by: User) -> SuggestionStep:
    """Not to sign it; that can be changed until it is submitted."""
    suggestion, signer = with_signer(signer)
    step = take(suggestion, Kind.DECLINED, by=by, words=reason, representative=signer.representative)
    signer.confirmed_at, signer.declined_at = None, timezone.now()
    signer.save(update_fields=["confirmed_at", "declined_at"])
    return step


@verb
def submit(suggestion: Suggestion, *, by: User, seen: int | None = None) -> SuggestionStep:
    """Hand it in for review, once everybody on the list has said yes or no. Tells the district."""
    suggestion = locked(suggestion, seen)
    waiting = list(_pending(suggestion).select_related("representative"))
    if suggestion.can(Kind.ASKED) and [one.representative.user_id for one in waiting] == [by.pk]:
        ask_signers(suggestion, by=by)  # a lead alone: nobody else is to be asked
        suggestion.refresh_from_db(fields=["state", "last_no"])
        waiting = []
    if not suggestion.signers.filter(part=Part.LEAD, confirmed_at__isnull=False).exists():
        raise NotAllowed(_("领衔代表还没有确认"), code="unsigned")
    if waiting:
        names = "、".join(str(one) for one in waiting)
        raise NotAllowed(_("%s还没有答复；等他们确认，或者从名单里去掉以后再提交") % names, code="unsigned")
    step = take(suggestion, Kind.SUBMITTED, by=by)
    tell(step)
    return step


@verb
def send_back(suggestion: Suggestion, *, reason: str, by: User, seen: int | None = None) -> SuggestionStep:
    """Not yet fit to be handed out: back to those who wrote it, with the reason. Tells them."""
    suggestion = locked(suggestion, seen)
    step = take(suggestion, Kind.SENT_BACK, by=by, words=needed(reason, _("请说明哪里要改")))
    tell(step)
    return step


@verb
def approve(suggestion: Suggestion, *, by: User, seen: int | None = None) -> SuggestionStep:
    """审核通过: it gets the next number of its district in this year."""
    suggestion = locked(suggestion, seen)
    step = take(suggestion, Kind.APPROVED, by=by)
    if suggestion.serial is None:
        suggestion.year = timezone.localdate().year
        suggestion.serial = _next_serial(suggestion)
        suggestion.save(update_fields=["year", "serial"])
    return step


@verb
def withdraw_suggestion(suggestion: Suggestion, *, reason: str, by: User, seen: int | None = None) -> SuggestionStep:
    """撤回: departments need not handle it; its opinions go back to their stations. Tells whoever had it."""
    suggestion = locked(suggestion, seen)
    step = take(suggestion, Kind.WITHDRAWN, by=by, words=needed(reason))
    call_back(suggestion)
    end_dates(suggestion.due_dates, as_=DueEnd.DROPPED)
    for opinion in suggestion.opinions.order_by("pk"):
        _let_go(opinion, by)
    tell(step)
    return step


@verb
def merge_suggestion(
    suggestion: Suggestion, *, into: Suggestion, reason: str, by: User, seen: int | None = None
) -> SuggestionStep:
    """并案: it is handled as part of `into`; its signers sign that one, its opinions belong to it. Histories stay."""
    if suggestion.pk == into.pk:
        raise NotAllowed(_("不能并入自己"))
    first, second = sorted([suggestion, into], key=lambda one: one.pk)
    locked(first), locked(second)  # everybody locks in this order
    suggestion, into = locked(suggestion, seen), locked(into)
    step = take(suggestion, Kind.MERGED, by=by, words=needed(reason), other=into)
    take(into, Kind.TOOK_IN, by=by, other=suggestion)
    suggestion.merged_into = into
    suggestion.save(update_fields=["merged_into"])
    end_dates(suggestion.due_dates, as_=DueEnd.DROPPED)
    there = set(into.signers.values_list("representative", flat=True))
    last = into.signers.count()
    for n, signer in enumerate(suggestion.signers.filter(declined_at=None).exclude(representative__in=there), last + 1):
        SuggestionSigner.objects.create(
            suggestion=into, representative_id=signer.representative_id, position=n,
            asked_at=signer.asked_at, confirmed_at=signer.confirmed_at,
        )  # fmt: skip
    for opinion in suggestion.opinions.select_for_update(of=("self",)).order_by("pk"):
        Opinion.objects.filter(pk=opinion.pk).update(suggestion=into)
        take(opinion, Step.NOTED, by=by, words=_("所在的代表建议并入 %s") % into)
    return step


def _refuse_numbers(texts: dict[str, str]) -> None:
    """Departments read all of it and the public the title: no number of a person belongs there."""
    if problems := {name: found[0].words for name, text in texts.items() if (found := found_in(text))}:
        raise NotAllowed(problems, code="personal")


def with_signer(signer: SuggestionSigner) -> tuple[Suggestion, SuggestionSigner]:
    """The suggestion locked, then the signer as it is now."""
    suggestion = locked(signer.suggestion)
    return suggestion, SuggestionSigner.objects.select_related("representative").get(pk=signer.pk)


def _pending(suggestion: Suggestion):
    return suggestion.signers.filter(confirmed_at=None, declined_at=None)


def _confirmed(suggestion: Suggestion, signer: SuggestionSigner, by: User) -> SuggestionStep:
    step = take(suggestion, Kind.SIGNED, by=by, representative=signer.representative)
    signer.confirmed_at, signer.declined_at = timezone.now(), None
    signer.save(update_fields=["confirmed_at", "declined_at"])
    return step


def _list_signers(suggestion: Suggestion, lead: Representative, cosigners: Iterable[Representative]) -> None:
    """Exactly these sign; whoever stays on the list keeps what they said."""
    people = [lead, *(person for person in cosigners if person.pk != lead.pk)]
    there = {signer.representative_id: signer for signer in suggestion.signers.all()}
    for signer in there.values():
        if signer.representative_id not in {person.pk for person in people}:
            signer.delete()
    suggestion.signers.filter(part=Part.LEAD).exclude(representative=lead).update(part=Part.ASSISTING)
    for position, person in enumerate(people, 1):
        part = Part.LEAD if position == 1 else Part.ASSISTING
        SuggestionSigner.objects.update_or_create(
            suggestion=suggestion, representative=person, defaults={"part": part, "position": position}
        )


def _told_of(suggestion: Suggestion, fields: dict) -> dict[str, str]:
    people = suggestion.signers.select_related("representative")
    return {name: str(getattr(suggestion, name) or "") for name in fields} | {
        "signers": "、".join(str(signer) for signer in people.order_by("-part", "position", "pk"))
    }


def _next_serial(suggestion: Suggestion) -> int:
    """One more than the last of the district's year; until the transaction ends nobody else counts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [ALL_SERIALS, int(suggestion.district or 0)])
    last = Suggestion.objects.filter(district=suggestion.district, year=suggestion.year).aggregate(n=Max("serial"))
    return (last["n"] or 0) + 1


def _take_up(suggestion: Suggestion, opinion: Opinion, by: User) -> None:
    opinion = locked(opinion)
    lead = suggestion.signers.filter(part=Part.LEAD).select_related("representative").first()
    step = take(
        opinion, Step.SUGGESTED, by=by, representative=lead and lead.representative,
        data={"suggestion": suggestion.public_id},
    )  # fmt: skip
    opinion.suggestion = suggestion
    opinion.save(update_fields=["suggestion"])
    call_back(opinion)
    end_dates(opinion.due_dates.exclude(kind=DueKind.ANSWER))
    voter_has_a_day(opinion, by)
    tell(step)


def _let_go(opinion: Opinion, by: User | None) -> None:
    opinion = locked(opinion)
    opinion.suggestion = None
    opinion.save(update_fields=["suggestion"])
    if opinion.can(Step.UNSUGGESTED):
        step = take(opinion, Step.UNSUGGESTED, by=by)
        voter_has_a_day(opinion, by)
        tell(step)
