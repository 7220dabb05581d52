"""The letters of a visit in each of its states."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import partial

from django.urls import reverse
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.linked import full_url
from liaison.common.templatetags.face import joined
from liaison.notices.choices import Kind
from liaison.notices.letters import Button, Letter, Own
from liaison.notices.manners import next_workday

from ..choices import AttendanceState, Reply, State
from ..models import Invitation
from . import words
from .case import AFTERWARDS, Case
from .rules import SHAPES, Anchor, hours_of

AHEAD = (Kind.VISIT_EARLY, Kind.VISIT_NEAR, Kind.VISIT_TOMORROW, Kind.VISIT_TODAY)


def letters_of(case: Case) -> list[Letter]:
    """Everything that is to be told of the visit as it stands, and still in time."""
    found = BY_STATE[case.visit.state](case)
    return [letter._replace(to=list(letter.to)) for letter in found if letter.expires_at > case.now]


# Published: what lies ahead


def published(case: Case) -> Iterator[Letter]:
    changed = told_otherwise(case)
    yield from confirm(case, changed)
    for kind in AHEAD:
        yield from ahead(case, kind, changed)
    yield from unconfirmed(case, changed)
    yield from change(case, changed)
    yield from off(case)
    yield from afterwards(case)


def told_otherwise(case: Case) -> dict[int | None, int]:
    """Who is still concerned and was told of other hours or another place, each with the version that they know."""
    concerned = {user.pk for user in case.users_in(AttendanceState.EXPECTED, AttendanceState.LEAVE).values()}
    concerned |= {user.pk for user in case.liaisons} | {None} if case.told else set()
    return {pk: version for pk, version in case.told.items() if pk in concerned and case.is_changed(version)}


def confirm(case: Case, changed) -> Iterator[Letter]:
    """To whoever has not confirmed, once, when they were asked; who hears of a change is asked there."""
    groups: dict[datetime, list[User]] = defaultdict(list)
    for pk, user in case.expected.items():
        invitation = case.awaits(pk)
        if invitation and invitation.asked_at and user.pk not in changed:
            groups[invitation.asked_at].append(user)
    for asked_at, users in groups.items():
        yield letter(case, Kind.VISIT_CONFIRM, users, moment=asked_at, own=partial(asked, case))


def ahead(case: Case, kind: Kind, changed) -> Iterator[Letter]:
    """A reminder of what is to come. Who was told everything after its hour does not need it on top."""
    rule = case.rules[kind]
    if not rule.is_on:
        return
    due_at, _expires_at = hours_of(kind, rule, case.visit)
    to = {user.pk: user for pk, user in case.expected.items() if not is_fresh(case, pk, due_at)}
    if kind == Kind.VISIT_TOMORROW:
        to |= {user.pk: user for user in case.liaisons}
    if case.told and case.since >= due_at:
        to = {pk: user for pk, user in to.items() if pk not in case.told}
    yield letter(case, kind, to.values(), own=partial(asked, case))


def is_fresh(case: Case, representative: int, due_at: datetime) -> bool:
    """Whether somebody was asked only after the hour of a reminder; asking says all that it would."""
    invitation = case.invitations.get(representative)
    return bool(case.asks and invitation and invitation.asked_at and invitation.asked_at >= due_at)


def unconfirmed(case: Case, changed) -> Iterator[Letter]:
    """To the station, where somebody has had time to answer and has not."""
    kind, visit = Kind.VISIT_UNCONFIRMED, case.visit
    rule = case.rules[kind]
    if not (rule.is_on and case.asks):
        return
    due_at, _expires_at = hours_of(kind, rule, visit)
    if visit.published_at >= due_at or (case.told and case.since >= due_at):
        return
    awaited = [
        a.representative.name
        for a in case.attendances
        if a.state == AttendanceState.EXPECTED and case.awaits(a.representative_id)
    ]
    if awaited:
        yield letter(case, kind, case.liaisons, values=lambda: {"awaited": joined(awaited)})


def change(case: Case, changed: dict[int | None, int]) -> Iterator[Letter]:
    """Other hours or another place, to those who know of the old ones; each is told the difference to what they know.

    Who is told in a room is told what the latest of the old versions said.
    """
    if not changed:
        return
    people = [*case.users_in(AttendanceState.EXPECTED, AttendanceState.LEAVE).values(), *case.liaisons]
    to = {user.pk: user for user in people if user.pk in changed}

    def difference(version: int) -> dict[str, str]:
        return {"change": words.changed(case, case.past.get(version))}

    def own(user: User) -> Own:
        mine = asked(case, user)
        return mine._replace(values=mine.values | difference(changed[user.pk]))

    yield urgent(
        case,
        Letter(Kind.VISIT_CHANGED, to.values(), case.since, case.visit.starts_at, lambda: {}, own),
        changed.values(),
        lambda: difference(max(changed.values())) | {"reason": case.visit.change_reason},
    )


def off(case: Case) -> Iterator[Letter]:
    """To whoever was told to come and is no longer on the list: the hours that they know, and that they need not."""
    gone = taken_off(case)
    if not gone:
        return
    left_at, told = case.left_at(gone), case.told_until(case.version)

    def own(user: User) -> Own:
        before = case.past.get(told[user.pk])
        known = {"when": words.when(*before.hours)} if before else {}
        return Own({"name": str(user)} | known)

    for pk, user in gone.items():
        at = left_at.get(pk, case.since)
        reason = {"reason": case.visit.change_reason}
        yield urgent(
            case,
            Letter(Kind.VISIT_OFF, [user], at, case.visit.starts_at, lambda: {}, own),
            [told[user.pk]],
            lambda reason=reason: reason,
        )


def taken_off(case: Case) -> dict[int, User]:
    """By representative those who were told to come, have left the list, and have not heard so."""
    told, there = case.told_until(case.version), {a.representative_id for a in case.attendances}
    near = {user.pk for user in case.liaisons}
    found = {}
    for pk, invitation in case.invitations.items():
        user = invitation.representative.user
        if pk in there or user is None or not user.is_active or user.pk not in told or user.pk in near:
            continue
        if not case.has_heard(Kind.VISIT_OFF, user.pk, told[user.pk]):
            found[pk] = user
    return found


# Over


def afterwards(case: Case) -> Iterator[Letter]:
    """What asks for the log. Planned with the publication, and left as it is when the visit is over."""
    for kind in sorted(AFTERWARDS):
        rule = case.rules[kind]
        days = {"days": str(rule.amount)} if SHAPES[kind].anchor is Anchor.DAYS_AFTER else {}
        if rule.is_on:
            yield letter(case, kind, case.liaisons, values=lambda days=days: days)
            if kind == Kind.VISIT_UNLOGGED_LONG:
                near = {user.pk for user in case.liaisons}
                officers = [user for user in case.officers if user.pk not in near]
                yield on_workday(case, letter(case, kind, officers, values=lambda days=days: days))


def logged(case: Case) -> Iterator[Letter]:
    visit, kind = case.visit, Kind.VISIT_THANKS
    if case.rules[kind].is_on:
        voters = {"voters": str(visit.voters_received or "")}
        came = case.users_in(AttendanceState.CAME).values()
        yield letter(case, kind, came, moment=visit.logged_at, values=lambda: voters)


# Cancelled


def cancelled(case: Case) -> Iterator[Letter]:
    """To everybody who was told of it and is still concerned, or has not heard that they are not."""
    known = {user.pk: user for user in [*case.users_in(AttendanceState.EXPECTED).values(), *case.liaisons]}
    known |= {user.pk: user for user in taken_off(case).values()} if case.told else {}
    to = [user for pk, user in known.items() if pk in case.told]
    if to or None in case.told:
        cancelled = Letter(Kind.VISIT_CANCELLED, to, case.since, case.visit.starts_at, lambda: {})
        yield urgent(case, cancelled, case.told.values(), lambda: {"reason": case.visit.cancel_reason})


BY_STATE = {
    State.DRAFT: lambda case: (), State.PUBLISHED: published, State.HELD: afterwards, State.LOGGED: logged,
    State.CANCELLED: cancelled,
}  # fmt: skip


# How a letter is made


def letter(case: Case, kind: Kind, to: Iterable[User], *, moment=None, values=dict, own=None) -> Letter:
    """A letter at the hours of its rule."""
    due_at, expires_at = hours_of(kind, case.rules[kind], case.visit, moment)
    rest = (own,) if own else ()
    return Letter(kind, to, due_at, expires_at, lambda: words.facts(case) | values(), *rest)


def on_workday(case: Case, letter: Letter) -> Letter:
    """A letter to an office, put off to its next working day with all its grace: a holiday is longer than that."""
    due_at = next_workday(letter.due_at, case.run.house.hours)
    expires_at = letter.expires_at + (due_at - letter.due_at)
    return letter._replace(due_at=due_at, expires_at=expires_at, is_for_offices=True)


def urgent(case: Case, letter: Letter, versions: Iterable[int], values) -> Letter:
    """A letter that leaves at night, too, where the visit would begin before anybody heard."""
    is_urgent = case.is_near(letter.due_at, versions)
    return letter._replace(is_urgent=is_urgent, values=lambda: words.facts(case) | values())


def asked(case: Case, user: User) -> Own:
    """With the question whether they come, for whoever has not said so; who asked leave may take it back."""
    mine = {"name": str(user)}
    invitation = case.questions.get(user.pk)
    if invitation is None:
        return Own(mine)
    return Own(mine | {"answer": full_url(answer_path(invitation))}, buttons_of(invitation))


def answer_path(invitation: Invitation) -> str:
    return reverse("visits:answer", args=[invitation.key])


def buttons_of(invitation: Invitation) -> tuple[Button, ...]:
    path = answer_path(invitation)
    return (Button(_("确认参加"), path, Reply.CONFIRM, True), Button(_("我要请假"), path, Reply.LEAVE))
