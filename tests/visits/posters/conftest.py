"""A published visit whose notice is printed, and what several tests of posters read of it."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from representatives.choices import SeatLevel
from stations.choices import RoomKind
from tests import factories
from visits.actions import publish_visit
from visits.models import Visit
from visits.posters import shelf
from visits.posters.facts import facts_of

BASE = "https://rd.example.cn"


@pytest.fixture(autouse=True)
def _own_shelf(tmp_path, monkeypatch):
    """No page made for one test is another's."""
    empty = shelf.FileBasedCache(str(tmp_path / "posters"), {})
    monkeypatch.setattr(shelf, "shelf", lambda: empty)


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE = settings.SITE | {"url": BASE}


@pytest.fixture
def first(station):
    """A representative who sits at two levels."""
    person = factories.representative("张三", station=station, employer="花园路小学", post="校长")
    person.seats.create(level=SeatLevel.CITY, term=15, from_on=date(2022, 1, 1))
    return person


@pytest.fixture
def reception(station, first, street):
    """A published visit on a Tuesday to come, as the street published it."""
    day = timezone.localdate() + timedelta(days=10)
    day += timedelta(days=(1 - day.weekday()) % 7)
    starts_at = timezone.make_aware(datetime(day.year, day.month, day.day, 9))
    room = factories.room(station, RoomKind.RECEPTION_ROOM)
    draft = factories.visit(
        station, starts_at=starts_at, people=[first], room=room, title="物业#服务*", topics="保洁\n门禁；\n"
    )
    return publish_visit(draft, by=street)


def facts(visit, user) -> dict:
    return facts_of(Visit.objects.filter(pk=visit.pk).select_related("station", "room"), user, BASE)[0]


def day_words(visit) -> str:
    day = timezone.localdate(visit.starts_at)
    return f"{day.year}年{day.month}月{day.day}日（星期二）"


def queries_of(client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return len(queries)
