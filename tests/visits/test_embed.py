"""The schedule inside a street's own site: who may frame it, what it shows, and the code that is handed out."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories


def themes(client, query: str = "") -> list[str]:
    page = client.get(f"/embed/schedule/?{query}").content.decode()
    return re.findall(r'visit-theme"><a href="[^"]*">([^<]*)', page)


def frame_policy(response) -> tuple[str, str]:
    return (
        re.search(r"frame-ancestors ([^;]*)", response["Content-Security-Policy"])[1],
        response.get("X-Frame-Options", ""),
    )


@pytest.fixture
def plan(station, other_station):
    make = factories.visit
    person = factories.representative("张三")
    make(station, title="停车", state="published", starts_at=factories.hour(1), people=[person])
    make(other_station, title="供暖", state="cancelled", starts_at=factories.hour(10))
    make(station, title="上月", state="held", starts_at=factories.hour(-30))
    make(station, title="草稿", starts_at=factories.hour(2))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["停车", "供暖"]),
        ("street=410105002", ["停车"]),
        ("station=410105003001-01", ["供暖"]),
        ("days=7", ["停车"]),
        ("days=x&theme=y&street=9", ["停车", "供暖"]),
        ("kind=lecture&q=无", ["停车", "供暖"]),
    ],
)
def test_it_shows_what_is_to_come_there(client, plan, query, expected):
    assert themes(client, query) == expected


def test_other_sites_may_frame_it_and_nothing_else(client, plan, settings):
    settings.EMBED_ANCESTORS = ["'self'", "https://street.example"]
    first, kept = client.get("/embed/schedule/"), client.get("/embed/schedule/")
    same = client.get("/embed/schedule/", headers={"if-none-match": first["ETag"]})
    allowed = ("'self' https://street.example", "")
    assert [frame_policy(page) for page in (first, kept, same)] == [allowed] * 3
    assert same.status_code == 304
    for address in ("/schedule/", "/embed/", "/accounts/login/", "/embed/nothing/"):
        assert frame_policy(client.get(address)) == ("'none'", "DENY")


def test_its_policy_is_as_strict_as_all_others(client, plan):
    page = client.get("/embed/schedule/")
    assert "default-src 'self'" in page["Content-Security-Policy"]
    assert (page.cookies, "<script" in page.content.decode()) == ({}, False)
    assert '<base target="_top">' in page.content.decode()


def test_help_hands_out_the_code_for_what_was_chosen(client, plan, settings):
    settings.SITE = settings.SITE | {"url": "https://example.org"}
    page = client.get("/embed/?street=410105002&days=30&theme=plain").content.decode()
    code = unescape(re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)[1])
    assert code == (
        '<iframe src="https://example.org/embed/schedule/?street=410105002&amp;days=30&amp;theme=plain" '
        'title="花园路街道 接待日程" width="100%" height="480" loading="lazy"></iframe>'
    )
    assert 'src="/embed/schedule/?street=410105002&amp;days=30&amp;theme=plain"' in page


def test_help_tells_of_a_wrong_choice(client, plan):
    page = client.get("/embed/?street=9").content.decode()
    assert re.findall(r'class="problem" id="problem-street">([^<]*)', page) == ["没有这个选项，请从列表中选择"]
    assert "/embed/schedule/?" not in page


def test_help_that_names_the_host_it_was_asked_at_is_not_kept(client, plan):
    assert client.get("/embed/")["Cache-Control"] == "private, no-store"


def test_it_costs_the_same_queries_for_one_and_three(client, plan, station):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/embed/schedule/")
        return len(queries)

    before = count()
    for day in (4, 5, 6):
        person = factories.representative()
        factories.visit(station, people=[person], state="published", starts_at=factories.hour(day))
    assert count() == before


@pytest.mark.parametrize("name", ["street", "station", "days", "theme"])
def test_null_byte_is_no_server_error(client, plan, name):
    assert client.get(f"/embed/schedule/?{name}=%00a").status_code == 200
    assert client.get(f"/embed/?{name}=%00a").status_code == 200
