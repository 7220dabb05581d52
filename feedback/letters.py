"""Who is told of a step of an opinion, and in which words: voters of their own matter, staff of what waits for them.

Whoever took the step is not told of it. What people wrote is told without any number of a person.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from liaison.accounts.choices import Role
from liaison.accounts.models import Contact, User
from liaison.common.linked import full_url
from liaison.common.templatetags.face import cn_date
from liaison.notices.choices import Kind
from liaison.notices.letters import Addressee, Letter, Own, nothing_of_ones_own

from .choices import NEW, DueKind, Part, Rank, ReferralState, Satisfaction, Step
from .models import DueDate, Opinion, OpinionStep, Referral, Suggestion, Urge
from .models.opinion import DISTRICT_DIGITS
from .sent import untraced
from .urged import urged

GOOD_FOR = timedelta(days=14)  # later than that nobody is told for the first time
Letters = Iterator[Letter]


def letters_of(step: OpinionStep) -> list[Letter]:
    """Everything that is to be told of the step, while it is news."""
    return in_time(letter for maker in MAKERS.get(step.kind, ()) for letter in maker(step))


def letters_of_urge(urge: Urge) -> list[Letter]:
    matter = urge.opinion or urge.suggestion
    reached = urged(matter, urge.rank, referral=urge.referral, signer=urge.due and urge.due.signer)
    until = urge.until or (urge.due and urge.due.due_on)
    page = urge.referral if urge.referral_id and urge.rank != Rank.DISTRICT else matter
    values = _facts(matter, page=page, due_on=until, said=urge.words)
    return in_time([staff_letter(Kind.OPINION_URGED, reached.people if reached else [], urge.at, values)])


def letters_of_move(due: DueDate, at) -> list[Letter]:
    """A date that is another one because the calendar or a rule changed: to the station, to a department, a voter."""
    matter = due.matter
    values = _facts(matter, page=due.referral or matter, due_on=due.due_on, said=due.changed_why)
    people = members_of(due.referral) if due.referral_id else _liaisons(matter)
    letters = [staff_letter(Kind.OPINION_MOVED, people, at, values)]
    if isinstance(matter, Opinion) and due.kind == DueKind.ANSWER:
        letters.append(_voters(Kind.OPINION_LATER, matter, at, said=due.changed_why))
    return in_time(letters)


def in_time(letters: Iterable[Letter]) -> list[Letter]:
    """Those that are still news."""
    return [letter for letter in letters if letter.expires_at > timezone.now()]


# To voters


def voter(kind: Kind, *, speaks: bool = True) -> Callable[[OpinionStep], Letters]:
    """The voter, and those whose opinions were joined to this one, each by the number that they have.

    `speaks`: the words of the step are for the voter; those to a department or among colleagues are not.
    """

    def letters(step: OpinionStep) -> Letters:
        yield _voters(kind, step.opinion, step.at, said=step.words if speaks else "", step=step)

    return letters


def received(step: OpinionStep) -> Letters:
    """A receipt, also for whoever joined somebody else's; one that staff joined later is told that."""
    opinion = step.opinion
    kind = Kind.OPINION_RECEIVED if step.from_state == NEW or step.kind == Step.CLEARED else Kind.OPINION_JOINED
    yield _voters(kind, opinion, step.at, step=step)


def put_off(step: OpinionStep) -> Letters:
    if step.data.get("due") == DueKind.ANSWER:
        yield _voters(Kind.OPINION_LATER, step.opinion, step.at, said=step.words, step=step)


def _voters(kind: Kind, opinion: Opinion, at, *, said: str = "", step: OpinionStep | None = None) -> Letter:
    rows = Opinion.objects.filter(Q(pk=opinion.pk) | Q(merged_into=opinion)).exclude(contact=None)
    numbers = {row.contact_id: row.shown_number for row in rows.order_by("-pk")}
    due_on = opinion.due_dates.open().filter(kind__in=[DueKind.ANSWER, DueKind.ACCEPT], referral=None).first()

    def values() -> dict[str, str]:
        facts = _facts(opinion, due_on=due_on and due_on.due_on, said=said)()
        return facts | {
            "handler": _handler(step) if step else "",
            "office": (step.data.get("office", "") if step else ""),
            "phone": opinion.station.phone,
        }

    def own(to: Addressee) -> Own:
        return Own({"number": numbers[to.pk], "page": full_url(f"{reverse('feedback:track')}?number={numbers[to.pk]}")})

    to = Contact.objects.filter(pk__in=numbers, erased_at=None)
    return Letter(kind, to, at, at + GOOD_FOR, values, own)


def _handler(step: OpinionStep) -> str:
    return str(step.department or step.representative or "")


# To staff


def station(kind: Kind) -> Callable[[OpinionStep], Letters]:
    """The people of the station, and the representative to whom it was said."""

    def letters(step: OpinionStep) -> Letters:
        opinion = step.opinion
        people = {user.pk: user for user in [*_liaisons(opinion), *_representatives(opinion.representative)]}
        values = _facts(opinion, page=opinion, said=step.words, handler=_handler(step), due_on=_nearest(opinion))
        yield staff_letter(kind, people.values(), step.at, values, but=step.by_id)

    return letters


