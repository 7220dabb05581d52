"""Whom an urge reaches: who handles the matter, then their head, then the district.

A department has its members and their head. A station has its liaisons, and the street above it; what a representative
is late with, the representative is asked for, then the district.
"""

from typing import NamedTuple

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from liaison.accounts.choices import Role
from liaison.accounts.models import Region, User

from .choices import Rank
from .models import DueDate, Opinion, Referral, Suggestion, SuggestionSigner

DISTRICT_DIGITS, STREET_DIGITS = 6, 9


class Urged(NamedTuple):
    """`name` stands in the row; `people` are told, if there are any with an account."""

    name: str
    people: QuerySet[User]


def urged(
    matter: Opinion | Suggestion, rank: str, *, referral: Referral | None = None, signer: SuggestionSigner | None = None
) -> Urged | None:
    """Who is reached at `rank`; None where there is nobody of this rank between the one before and the district."""
    place = matter.station_id if isinstance(matter, Opinion) else matter.place
    if rank == Rank.DISTRICT:
        return _officers(Role.DISTRICT, place[:DISTRICT_DIGITS], _("人大"))
    if referral is not None:
        return _of_department(referral, rank)
    if signer is not None:
        return _representative(signer) if rank == Rank.PERSON else None
    if isinstance(matter, Suggestion):
        return _officers(Role.DISTRICT, place[:DISTRICT_DIGITS], _("人大")) if rank == Rank.PERSON else None
    if rank == Rank.PERSON:
        return Urged(matter.station.name, User.objects.posted(Role.LIAISON, matter.station_id))
    street, _dash, _serial = matter.station_id.partition("-")
    return _officers(Role.STREET, street[:STREET_DIGITS], _("人大工委")) if len(street) > DISTRICT_DIGITS else None


def urged_by(due: DueDate, rank: str) -> Urged | None:
    return urged(due.matter, rank, referral=due.referral, signer=due.signer)


def _of_department(referral: Referral, rank: str) -> Urged:
    department = referral.department
    active = User.objects.filter(is_active=True)
    if rank == Rank.PERSON:
        return Urged(department.name, active.filter(department_memberships__department=department))
    heads = department.memberships.filter(is_head=True)  # of this department, whatever else they are head of
    head = _("%s负责人") % department.name
    return Urged(" ".join(filter(None, [head, department.head])), active.filter(department_memberships__in=heads))


def _representative(signer: SuggestionSigner) -> Urged:
    return Urged(_("%s代表") % signer.representative, User.objects.filter(pk=signer.representative.user_id or 0))


def _officers(role: str, code: str, office: str) -> Urged:
    region = Region.objects.filter(code=code).first()
    return Urged(f"{region.short_name if region else ''}{office}", User.objects.posted(role, code))
