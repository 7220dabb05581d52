"""Health as a load balancer and Prometheus see it: each part that fails is named, soon, and the rest is told."""

import socket
import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from liaison.accounts.choices import JobState
from liaison.accounts.models import Job, User
from liaison.common import pulse
from liaison.notices.choices import Channel, Kind, State
from liaison.notices.models import Notice
from liaison.notices.sending import send_due


@pytest.fixture(autouse=True)
def _own_pulse(monkeypatch):
    monkeypatch.setattr(pulse, "PREFIX", f"test:{uuid4()}:")


@pytest.fixture
def all_alive():
    for part in pulse.PARTS:
        pulse.beat(part)


@pytest.fixture
def redis_at(settings):
    """`redis_at(url)`: Redis is said to be there."""

    def point(url):
        settings.CACHES = settings.CACHES | {"default": settings.CACHES["default"] | {"LOCATION": url}}

    return point


@pytest.fixture
def hanging(tmp_path):
    """A server that takes a connection and never says a word."""
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s"))
        server.listen()
        yield tmp_path / "s"


def notice(user, **fields):
    now = timezone.now()
    defaults = {
        "kind": Kind.VISIT_TOMORROW, "about": f"visits.visit:{Notice.objects.count()}", "about_version": 1,
        "recipient": user, "channel": Channel.EMAIL, "subject": "进站提醒", "body": "您好",
        "due_at": now - timedelta(minutes=1), "expires_at": now + timedelta(hours=8),
        "created_at": now - timedelta(days=2),
    }  # fmt: skip
    return Notice.objects.create(**(defaults | fields))


def failing(client):
    began = time.monotonic()
    answer = client.get("/readyz")
    assert time.monotonic() - began < 2
    assert answer.status_code == (503 if answer.json()["failing"] else 200)
    return answer.json()["failing"]


def test_healthz_needs_no_database(client, redis_at):
    redis_at("unix:///nowhere?db=0")
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db(transaction=True)
def test_ready_when_every_part_lives(client, all_alive):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"], answer.json()["failing"]) == (200, "ok", [])
    assert set(answer.json()["parts"]) == {"database", "redis", "worker", "beat", "outbox"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("part", pulse.PARTS)
def test_silent_part_is_named(client, all_alive, part):
    with pulse.connect() as line:
        line.set(f"{pulse.PREFIX}alive:{part}", time.time() - 61)
    assert failing(client) == [part]
    with pulse.connect() as line:
        line.delete(f"{pulse.PREFIX}alive:{part}")
    assert failing(client) == [part]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["dead", "hanging"])
def test_redis_that_does_not_answer_is_named_with_all_that_lives_in_it(client, redis_at, hanging, kind):
    redis_at(f"unix://{hanging if kind == 'hanging' else '/nowhere'}?db=0")
    assert failing(client) == ["redis", "worker", "beat"]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["dead", "hanging"])
def test_database_that_does_not_answer_is_named(client, all_alive, hanging, kind, monkeypatch):
    (hanging.parent / ".s.PGSQL.5432").symlink_to(hanging)
    folder = str(hanging.parent if kind == "hanging" else hanging.parent / "nowhere")
    monkeypatch.setitem(connection.settings_dict, "HOST", folder)
    assert failing(client) == ["database", "outbox"]
    threads = threading.active_count()
    assert failing(client) == ["database", "outbox"]
    assert threading.active_count() == threads  # probes wait together before a server that hangs


@pytest.mark.django_db(transaction=True)
def test_due_notice_older_than_five_minutes_is_named(client, all_alive, liaison):
    due = notice(liaison, due_at=timezone.now() - timedelta(minutes=4))
    notice(liaison, due_at=timezone.now() + timedelta(hours=1))
    notice(liaison, due_at=timezone.now() - timedelta(hours=1), created_at=timezone.now())  # planned after its hour
    notice(liaison, due_at=timezone.now() - timedelta(hours=1), state=State.SENT)
    assert failing(client) == []
    Notice.objects.filter(pk=due.pk).update(due_at=timezone.now() - timedelta(minutes=6))
    assert failing(client) == ["outbox"]


