"""Who is told what of a visit, by whom that is read from, and why somebody is told nothing."""

from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.notices.choices import Kind
from liaison.notices.choices import State as Sending
from liaison.notices.letters import Letter
from liaison.notices.models import Notice, Preference
from liaison.notices.reasons import why_nothing
from liaison.notices.resending import Subject

from .answers import letters_of_answer
from .choices import REMINDERS, AttendanceState, State
from .models import Invitation, ReminderRule, Visit
from .reminders.case import Case, Run, about, case_of, visit_in
from .reminders.letters import BY_STATE, letters_of, published
from .reminders.plans import about_answer

MOST = 500  # notices of one visit


class Told(NamedTuple):
    """Somebody whom a visit concerns: what was planned for them, and what stands in the way."""

    name: str
    part: str
    user: User | None
    rows: list[Notice]
    why: list[str]


def subject_of(named: str) -> Subject | None:
    """What is to be told of the visit that a notice is about, or of an answer of one of its people, as it stands now.
    Locks the visit."""
    visit = Visit.objects.select_for_update().filter(pk=visit_in(named)).exclude(state=State.DRAFT).first()
    if visit is None:
        return None
    if named == about(visit):
        case = case_of(visit)
        return Subject(case.version, visit.station_id, letters_of(case))
    return next((answer_of(visit, one) for one in visit.invitations.all() if about_answer(one) == named), None)


def answer_of(visit: Visit, invitation: Invitation) -> Subject:
    """What the station is told of the latest answer, while the visit is ahead."""
    attendance = visit.attendances.filter(representative=invitation.representative_id).first()
    kind = Kind.VISIT_LEAVE if attendance and attendance.state == AttendanceState.LEAVE else Kind.VISIT_BACK
    is_ahead = attendance and visit.state == State.PUBLISHED
    letters = letters_of_answer(visit, attendance, kind, Run(), None) if is_ahead else []
    return Subject(invitation.answers, visit.station_id, letters)


def page_of(named: str, user: User) -> str:
    """Where everything that a visit told stands; nothing for those who may not look there."""
    visit = watched(user).filter(pk=visit_in(named)).first()
    return reverse("visits:visit-notices", args=[visit.public_id]) if visit else ""


def watched(user: User):
    """Visits of which `user` may see who was told what: staff's, for it says who has an address and who has not."""
    return Visit.objects.for_user(user, "view", of=ReminderRule)


def told_of(case: Case, reader: User) -> list[Told]:
    """Everybody whom a visit concerns or has concerned: its representatives, its station's people, rooms, the others.

    A fixed number of queries, however many they are.
    """
    rows = list(rows_of(case, reader))
    preferences = Preference.objects.in_bulk({row.recipient_id for row in rows if row.recipient_id} | people_of(case))
    letters = [] if case.visit.state == State.DRAFT else letters_for(case)
    found, seen = [], set()
    for name, part, user in concerned(case):
        seen.add(user and user.pk)
        mine = [row for row in rows if user and row.recipient_id == user.pk]
        why = whys(case, letters, user, mine, preferences.get(user.pk) if user else None)
        found.append(Told(name, part, user, mine, why))
    others: dict[str, Told] = {}
    for row in rows:
        if row.recipient_id is None or row.recipient_id not in seen:
            part = part_of(case, row.recipient) if row.recipient_id else ""
            others.setdefault(row.to, Told(row.to, part, row.recipient, [], [])).rows.append(row)
    return [*found, *others.values()]


def rows_of(case: Case, reader: User):
    """Notices about the visit and about what its people answered."""
    named = [about(case.visit), *map(about_answer, case.invitations.values())]
    rows = Notice.objects.for_user(reader, "view").filter(about__in=named).select_related("recipient", "contact")
    return rows.order_by("due_at", "id")[:MOST]


def concerned(case: Case):
    """(name, part, account) of each."""
    for attendance in case.attendances:
        person = attendance.representative
        yield person.name, f"{_('代表')} {AttendanceState(attendance.state).label}", person.user
    for user in case.liaisons:
        yield str(user), _("站长、联络员"), user


def part_of(case: Case, user: User) -> str:
    """Of somebody who is neither on the list nor of the station."""
    return _("上级人大机构") if user in case.officers else _("不在名单里，或已经离任")


def people_of(case: Case) -> set[int]:
    return {user.pk for _name, _part, user in concerned(case) if user}


def whys(
    case: Case, letters: list[Letter], user: User | None, rows: list[Notice], preference: Preference | None
) -> list[str]:
    """Why somebody hears nothing, or only in the inbox, and which reminders came too late to be planned."""
    visit = case.visit
    if visit.state == State.DRAFT:
        return [_("还是草稿，公布以后才排提醒")]
    found = []
    if hindered := why_nothing(user, REMINDERS[0], visit.station_id, case.run.house, preference):
        found.append(hindered)
    if user is None or not user.is_active:
        return found
    there = {row.kind for row in rows}
    late = [
        letter.kind.label
        for letter in letters
        if letter.kind not in there and letter.expires_at <= case.now and user in letter.to
    ]
    if late:
        found.append(_("%(kinds)s：公布或加入时已过了发送的时候") % {"kinds": "、".join(map(str, dict.fromkeys(late)))})
    if not rows and not late:
        found.append(_("没有排到本人的提醒"))
    return found


def letters_for(case: Case) -> list[Letter]:
    """Everything that the rules would have told of a visit that was public, those included whose time has passed."""
    letters = [*published(case), *(BY_STATE[case.visit.state](case) if case.visit.state == State.LOGGED else ())]
    return [letter._replace(to=list(letter.to)) for letter in letters if letter.kind in REMINDERS]


def never_told(case: Case) -> list[str]:
    """Reminders that rules have switched off for this kind of visit."""
    return [str(kind.label) for kind in REMINDERS if not case.rules[kind].is_on]


def summary(people: list[Told]) -> dict[str, int]:
    """How many notices stand in each state."""
    counts = {state.label: 0 for state in Sending}
    for told in people:
        for row in told.rows:
            counts[row.get_state_display()] += 1
    return {label: number for label, number in counts.items() if number}
