"""The calendar of the desk: what each of the cast finds in it."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.common import pages
from tests import factories
from visits import calendar

ADDRESS = "/desk/visits/calendar/?view=week"


def themes(response) -> list[str]:
    return re.findall(r'class="cal-what"[^>]*>([^<]*)', response.content.decode())


@pytest.fixture
def plan(station, other_station, representative):
    """A published visit and a draft of the liaison's station, and one of the neighbour's, all today."""
    at = factories.hour(0, 23)
    person = representative.representative
    factories.visit(station, title="停车", state="published", starts_at=factories.hour(0, 9), people=[person])
    factories.visit(station, title="草案", starts_at=at, hours=1)
    factories.visit(other_station, title="供暖", starts_at=at, hours=1)


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("district", ["停车", "草案", "供暖"]),
        ("street", ["停车", "草案"]),
        ("liaison", ["停车", "草案"]),
        ("neighbour", ["供暖"]),
        ("representative", ["停车"]),
        ("department", []),
    ],
)
def test_everybody_finds_what_is_within_reach(as_, plan, request, who, expected):
    assert themes(as_(request.getfixturevalue(who)).get(ADDRESS)) == expected


def test_drafts_are_marked_and_lead_to_the_desk(as_, plan, liaison):
    page = as_(liaison).get(ADDRESS).content.decode()
    marked = re.search(r'cal-line draft">.*?</li>', page, re.S)[0]
    assert ('cal-state">草稿' in marked, 'href="/desk/visits/' in marked) == (True, True)
    month = as_(liaison).get("/desk/visits/calendar/").content.decode()
    assert '<span class="state state-wait">草稿</span>' in month


def test_a_day_ahead_offers_to_plan_a_visit_to_whoever_may(as_, plan, liaison, auditor):
    day = timezone.localdate() + timedelta(days=1)
    address, offer = f"/desk/visits/calendar/?on={day}", f'href="/desk/visits/add/?date={day}"'
    assert offer in as_(liaison).get(address).content.decode()
    assert offer not in as_(auditor).get(address).content.decode()
    assert offer not in as_(liaison).get(f"/desk/visits/calendar/?on={day - timedelta(days=2)}").content.decode()


def test_a_full_day_leads_to_the_desk_s_list(as_, plan, liaison, monkeypatch):
    monkeypatch.setitem(calendar.IN_CELL, "week", 1)
    day = timezone.localdate()
    page = as_(liaison).get(ADDRESS).content.decode()
    assert f'class="cal-more" href="/desk/visits/?from_={day}&amp;to={day}">还有 1 次' in page


def test_it_costs_the_same_queries_for_one_and_three(as_, plan, liaison, station):
    client = as_(liaison)
    client.get(ADDRESS)  # signing in is noted once

    def count() -> int:
        pages.stamp().renew()
        with CaptureQueriesContext(connection) as queries:
            client.get(ADDRESS)
        return len(queries)

    before = count()
    for hour in (12, 13, 14):
        factories.visit(station, starts_at=factories.hour(0, hour), hours=1, people=[factories.representative()])
    assert count() == before
