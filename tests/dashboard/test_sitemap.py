"""sitemap.xml and robots.txt: everything public has its address there, nothing else has."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.dashboard import sitemap
from stations.models import Station
from tests import factories


@pytest.fixture(autouse=True)
def _address(settings):
    settings.SITE = settings.SITE | {"url": "https://example.org"}


def paths(client, file: str) -> list[str]:
    page = client.get(file)
    assert page["Content-Type"] == "application/xml; charset=utf-8"
    return re.findall(r"<loc>https://example\.org([^<]*)</loc>", page.content.decode())


@pytest.fixture
def house(station, other_station):
    """A published visit, a draft, one of two years ago, a closed station and a person who is not public."""
    Station.objects.filter(pk=other_station.pk).update(is_open=False)
    factories.representative(is_public=False)
    factories.visit(station)
    factories.visit(station, state="published", starts_at=factories.hour(-800))
    person = factories.representative()
    return person, factories.visit(station, state="published", people=[person])


def test_index_leads_to_every_public_page_once(client, house, station):
    person, visit = house
    files = paths(client, "/sitemap.xml")
    found = [path for file in files for path in paths(client, file)]
    assert len(found) == len(set(found))
    pages = paths(client, "/sitemap-pages.xml")
    assert set(found) - set(pages) == {
        station.get_absolute_url(), person.get_absolute_url(), visit.get_absolute_url()
    }  # fmt: skip
    assert {client.get(path).status_code for path in found} == {200}


def test_each_visit_tells_when_it_was_changed(client, house):
    _person, visit = house
    page = client.get(f"/sitemap-visits-{timezone.localdate(visit.starts_at):%Y-%m}.xml").content.decode()
    assert re.findall(r"<lastmod>(.*?)</lastmod>", page) == [f"{visit.changed_at:%Y-%m-%dT%H:%M:%S}+00:00"]


def test_a_full_month_is_divided_by_day(station, monkeypatch):
    monkeypatch.setattr(sitemap, "NEAR", 0)
    today = timezone.localdate()
    visit = factories.visit(station, state="published", starts_at=factories.hour(7))
    day = timezone.localdate(visit.starts_at)
    named = list(sitemap.periods(today))
    assert f"{day:%Y-%m-%d}" in named
    assert {name[:7] for name in named} == {f"{day:%Y-%m}"}
    assert len(sitemap.addresses(f"visits-{day:%Y-%m-%d}", today)) == 1


@pytest.mark.parametrize(
    "section",
    ["x", "visits", "visits-", "visits-2026-13", "visits-2026-02-30", "visits-0000-01", "visits-9999-12",
     "stations-", "stations-x", "representatives-٣", "representatives-99999999999999999999"],
)  # fmt: skip
def test_unknown_section_is_404(client, db, section):
    assert client.get(f"/sitemap-{section}.xml").status_code == 404


def test_nothing_is_kept_that_names_the_host_it_was_asked_at(client, settings, db):
    settings.SITE = settings.SITE | {"url": ""}
    page = client.get("/sitemap.xml", headers={"host": "localhost"})
    assert ("http://localhost/sitemap-pages.xml" in page.content.decode(), page["Cache-Control"]) == (
        True, "private, no-store",
    )  # fmt: skip


def test_index_costs_the_same_queries_for_one_and_three_stations(client, house, station):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/sitemap.xml")
        return len(queries)

    before = count()
    for n in (2, 3):
        factories.visit(factories.station(f"410105002001-0{n}"), state="published", people=[factories.representative()])
    assert count() == before


def test_robots_keep_out_of_the_desk_and_find_the_sitemap(client, db):
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert {"User-agent: *", "Disallow: /desk/", "Disallow: /admin/"} <= set(lines)
    assert lines[-1] == "Sitemap: https://example.org/sitemap.xml"
