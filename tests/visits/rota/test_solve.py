"""The solver on rotas that can be worked out by hand, and against trying everything."""

import time
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.sat.python import cp_model

from visits.rota.core import less, name, only
from visits.rota.shapes import Need, Problem, TooShort, short_of, terms_of
from visits.rota.solve import Clock, parts_of, solve

from .puzzles import all_places, best_cost, best_short, need, person, problem, slot


def of_slot(answer, key: int) -> set[int]:
    return {person for slot, person in answer.places if slot == key}


# -- Hard rules ---------------------------------------------------------------------------------------------------


def test_a_slot_gets_at_least_and_at_most_so_many():
    needs = tuple(Need("pin", (p,), 1, ((1, p),)) for p in (1, 2, 3))
    asked = problem([slot(1, able=[1, 2, 3, 4], least=2, most=3)], needs=needs)
    assert of_slot(solve(asked), 1) == {1, 2, 3}
    one_more = Need("pin", (4,), 1, ((1, 4),))
    assert not solve(problem(asked.slots, needs=(*needs, one_more))).is_possible


def test_who_stays_counts_and_is_not_moved():
    answer = solve(problem([slot(1, able=[2, 3], fixed=[1], least=2, most=2)], [person(2, load=5)]))
    assert answer.places == {(1, 3)}


def test_a_slot_with_more_people_than_allowed_stays_as_it_is():
    assert solve(problem([slot(1, able=[4], fixed=[1, 2, 3], least=2, most=2)])).places == frozenset()


def test_nobody_comes_twice_on_one_day():
    answer = solve(problem([slot(1, able=[1, 2]), slot(2, able=[1], hour=15)]))
    assert answer.places == {(1, 2), (2, 1)}


def test_a_visit_past_midnight_holds_the_morning_after():
    late = slot(1, 0, able=[1], hour=22, hours=8)
    answer = solve(problem([late, slot(2, 1, able=[1, 2], hour=5)], [person(2, load=9)]))
    assert answer.places == {(1, 1), (2, 2)}
    answer = solve(problem([late, slot(2, 1, able=[1, 2], hour=6)], [person(2, load=9)]))
    assert answer.places == {(1, 1), (2, 1)}


def test_a_yearly_minimum_is_met_though_others_have_less():
    slots = [slot(n, 30 * n, able=[1, 2]) for n in range(3)]
    answer = solve(problem(slots, [person(1, load=9)], needs=(need(slots, 1, 2),)))
    assert sum(p == 1 for _s, p in answer.places) == 2


def test_a_leader_comes_once_a_quarter():
    slots = [slot(n, 20 * n, able=[1, 2]) for n in range(3)]
    leader = Need("leader", ("s", 2027, 1), 1, tuple((s.key, 1) for s in slots))
    answer = solve(problem(slots, [person(1, load=9)], needs=(leader,)))
    assert sum(p == 1 for _s, p in answer.places) == 1


# -- Soft terms ---------------------------------------------------------------------------------------------------

NONE = {"load": 0, "theme": 0, "mix": 0, "spread": 0}


def test_loads_are_evened():
    slots = [slot(n, 100 * n, able=[1, 2, 3]) for n in range(3)]
    answer = solve(problem(slots, [person(1, load=1), person(2, load=4)], weights=NONE | {"load": 1}))
    assert sorted(p for _s, p in answer.places) == [1, 3, 3]
    assert answer.cost == 2 + (1 + 2)


def test_no_more_come_than_must():
    answer = solve(problem([slot(1, able=[1, 2, 3, 4], least=2, most=4)]))
    assert len(answer.places) == 2


def test_nobody_gets_the_same_theme_always():
    slots = [slot(1, 0, able=[1, 2], theme="a"), slot(2, 99, able=[1, 2], theme="b")]
    people = [person(1, themes={"a": 1}), person(2, themes={"b": 1})]
    answer = solve(problem(slots, people, weights=NONE | {"theme": 1}))
    assert (answer.places, answer.cost) == ({(1, 2), (2, 1)}, 0)


def test_levels_are_mixed():
    people = [person(1, 4), person(2, 4), person(3, 1, load=9)]
    slots = [slot(1, able=[1, 2, 3], least=2)]
    assert 3 in of_slot(solve(problem(slots, people, weights=NONE | {"mix": 1})), 1)
    assert of_slot(solve(problem(slots, people, weights=NONE | {"load": 1})), 1) == {1, 2}


