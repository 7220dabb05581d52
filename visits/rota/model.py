"""A rota's demands and wishes as a CP-SAT model. Wishes are written so that the linear relaxation is nearly tight."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import combinations

from ortools.sat.python import cp_model

from .shapes import Need, Problem, Slot, best_mix, quarter_of

MOST_IN_WINDOW = 8  # places of a window whose pairs are tied together; more make the model larger than it is quicker


class Model:
    """The model of some slots and needs of a problem: a variable for each place that somebody may take."""

    def __init__(self, problem: Problem, slots: Iterable[Slot], needs: Iterable[Need]):
        self.problem, self.slots, self.needs = problem, list(slots), list(needs)
        self.cp = cp_model.CpModel()
        self.at = {(slot.key, p): self.cp.new_bool_var("") for slot in self.slots for p in slot.able}
        self.of_person: dict[int, list[Slot]] = defaultdict(list)
        for slot in self.slots:
            self.cp.add(sum(self.at[slot.key, p] for p in slot.able) <= slot.room)
            for person in slot.able:
                self.of_person[person].append(slot)
        for person, mine in self.of_person.items():
            self.one_place_at_a_time(person, mine)

    # What must be

    def one_place_at_a_time(self, person: int, slots: list[Slot]) -> None:
        """At most one visit per person and day, and none that begins before another one has ended."""
        days = defaultdict(list)
        for slot in slots:
            days[slot.day].append(slot)
        for same in days.values():
            if len(same) > 1:
                self.cp.add_at_most_one(self.at[slot.key, person] for slot in same)
        late = [slot for slot in slots if slot.ends_at.date() != slot.starts_at.date()]
        for a, b in ((a, b) for a in late for b in slots if a.day != b.day):
            if a.starts_at < b.ends_at and b.starts_at < a.ends_at:
                self.cp.add_at_most_one([self.at[a.key, person], self.at[b.key, person]])

    def demands(self) -> list[tuple[object, int, cp_model.LinearExpr]]:
        """Every demand with what it counts and how many of it there must be."""
        found = [(slot, slot.wanted, sum(self.at[slot.key, p] for p in slot.able)) for slot in self.slots]
        found += [(need, need.count, sum(self.visits_of(need))) for need in self.needs]
        return [row for row in found if row[1] > 0]

    def visits_of(self, need: Need) -> list:
        """What a need counts: its places, but of several leaders' places at one visit only one."""
        if need.kind != "leader":
            return [self.at[place] for place in need.places]
        return [self.any_of([self.at[place] for place in same]) for _slot, same in grouped(need.places, lambda p: p[0])]

    def any_of(self, places: list):
        """Whether one of `places` is taken; it may say no where one is, so it is for what is to be more."""
        if len(places) == 1:
            return places[0]
        is_met = self.cp.new_bool_var("")
        self.cp.add(is_met <= sum(places))
        return is_met

    def demand(self) -> None:
        for _what, count, there in self.demands():
            self.cp.add(there >= count)

    def demand_if(self) -> dict[int, object]:
        """Each demand under a literal of its own; the literals' indices with whose they are."""
        literals = {}
        for what, count, there in self.demands():
            literal = self.cp.new_bool_var("")
            self.cp.add(there >= count).only_enforce_if(literal)
            literals[literal.index] = what
            self.cp.add_assumption(literal)
        return literals

    def demand_softly(self) -> cp_model.LinearExpr:
        """Each demand may be missed; gives back by how much all of them together are."""
        missing = []
        for _what, count, there in self.demands():
            short = self.cp.new_int_var(0, count, "")
            self.cp.add(there + short >= count)
            missing.append(short)
        return sum(missing)

    # What is wished

    def wish(self) -> None:
        cost: list = []
        weights, people = self.problem.weights, self.problem.people
        for key, slots in self.of_person.items():
            person = people[key]
            if weight := weights["load"]:
                cost += self.in_pairs(slots, key, person.load + 1, weight)
            if weight := weights["theme"]:
                for theme, same in grouped(slots, lambda slot: slot.theme):
                    cost += self.in_pairs(same, key, person.themes.get(theme, 0), weight)
            if weight := weights["spread"]:
                for quarter, same in grouped(slots, lambda slot: quarter_of(slot.day)):
                    before = sum(quarter_of(day) == quarter for day in person.days)
                    cost += self.in_pairs(same, key, before, weight)
                cost += self.apart(slots, key, weight)
        if weight := weights["mix"]:
            cost += [term for slot in self.slots for term in self.mixed(slot, weight)]
        self.cp.minimize(sum(cost))

    def in_pairs(self, slots: list[Slot], person: int, before: int, weight: int) -> list:
        """The cost of one place more grows by one with each: the k-th makes a pair with all before it."""
        mine = [self.at[slot.key, person] for slot in slots]
        most = len({slot.day for slot in slots})
        if most == 1:
            return [weight * before * place for place in mine] if before else []
        steps = [self.cp.new_bool_var("") for _ in range(most)]
        self.cp.add(sum(mine) == sum(steps))  # the cheaper steps go first by themselves
        return [weight * (before + k) * step for k, step in enumerate(steps) if before + k]

    def apart(self, slots: list[Slot], person: int, weight: int) -> list:
        """Two places closer than the wished days cost; so does one close to a visit that stands."""
        limit, standing = self.problem.gap_days, self.problem.people[person].days
        slots = sorted(slots, key=lambda slot: slot.day)
        at = {slot.key: self.at[slot.key, person] for slot in slots}
        cost, both = [], {}
        for slot in slots:
            if near := sum(abs((day - slot.day).days) < limit for day in standing):
                cost.append(weight * near * at[slot.key])
        for n, first in enumerate(slots):
            window = [slot for slot in slots[n:] if (slot.day - first.day).days < limit]
            for slot in window:
                if slot.day != first.day:
                    both[first.key, slot.key] = pair = self.cp.new_bool_var("")
                    self.cp.add(pair >= at[first.key] + at[slot.key] - 1)
                    cost.append(weight * pair)
        for n, first in enumerate(slots):  # n places in one window make n - 1 pairs at least: a tighter relaxation
            window = [slot for slot in slots[n:] if (slot.day - first.day).days < limit]
            if 2 < len(window) <= MOST_IN_WINDOW:
                met = [both[a.key, b.key] for a, b in combinations(window, 2) if (a.key, b.key) in both]
                self.cp.add(sum(met) >= sum(at[slot.key] for slot in window) - 1)
        return cost

    def mixed(self, slot: Slot, weight: int) -> list:
        """Each level that could meet the others here and does not costs."""
        people = self.problem.people
        there = {people[p].level for p in slot.fixed}
        more = best_mix(slot, people) - len(there)
        levels = [same for level, same in grouped(slot.able, lambda p: people[p].level) if level not in there]
        if not more:
            return []
        met = [self.any_of([self.at[slot.key, p] for p in same]) for same in levels]
        return [weight * more, *(-weight * is_met for is_met in met)]


def grouped(things: Iterable, key) -> list[tuple[object, list]]:
    groups = defaultdict(list)
    for thing in things:
        groups[key(thing)].append(thing)
    return list(groups.items())
