"""A word in a large table: a rare one through its grams, a common one by looking through the rows in order."""

from collections.abc import Sequence

from django.db import connections
from django.db.models import Model, Q, QuerySet

from .estimates import expected_rows
from .search import Grams, fold, grams
from .sources import Source

MOST = 1000  # so many rows are found through the grams and sorted; a more common word fills its page sooner in order

SHARES = """
SELECT element, share
FROM pg_stats, unnest(most_common_elems::text::text[], most_common_elem_freqs) AS e(element, share)
WHERE schemaname = current_schema() AND tablename = %s AND attname = %s AND element = ANY(%s)
"""


def containing(rows: QuerySet, ordered_rows: QuerySet, text: str, column: str, term: str) -> Source:
    """The `rows` whose `text` contains every word of `term`, in order.

    `column` holds the grams of `text`; it is a field, or the name under which an index `<model>_<column>` has them.
    """
    ids = rare(rows.model, text, column, term)
    if ids is not None:
        return Source(rows.filter(pk__in=ids))
    return Source(rows.filter(Q(*[(f"{text}__icontains", word) for word in fold(term).split()])), ordered_rows)


def rare(model: type[Model], text: str, column: str, term: str) -> list | None:
    """Keys of all rows that contain `term`, unless they are too many.

    A bitmap of a word that stands in every tenth row is built whole before its first row comes, so what the planner
    knows about the grams is asked first.
    """
    wanted = grams(term)
    if not wanted or rarest_share(model, column, wanted) * expected_rows(model._default_manager.all()) > MOST:
        return None
    hits = (
        model._default_manager.alias(**computed(model, text, column))
        .order_by()
        .filter(**{f"{column}__contains": wanted})
        .values_list("pk", text)
    )
    sql, params = hits.query.sql_with_params()
    patterns = [f"%{escaped(word)}%" for word in fold(term).split()]
    with connections[hits.db].cursor() as cursor:
        cursor.execute(
            f"WITH hits(pk, text) AS MATERIALIZED ({sql}) SELECT pk FROM hits WHERE text ILIKE ALL(%s) LIMIT %s",
            [*params, patterns, MOST + 1],
        )
        found = [pk for (pk,) in cursor]
    return found if len(found) <= MOST else None


def rarest_share(model: type[Model], column: str, elements: Sequence[str]) -> float:
    """The share of rows that hold the rarest of `elements`; 0 where one is too rare for the statistics."""
    place = (
        (f"{model._meta.model_name}_{column}", Grams.function)
        if is_index(model, column)
        else (model._meta.db_table, column)
    )
    with connections[model._default_manager.db].cursor() as cursor:
        cursor.execute(SHARES, [*place, list(elements)])
        known = dict(cursor.fetchall())
    return min((known.get(element, 0.0) for element in elements), default=0.0)


def is_index(model: type[Model], column: str) -> bool:
    return not any(field.name == column for field in model._meta.concrete_fields)


def computed(model: type[Model], text: str, column: str) -> dict:
    return {column: Grams(text)} if is_index(model, column) else {}


def escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
