"""A year's rota of the demo district, from the rows read to the plan written, and of a district four times its size.

`rota.seconds` and `rota.gap` ask what the form asks by default, of the demo district as it is loaded. There most
stations share nobody. The lines `rota.tied` and `rota.tied_gap` are of a harder one that the demo lacks: everybody with
a seat above the district's helps out at an industry station, too, so that few stations stand by themselves, and
receptions are on any of five working days. `rota.growth4` is again the demo district, four times its size.
"""

import statistics
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from random import Random

from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from liaison.dashboard.demo import district
from representatives.choices import SeatLevel
from representatives.models import Membership, Representative
from stations.choices import StationKind
from stations.models import Station
from visits.choices import RotaState
from visits.models import RotaPlan
from visits.rota.options import Options
from visits.rota.plans import make_plan
from visits.rota.sayings import conflicts_told

from . import data
from .lines import Line, Sizes, measures

MOST_SECONDS = 30  # on two cores, the plan's own time limit included
MOST_GAP = 0.02
MOST_GROWTH = 6  # of four times the work: the largest group of stations that share people grows, too
AFTER = 130  # days: the demo district's own visits are over by then and stand as what people did before
ROUNDS = 3
WORKDAYS = (1, 2, 3, 4, 5)  # of the tied one: on fewer days those who share somebody would meet too often


@measures("rota.seconds", "rota.gap", "rota.tied", "rota.tied_gap", "rota.growth4")
def rota(sizes: Sizes):
    """Seconds against those that the solver took, the gap that was proven, and the seconds of four times the size."""
    whole = sizes.small >= 10_000
    months, rounds = (12, ROUNDS) if whole else (3, 1)
    plans = [planned(1, months) for _ in range(rounds)]
    seconds = statistics.median(plan["seconds"] for plan in plans)
    yield from lines("rota.seconds", "rota.gap", plans)
    yield from lines("rota.tied", "rota.tied_gap", [planned(1, months, is_tied=True) for _ in range(rounds)])
    large = planned(4 if whole else 2, months)
    ratio = large["seconds"] / seconds
    goal = f"ratio ≤ {MOST_GROWTH}"
    yield Line("rota.growth4", large["slots"], large["seconds"], "s", seconds, ratio, goal, ratio <= MOST_GROWTH)


def lines(name: str, gap_name: str, plans: list[dict]) -> Iterator[Line]:
    slots, seconds = plans[0]["slots"], statistics.median(plan["seconds"] for plan in plans)
    solver, gap = statistics.median(plan["solver"] for plan in plans), max(plan["gap"] for plan in plans)
    goal = f"≤ {MOST_SECONDS} s"
    yield Line(name, slots, seconds, "s", solver, seconds / solver, goal, seconds <= MOST_SECONDS)
    yield Line(gap_name, slots, gap, "share", MOST_GAP, gap / MOST_GAP, f"≤ {MOST_GAP:.0%}", gap <= MOST_GAP)


def planned(scale: int, months: int, *, is_tied: bool = False) -> dict:
    """The figures of a plan made afresh: a reception of each station in each month, all new."""
    data.point_at(made(scale, is_tied))
    from_on = (timezone.localdate() + timedelta(days=AFTER)).replace(day=1)
    end = from_on.year * 12 + from_on.month - 1 + months
    to_on = date(end // 12, end % 12 + 1, 1) - timedelta(days=1)
    days = {"weekdays": WORKDAYS} if is_tied else {}
    options = Options(seconds=MOST_SECONDS * scale, **days).as_json()
    plan = RotaPlan.objects.create(code=district.DISTRICT, from_on=from_on, to_on=to_on, options=options)
    make_plan(plan, timezone.now())
    if plan.state != RotaState.READY:
        raise SystemExit(f"rota: {plan.state} {[conflict['title'] for conflict in conflicts_told(plan.conflicts)]}")
    found = {**plan.figures, "slots": plan.slots.count()}
    plan.delete()
    return found


@cache
def made(scale: int, is_tied: bool) -> str:
    """The name of a database with the demo district of so many times its size, made afresh once in a run."""
    data.point_at("postgres")
    name = f"bench_rota_{scale}{'_tied' if is_tied else ''}"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")
    data.point_at(name)
    call_command("migrate", verbosity=0)
    district.load(now=timezone.now(), scale=scale, password=district.password()[0])
    if is_tied:
        tie()
    return name


def tie() -> None:
    """Let everybody with a seat above the district's help out at an industry station: so few stand by themselves."""
    rng = Random(1)
    industries = list(Station.objects.filter(kind=StationKind.INDUSTRY).order_by("code"))
    there = set(Membership.objects.values_list("representative", "station"))
    people = Representative.objects.with_level().filter(level__lt=SeatLevel.DISTRICT).order_by("id")
    Membership.objects.bulk_create(
        Membership(representative=person, station=station, is_home=False, from_on=date(2023, 6, 1))
        for person in people
        if (person.pk, (station := rng.choice(industries)).pk) not in there
    )
