"""A station with people, and plans made in the test's own process."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from liaison.accounts import jobs
from tests import factories
from visits.rota.drafts import Ask
from visits.rota.options import Options


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """Messages to the workers, in place of a broker."""
    messages = []
    monkeypatch.setattr(jobs.current_app, "send_task", lambda name, args: messages.append((name, args)))
    return messages


@pytest.fixture
def people(station):
    """Three representatives of the station."""
    return [factories.representative(name, station=station) for name in ("张三", "李四", "王五")]


def month(ahead: int = 2) -> date:
    """The first day of a month to come."""
    day = timezone.localdate().replace(day=1)
    for _ in range(ahead):
        day = (day + timedelta(days=32)).replace(day=1)
    return day


def end_of(first: date, months: int = 1) -> date:
    for _ in range(months):
        first = (first + timedelta(days=32)).replace(day=1)
    return first - timedelta(days=1)


def at(day: date, hour: int = 9) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def ask(code: str = "410105002", *, months: int = 1, first: date | None = None, **options) -> Ask:
    """What is asked of a month to come; nothing is proposed unless the test says so."""
    first = first or month()
    return Ask(code, first, end_of(first, months), Options(**({"fill": False} | options)))
