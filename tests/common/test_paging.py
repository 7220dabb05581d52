import pytest

from liaison.accounts.models import Region
from liaison.common.estimates import capped_count, key_after
from liaison.common.paging import keyset_page
from tests import factories
from visits.models import Visit

pytestmark = pytest.mark.django_db

UP, DOWN = ("starts_at", "id"), ("-starts_at", "-id")


@pytest.fixture
def seven(station):
    """Seven visits, three of which begin in the same instant: the id has to decide."""
    return [factories.visit(station, starts_at=factories.hour(days=day)) for day in (1, 2, 3, 3, 3, 4, 5)]


@pytest.mark.parametrize("order", [UP, DOWN])
def test_pages_forwards_hold_every_row_once(seven, order):
    page, seen = keyset_page(Visit.objects.all(), order, size=2), []
    seen += page.rows
    while page.next:
        page = keyset_page(Visit.objects.all(), order, page.next, size=2)
        seen += page.rows
    assert seen == list(Visit.objects.order_by(*order))
    assert page.previous


def test_pages_backwards_from_the_last_hold_every_row_once(seven):
    page, seen = keyset_page(Visit.objects.all(), UP, size=2, backwards=True), []
    assert page.next is None
    seen = list(page)
    while page.previous:
        page = keyset_page(Visit.objects.all(), UP, page.previous, size=2, backwards=True)
        seen = [row for row in page if row not in seen] + seen
    assert seen == seven


def test_page_before_the_second_row_is_the_first_page_whole(seven):
    second = keyset_page(Visit.objects.all(), UP, size=1)
    page = keyset_page(Visit.objects.all(), UP, keyset_page(Visit.objects.all(), UP, second.next, 1).previous, 3, True)
    assert page.rows == seven[:3]
    assert page.previous is None


def test_values_rows_page_like_objects(seven):
    rows = Visit.objects.values("starts_at", "id")
    page = keyset_page(rows, UP, keyset_page(rows, UP, size=4).next, size=4)
    assert [row["id"] for row in page] == [visit.pk for visit in seven[4:]]


@pytest.mark.parametrize(
    "cursor",
    ["", "x", "~", "2026-01-01~x", "~1", "2026-13-01~1", "2026-01-01T00:00:00+00:00~9\x00"],
)
def test_bent_cursor_shows_the_first_page(seven, cursor):
    assert keyset_page(Visit.objects.all(), UP, cursor, size=3).rows == seven[:3]


@pytest.mark.parametrize("cursor", [None, ""])
def test_first_page_by_one_column_has_nothing_before_it(street_region, cursor):
    """An empty cursor is no place, though a text column could hold it."""
    page = keyset_page(Region.objects.all(), ("code",), cursor)
    assert page.rows
    assert page.previous is None


def test_page_by_number_begins_at_its_row(seven):
    key = key_after(Visit.objects.all(), UP, 4)
    assert key[1].value == seven[4].pk
    assert key_after(Visit.objects.all(), UP, 7) is None


def test_count_stops_at_its_cap(seven):
    assert [capped_count(Visit.objects.all(), cap) for cap in (3, 7, 100)] == [4, 7, 7]
