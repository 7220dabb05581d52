"""What choice lists of places offer: every street that has a station, however many stations there are."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from stations import places
from stations.places import Places
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def three(station, other_station):
    """Stations in three streets and one of the whole district."""
    factories.region("410105009", "南阳路街道")
    factories.region("410105008", "无站路街道")
    factories.station("410105-01", name="金融行业代表联络站")
    return factories.station("410105009-01", name="南阳路街道代表联络站")


def offered(client, address: str, name: str) -> list[str]:
    select = re.search(rf'<select name="{name}".*?</select>', client.get(address).content.decode(), re.S)[0]
    return [unescape(words) for words in re.findall(r"<option[^>]*>([^<]*)", select)][1:]


def test_all_streets_are_offered_where_stations_are_too_many_to_list(client, three, monkeypatch):
    monkeypatch.setattr(places, "MOST", 1)
    streets = ["花园路街道", "人民路街道", "南阳路街道"]
    for address in ("/schedule/", "/stations/", "/representatives/"):
        assert offered(client, address, "street") == streets
    assert offered(client, "/schedule/", "station") == []
    assert offered(client, "/schedule/?street=410105009", "station") == ["南阳路街道代表联络站"]


def test_a_street_beyond_the_listed_stations_narrows_the_schedule(client, three, station, monkeypatch):
    monkeypatch.setattr(places, "MOST", 1)
    for place in (station, three):
        factories.visit(place, title=f"在{place.name}", state="published")
    page = client.get("/schedule/?street=410105009").content.decode()
    assert re.findall(r'visit-theme"><a[^>]*>([^<]*)', page) == ["在南阳路街道代表联络站"]


def test_streets_are_named_when_there_are_more_than_a_list_offers(visitor, three, monkeypatch):
    monkeypatch.setattr(places, "MOST_STREETS", 1)
    found = Places(visitor)
    assert found.street_choices == (("410105002", "花园路街道"),)
    assert found.streets_of(["410105009-01", "410105-01"]) == {"410105009": "南阳路街道"}


def test_a_closed_station_makes_no_choice(visitor, three):
    type(three).objects.filter(pk=three.pk).update(is_open=False)
    assert [name for _code, name in Places(visitor).street_choices] == ["花园路街道", "人民路街道"]


def test_industry_stations_stand_last_in_a_group_of_their_own(visitor, three):
    groups = [(str(label), [name for _code, name in group]) for label, group in Places(visitor).station_choices]
    assert groups == [
        ("花园路街道", ["甲院社区代表联络站"]), ("人民路街道", ["人民路社区代表联络站"]),
        ("南阳路街道", ["南阳路街道代表联络站"]), ("行业联络站", ["金融行业代表联络站"]),
    ]  # fmt: skip


def test_the_lists_cost_two_queries_for_one_street_and_three(visitor, station, request):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            Places(visitor)
        return len(queries)

    assert count() == 2
    request.getfixturevalue("three")
    assert count() == 2