def test_nobody_is_added_to_people_enough_for_the_sake_of_a_mix():
    people = [person(1, 4), person(2, 4), person(3, 1)]
    asked = problem([slot(1, able=[3], fixed=[1, 2], least=2, most=4)], people, weights=NONE | {"mix": 9})
    assert (solve(asked).places, solve(asked).cost) == (set(), 0)


def test_visits_are_spread_over_the_year():
    slots = [slot(1, 0, able=[1]), slot(2, 7, able=[1, 2]), slot(3, 60, able=[1, 2])]
    answer = solve(problem(slots, [person(2, load=1)], weights=NONE | {"spread": 1}))
    assert {(1, 1), (2, 2)} <= answer.places
    assert answer.terms.spread == 0


def test_a_visit_that_stands_nearby_is_kept_away_from():
    near = slot(1, 0, able=[1, 2])
    people = [person(1, days=(near.day.replace(day=9),)), person(2)]
    assert solve(problem([near], people, weights=NONE | {"spread": 1})).places == {(1, 2)}


# -- Everything, against trying everything ------------------------------------------------------------------------


@st.composite
def puzzles(draw) -> Problem:
    size = draw(st.integers(1, 3))
    people = [
        person(key, draw(st.integers(1, 4)), load=draw(st.integers(0, 2)), themes={"a": draw(st.integers(0, 1))})
        for key in range(3)
    ]
    slots = []
    for key in range(size):
        able = draw(st.sets(st.integers(0, 2)))
        fixed = draw(st.sets(st.integers(0, 2), max_size=1)) - able
        least = draw(st.integers(0, 2))
        slots.append(
            slot(key, draw(st.integers(0, 3)) * 12, able=sorted(able), fixed=sorted(fixed), least=least,
                 most=least + draw(st.integers(0, 2)), theme=draw(st.sampled_from("ab")),
                 hour=draw(st.sampled_from([9, 23])), hours=draw(st.sampled_from([2, 12])))
        )  # fmt: skip
    needs = [need(slots, key, draw(st.integers(1, 2))) for key in draw(st.sets(st.integers(0, 2), max_size=2))]
    places = tuple((s.key, p) for s in slots for p in s.able if p < 2)
    if places and draw(st.booleans()):
        needs.append(Need("leader", ("s", 2027, 1), draw(st.integers(1, 2)), places))
    weights = {key: draw(st.integers(0, 3)) for key in ("load", "theme", "mix", "spread")}
    return problem(slots, people, needs=tuple(needs), weights=weights, gap_days=draw(st.sampled_from([0, 13, 30])))


@settings(max_examples=60)
@given(puzzles())
def test_the_best_plan_is_found_and_proven(asked):
    answer, best = solve(asked), best_cost(asked)
    assert answer.is_possible == (best is not None)
    if best is not None:
        assert answer.places in set(all_places(asked))
        assert (answer.lacks, answer.cost, answer.bound, answer.gap) == ((), best, best, 0)


@settings(max_examples=40)
@given(puzzles())
def test_where_it_may_lack_it_lacks_no_more_than_it_must(asked):
    asked = Problem(**{**asked.__dict__, "may_lack": True})
    answer = solve(asked)
    short = sum(lack.short for lack in answer.lacks)
    assert answer.is_possible
    assert (short, terms_of(asked, answer.places).cost(asked.weights)) == best_short(asked)


@settings(max_examples=40)
@given(puzzles())
def test_a_conflict_is_one_and_none_of_it_could_be_left_out(asked):
    """What stands alone cannot be met by anything; a group excludes itself, but not without any one of it."""
    answer = solve(asked)
    known = {name(demand): demand for demand in (*asked.slots, *asked.needs)}
    groups = {lack.group: [] for lack in answer.lacks if lack.group}
    for lack in answer.lacks:
        if lack.group:
            groups[lack.group].append(known[lack.kind, lack.about])
        else:
            assert not can(asked, [known[lack.kind, lack.about]])
    for group in groups.values():
        assert not can(asked, group)
        assert all(can(asked, [other for other in group if other is not one]) for one in group)


def can(asked: Problem, demands) -> bool:
    slots, needs = only(asked.slots, asked.needs, demands)
    asked = Problem(**{**asked.__dict__, "slots": tuple(slots), "needs": tuple(needs)})
    return any(not short_of(asked, places) for places in all_places(asked))


