"""The demo district as a whole: what is asked before it is loaded, the order of loading, and its accounts."""

import os
import secrets
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from feedback.models import DueDate, Opinion, OpinionStep, Suggestion
from liaison import accounts
from liaison.accounts import divisions
from liaison.accounts.actions import log
from liaison.accounts.choices import Role
from liaison.accounts.models import Entry, User
from representatives.models import Membership, Representative
from stations.models import Station
from visits.models import Visit

from . import centres, opinions, representatives, rota, stations, suggestions, visits
from .stations import DISTRICT, NEIGHBOUR, SHOWN

DIVISIONS = Path(accounts.__file__).parent / "data" / "jinshui"
MARK = "load_demo"  # in the audit log, where nobody can take it away
MOST_SCALE = 9  # industry stations have two digits for their serial
SEED = 410105
# user name → name shown, role, place
ACCOUNTS = {
    "district": ("陈牧原", Role.DISTRICT, DISTRICT),
    "street": ("周静澜", Role.STREET, SHOWN[:9]),
    "liaison": ("何一舟", Role.LIAISON, SHOWN),
    "neighbour": ("许知夏", Role.LIAISON, NEIGHBOUR),
    "representative": ("", Role.REPRESENTATIVE, DISTRICT),
    "department": ("区城管局 沈默然", Role.DEPARTMENT, DISTRICT),
    "auditor": ("顾清和", Role.AUDITOR, DISTRICT),
    "admin": ("系统管理员", Role.ADMIN, ""),
}


def is_loaded() -> bool:
    return Entry.objects.filter(action=MARK).exists()


def has_other_data() -> bool:
    """Whether somebody works here already. Divisions alone are nobody's data: they are the same everywhere."""
    return any(model.objects.exists() for model in (User, Station, Representative))


def password() -> tuple[str, bool]:
    """The demo accounts' password, and whether it was given by the environment."""
    given = os.environ.get("LIAISON_DEMO_PASSWORD")
    return given or f"{secrets.token_urlsafe(9)}-Aa1", bool(given)


@transaction.atomic
def load(*, now: datetime, scale: int, password: str) -> dict[str, int]:
    """Write the whole district around `now`, or nothing. Chance is seeded: the same hour gives the same district."""
    rng = Random(SEED)
    today = timezone.localdate(now)
    divisions.load(DIVISIONS)
    places = stations.build(rng, today, scale)
    centres.build(places)
    people = representatives.build(rng, today, places, scale)
    add_accounts(today, places, password)
    visits.build(rng, now, places)
    rota.build(now, User.objects.get(username="street"))
    opinions.build(rng, now, places)
    suggestions.build(places)
    log(None, MARK, "金水区", scale=scale)
    analyze()
    return {
        "联络站": len(places), "代表": len(people), "编组": Membership.objects.count(), "进站": Visit.objects.count(),
        "意见": Opinion.objects.count(), "建议": Suggestion.objects.count(),
    }  # fmt: skip


def add_accounts(today: date, places: list[stations.Place], password: str) -> None:
    """The people who can sign in. Three of them are people of the district already: two liaisons, a representative."""
    by_code = {place.station.code: place for place in places}
    member = by_code[SHOWN].members[0]
    there = {
        "liaison": by_code[SHOWN].staff[1],
        "neighbour": by_code[NEIGHBOUR].staff[1],
        "representative": member.user,
    }
    key = make_password(password)
    for username, (name, role, code) in ACCOUNTS.items():
        user = there.get(username) or User()
        user.username, user.name, user.password = username, name or member.name, key
        user.email = f"{username}@example.invalid"
        user.save()
        if username not in there:
            user.postings.create(role=role, code=code, since=today - timedelta(days=400))


def analyze() -> None:
    """Let the planner know the rows at once; autovacuum would come a minute later."""
    tables = ", ".join(
        model._meta.db_table for model in (Station, Representative, Membership, Visit, Opinion, OpinionStep, DueDate)
    )
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")
