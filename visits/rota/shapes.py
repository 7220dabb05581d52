"""What a rota is asked and what it answers, as plain values: the solver knows no model, no clock and no words."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import comb

WEIGHTS = {"load": 3, "theme": 2, "mix": 2, "spread": 2}  # ours; the form shows them and changes them
Place = tuple[int, int]  # (slot, person)
Tick = Callable[[float], None]  # told how many seconds have passed; raises to stop


class TooShort(Exception):
    """The time was over before a plan was found, or it was proven that there is none."""


@dataclass(frozen=True)
class Person:
    """A representative with what stands without this plan: visits of the same years, their themes and days."""

    key: int
    level: int  # the highest seat in office
    load: int = 0
    themes: Mapping[str, int] = field(default_factory=dict)
    days: tuple[date, ...] = ()


@dataclass(frozen=True)
class Slot:
    """A visit that needs people: `fixed` stay, `able` may be added, together `least` to `most`."""

    key: int
    station: str
    starts_at: datetime
    ends_at: datetime
    day: date
    theme: str = ""
    fixed: tuple[int, ...] = ()
    able: tuple[int, ...] = ()
    least: int = 2
    most: int = 4

    @property
    def wanted(self) -> int:
        """How many must be added."""
        return max(0, self.least - len(self.fixed))

    @property
    def room(self) -> int:
        """How many may be added."""
        return max(0, self.most - len(self.fixed))


@dataclass(frozen=True)
class Need:
    """At least `count` of these places: a person's in a year, or those of a station's leaders in a quarter."""

    kind: str  # "year", "leader" or "pin"
    about: tuple  # (person, year), (station, year, quarter) or (person,)
    count: int
    places: tuple[Place, ...]

    def met_by(self, places: Iterable[Place]) -> int:
        """How much of it `places` meet: two leaders at one visit are one leader's visit."""
        mine = set(self.places).intersection(places)
        return len({slot for slot, _person in mine}) if self.kind == "leader" else len(mine)


@dataclass(frozen=True)
class Problem:
    people: Mapping[int, Person]
    slots: tuple[Slot, ...]
    needs: tuple[Need, ...] = ()
    weights: Mapping[str, int] = field(default_factory=lambda: dict(WEIGHTS))
    gap_days: int = 21  # visits of one person closer than this are close
    seconds: float = 30
    may_lack: bool = False  # rather a visit short of people, and said so, than no plan


@dataclass(frozen=True)
class Lack:
    """A demand that is not met: of a slot ("slot", its key), or of a need (its kind, whom it is about).

    Lacks of one `group` are each possible, but not together. `short` is what is missing; 0 within a group.
    """

    kind: str
    about: tuple
    short: int = 0
    group: int = 0


@dataclass(frozen=True)
class Terms:
    """The soft terms of an answer, each a plain count; lower is better."""

    load: int = 0  # of each person: 1 for the first visit, 2 for the second, and so on; so few come rather than many
    theme: int = 0  # pairs of visits of the same person with the same theme
    mix: int = 0  # levels that could have met at a visit and do not
    spread: int = 0  # pairs of visits of the same person in one quarter, and pairs that are close

    def cost(self, weights: Mapping[str, int]) -> int:
        return sum(weight * getattr(self, name) for name, weight in weights.items())


@dataclass(frozen=True)
class Answer:
    """Who is added where; or, where that cannot be, which demands stand in the way."""

    places: frozenset[Place] = frozenset()
    lacks: tuple[Lack, ...] = ()
    is_possible: bool = True
    terms: Terms = Terms()
    cost: int = 0
    bound: int = 0  # no plan costs less
    seconds: float = 0.0
    parts: int = 0  # groups of stations that share nobody, each solved by itself
    variables: int = 0
    constraints: int = 0
    is_all: bool = True  # whether `lacks` are all that stand in the way; the time may be over before

    @property
    def gap(self) -> float:
        """How far the plan may at most be from the best one, as a share of its cost."""
        return (self.cost - self.bound) / self.cost if self.cost else 0.0


def pairs(before: int, added: int) -> int:
    """Pairs that `added` things make among themselves and with `before` that were there."""
    return comb(before + added, 2) - comb(before, 2)


def quarter_of(day: date) -> tuple[int, int]:
    return day.year, (day.month + 2) // 3


def best_mix(slot: Slot, people: Mapping[int, Person]) -> int:
    """So many levels could meet at `slot`; where it wants nobody more, as many as do."""
    there = {people[p].level for p in slot.fixed}
    if not slot.wanted:
        return len(there)
    more = {people[p].level for p in slot.able} - there
    return len(there) + min(len(more), slot.room)


def terms_of(problem: Problem, places: Iterable[Place]) -> Terms:
    """The soft terms counted from the places themselves, not from the solver's own reckoning."""
    slots = {slot.key: slot for slot in problem.slots}
    of_person: dict[int, list[Slot]] = {}
    of_slot: dict[int, list[int]] = {}
    for key, person in places:
        of_person.setdefault(person, []).append(slots[key])
        of_slot.setdefault(key, []).append(person)
    load = theme = spread = mix = 0
    for key, mine in of_person.items():
        person = problem.people[key]
        days = [slot.day for slot in mine]
        load += pairs(person.load + 1, len(mine))
        theme += sum(pairs(person.themes.get(name, 0), n) for name, n in Counter(slot.theme for slot in mine).items())
        stands = Counter(map(quarter_of, person.days))
        spread += sum(pairs(stands[quarter], n) for quarter, n in Counter(map(quarter_of, days)).items())
        near = ((a, b) for n, a in enumerate(days) for b in [*days[:n], *person.days])
        spread += sum(abs((a - b).days) < problem.gap_days for a, b in near)
    for slot in problem.slots:
        there = {problem.people[p].level for p in [*slot.fixed, *of_slot.get(slot.key, ())]}
        mix += max(0, best_mix(slot, problem.people) - len(there))
    return Terms(load, theme, mix, spread)


def short_of(problem: Problem, places: Iterable[Place]) -> list[Lack]:
    """Demands that `places` do not meet."""
    places = frozenset(places)
    got = Counter(key for key, _person in places)
    lacks = [Lack("slot", (slot.key,), slot.wanted - got[slot.key]) for slot in problem.slots]
    lacks += [Lack(need.kind, need.about, need.count - need.met_by(places)) for need in problem.needs]
    return [lack for lack in lacks if lack.short > 0]
