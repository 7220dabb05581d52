"""Why there is no plan: the few demands that cannot be met, alone or together, found by assumptions."""

from collections.abc import Iterable

from ortools.sat.python import cp_model

from .model import Model
from .shapes import Lack, Need, Problem, Slot

MOST_GROUPS = 20  # conflicts told of one part; whoever mends these asks again
MOST_TO_SHRINK = 60
SHRINK_SECONDS = 2.0


def conflicts(problem: Problem, slots: list[Slot], needs: list[Need], clock, first: int) -> tuple[list[Lack], bool]:
    """The demands of a part that stand in the way, and whether these are all.

    First those that nothing can meet, then groups that exclude each other; once the time is over and there is one to
    tell of, in this part or among the `first` ones told before, no further group is looked for.
    """
    lacks = alone(slots, needs)
    lost = {(lack.kind, lack.about) for lack in lacks}
    slots = [less(slot) if name(slot) in lost else slot for slot in slots]
    needs = [need for need in needs if name(need) not in lost]
    for _turn in range(MOST_GROUPS):
        if clock.is_over and (first or lacks):
            return lacks, False
        group = core(problem, slots, needs, clock)
        if not group:
            return lacks, group is not None
        number = first + len(lacks) + 1
        lacks += [Lack(*name(demand), group=number) for demand in group]
        lost = {name(demand) for demand in group}
        slots = [less(slot) if name(slot) in lost else slot for slot in slots]
        needs = [need for need in needs if name(need) not in lost]
    return lacks, False


def alone(slots: Iterable[Slot], needs: Iterable[Need]) -> list[Lack]:
    """Demands that nothing could meet, were they the only ones."""
    days = {slot.key: slot.day for slot in slots}
    lacks = [Lack("slot", (slot.key,), slot.wanted - min(len(slot.able), slot.room)) for slot in slots]
    lacks += [Lack(need.kind, need.about, need.count - most_of(need, days)) for need in needs]
    return [lack for lack in lacks if lack.short > 0]


def most_of(need: Need, days: dict) -> int:
    """A person comes once a day; a station may have several visits on one."""
    if need.kind == "leader":
        return need.met_by(need.places)
    return len({days[slot] for slot, _person in need.places})


def core(problem: Problem, slots: list[Slot], needs: list[Need], clock) -> list[Slot | Need] | None:
    """Demands that exclude each other, as few as the time allows; empty where all can be met, None where none knows."""
    status, found = assumed(problem, slots, needs, clock, most=None)
    if status != cp_model.INFEASIBLE:
        return None if status == cp_model.UNKNOWN else []
    group = found
    for demand in found[:MOST_TO_SHRINK]:
        if clock.is_over:
            break
        rest = [other for other in group if other is not demand]
        status, smaller = assumed(problem, *only(slots, needs, rest), clock, most=SHRINK_SECONDS)
        if status == cp_model.INFEASIBLE:
            group = [other for other in rest if other in smaller]
    return group


def assumed(problem: Problem, slots, needs, clock, most: float | None) -> tuple[int, list[Slot | Need]]:
    """Whether all demands can be met; where not, some that cannot."""
    model = Model(problem, slots, needs)
    literals = model.demand_if()
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1  # the core is told by a single search only
    status = clock.run(solver, model.cp, most)
    indices = solver.sufficient_assumptions_for_infeasibility() if status == cp_model.INFEASIBLE else []
    return status, [literals[index] for index in indices if index in literals]


def only(slots, needs, demands) -> tuple[list[Slot], list[Need]]:
    """All slots, but with no other demands than these."""
    wanted = {name(demand) for demand in demands}
    return [s if name(s) in wanted else less(s) for s in slots], [n for n in needs if name(n) in wanted]


def less(slot: Slot) -> Slot:
    """The slot without its demand."""
    return Slot(**{**slot.__dict__, "least": 0})


def name(demand: Slot | Need) -> tuple[str, tuple]:
    return ("slot", (demand.key,)) if isinstance(demand, Slot) else (demand.kind, demand.about)
