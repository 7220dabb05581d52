"""Every pair of states is a legal move that works, or refused: by the verbs' one way, and by the database."""

import pytest
from django.db import IntegrityError, connection, transaction

from feedback import actions
from feedback.choices import NEW, State, Step, SuggestionState, SuggestionStepKind
from feedback.models import Opinion, OpinionStep, Suggestion
from feedback.steps import locked, take
from liaison.common.exceptions import NotAllowed
from tests import factories

pytestmark = pytest.mark.django_db
STATES = {Opinion: [NEW, *State.values], Suggestion: [NEW, *SuggestionState.values]}
KINDS = {Opinion: Step.values, Suggestion: SuggestionStepKind.values}
EACH = [(model, state) for model, states in STATES.items() for state in states]

# Tries every step with every end, in one call: an insert that the table takes is taken back and remembered.
TRIED = """
CREATE OR REPLACE FUNCTION pg_temp.tried(matter text, about bigint, kinds text[], states text[]) RETURNS text[]
LANGUAGE plpgsql AS $$
DECLARE
    one text; other text; taken text[] := '{}';
BEGIN
    FOREACH one IN ARRAY kinds LOOP
        FOREACH other IN ARRAY states LOOP
            BEGIN
                EXECUTE format(
                    'INSERT INTO feedback_%1$sstep (%1$s_id, no, from_state, kind, to_state, at, words, data)'
                    ' VALUES ($1, 0, $4, $2, $3, now(), $4, $5)', matter
                ) USING about, one, other, '', '{}'::jsonb;
                RAISE no_data_found;
            EXCEPTION
                WHEN check_violation THEN NULL;
                WHEN no_data_found THEN taken := taken || (one || '>' || other);
            END;
        END LOOP;
    END LOOP;
    RETURN taken;
END $$
"""


def ways(model) -> dict[str, list[str]]:
    """To each state the shortest way from nothing, as steps."""
    found, new = {NEW: []}, [NEW]
    while new:
        state = new.pop(0)
        for kind, moves in model.moves.items():
            if state in moves and moves[state] not in found:
                found[moves[state]] = [*found[state], kind]
                new.append(moves[state])
    return found


WAYS = {model: ways(model) for model in STATES}


def standing_at(model, station, state: str) -> Opinion | Suggestion:
    if model is Opinion:
        matter = Opinion.objects.create(station=station, title="路灯", matter="路灯坏了")
    else:
        matter = Suggestion.objects.create(place=station.code, title="路灯", matter="路灯坏了", proposal="请修")
    for kind in WAYS[model][state]:
        matter = locked(matter)
        take(matter, kind, by=None)
    return locked(matter)


def where_it_leads(matter, kind: str) -> str | None:
    """The state after this step, which is taken back; None where it is refused."""
    try:
        with transaction.atomic():
            take(matter, kind, by=None)
            end = matter.state
            transaction.set_rollback(True)
    except NotAllowed:
        end = None
    matter.refresh_from_db()
    return end


@pytest.mark.parametrize("model", STATES)
def test_every_state_can_be_reached(model):
    assert WAYS[model].keys() == set(STATES[model])


@pytest.mark.parametrize(("model", "state"), EACH)
def test_what_is_legal_leads_where_it_is_written_and_all_else_is_refused(station, model, state):
    matter = standing_at(model, station, state)
    led = {kind: end for kind in KINDS[model] if (end := where_it_leads(matter, kind)) is not None}
    assert led == {kind: moves[state] for kind, moves in model.moves.items() if state in moves}


@pytest.mark.parametrize(("model", "state"), EACH)
def test_the_table_takes_no_other_step_from_whoever_writes_it(station, model, state):
    matter = standing_at(model, station, state)
    with connection.cursor() as cursor:
        cursor.execute(TRIED)
        given = [model._meta.model_name, matter.pk, KINDS[model], STATES[model]]
        cursor.execute("SELECT pg_temp.tried(%s, %s, %s, %s)", given)
        [taken] = cursor.fetchone()
    assert set(taken) == {f"{kind}>{moves[state]}" for kind, moves in model.moves.items() if state in moves}


def test_a_step_cannot_tell_another_state_than_the_one_that_stands(station):
    opinion = standing_at(Opinion, station, State.SUBMITTED)
    step = OpinionStep.objects.create(
        opinion=opinion, kind=Step.ACCEPTED, from_state=State.CLOSED, no=77, to_state=State.ACCEPTED
    )
    step.refresh_from_db()
    assert (step.no, step.from_state) == (2, State.SUBMITTED)


@pytest.mark.parametrize("change", [{"state": "closed"}, {"last_no": 9}, {"closed_at": "2026-01-01T00:00Z"}])
def test_nobody_writes_where_an_opinion_stands(station, change):
    opinion = factories.opinion(station)
    with pytest.raises(IntegrityError, match="意见的状态只能由办理记录改变"), transaction.atomic():
        Opinion.objects.filter(pk=opinion.pk).update(**change)
    opinion.refresh_from_db()
    assert (opinion.state, opinion.last_no, opinion.closed_at) == ("submitted", 1, None)


def test_an_opinion_cannot_begin_where_somebody_likes(station):
    opinion = Opinion.objects.create(station=station, title="路灯", matter="路灯坏了", state="closed", last_no=8)
    opinion.refresh_from_db()
    assert (opinion.state, opinion.last_no) == ("", 0)


@pytest.mark.parametrize("sql", ["UPDATE feedback_opinionstep SET words = '改'", "DELETE FROM feedback_opinionstep"])
def test_a_step_is_never_changed_or_deleted(station, liaison, sql):
    opinion = factories.opinion(station)
    actions.note(opinion, words="原话", by=liaison)
    with pytest.raises(IntegrityError, match="办理记录只能增加"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    assert list(opinion.steps.order_by("no").values_list("words", flat=True)) == ["", "原话"]


def test_an_opinion_that_has_a_course_is_not_deleted(station):
    opinion = factories.opinion(station)
    with pytest.raises(IntegrityError, match="办理记录要留着"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM feedback_opinion")
    assert Opinion.objects.get() == opinion
