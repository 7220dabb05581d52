import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from zoneinfo import ZoneInfo

import psycopg
import pytest
from django.apps import apps
from django.contrib.messages.storage.cookie import CookieStorage
from django.db import connection, connections, transaction
from django.http import HttpResponse
from django.middleware.csrf import get_token
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.accounts.grants import EVERYBODY_READS
from liaison.common import embedded, pages
from stations.models import Station
from tests import factories

ADDRESS = "/stations/410105002001-01/"


@pytest.fixture
def home(settings, tmp_path):
    """A data folder of its own, so that no other process of the test run renews the stamp."""
    settings.HOME = tmp_path
    return tmp_path


@pytest.fixture
def seen(client, home, station):
    """The page as it stands, asked for twice: the second time from memory."""
    client.get(ADDRESS)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(ADDRESS)
    assert len(queries) == 0
    return page


def dsn() -> dict:
    params = connections["default"].get_connection_params()
    return {name: params[name] for name in ("dbname", "user", "host", "port", "password") if params.get(name)}


def words(client) -> str:
    return client.get(ADDRESS).content.decode()


def test_kept_page_is_the_same_page(client, seen):
    again = client.get(ADDRESS)
    assert (again.content, again["Content-Type"]) == (seen.content, "text/html; charset=utf-8")
    assert again["Cache-Control"] == "private, no-cache"
    assert again["Vary"] == "Cookie"


def test_orm_change_is_seen_by_the_next_request(client, seen, station):
    station.hours = "周日 8:00"
    station.save()
    assert "周日 8:00" in words(client)


def test_bulk_change_and_raw_sql_are_seen_by_the_next_request(client, seen):
    Station.objects.update(hours="周日 8:00")
    assert "周日 8:00" in words(client)
    with connection.cursor() as cursor:
        cursor.execute("  update stations_station set hours = '周一 7:00'")
    assert "周一 7:00" in words(client)


def test_change_of_another_table_keeps_the_pages(client, seen):
    before = pages.stamp().read()
    factories.user("somebody")
    list(Station.objects.all())
    assert pages.stamp().read() == before


@pytest.mark.django_db(transaction=True)
def test_commit_renews_again_what_was_read_meanwhile(client, home, station):
    """Whoever read between the statement and its commit kept the old page; the commit forgets that one too."""
    with transaction.atomic():
        Station.objects.update(hours="周日 8:00")
        meanwhile = pages.stamp().read()
    assert pages.stamp().read() != meanwhile


@pytest.mark.django_db(transaction=True)
def test_change_by_another_process_is_seen_by_the_next_request(client, seen, home):
    where = {name: quote(str(value), safe="") for name, value in dsn().items()}
    url = "postgresql://{user}:{password}@{host}:{port}/{dbname}".format_map({"password": "", "port": 5432} | where)
    code = "from stations.models import Station; Station.objects.update(hours='周日 8:00')"
    environ = os.environ | {"DATABASE_URL": url, "REDIS_URL": embedded.redis_url(), "LIAISON_HOME": str(home)}
    subprocess.run([sys.executable, "manage.py", "shell", "-c", code], env=environ, check=True, capture_output=True)
    assert "周日 8:00" in words(client)


@pytest.mark.django_db(transaction=True)
def test_change_past_django_is_told_by_the_database(client, seen):
    listener = pages.Listener(wake_every=0.1)
    listener.start()
    assert listener.hears.wait(60)
    before = pages.stamp().read()
    try:
        with psycopg.connect(**dsn(), autocommit=True) as other:
            other.execute("UPDATE stations_station SET hours = '周日 8:00'")
        deadline = time.monotonic() + 60
        while pages.stamp().read() == before and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        listener.stop()
    assert "周日 8:00" in words(client)


def test_every_table_of_public_pages_tells_of_its_changes(db):
    watched = {apps.get_model(noun)._meta.db_table for noun in EVERYBODY_READS}
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'liaison_public_changed'")
        assert {table for (table,) in cursor.fetchall()} == watched


def test_etag_answers_304_until_something_changes(client, seen, station):
    asked = {"HTTP_IF_NONE_MATCH": seen["ETag"]}
    same = client.get(ADDRESS, **asked)
    assert (same.status_code, same.content, same["ETag"]) == (304, b"", seen["ETag"])
    station.save()
    assert client.get(ADDRESS, **asked).status_code == 200


def test_signed_in_reader_gets_a_page_of_their_own(seen, as_, liaison):
    page = as_(liaison).get(ADDRESS)
    assert "工作台" in page.content.decode()
    assert "ETag" not in page
    assert "工作台" not in words(as_(None))


def test_languages_and_type_sizes_do_not_mix(client, seen):
    client.cookies["liaison_large"] = "1"
    assert 'class="large"' in words(client)
    client.cookies.clear()
    assert 'class="large"' not in words(client)


def test_waiting_message_is_not_kept_for_others(client, seen):
    client.cookies[CookieStorage.cookie_name] = "anything"
    assert "ETag" not in client.get(ADDRESS)


def test_form_with_the_token_of_one_reader_is_not_kept_for_others(rf, home, settings):
    @pages.public_page
    def view(request):
        return HttpResponse(f'<input name="csrfmiddlewaretoken" value="{get_token(request)}">')

    request = rf.get("/opinions/new/")
    request.LANGUAGE_CODE, request.large_type = "zh-hans", False
    request.META["CSRF_COOKIE"] = "a" * 32  # as the middleware leaves it for a reader who has the cookie
    assert "ETag" not in view(request)


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kathmandu", "UTC"])
def test_the_day_of_a_page_turns_with_midnight_and_not_before(monkeypatch, settings, zone):
    """By the clock of the place, in whatever zone that is; between two quarters nobody asks for the day again."""
    settings.TIME_ZONE = zone
    midnight = datetime(2026, 11, 24, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    moments = [midnight + timedelta(seconds=s) for s in (-1, 0, pages.QUARTER - 1, pages.QUARTER, 86_399, 86_400)]
    days = []
    pages.day_at.cache_clear()
    for moment in moments:
        monkeypatch.setattr(timezone, "now", lambda moment=moment: moment)
        days.append(pages.day_at(int(moment.timestamp()) // pages.QUARTER))
    pages.day_at.cache_clear()
    assert [int(day[-2:]) for day in days] == [23, 24, 24, 24, 24, 25]


def test_tomorrow_is_another_page(client, seen, monkeypatch):
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(pages, "day_at", lambda quarter: tomorrow.isoformat())
    assert client.get(ADDRESS)["ETag"] != seen["ETag"]


@pytest.mark.parametrize("address", ["/stations/near/?lat=34.7&lng=113.6", "/stations/?q=" + "长" * 300])
def test_points_and_long_queries_are_not_kept(client, home, station, address):
    assert "ETag" not in client.get(address)


def test_missing_page_is_not_kept(client, home, station):
    address = "/stations/410105002001-02/"
    assert client.get(address).status_code == 404
    factories.station("410105002001-02")
    assert client.get(address).status_code == 200
