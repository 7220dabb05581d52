"""How many rows, and where about in them, without looking at them all: capped counts and the planner's statistics."""

import json
from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime

from django.db import connections
from django.db.models import Model, QuerySet

from .paging import Key, key_of, names

CAP = 1000
NEAR = 10_000  # so many index entries are skipped in a few milliseconds, whatever the table holds

STATISTICS = """
SELECT most_common_vals::text::{type}[], most_common_freqs, histogram_bounds::text::{type}[]
FROM pg_stats WHERE schemaname = current_schema() AND tablename = %s AND attname = %s
"""


def capped_count(rows: QuerySet, cap: int = CAP) -> int:
    """How many rows there are, counted no further than `cap` + 1; more than `cap` means "over `cap`"."""
    return rows.order_by().values("pk")[: cap + 1].count()


def expected_rows(rows: QuerySet) -> int:
    """The planner's guess of the number of rows."""
    plan = json.loads(rows.order_by().values("pk").explain(format="json"))
    return int(plan[0]["Plan"]["Plan Rows"])


def key_after(rows: QuerySet, order: Sequence[str], skip: int, near: int = NEAR) -> Key | None:
    """The place of the row that `skip` others come before: near exactly, far by statistics; None past the end."""
    if skip <= near:
        return _first_key(rows, order, skip)
    share = skip / max(1, expected_rows(rows))
    first = names(order)[0]
    falling = order[0].startswith("-")
    value = quantile(rows.model, first, 1 - share if falling else share) if share < 1 else None
    if value is None:
        return None
    return _first_key(rows.filter(**{f"{first}__{'lte' if falling else 'gte'}": value}), order)


def _first_key(rows: QuerySet, order: Sequence[str], skip: int = 0) -> Key | None:
    found = rows.order_by(*order).values_list(*names(order))[skip : skip + 1]
    return next((key_of(rows.model, order, values) for values in found), None)


def quantile(model: type[Model], column: str, share: float):
    """About the value below which `share` of the rows lie; None where nobody has analysed the table yet."""
    field = model._meta.get_field(column)
    connection = connections[model._default_manager.db]
    with connection.cursor() as cursor:
        cursor.execute(STATISTICS.format(type=field.db_type(connection)), [model._meta.db_table, field.column])
        common, shares, bounds = cursor.fetchone() or (None, None, None)
    masses = dict(zip(common or (), shares or (), strict=False))
    rest = 1 - sum(masses.values())
    for bound in (bounds or ())[1:]:
        masses[bound] = masses.get(bound, 0) + rest / (len(bounds) - 1)
    values, reached, total = sorted(masses), [], 0.0
    for value in values:
        reached.append(total := total + masses[value])
    return _between(values, reached, share) if values else None


def _between(values: list, reached: list[float], share: float):
    """A moment in proportion between two known ones; other types cannot be divided and take the nearer bound."""
    at = min(bisect_left(reached, share), len(values) - 1)
    if at == 0 or not isinstance(values[at], datetime):
        return values[at]
    part = (share - reached[at - 1]) / max(reached[at] - reached[at - 1], 1e-9)
    return values[at - 1] + (values[at] - values[at - 1]) * min(1.0, max(0.0, part))
