"""Paging by keyset: a page begins after the row the last one ended with, so the thousandth costs like the first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, F, Field, Func, Model, QuerySet, Value
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual, LessThan, LessThanOrEqual
from django.http import HttpRequest

SIZE = 30
BETWEEN = "~"
LONGEST = 200  # characters of a cursor that are looked at

Key = tuple[Value, ...]


class Page(NamedTuple):
    """Rows of one page, and the addresses of its neighbours (empty at an end)."""

    rows: list
    previous_url: str
    next_url: str


@dataclass
class KeysetPage:
    """Rows of one page, and the cursors of its neighbours (None at an end)."""

    rows: list
    next: str | None = None
    previous: str | None = None

    def __iter__(self):
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


class Row(Func):
    """Several columns compared as one: ROW(starts_at, id) > ROW(…, …) is a single index range."""

    function = "ROW"
    output_field = BooleanField()


def keyset(rows: QuerySet, request: HttpRequest, *fields: str, size: int = SIZE) -> Page:
    """The page of `rows` that `?after=` or `?before=` asks for, ordered by `fields`; see `keyset_page`."""
    way = "before" if "before" in request.GET else "after"
    page = keyset_page(rows, fields, request.GET.get(way), size, backwards=way == "before" and bool(request.GET[way]))
    return Page(page.rows, *(address(request, *mark) for mark in (("before", page.previous), ("after", page.next))))


def address(request: HttpRequest, way: str, cursor: str | None) -> str:
    """Where a neighbour of the page is; empty where there is none."""
    if cursor is None:
        return ""
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("before", None)
    query[way] = cursor
    return f"{request.path}?{query.urlencode()}"


def keyset_page(
    rows: QuerySet, order: Sequence[str], cursor: str | None = None, size: int = SIZE, backwards: bool = False
) -> KeysetPage:
    """The page after `cursor`, or before it when `backwards`; without a cursor the first page, or the last one.

    `order` names columns that are never null and together unique, all ascending or all descending ("-starts_at",
    "-id"), and should be an index. `rows` may be objects or `.values()`. A cursor that cannot be read is passed over:
    a broken link shows the first page.
    """
    key = read_cursor(rows.model, order, cursor)
    if cursor and key is None:
        backwards = False
    found = rows if key is None else rows.filter((precedes if backwards else follows)(order, key))
    found = list(found.order_by(*(turned(order) if backwards else order))[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards and key is not None and not more:
        return keyset_page(rows, order, size=size)  # less than a page stands before: show the first page whole
    if backwards:
        found.reverse()
    has_previous, has_next = (more, key is not None) if backwards else (key is not None, more)
    return KeysetPage(
        found,
        next=write_cursor(key_at(found[-1], order)) if found and has_next else None,
        previous=write_cursor(key_at(found[0], order)) if found and has_previous else None,
    )


def follows(order: Sequence[str], key: Key, *, itself: bool = False):
    """The condition that a row comes after `key` in `order`, or is the row of `key` when `itself`."""
    ups, downs = (GreaterThan, GreaterThanOrEqual), (LessThan, LessThanOrEqual)
    compare = (downs if order[0].startswith("-") else ups)[itself]
    return compare(Row(*map(F, names(order))), Row(*key))


def precedes(order: Sequence[str], key: Key, *, itself: bool = False):
    return follows(turned(order), key, itself=itself)


def turned(order: Sequence[str]) -> list[str]:
    """The same order, read from its end."""
    return [name[1:] if name.startswith("-") else f"-{name}" for name in order]


def names(order: Sequence[str]) -> list[str]:
    return [name.removeprefix("-") for name in order]


def key_at(row: Model | dict, order: Sequence[str]) -> tuple:
    """Where `row` stands: the plain values of the columns of `order`."""
    if isinstance(row, dict):
        return tuple(row[name] for name in names(order))
    values = []
    for name in names(order):
        value = row
        for part in name.split("__"):
            value = getattr(value, part)
        values.append(value)
    return tuple(values)


def key_of(model: type[Model], order: Sequence[str], values: Sequence) -> Key:
    """`values` as expressions of the columns' own types."""
    fields = [field_at(model, name) for name in names(order)]
    return tuple(Value(f.to_python(v), output_field=f) for f, v in zip(fields, values, strict=True))


def write_cursor(values: Sequence) -> str:
    """A place as text for an address: 2026-03-01T01:00:00+00:00~17."""
    return BETWEEN.join(v.isoformat() if isinstance(v, datetime) else str(v) for v in values)


def read_cursor(model: type[Model], order: Sequence[str], cursor: str | None) -> Key | None:
    """The place that `cursor` names; None when there is none, or somebody bent it."""
    parts = (cursor or "").split(BETWEEN)
    if not cursor or len(parts) != len(order) or len(cursor) > LONGEST or "\0" in cursor:
        return None
    try:
        key = key_of(model, order, parts)
    except (ValidationError, ValueError, OverflowError):
        return None
    return None if any(part.value is None for part in key) else key


def field_at(model: type[Model], path: str) -> Field:
    """The column that `path` ("starts_at", "station__code") ends at."""
    *relations, last = path.split("__")
    for name in relations:
        model = model._meta.get_field(name).related_model
    return model._meta.pk if last == "pk" else model._meta.get_field(last)
