"""Guards that the database holds for every writer, speaking in words like a constraint would."""

import pgtrigger
from django.db import connections

WORDS = "liaison_words"  # the constraint name by which exceptions.words_for knows that the message is for a person


def refusal(words: str) -> str:
    """PL/pgSQL that refuses the row at hand with `words`."""
    text = words.replace("'", "''")
    return f"RAISE EXCEPTION USING ERRCODE = '23514', CONSTRAINT = '{WORDS}', MESSAGE = '{text}';"


def refuse(name: str, words: str, operation, condition=None) -> pgtrigger.Trigger:
    """A trigger that refuses `operation` where `condition` (on OLD and NEW) holds."""
    return pgtrigger.Trigger(
        name=name, when=pgtrigger.Before, operation=operation, condition=condition, func=refusal(words)
    )


def legal_moves(name: str, field: str, moves: dict[str, frozenset[str]], words: str) -> pgtrigger.Trigger:
    """A trigger that lets `field` change only as the dict `moves` says: the same dict that pages and API ask."""
    pairs = [f"'{old}>{new}'" for old, news in moves.items() for new in sorted(news)]
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.UpdateOf(field),
        condition=pgtrigger.Condition(f'OLD."{field}" IS DISTINCT FROM NEW."{field}"'),
        func=f"""
            IF OLD."{field}" || '>' || NEW."{field}" NOT IN ({", ".join(pairs)}) THEN
                {refusal(words)}
            END IF;
            RETURN NEW;
        """,
    )


# As pgtrigger and pghistory write them, but that a setting which nobody made is asked for and not tripped over. Theirs
# catch an error for each row and trigger, and for each such error PostgreSQL walks through all foreign keys that the
# transaction has still to check: ten times the time of a trigger, and 100,000 rows in one statement took minutes.
QUICK = """
CREATE OR REPLACE FUNCTION public._pgtrigger_should_ignore(trigger_name NAME) RETURNS BOOLEAN AS $$
    SELECT COALESCE(trigger_name = ANY(NULLIF(current_setting('pgtrigger.ignore', true), '')::TEXT[]), false)
$$ LANGUAGE sql;

CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS UUID AS $$
DECLARE
    given UUID := NULLIF(current_setting('pghistory.context_id', true), '');
    facts JSONB := NULLIF(current_setting('pghistory.context_metadata', true), '');
BEGIN
    IF given IS NULL OR facts IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO pghistory_context AS old (id, metadata, created_at, updated_at) VALUES (given, facts, NOW(), NOW())
    ON CONFLICT (id) DO UPDATE SET metadata = EXCLUDED.metadata, updated_at = EXCLUDED.updated_at
    WHERE old.metadata != EXCLUDED.metadata;
    RETURN given;
END;
$$ LANGUAGE plpgsql;
"""


def quicken(sender, using: str, **_) -> None:
    """Put the quick functions in the place of those that migrations made, once after every migration."""
    if sender.label == "pghistory":
        with connections[using].cursor() as cursor:
            cursor.execute(QUICK)