# -- The whole ----------------------------------------------------------------------------------------------------


def test_stations_that_share_nobody_are_solved_apart():
    slots = [slot(1, able=[1, 2]), slot(2, 1, able=[2, 3]), slot(3, able=[4, 5])]
    parts = [sorted(s.key for s in slots) for slots, _needs in parts_of(problem(slots))]
    assert parts == [[3], [1, 2]]


def test_a_need_without_any_place_is_a_conflict():
    answer = solve(problem([slot(1, able=[1])], [person(2)], needs=(Need("year", (2, 2027), 2, ()),)))
    assert [(lack.kind, lack.about, lack.short) for lack in answer.lacks] == [("year", (2, 2027), 2)]


def test_two_stations_that_want_the_same_person_on_one_day_are_one_conflict():
    slots = [slot(1, able=[1], station="a"), slot(2, able=[1], station="b", hour=15), slot(3, 9, able=[1])]
    answer = solve(problem(slots))
    assert {(lack.about, lack.group) for lack in answer.lacks} == {((1,), 1), ((2,), 1)}


def test_nothing_to_plan_is_a_plan():
    assert solve(problem([])).is_possible


def crowd(people: int, slots: int) -> Problem:
    """So many who may come anywhere: more than can be proven at once."""
    able = list(range(people))
    return problem([slot(n, n, able=able, least=3, most=9) for n in range(slots)], seconds=60, gap_days=14)


def test_who_is_told_may_stop_the_search():
    asked, told = crowd(30, 60), []

    def stop(_seconds):
        told.append(time.monotonic())
        raise InterruptedError

    with pytest.raises(InterruptedError):
        solve(asked, stop)
    assert len(told) == 1
    assert time.monotonic() - told[0] < 20  # a busy machine's seconds; by itself it is less than one


def test_what_goes_wrong_in_the_solver_is_told_as_it_is(monkeypatch):
    def broken(_solver, _model):
        raise MemoryError("no room for the model")

    monkeypatch.setattr(cp_model.CpSolver, "solve", broken)
    with pytest.raises(MemoryError, match="no room for the model"):
        solve(problem([slot(1, able=[1])]))


def test_the_time_over_without_an_answer_is_said(monkeypatch):
    from visits.rota import solve as module

    monkeypatch.setattr(module, "LEAST_SECONDS", 0.001)
    with pytest.raises(TooShort):
        solve(Problem(**{**crowd(30, 60).__dict__, "seconds": 0.001}))


@pytest.fixture
def solves(monkeypatch) -> list:
    """Every search that the solver is sent on."""
    found, real = [], Clock.run
    monkeypatch.setattr(Clock, "run", lambda self, *args: found.append(args) or real(self, *args))
    return found


def two_conflicts(seconds: float) -> Problem:
    """Person 1 is wanted twice on each of two days: two groups in one part."""
    slots = [slot(n, n // 2, able=[1], hour=9 + 6 * (n % 2)) for n in range(4)]
    return problem(slots, seconds=seconds)


def test_the_time_over_ends_the_search_for_conflicts_and_says_so(solves):
    answer = solve(two_conflicts(seconds=0))
    assert {lack.group for lack in answer.lacks} == {1}
    assert (answer.is_possible, answer.is_all, len(solves)) == (False, False, 2)
    solves.clear()
    answer = solve(two_conflicts(seconds=60))
    assert sorted(Counter(lack.group for lack in answer.lacks).values()) == [2, 2]
    assert (answer.is_possible, answer.is_all) == (False, True)
    assert len(solves) > 4  # each group shrunk, and a last look for another one


def test_the_time_over_other_parts_tell_what_is_plain_without_a_search(solves):
    first = [slot(1, able=[1]), slot(2, able=[1], hour=15)]
    asked = [*first, slot(3, able=[2, 3, 4], least=4, most=4), slot(4, able=[5, 6, 7, 8, 9])]
    answer = solve(problem(asked, seconds=0))
    assert {(lack.about, lack.short, lack.group) for lack in answer.lacks} == {((1,), 0, 1), ((2,), 0, 1), ((3,), 1, 0)}
    assert (answer.is_possible, answer.is_all, len(solves)) == (False, False, 2)


def test_less_takes_the_demand_away():
    assert [s.wanted for s in (slot(1, least=2), less(slot(1, least=2)))] == [2, 0]
