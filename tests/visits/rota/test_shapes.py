"""The soft terms, counted by hand."""

from datetime import date

import pytest

from visits.rota.shapes import Answer, Need, Terms, pairs, quarter_of, short_of, terms_of

from .puzzles import FIRST, need, person, problem, slot


@pytest.mark.parametrize(("before", "added", "made"), [(0, 1, 0), (0, 3, 3), (2, 1, 2), (2, 2, 5), (5, 0, 0)])
def test_pairs_count_new_with_new_and_new_with_old(before, added, made):
    assert pairs(before, added) == made


def test_load_counts_one_more_for_each_visit_after_those_that_stand():
    asked = problem([slot(1, 0, able=[1, 2]), slot(2, 60, able=[1, 2])], [person(1, load=3), person(2)], gap_days=7)
    assert terms_of(asked, {(1, 1), (2, 1)}).load == 4 + 5
    assert terms_of(asked, {(1, 1), (2, 2)}).load == 4 + 1
    assert terms_of(asked, {(1, 2), (2, 2)}).load == 1 + 2


def test_theme_counts_pairs_with_the_same_theme():
    slots = [
        slot(1, 0, able=[1], theme="物业"),
        slot(2, 60, able=[1], theme="物业"),
        slot(3, 99, able=[1], theme="养老"),
    ]
    asked = problem(slots, [person(1, themes={"物业": 2})])
    assert terms_of(asked, {(1, 1), (3, 1)}).theme == 2
    assert terms_of(asked, {(1, 1), (2, 1), (3, 1)}).theme == 2 + 3


def test_mix_counts_levels_that_could_have_met():
    asked = problem([slot(1, able=[1, 2, 3], most=3)], [person(1, 4), person(2, 4), person(3, 2)])
    assert terms_of(asked, {(1, 1), (1, 2)}).mix == 1
    assert terms_of(asked, {(1, 1), (1, 3)}).mix == 0


def test_who_stays_counts_for_the_mix():
    asked = problem([slot(1, able=[1], fixed=[2], least=2)], [person(1, 4), person(2, 2)])
    assert terms_of(asked, set()).mix == 1
    assert terms_of(asked, {(1, 1)}).mix == 0


def test_spread_counts_pairs_in_one_quarter_and_pairs_that_are_close():
    slots = [slot(1, 0, able=[1]), slot(2, 20, able=[1]), slot(3, 40, able=[1])]  # 1 and 21 March, 10 April
    asked = problem(slots, gap_days=21)
    assert terms_of(asked, {(1, 1), (2, 1)}).spread == 1 + 1
    assert terms_of(asked, {(2, 1), (3, 1)}).spread == 0 + 1
    assert terms_of(asked, {(1, 1), (3, 1)}).spread == 0


def test_spread_counts_visits_that_stand():
    asked = problem([slot(1, 0, able=[1])], [person(1, days=(FIRST.replace(day=5), date(2027, 1, 2)))], gap_days=21)
    assert terms_of(asked, {(1, 1)}).spread == 2 + 1


@pytest.mark.parametrize(("month", "quarter"), [(1, 1), (3, 1), (4, 2), (6, 2), (7, 3), (9, 3), (10, 4), (12, 4)])
def test_quarters(month, quarter):
    assert quarter_of(date(2027, month, 1)) == (2027, quarter)


def test_cost_weighs_each_term():
    assert Terms(1, 2, 3, 4).cost({"load": 1, "theme": 10, "mix": 100, "spread": 0}) == 321


def test_gap_is_a_share_of_the_cost():
    assert (Answer(cost=200, bound=196).gap, Answer().gap) == (0.02, 0.0)


def test_what_is_missing_is_told_by_how_much():
    slots = [slot(1, able=[1, 2], least=2), slot(2, 1, able=[1])]
    asked = problem(slots, needs=(need(slots, 1, 2),))
    found = {(lack.kind, lack.about): lack.short for lack in short_of(asked, {(1, 1), (2, 1)})}
    assert found == {("slot", (1,)): 1}


def test_two_leaders_at_one_visit_are_one_leaders_visit():
    mine = Need("leader", ("s", 2027, 1), 2, ((1, 1), (1, 2), (2, 1)))
    assert (mine.met_by({(1, 1), (1, 2)}), mine.met_by({(1, 2), (2, 1)})) == (1, 2)