def department(step: OpinionStep) -> Letters:
    """Those who sign in for the department that has it now."""
    again = step.kind == Step.SENT_BACK
    rows = step.opinion.referrals.open().select_related("department")
    referral = rows.filter(Q(part=Part.LEAD) if again else Q(department=step.department_id)).first()
    if referral is not None:
        due = referral.due_dates.open().exclude(kind=DueKind.RETURN).first()
        values = _facts(step.opinion, page=referral, said=step.words, due_on=due and due.due_on)
        kind = Kind.OPINION_SENT_AGAIN if again else Kind.OPINION_SENT
        yield staff_letter(kind, members_of(referral), step.at, values, but=step.by_id)


def called_back(step: OpinionStep) -> Letters:
    """Every department that had it until this step."""
    ended = step.opinion.referrals.filter(state=ReferralState.RECALLED, ended_at__gte=step.at)
    for referral in ended.select_related("department"):
        values = _facts(step.opinion, page=referral, said=step.words)
        yield staff_letter(Kind.OPINION_CALLED_BACK, members_of(referral), step.at, values, but=step.by_id)


def representative(step: OpinionStep) -> Letters:
    values = _facts(step.opinion, page=step.opinion, said=step.words, due_on=_nearest(step.opinion))
    yield staff_letter(Kind.OPINION_PASSED, _representatives(step.representative), step.at, values, but=step.by_id)


def discontent(step: OpinionStep) -> Letters:
    if Satisfaction.NOT in step.data.get("values", {}).values():
        yield from station(Kind.OPINION_DISCONTENT)(step)


def asked(step: OpinionStep) -> Letters:
    """A department asks for a later day; any other remark is told to nobody."""
    if "asks" in step.data:
        yield from station(Kind.OPINION_ASKED)(step)


def staff_letter(kind: Kind, people: Iterable[User], at, values, *, but: int | None = None) -> Letter:
    to = [user for user in people if user.pk != but]
    return Letter(kind, to, at, at + GOOD_FOR, values, nothing_of_ones_own, is_for_offices=True)


def _liaisons(matter: Opinion | Suggestion) -> Iterable[User]:
    """Who handles the matter for the house."""
    if isinstance(matter, Opinion):
        return User.objects.posted(Role.LIAISON, matter.station_id)
    return User.objects.posted(Role.DISTRICT, matter.place[:DISTRICT_DIGITS])


def _representatives(person) -> list[User]:
    return [person.user] if person is not None and person.user_id and person.user.is_active else []


def members_of(referral: Referral) -> Iterable[User]:
    """Those who sign in for its department."""
    return User.objects.filter(is_active=True, department_memberships__department=referral.department_id)


def _nearest(opinion: Opinion) -> date | None:
    due = opinion.due_dates.open().exclude(due_on=None).order_by("due_on", "pk").first()
    return due and due.due_on


def _facts(matter, *, page=None, due_on: date | None = None, said: str = "", handler: str = "") -> Callable:
    """What texts may speak of; asked in the language of whoever reads."""

    def values() -> dict[str, str]:
        return {
            "number": matter.shown_number or untraced(matter.title),
            "station": matter.station.name if isinstance(matter, Opinion) else "",
            "category": str(matter.category or ""),
            "handler": handler,
            "due": cn_date(due_on) if due_on else "",
            "said": untraced(said),
            "page": full_url(page.get_absolute_url()) if page else "",
        }

    return values


_ANSWER = (voter(Kind.OPINION_ANSWERED), station(Kind.OPINION_REPLIED))
MAKERS: dict[str, tuple[Callable[[OpinionStep], Letters], ...]] = {
    Step.RECEIVED: (received, station(Kind.OPINION_NEW)),
    Step.HELD_BACK: (station(Kind.OPINION_NEW),),
    Step.CLEARED: (received, station(Kind.OPINION_NEW)),
    Step.MERGED: (received,),
    Step.ACCEPTED: (voter(Kind.OPINION_ACCEPTED),),
    Step.PROMISED: (voter(Kind.OPINION_PROMISED),),
    Step.FORWARDED: (voter(Kind.OPINION_FORWARDED, speaks=False), department),
    Step.ASSISTED: (department,),
    Step.RECALLED: (called_back,),
    Step.WITHDRAWN: (called_back,),
    Step.RETURNED: (station(Kind.OPINION_RETURNED),),
    Step.ASSIST_RETURNED: (station(Kind.OPINION_RETURNED),),
    Step.PASSED: (voter(Kind.OPINION_FORWARDED, speaks=False), representative),
    Step.SUGGESTED: (voter(Kind.OPINION_FORWARDED, speaks=False), called_back),
    Step.UNSUGGESTED: (station(Kind.OPINION_RETURNED),),
    Step.PASSED_BACK: (station(Kind.OPINION_RETURNED),),
    Step.RESOLVED: (voter(Kind.OPINION_ANSWERED),),
    Step.STATION_ANSWERED: (voter(Kind.OPINION_ANSWERED),),
    Step.REPRESENTATIVE_ANSWERED: _ANSWER,
    Step.DEPARTMENT_ANSWERED: _ANSWER,
    Step.ASSIST_ANSWERED: (station(Kind.OPINION_REPLIED),),
    Step.RATED: (discontent,),
    Step.SENT_BACK: (voter(Kind.OPINION_AGAIN, speaks=False), department),
    Step.REOPENED: (voter(Kind.OPINION_AGAIN, speaks=False),),
    Step.REFUSED: (voter(Kind.OPINION_REFUSED),),
    Step.CLOSED: (voter(Kind.OPINION_CLOSED),),
    Step.EXTENDED: (put_off,),
    Step.PAUSED: (put_off,),
    Step.RESUMED: (put_off,),
    Step.NOTED: (asked,),
}
