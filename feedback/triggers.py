"""What the database does for every writer of opinions: a step is never changed, and a state is what a step led to."""

import pgtrigger

from liaison.common.triggers import legal_moves, refusal, refuse

from .choices import DONE, REFERRAL_MOVES

FAR = "9999-12-31"  # stands for "no date", so that lists ordered by date need no null


def state_follows_steps(table: str, words: str) -> list[pgtrigger.Trigger]:
    """Guards of a matter whose `state` and `last_no` are written by its steps alone (see `steps_of`)."""
    return [
        pgtrigger.Trigger(
            name=f"{table}_begins_blank", when=pgtrigger.Before, operation=pgtrigger.Insert,
            func=f"""
                NEW.state = '';
                NEW.last_no = 0;
                NEW.closed_at = NULL;
                NEW.next_due_on = '{FAR}';
                RETURN NEW;
            """,
        ),
        pgtrigger.Trigger(
            name=f"{table}_state_follows", when=pgtrigger.Before,
            operation=pgtrigger.UpdateOf("state", "last_no", "closed_at", "next_due_on"),
            func=f"""
                IF pg_trigger_depth() < 2 AND ROW(OLD.state, OLD.last_no, OLD.closed_at, OLD.next_due_on)
                    IS DISTINCT FROM ROW(NEW.state, NEW.last_no, NEW.closed_at, NEW.next_due_on) THEN
                    {refusal(words)}
                END IF;
                RETURN NEW;
            """,
        ),
        refuse(f"{table}_kept", "办理记录要留着，不能删除", pgtrigger.Delete, pgtrigger.Condition('OLD."last_no" > 0')),
    ]  # fmt: skip


def steps_of(matter: str, table: str, done: tuple[str, ...]) -> list[pgtrigger.Trigger]:
    """A step takes the next number and the state that stands, and leaves its own behind; then it stays as it is.

    The matter's row is locked first: two who act at once come one after the other, and the second meets the check
    constraint of legal moves with the state that the first one left.
    """
    ended = ", ".join(f"'{state}'" for state in done)
    return [
        pgtrigger.Trigger(
            name=f"{matter}_step_in_order", when=pgtrigger.Before, operation=pgtrigger.Insert,
            declare=[("of", f"{table}%ROWTYPE")],
            func=f"""
                SELECT * INTO of FROM {table} WHERE id = NEW.{matter}_id FOR NO KEY UPDATE;
                NEW.no = of.last_no + 1;
                NEW.from_state = of.state;
                RETURN NEW;
            """,
        ),
        pgtrigger.Trigger(
            name=f"{matter}_step_leads_on", when=pgtrigger.After, operation=pgtrigger.Insert,
            func=f"""
                UPDATE {table}
                   SET state = NEW.to_state, last_no = NEW.no, changed_at = NEW.at,
                       closed_at = CASE WHEN NEW.to_state NOT IN ({ended}) THEN NULL
                                        WHEN NEW.from_state = NEW.to_state THEN closed_at ELSE NEW.at END
                 WHERE id = NEW.{matter}_id;
                RETURN NULL;
            """,
        ),
        never_changed(matter, table),
    ]  # fmt: skip


def never_changed(matter: str, table: str) -> pgtrigger.Trigger:
    """A step stays as it is. Of an opinion whose voter was erased, texts alone may lose what names that voter."""
    words = refusal("办理记录只能增加，不能修改或删除")
    if matter != "opinion":
        return pgtrigger.Trigger(
            name="append_only", when=pgtrigger.Before, operation=pgtrigger.Update | pgtrigger.Delete, func=words
        )
    return pgtrigger.Trigger(
        name="append_only", when=pgtrigger.Before, operation=pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'DELETE'
               OR to_jsonb(OLD) - 'words' - 'data' IS DISTINCT FROM to_jsonb(NEW) - 'words' - 'data'
               OR NOT EXISTS (SELECT FROM {table} o JOIN accounts_contact c ON c.id = o.contact_id
                               WHERE o.id = OLD.opinion_id AND c.erased_at IS NOT NULL) THEN
                {words}
            END IF;
            RETURN NEW;
        """,
    )  # fmt: skip


OPINION_TRIGGERS = [
    *state_follows_steps("opinion", "意见的状态只能由办理记录改变"),
    refuse(
        "opinion_number_stays", "受理编号不能修改", pgtrigger.Update,
        pgtrigger.Condition('ROW(OLD."number", OLD."public_id") IS DISTINCT FROM ROW(NEW."number", NEW."public_id")'),
    ),
]  # fmt: skip
OPINION_STEP_TRIGGERS = steps_of("opinion", "feedback_opinion", DONE)
SUGGESTION_TRIGGERS = state_follows_steps("suggestion", "建议的状态只能由办理记录改变")
SUGGESTION_STEP_TRIGGERS = steps_of("suggestion", "feedback_suggestion", ("closed", "withdrawn", "merged"))
REFERRAL_TRIGGERS = [
    legal_moves("referral_moves", "state", REFERRAL_MOVES, "转办件不能这样改变状态"),
    refuse("referral_kept", "转办件要留着，不能删除", pgtrigger.Delete),
]

# The nearest open date stands with the matter and with the referral, so that an inbox is one index range. The row is
# locked by a statement of its own: the next one sees what whoever held it before has committed. One statement alone
# would wait for the row and yet reckon with the dates as they were before it waited.
_nearest = f"""
    PERFORM FROM feedback_{{table}} WHERE id = {{row}}.{{table}}_id FOR NO KEY UPDATE;
    UPDATE feedback_{{table}} SET next_due_on = coalesce(
        (SELECT min(due_on) FROM feedback_duedate WHERE {{table}}_id = {{row}}.{{table}}_id AND ended_on IS NULL),
        '{FAR}')
     WHERE id = {{row}}.{{table}}_id;
"""
_all_nearest = "".join(
    f"IF NEW.{table}_id IS NOT NULL THEN {_nearest.format(table=table, row='NEW')} END IF;"
    for table in ("opinion", "suggestion", "referral")
)
DUE_TRIGGERS = [
    pgtrigger.Trigger(
        name="nearest_due", when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("due_on", "ended_on"),
        func=f"{_all_nearest} RETURN NULL;",
    ),
    refuse("due_kept", "期限要留着，不能删除", pgtrigger.Delete),
]  # fmt: skip
APPEND_ONLY = [refuse("append_only", "这条记录只能增加，不能修改或删除", pgtrigger.Update | pgtrigger.Delete)]
