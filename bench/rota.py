"""A year's rota of the demo district, from the rows read to the plan written, and of a district four times its size."""

import statistics
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

from . import data
from .lines import Line, Sizes, measures

MOST_SECONDS = 30  # on two cores, the plan's own time limit included
MOST_GAP = 0.02
MOST_GROWTH = 6  # of four times the work: the largest group of stations that share people grows, too
AFTER = 130  # days: the demo district's own visits are over by then and stand as what people did before
ROUNDS = 3
WORKDAYS = (1, 2, 3, 4, 5)  # stations take turns: on fewer days those who share somebody would meet too often


@measures("rota.seconds", "rota.gap", "rota.growth4")
def rota(sizes: Sizes):
    """Seconds against those that the solver took, the gap that was proven, and the seconds of four times the size."""
    whole = sizes.small >= 10_000
    plans = [planned(1, months=12 if whole else 3) for _ in range(ROUNDS if whole else 1)]
    slots, seconds = plans[0]["slots"], statistics.median(plan["seconds"] for plan in plans)
    solver, gap = statistics.median(plan["solver"] for plan in plans), max(plan["gap"] for plan in plans)
    goal = f"≤ {MOST_SECONDS} s"
    yield Line("rota.seconds", slots, seconds, "s", solver, seconds / solver, goal, seconds <= MOST_SECONDS)
    yield Line("rota.gap", slots, gap, "share", MOST_GAP, gap / MOST_GAP, f"≤ {MOST_GAP:.0%}", gap <= MOST_GAP)
    large = planned(4 if whole else 2, months=12 if whole else 3)
    ratio = large["seconds"] / seconds
    goal = f"ratio ≤ {MOST_GROWTH}"
    yield Line("rota.growth4", large["slots"], large["seconds"], "s", seconds, ratio, goal, ratio <= MOST_GROWTH)


def planned(scale: int, months: int) -> dict:
    """The figures of a plan made afresh: a reception of each station in each month, all new."""
    use(scale)
    from_on = (timezone.localdate() + timedelta(days=AFTER)).replace(day=1)
    end = from_on.year * 12 + from_on.month - 1 + months
    to_on = date(end // 12, end % 12 + 1, 1) - timedelta(days=1)
    options = Options(seconds=MOST_SECONDS * scale, weekdays=WORKDAYS).as_json()
    plan = RotaPlan.objects.create(code=district.DISTRICT, from_on=from_on, to_on=to_on, options=options)
    make_plan(plan, timezone.now())
    if plan.state != RotaState.READY:
        raise SystemExit(f"rota: {plan.state} {[conflict['title'] for conflict in plan.conflicts]}")
    found = {**plan.figures, "slots": plan.slots.count()}
    plan.delete()
    return found


def use(scale: int) -> None:
    """Point Django at the demo district of so many times its size."""
    data.point_at(made(scale))


@cache
def made(scale: int) -> str:
    """The name of that database, made afresh once in a run: its visits lie around today."""
    data.point_at("postgres")
    name = f"bench_rota_{scale}"
    with connection.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")
    data.point_at(name)
    call_command("migrate", verbosity=0)
    district.load(now=timezone.now(), scale=scale, password=district.password()[0])
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
