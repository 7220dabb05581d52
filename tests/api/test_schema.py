import json

import pytest
from django.core.management import call_command

from tests.conftest import forget_cache

OPINION_ACTS = (
    "accept", "answer", "assist", "close", "forward", "promise", "rate", "recall", "refuse", "reopen",
    "representative-answer", "resolve",
)  # fmt: skip


def test_schema_is_whole_and_warns_of_nothing(client, capsys):
    call_command("spectacular", "--validate", "--fail-on-warn", "--format", "openapi-json")
    schema = json.loads(capsys.readouterr().out)
    assert client.get("/api/v1/schema/").json() == schema
    assert set(schema["paths"]) == {
        "/api/v1/regions/", "/api/v1/regions/{code}/", "/api/v1/stations/", "/api/v1/stations/{code}/",
        "/api/v1/representatives/", "/api/v1/representatives/{public_id}/", "/api/v1/visits/",
        "/api/v1/visits/{public_id}/", "/api/v1/visits/{public_id}/publish/", "/api/v1/visits/{public_id}/cancel/",
        "/api/v1/visits/{public_id}/log/", "/api/v1/opinions/", "/api/v1/opinions/{public_id}/",
        "/api/v1/opinions/track/",
        *(f"/api/v1/opinions/{{public_id}}/{act}/" for act in OPINION_ACTS),
    }  # fmt: skip


def test_schema_tells_of_no_phone_or_mail_of_a_person_and_no_row_number(client):
    schemas = client.get("/api/v1/schema/").json()["components"]["schemas"]
    shown = {
        name: set(schema.get("properties", ()))
        for name, schema in schemas.items()
        if not name.endswith("Request")  # what a client sends is not shown to anybody
    }
    assert not {name for name, fields in shown.items() if fields & {"id", "pk", "email", "user", "username"}}
    assert {name for name, fields in shown.items() if "phone" in fields} == {"Station", "StationDetail"}


def test_docs_load_their_script_from_an_address(client):
    page = client.get("/api/v1/docs/")
    html = page.content.decode()
    assert "接口说明" in html
    assert "<style" not in html
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "application/javascript" in client.get("/api/v1/docs/?script=")["Content-Type"]


def test_root_names_the_lists(client):
    assert set(client.get("/api/v1/").json()) == {"regions", "stations", "representatives", "visits", "opinions"}


@pytest.fixture
def no_memory_of_visitors():
    forget_cache()
    yield
    forget_cache()


def test_visitor_who_asks_without_pause_is_asked_to_wait(client, monkeypatch, no_memory_of_visitors, station):
    monkeypatch.setattr("rest_framework.throttling.AnonRateThrottle.THROTTLE_RATES", {"anon": "3/min"})
    statuses = [client.get("/api/v1/stations/").status_code for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    assert client.get("/api/v1/stations/").json()["detail"].startswith("请求已被限流。")


def test_staff_are_not_throttled(as_, liaison, monkeypatch, no_memory_of_visitors):
    monkeypatch.setattr("rest_framework.throttling.AnonRateThrottle.THROTTLE_RATES", {"anon": "1/min"})
    client = as_(liaison)
    assert [client.get("/api/v1/stations/").json()["count"] for _ in range(3)] == [1, 1, 1]
