"""One rule for rows of every kind: what a role may do, and where its posting reaches."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from liaison.accounts.models import Posting, Region, User
from liaison.accounts.scoping import get_for_user, may
from liaison.notices.models import Notice
from representatives.models import Representative
from stations.models import Station
from tests import factories
from visits.models import Visit


@pytest.fixture
def stations(station, other_station):
    """By name: of the liaison's street, of the neighbour's, of the district, and one that was closed."""
    return {
        "own": station,
        "street": factories.station("410105002-01"),
        "neighbour": other_station,
        "industry": factories.station("410105-01"),
        "closed": factories.station("410105002001-02", is_open=False),
    }


@pytest.mark.parametrize(
    ("who", "verb", "reached"),
    [
        ("visitor", "read", {"own", "street", "neighbour", "industry"}),
        ("visitor", "view", set()),
        ("liaison", "view", {"own"}),
        ("liaison", "add", set()),
        ("street", "view", {"own", "street", "closed"}),
        ("street", "change", {"own", "street", "closed"}),
        ("district", "change", {"own", "street", "neighbour", "industry", "closed"}),
        ("administrator", "view", {"own", "street", "neighbour", "industry", "closed"}),
        ("administrator", "change", set()),
        ("auditor", "view", {"own", "street", "neighbour", "industry", "closed"}),
        ("department", "view", set()),
        ("representative", "view", set()),
    ],
)
def test_who_reaches_which_stations(request, stations, who, verb, reached):
    user = request.getfixturevalue(who)
    assert set(Station.objects.for_user(user, verb)) == {stations[name] for name in reached}


def test_several_verbs_reach_what_any_of_them_reaches(stations, liaison):
    seen = Station.objects.for_user(liaison, "read", "view")
    assert set(seen) == {stations[name] for name in ("own", "street", "neighbour", "industry")}


def test_several_postings_add_up(stations):
    person = factories.user("both", "liaison", stations["own"].code)
    Posting.objects.create(user=person, role="liaison", code=stations["neighbour"].code)
    Posting.objects.create(user=person, role="auditor", code="410105002")
    assert set(Station.objects.for_user(person)) == {stations[n] for n in ("own", "neighbour", "street", "closed")}
    assert set(Station.objects.for_user(person, "change")) == {stations["own"], stations["neighbour"]}
    assert set(Station.objects.for_user(person, "add", of=Visit)) == {stations["own"], stations["neighbour"]}


def test_station_whose_code_begins_alike_is_another_station(stations):
    second = factories.station("410105002001-10")
    alike = factories.user("alike", "liaison", second.code)
    assert list(Station.objects.for_user(alike)) == [second]


@pytest.mark.parametrize("days", [{"since": "2999-01-01"}, {"since": "2020-01-01", "until": "2021-01-01"}])
def test_posting_counts_in_its_time_only(station, days):
    person = factories.user("later")
    Posting.objects.create(user=person, role="liaison", code=station.code, **days)
    assert list(Station.objects.for_user(person)) == []


def test_people_are_reached_through_the_station_they_belong_to_today(stations, liaison, neighbour, representative):
    here = representative.representative
    there = factories.representative("李四", station=stations["neighbour"])
    gone = factories.representative("王五", station=stations["own"])
    gone.memberships.update(to_on="2023-01-01")
    assert set(Representative.objects.for_user(liaison)) == {here}
    assert set(Representative.objects.for_user(neighbour)) == {there}
    assert set(Representative.objects.for_user(representative)) == {here}


def test_accounts_are_seen_by_those_who_manage_them(administrator, district, street, liaison, neighbour):
    assert set(User.objects.for_user(administrator)) == {administrator, district, street, liaison, neighbour}
    assert set(User.objects.for_user(district)) == {district, street, liaison, neighbour}
    assert set(User.objects.for_user(liaison)) == set()


def test_rows_without_a_grant_are_nobodys(station, administrator, representative):
    assert list(Notice.objects.for_user(representative)) == []
    assert list(Region.objects.for_user(administrator, "delete")) == []


def test_row_is_given_refused_or_not_there(station, other_station, liaison, auditor, visitor):
    assert get_for_user(Station, liaison, "change", code=station.code) == station
    with pytest.raises(PermissionDenied):
        get_for_user(Station, auditor, "change", code=station.code)
    for user, code in [(liaison, other_station.code), (visitor, station.code), (liaison, "410105999999-01")]:
        with pytest.raises(Http404):
            get_for_user(Station, user, "change", code=code)


def test_menus_ask_whether_somebody_may_at_all(liaison, auditor, visitor):
    asked = {"liaison": liaison, "auditor": auditor, "visitor": visitor}
    assert {name: may(user, "log", Visit) for name, user in asked.items()} == {
        "liaison": True, "auditor": False, "visitor": False,
    }  # fmt: skip
    assert may(visitor, "read", Visit)
