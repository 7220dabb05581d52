"""A real worker and a real beat, as `make run` starts them, on this test's database."""

import subprocess
import sys
import time

import pytest
import redis
from celery import signals
from django.conf import settings
from django.db import connection

from liaison.celery import heartbeat
from liaison.common import pulse
from liaison.notices import sending, tasks
from liaison.notices.channels import Answer
from liaison.notices.choices import State
from liaison.notices.models import Notice
from tests.notices.test_sending import environment, in_thread


@pytest.fixture
def running(tmp_path, monkeypatch, settings):
    """A worker and a beat with a Redis database and a home of their own; killed at the end."""
    env = environment(tmp_path)
    monkeypatch.setattr(pulse, "PREFIX", "liaison:")
    settings.CACHES = settings.CACHES | {"default": settings.CACHES["default"] | {"LOCATION": env["REDIS_URL"]}}
    redis.Redis.from_url(env["REDIS_URL"]).flushdb()
    celery = [sys.executable, "-m", "celery", "-A", "liaison"]
    commands = {
        "worker": [*celery, "worker", "--pool", "solo", "--loglevel", "WARNING"],
        "beat": [*celery, "beat", "--schedule", str(tmp_path / "schedule"), "--pidfile="],
    }
    log = (tmp_path / "log").open("wb")
    processes = {
        name: subprocess.Popen(command, env=env, cwd=settings.BASE_DIR, stdout=log, stderr=log)
        for name, command in commands.items()
    }
    yield processes
    for process in processes.values():
        process.kill()
        process.wait()
    log.close()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_reminder_leaves_by_itself_and_both_are_seen_alive(running, make_notice, liaison, tmp_path):
    liaison.email = "liaison@example.org"
    liaison.save()
    notice, deadline = make_notice(), time.monotonic() + 120
    while time.monotonic() < deadline and notice.state != State.SENT:
        time.sleep(0.2)
        notice.refresh_from_db()
    assert notice.state == State.SENT, (tmp_path / "log").read_text()
    assert (tmp_path / "mail" / f"notice-{notice.pk}.eml").exists()
    assert all(silence is not None and silence < 20 for silence in pulse.silences().values())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_task_after_the_database_dropped_its_connection_has_a_new_one():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    in_thread(lambda: connection.cursor().execute("SELECT pg_terminate_backend(%s)", [pid])).join()
    signals.task_prerun.send(sender=heartbeat, task=heartbeat, task_id="1", args=[], kwargs={})
    assert Notice.objects.exists() is False


def test_schedule_names_tasks_that_exist():
    from liaison.celery import app

    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
    assert settings.CELERY_TIMEZONE == "Asia/Shanghai"


@pytest.mark.django_db
def test_next_run_follows_at_once_where_time_ended_before_the_work(provider, make_notice, monkeypatch):
    followed, pks = [], [make_notice().pk, make_notice().pk]
    monkeypatch.setattr(tasks.send_due, "apply_async", lambda **options: followed.append(options))
    monkeypatch.setattr(sending, "BUDGET", 0)
    tasks.send_due()
    assert (provider.sent, followed) == ([], [{"expires": tasks.STALE}])
    monkeypatch.setattr(sending, "BUDGET", 20)
    tasks.send_due()
    assert (provider.sent, len(followed)) == (pks, 1)


@pytest.mark.django_db
def test_channel_that_fails_is_no_reason_for_a_run_at_once(provider, make_notice, monkeypatch):
    followed, _notices = [], [make_notice() for _ in range(7)]
    provider.answer = Answer(State.PLANNED, "503", fault=True)
    monkeypatch.setattr(tasks.send_due, "apply_async", lambda **options: followed.append(options))
    for _ in range(7):
        tasks.send_due()
    assert (len(provider.sent), followed) == (5, [])


def test_runs_that_nobody_took_expire_with_the_tick_of_the_clock():
    from liaison.celery import app

    assert app.conf.beat_schedule["send-due"]["options"]["expires"] == app.conf.beat_schedule["send-due"]["schedule"]
    assert app.conf.beat_schedule["send-due"]["schedule"] == tasks.STALE
