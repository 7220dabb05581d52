"""Tiny rotas, and their answers by trying everything: what the solver says is held against it."""

from datetime import date, datetime, timedelta
from itertools import chain, combinations

from visits.rota.shapes import Need, Person, Problem, Slot, short_of, terms_of

FIRST = date(2027, 3, 1)


def person(key: int, level: int = 4, **fields) -> Person:
    return Person(key, level, **fields)


def slot(key: int, day: int = 0, *, able=(), fixed=(), hour: int = 9, hours: int = 2, **fields) -> Slot:
    """A slot `day` days after the first of March 2027."""
    on = FIRST + timedelta(days=day)
    start = datetime(on.year, on.month, on.day, hour)
    given = {"station": "s", "least": 1, "most": 2, "theme": f"t{key}"} | fields
    return Slot(key, given.pop("station"), start, start + timedelta(hours=hours), on,
                able=tuple(able), fixed=tuple(fixed), **given)  # fmt: skip


def problem(slots, people=(), **fields) -> Problem:
    """Everybody named in a slot is a representative of the district, unless `people` says more."""
    known = {p.key: p for p in people}
    named = {p for s in slots for p in (*s.able, *s.fixed)}
    return Problem({key: known.get(key, person(key)) for key in named | known.keys()}, tuple(slots), **fields)


def need(slots, key: int, count: int, kind: str = "year") -> Need:
    return Need(kind, (key, 2027), count, tuple((s.key, key) for s in slots if key in s.able))


def all_places(asked: Problem):
    """Every set of places that nobody must take twice a day and that no slot is too small for."""
    places = [(s.key, p) for s in asked.slots for p in s.able]
    slots = {s.key: s for s in asked.slots}
    for chosen in chain.from_iterable(combinations(places, n) for n in range(len(places) + 1)):
        if fits(chosen, slots):
            yield frozenset(chosen)


def fits(chosen, slots) -> bool:
    for a, b in combinations(chosen, 2):
        one, other = slots[a[0]], slots[b[0]]
        meets = one.starts_at < other.ends_at and other.starts_at < one.ends_at
        if a[1] == b[1] and (one.day == other.day or meets):
            return False
    return all(sum(key == s.key for key, _p in chosen) <= s.room for s in slots.values())


def best_cost(asked: Problem) -> int | None:
    """The least cost of a plan that meets every demand; None where there is none."""
    whole = [terms_of(asked, places) for places in all_places(asked) if not short_of(asked, places)]
    return min((terms.cost(asked.weights) for terms in whole), default=None)


def best_short(asked: Problem) -> tuple[int, int]:
    """The least that demands must miss, and the least cost of missing no more."""
    rows = [
        (sum(lack.short for lack in short_of(asked, places)), terms_of(asked, places).cost(asked.weights))
        for places in all_places(asked)
    ]
    return min(rows)