@pytest.mark.django_db(transaction=True)
def test_notice_that_waits_for_its_next_attempt_is_late_five_minutes_after_that(client, all_alive, liaison):
    now = timezone.now()
    waiting = notice(liaison, due_at=now - timedelta(hours=1), retry_at=now + timedelta(minutes=15), attempt=3)
    assert failing(client) == []
    Notice.objects.filter(pk=waiting.pk).update(retry_at=now - timedelta(minutes=6))
    assert failing(client) == ["outbox"]


@pytest.mark.django_db(transaction=True)
def test_metrics_count_by_state_and_by_how_attempts_ended(client, all_alive, liaison):
    notice(liaison), notice(liaison, state=State.FAILED), notice(liaison, state=State.SENT)
    Job.objects.create(kind="x", title="海报", by=liaison, state=JobState.RUNNING)
    pulse.count({"notices:email:sent": 3, "notices:email:dwell": 4.5, "notices:expired": 2})
    text = client.get("/metrics").content.decode()
    for line in [
        'liaison_up{part="beat"} 1.0', 'liaison_notices{state="planned"} 1.0', 'liaison_notices{state="failed"} 1.0',
        "liaison_notices_due 1.0", 'liaison_notice_attempts_total{channel="email",end="sent"} 3.0',
        'liaison_notice_dwell_seconds_sum{channel="email"} 4.5', "liaison_notices_expired_total 2.0",
        'liaison_channel_paused{channel="email",place=""} 0.0',
        'liaison_jobs{state="running"} 1.0', "liaison_jobs_oldest_waiting_seconds 0.0",
    ]:  # fmt: skip
        assert line in text.splitlines()


@pytest.mark.django_db(transaction=True)
def test_metrics_tell_by_channel_what_was_sent_and_how_long_it_waited(client, all_alive, liaison):
    for channel, seconds in [(Channel.INBOX, 10), (Channel.INBOX, 20), (Channel.EMAIL, 90)]:
        at = timezone.now() - timedelta(seconds=seconds)
        notice(liaison, channel=channel, due_at=at, created_at=at - timedelta(days=1))
    User.objects.filter(pk=liaison.pk).update(email="liaison@example.org")
    send_due()
    lines = client.get("/metrics").content.decode().splitlines()
    figures = dict(line.rsplit(" ", 1) for line in lines if "dwell_seconds_" in line and not line.startswith("#"))
    dwell = {name.partition("dwell_seconds_")[2]: float(figure) for name, figure in figures.items() if float(figure)}
    assert dwell == {
        'count{channel="inbox"}': 2, 'sum{channel="inbox"}': pytest.approx(30, abs=5),
        'count{channel="email"}': 1, 'sum{channel="email"}': pytest.approx(90, abs=5),
    }  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_metrics_tell_the_rest_when_redis_is_dead(client, redis_at):
    redis_at("unix:///nowhere?db=0")
    text = client.get("/metrics").content.decode()
    assert 'liaison_up{part="redis"} 0.0' in text
    assert 'liaison_notices{state="planned"} 0.0' in text
    assert "liaison_tasks_queued" not in text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("token", "asked", "status"),
    [
        ("", {}, 200),
        ("", {"REMOTE_ADDR": "10.0.0.8"}, 403),
        ("", {"HTTP_X_FORWARDED_FOR": "203.0.113.9"}, 403),
        ("s3cret", {}, 403),
        ("s3cret", {"HTTP_AUTHORIZATION": "Bearer 口令"}, 403),
        ("s3cret", {"REMOTE_ADDR": "10.0.0.8", "HTTP_AUTHORIZATION": "Bearer s3cret"}, 200),
    ],
)
def test_metrics_answer_this_machine_or_the_token(client, settings, token, asked, status):
    settings.METRICS_TOKEN = token
    assert client.get("/metrics", **asked).status_code == status
