"""The outbox: what is due goes out once, what is late or moved does not, and what is in doubt is shown."""

import os
import re
import signal
import subprocess
import sys
import textwrap
import threading
from datetime import timedelta
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.utils import timezone

from liaison.common import steps
from liaison.notices import sending
from liaison.notices.channels import Answer, Unreachable
from liaison.notices.choices import Channel, State, Word
from liaison.notices.models import Notice
from liaison.notices.sending import send_due

HOUR = timedelta(hours=1)


def states():
    return dict(Notice.objects.values_list("pk", "state"))


def in_thread(work):
    """Run `work` in a thread that gives its database connection back."""

    def run():
        try:
            work()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.django_db
def test_due_notice_is_sent_once(provider, make_notice):
    notice = make_notice()
    assert send_due()["email:sent"] == 1
    send_due()
    notice.refresh_from_db()
    assert provider.sent == [notice.pk]
    assert (notice.state, notice.answer, notice.attempt, notice.leased_until) == (State.SENT, "ok", 1, None)
    assert notice.sent_at is not None


@pytest.mark.django_db
def test_notice_before_its_hour_stays_planned(provider, make_notice):
    notice = make_notice(due_at=timezone.now() + HOUR)
    send_due()
    assert provider.sent == []
    send_due(notice.due_at)
    assert provider.sent == [notice.pk]


@pytest.mark.django_db
def test_expired_notice_is_dropped_and_counted(provider, make_notice):
    late = make_notice(expires_at=timezone.now() - timedelta(seconds=1))
    assert send_due()["expired"] == 1
    late.refresh_from_db()
    assert (provider.sent, late.state, late.answer) == ([], State.CANCELLED, Word.EXPIRED)


@pytest.mark.django_db
def test_failure_is_tried_again_later_and_later_then_given_up(provider, make_notice):
    notice, now = make_notice(expires_at=timezone.now() + 24 * HOUR), timezone.now()
    provider.answer = Answer(State.PLANNED, "451 try later")
    waits = []
    while notice.state == State.PLANNED:
        send_due(now)
        notice.refresh_from_db()
        if notice.retry_at and notice.state == State.PLANNED:
            send_due(notice.retry_at - timedelta(seconds=30))  # too early: nothing happens
            waits.append(round((notice.retry_at - now).total_seconds() / 60))
            now = notice.retry_at
    assert waits == [1, 5, 15, *[60] * 23]  # then the day is over
    assert (notice.attempt, notice.state, notice.answer) == (27, State.FAILED, "451 try later")


@pytest.mark.django_db
def test_failure_without_time_for_another_try_is_final(provider, make_notice):
    notice = make_notice(expires_at=timezone.now() + timedelta(seconds=30))
    provider.answer = Answer(State.PLANNED, "451 try later")
    send_due()
    assert states() == {notice.pk: State.FAILED}


@pytest.mark.django_db
def test_error_of_one_notice_does_not_stop_the_next(provider, make_notice, monkeypatch):
    bad, good = make_notice(), make_notice()
    monkeypatch.setattr(provider, "during", lambda self, notice: 1 / (notice.pk != bad.pk))
    send_due()
    assert states() == {bad.pk: State.UNKNOWN, good.pk: State.SENT}
    assert provider.sent == [good.pk]


@pytest.mark.django_db
def test_inactive_recipient_gets_nothing_with_a_reason(provider, make_notice, liaison):
    notice = make_notice()
    liaison.is_active = False
    liaison.save()
    send_due()
    notice.refresh_from_db()
    assert (provider.sent, notice.state, notice.answer) == ([], State.CANCELLED, Word.INACTIVE)


@pytest.mark.django_db
def test_unreachable_provider_leaves_everything_planned(provider, make_notice, monkeypatch):
    notice = make_notice()

    def away(self):
        raise Unreachable("connection refused")

    monkeypatch.setattr(provider, "open", away)
    assert send_due()["email:unreachable"] == 1
    notice.refresh_from_db()
    assert (notice.state, notice.attempt) == (State.PLANNED, 0)


@pytest.mark.django_db
def test_lease_that_ended_without_answer_is_unknown_and_not_sent_again(provider, make_notice):
    notice = make_notice(state=State.LEASED, attempt=1, leased_until=timezone.now() - timedelta(seconds=1))
    assert send_due()["stranded"] == 1
    notice.refresh_from_db()
    assert (provider.sent, notice.state, notice.answer) == ([], State.UNKNOWN, Word.STRANDED)


@pytest.mark.django_db
def test_harmless_ones_are_never_called_unknown_however_many_a_dead_sender_left(make_notice, monkeypatch):
    monkeypatch.setattr(sending, "SWEEP", 2)
    lost = {"state": State.LEASED, "leased_until": timezone.now(), "attempt": 1, "channel": Channel.INBOX}
    rows = {make_notice(**lost).pk for _ in range(5)}
    for _ in range(3):
        send_due()
    assert {*Notice.objects.filter(state=State.SENT).values_list("pk", flat=True)} == rows


