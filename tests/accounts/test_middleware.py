import time

import pytest
from django.test import Client

from liaison.accounts.middleware import SEEN
from stations.models import Station

LIST = "/desk/visits/"


def idle(client, minutes: float) -> None:
    session = client.session
    session[SEEN] = int(time.time() - minutes * 60)
    session.save()


def test_idle_session_ends_and_comes_back_to_the_page(as_, liaison):
    client = as_(liaison)
    client.get(LIST)
    idle(client, 31)
    response = client.get(LIST, {"when": "past"})
    assert (response.status_code, response.url) == (302, "/accounts/login/?next=/desk/visits/%3Fwhen%3Dpast")
    assert "_auth_user_id" not in client.session
    assert client.get(LIST).status_code == 302


def test_used_session_goes_on(as_, liaison, settings):
    client = as_(liaison)
    client.get(LIST)
    idle(client, 29)
    assert client.get(LIST).status_code == 200
    assert time.time() - client.session[SEEN] < 5
    settings.IDLE_MINUTES = 5
    idle(client, 6)
    assert client.get(LIST).status_code == 302


def test_session_is_written_once_a_minute_not_at_every_request(as_, liaison):
    client = as_(liaison)
    client.get(LIST)
    idle(client, 0.5)
    before = client.session[SEEN]
    client.get(LIST)
    assert client.session[SEEN] == before


def test_api_of_an_idle_session_answers_as_to_a_visitor(as_, liaison, station):
    client = as_(liaison)
    client.get("/api/v1/stations/")
    idle(client, 31)
    response = client.post("/api/v1/visits/", {}, content_type="application/json")
    assert (response.status_code, response.json()) == (403, {"detail": "身份认证信息未提供。"})
    assert client.get("/api/v1/stations/").json()["count"] == 1


def test_switched_off_account_is_signed_out_at_once(as_, liaison):
    client = as_(liaison)
    assert client.get(LIST).status_code == 200
    liaison.is_active = False
    liaison.save()
    assert client.get(LIST).url == "/accounts/login/?next=/desk/visits/"


@pytest.mark.parametrize("asked", ["abc-123-def", "x", "a" * 65, "bad id\n"])
def test_request_number_is_taken_where_it_is_harmless(db, settings, asked):
    settings.PROXIES = 1
    given = Client().get("/api/v1/", headers={"X-Request-ID": asked})["X-Request-ID"]
    assert (given == asked) is (asked == "abc-123-def")
    assert 6 <= len(given) <= 64


def test_request_number_of_a_client_without_our_proxy_is_not_taken(db):
    assert Client().get("/api/v1/", headers={"X-Request-ID": "abc-123-def"})["X-Request-ID"] != "abc-123-def"


@pytest.mark.parametrize("path", ["//example.com/", "///example.com/", "////example.com/"])
def test_choice_of_language_never_leads_to_another_site(db, path):
    response = Client().generic("GET", "/", QUERY_STRING="lang=en", PATH_INFO=path)
    assert (response.status_code, response["Location"]) == (302, "/%2F" + path[2:])


def test_history_says_who_where_and_in_which_request(as_, liaison, station):
    start = "2026-12-01T09:00"
    body = {"station": station.code, "kind": "research", "starts_at": start, "ends_at": "2026-12-01T10:00"}
    client = as_(liaison)
    response = client.post("/api/v1/visits/", body, content_type="application/json")
    assert response.status_code == 201, response.json()
    event = station.visits.get().events.select_related("pgh_context").get()
    assert event.pgh_label == "insert"
    assert event.pgh_context.metadata == {
        "user": liaison.pk, "url": "/api/v1/visits/", "request": response["X-Request-ID"],
    }  # fmt: skip


def test_change_outside_a_request_is_kept_without_a_name(station):
    Station.objects.update(hours="周一至周五")
    last = station.events.order_by("-pgh_id").first()
    assert (last.pgh_label, last.hours, last.pgh_context) == ("update", "周一至周五", None)
