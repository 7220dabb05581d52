"""One ordered page out of several searches, each of which reads an index of its own.

"Theme, station or person contains …" as one OR leaves the planner no index to begin with. Asked one by one, each
source gives at most a page of keys in order, and the page is the first of all of them.
"""

from collections.abc import Sequence
from typing import NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest

from .paging import (
    SIZE,
    Key,
    KeysetPage,
    Page,
    address,
    follows,
    key_at,
    key_of,
    names,
    precedes,
    read_cursor,
    turned,
    write_cursor,
)

WINDOW = 10_000  # rows that one page looks through at most, where no index answers the question by itself


class Source(NamedTuple):
    """`rows` to be read in order. Where their condition has no index, `within` are the ordered rows to look through."""

    rows: QuerySet
    within: QuerySet | None = None


def searched(rows: QuerySet, sources: Sequence[Source], request: HttpRequest, *order: str, size: int = SIZE) -> Page:
    """As `paging.keyset`, for rows that `sources` find."""
    way = "before" if "before" in request.GET else "after"
    key = read_cursor(rows.model, order, request.GET.get(way))
    page = merged_page(rows, sources, order, size, key, backwards=way == "before" and key is not None)
    return Page(page.rows, address(request, "before", page.previous), address(request, "after", page.next))


def merged_page(
    rows: QuerySet,
    sources: Sequence[Source],
    order: Sequence[str],
    size: int,
    key: Key | None = None,
    backwards: bool = False,
    itself: bool = False,
) -> KeysetPage:
    """The page of `rows` that the `sources` find after `key` (or from it on, when `itself`), or before it.

    A source that is looked through ends the page at its window: fewer rows, perhaps none, and a cursor to look on.
    """  # fmt: skip
    way = turned(order) if backwards else list(order)
    past = None if key is None else (precedes if backwards else follows)(order, key, itself=itself)
    edges = [edge for source in sources if (edge := _edge(source, way, past)) is not None]
    edge = min(edges, key=lambda key: _rank(key, way)) if edges else None
    model = rows.model
    found = set()
    for source in sources:
        keys = source.rows if past is None else source.rows.filter(past)
        keys = keys if edge is None else keys.filter(precedes(way, key_of(model, way, edge), itself=True))
        found.update(keys.order_by(*way).values_list(*names(way))[: size + 1])
    ranked = sorted(found, key=lambda key: _rank(key, way))
    more, ranked = len(ranked) > size, ranked[:size]
    if backwards and key is not None and not more and edge is None:
        return merged_page(rows, sources, order, size)  # less than a page stands before: show the first page whole
    last = ranked[-1] if more else edge
    page = _fetch(rows, ranked, order)
    onward = None if last is None else write_cursor(last)
    back = write_cursor(ranked[0] if ranked else [v.value for v in key]) if key is not None else None
    page.next, page.previous = (back, onward) if backwards else (onward, back)
    return page


def _fetch(rows: QuerySet, keys: list[tuple], order: Sequence[str]) -> KeysetPage:
    """The rows themselves, a page's worth by the last column of `order`, which is unique."""
    found = rows.filter(**{f"{names(order)[-1]}__in": [key[-1] for key in keys]}).order_by()
    return KeysetPage(sorted(found, key=lambda row: _rank(key_at(row, order), order)))


def _edge(source: Source, way: Sequence[str], past) -> tuple | None:
    """The key at which the window of a source ends; None when what is left is shorter, or has its index."""
    if source.within is None:
        return None
    rows = source.within if past is None else source.within.filter(past)
    return next(iter(rows.order_by(*way).values_list(*names(way))[WINDOW - 1 : WINDOW]), None)


def _rank(key: tuple, way: Sequence[str]):
    return _Falling(key) if way[0].startswith("-") else _Rising(key)


class _Rising(tuple):
    pass


class _Falling(tuple):
    def __lt__(self, other):
        return tuple.__gt__(self, other)