@pytest.mark.django_db
def test_faults_of_a_provider_do_not_count_against_a_notice(provider, make_notice):
    notice = make_notice(attempt=9, expires_at=timezone.now() + 24 * HOUR)
    provider.answer = Answer(State.PLANNED, "451 try later")
    send_due()
    notice.refresh_from_db()
    assert (notice.state, notice.retry_at > timezone.now()) == (State.PLANNED, True)


@pytest.mark.django_db
def test_late_answer_settles_what_was_called_unknown(provider, make_notice, monkeypatch):
    notice = make_notice()

    def slow(self, notice):
        Notice.objects.filter(pk=notice.pk).update(state=State.UNKNOWN)

    monkeypatch.setattr(provider, "during", slow)
    send_due()
    assert states() == {notice.pk: State.SENT}


@pytest.fixture
def cut():
    """Call it with a step: the first time that work comes there, the database drops its connection."""

    def arm(step):
        def drop(at):
            if at == step:
                steps.listen(None)
                pid = connection.connection.info.backend_pid
                in_thread(lambda: connection.cursor().execute("SELECT pg_terminate_backend(%s, 5000)", [pid])).join()

        steps.listen(drop)

    yield arm
    steps.listen(None)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("step", ["answered", "recorded, not committed"])
def test_answer_outlives_the_connection_that_was_to_record_it(provider, make_notice, cut, step):
    notice = make_notice()
    cut(step)
    assert send_due()["email:sent"] == 1
    assert (provider.sent, states()) == ([notice.pk], {notice.pk: State.SENT})


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_lease_stands_when_the_database_stays_away_for_longer_than_the_answer_waits(
    provider, make_notice, cut, monkeypatch
):
    notice = make_notice()
    monkeypatch.setattr(sending, "PATIENCE", -1)
    cut("answered")
    with pytest.raises(OperationalError):
        send_due()
    connection.close()
    assert (provider.sent, states()) == ([notice.pk], {notice.pk: State.LEASED})


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("batch", [1, 7])
def test_senders_at_once_send_each_notice_exactly_once(provider, make_notice, batch):
    pks = [make_notice().pk for _ in range(40)]
    provider.batch = batch
    barrier = threading.Barrier(3)

    def work():
        barrier.wait()
        send_due()

    for thread in [in_thread(work) for _ in range(3)]:
        thread.join(120)
    assert sorted(provider.sent) == sorted(pks)
    assert set(states().values()) == {State.SENT}


KILLED = """
    import os, sys, time, django
    django.setup()
    from liaison.notices import sending
    from liaison.notices.channels import Sender
    from liaison.notices.choices import Channel

    class Stuck(Sender):
        channel, batch = Channel.EMAIL, 1
        def send(self, notice):
            print(notice.pk, flush=True)
            time.sleep(60)

    sending.SENDERS[Channel.EMAIL] = Stuck
    sending.send_due()
"""


def environment(home) -> dict:
    """What another process needs to work on this test's database, with a home of its own."""
    where = connection.settings_dict
    user, password, host = (quote(where[key], safe="") for key in ("USER", "PASSWORD", "HOST"))
    url = f"postgresql://{user}:{password}@{host}:{where['PORT']}/{where['NAME']}"
    # A database of its own: `unix://…?db=0` ends in it, and so does `redis://…/0`.
    redis = re.sub(r"\d+$", "9", django_settings.CACHES["default"]["LOCATION"])
    return os.environ | {
        "DATABASE_URL": url, "REDIS_URL": redis, "LIAISON_HOME": str(home), "LIAISON_TEST": "1",
        "DJANGO_SETTINGS_MODULE": "liaison.settings",
    }  # fmt: skip


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_sender_leaves_one_notice_unknown_and_the_rest_is_sent(provider, make_notice, tmp_path):
    first, second = make_notice(), make_notice()
    command = [sys.executable, "-c", textwrap.dedent(KILLED)]
    with subprocess.Popen(command, env=environment(tmp_path), stdout=subprocess.PIPE, text=True) as sender:
        assert sender.stdout.readline().strip() == str(first.pk)
        sender.send_signal(signal.SIGKILL)
    send_due()
    assert states() == {first.pk: State.LEASED, second.pk: State.SENT}
    send_due(timezone.now() + timedelta(minutes=6))
    assert states() == {first.pk: State.UNKNOWN, second.pk: State.SENT}
    assert provider.sent == [second.pk]


@pytest.mark.django_db
def test_command_says_what_it_sent(provider, make_notice, capsys):
    make_notice()
    call_command("send_due")
    call_command("send_due")
    assert capsys.readouterr().out == "email:sent 1\n没有到时间的提醒\n"
