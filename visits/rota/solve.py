"""Answers a rota's problem with CP-SAT: plain values in, plain values out.

Stations that share nobody are solved one by one, so a district falls into many small models. What each proves about
its bound is added up: the gap that the answer tells is that of the whole.
"""

import math
import time
from collections import defaultdict
from concurrent.futures import Future
from threading import Thread

from ortools.sat.python import cp_model

from .core import conflicts
from .model import Model
from .shapes import Answer, Lack, Need, Place, Problem, Slot, Tick, TooShort, short_of, terms_of

WORKERS = 2  # the solver's threads: a machine of two cores is the floor
TICK = 0.5  # seconds between two signs of life
LEAST_SECONDS = 1.0  # for a part whose turn comes when the time is over: nearly all need less
FOUND = (cp_model.OPTIMAL, cp_model.FEASIBLE)


def solve(problem: Problem, tick: Tick = lambda _seconds: None) -> Answer:
    """The best plan that the time allows, or the demands that cannot be met. `tick` may raise; that ends the search."""
    clock = Clock(problem.seconds, tick)
    found = parts_of(problem)
    places: set[Place] = set()
    lacks: list[Lack] = []
    bound = variables = constraints = 0
    is_possible = is_all = True
    for slots, needs in found:
        is_late = clock.is_over and bool(lacks)  # there is no plan: what else is in the way is told where it is plain
        try:
            part = None if is_late else solve_part(problem, slots, needs, clock)
        except TooShort:
            if not lacks:
                raise
            is_all = False
            continue
        if part is None:
            more, is_whole = conflicts(problem, slots, needs, clock, first=len(lacks))
            lacks, is_possible, is_all = lacks + more, False, is_all and is_whole
            continue
        places |= part.places
        bound += part.bound
        variables, constraints = variables + part.variables, constraints + part.constraints
    counts = {"seconds": clock.passed, "parts": len(found), "variables": variables, "constraints": constraints}
    if not is_possible and not lacks:
        raise TooShort
    if not is_possible:
        return Answer(lacks=tuple(lacks), is_possible=False, is_all=is_all, **counts)
    terms = terms_of(problem, places)
    lacks = short_of(problem, places)
    return Answer(frozenset(places), tuple(lacks), True, terms, terms.cost(problem.weights), bound, **counts)


def parts_of(problem: Problem) -> list[tuple[list[Slot], list[Need]]]:
    """Slots and needs that share a person or a need stand together; the largest part last: it takes what is left."""
    parent: dict = {}

    def root(x):
        while parent.setdefault(x, x) != x:
            parent[x] = x = parent[parent[x]]
        return x

    def key(need):
        return ("slot", need.places[0][0]) if need.places else ("need", need)

    for slot in problem.slots:
        for person in slot.able:
            parent[root(("slot", slot.key))] = root(("person", person))
    for need in problem.needs:
        for slot, _person in need.places:
            parent[root(("slot", slot))] = root(key(need))
    parts: dict = defaultdict(lambda: ([], []))
    for slot in problem.slots:
        parts[root(("slot", slot.key))][0].append(slot)
    for need in problem.needs:
        parts[root(key(need))][1].append(need)
    return sorted(parts.values(), key=lambda part: sum(len(slot.able) for slot in part[0]))


def solve_part(problem: Problem, slots: list[Slot], needs: list[Need], clock: "Clock") -> Answer | None:
    """The best plan of one part; None where there is none that meets every demand."""
    model = Model(problem, slots, needs)
    if problem.may_lack and cannot(problem, slots, needs, clock):
        missing = model.demand_softly()
        model.cp.minimize(missing)
        fewest = searched(model, clock)
        model.cp.clear_objective()
        model.cp.add(missing <= round(fewest.objective_value))
    else:
        model.demand()
    model.wish()
    solver = searched(model, clock)
    if solver is None:
        return None
    places = frozenset(place for place, taken in model.at.items() if solver.value(taken))
    counts = {"variables": len(model.cp.proto.variables), "constraints": len(model.cp.proto.constraints)}
    return Answer(places, bound=math.ceil(solver.best_objective_bound - 1e-6), **counts)


def cannot(problem: Problem, slots: list[Slot], needs: list[Need], clock: "Clock") -> bool:
    """Whether no plan meets every demand of a part."""
    model = Model(problem, slots, needs)
    model.demand()
    return searched(model, clock) is None


def searched(model: Model, clock: "Clock") -> cp_model.CpSolver | None:
    """The solver with what it found; None where there is nothing to find. Raises TooShort where it could not tell."""
    solver = cp_model.CpSolver()
    # One worker climbs from the full linear relaxation, which is nearly tight here; the other one improves plans.
    solver.parameters.num_workers = WORKERS
    solver.parameters.subsolvers.extend(["max_lp", "reduced_costs"])
    solver.parameters.symmetry_level = solver.parameters.cp_model_probing_level = 0  # cost more than they gain
    solver.parameters.random_seed = 1
    status = clock.run(solver, model.cp)
    if status == cp_model.INFEASIBLE:
        return None
    if status not in FOUND:
        raise TooShort
    return solver


class Clock:
    """How long the whole may take, and who is told how far it is."""

    def __init__(self, seconds: float, tick: Tick):
        self.seconds, self.tick, self.started = seconds, tick, time.monotonic()
        self.told = 0.0

    @property
    def passed(self) -> float:
        return time.monotonic() - self.started

    @property
    def is_over(self) -> bool:
        return self.passed >= self.seconds

    def run(self, solver: cp_model.CpSolver, model: cp_model.CpModel, most: float | None = None) -> int:
        """Let `solver` work in a thread of its own, so that this one can tell of it, and stop it."""
        left = max(LEAST_SECONDS, self.seconds - self.passed)
        solver.parameters.max_time_in_seconds = min(left, most or left)
        status = Future()
        worker = Thread(target=work, args=(status, solver, model), daemon=True)
        worker.start()
        try:
            while worker.is_alive():
                worker.join(min(TICK, 0.01 + self.passed / 50))
                self.tell()
        except BaseException:
            solver.stop_search()
            worker.join()
            raise
        return status.result()

    def tell(self) -> None:
        if self.passed - self.told >= TICK:
            self.told = self.passed
            self.tick(self.told)


def work(status: Future, solver: cp_model.CpSolver, model: cp_model.CpModel) -> None:
    """What the thread does: whatever goes wrong in it is raised again where the answer is waited for."""
    try:
        status.set_result(solver.solve(model))
    except BaseException as error:
        status.set_exception(error)
