"""Guards that the database holds for every writer, speaking in words like a constraint would."""

import pgtrigger

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
