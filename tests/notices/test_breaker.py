"""A channel that fails rests, longer each time, is tried once after each rest, and its notices wait unharmed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from liaison.notices.breaker import FAULTS
from liaison.notices.channels import Answer, Unreachable
from liaison.notices.choices import Channel, State, Word
from liaison.notices.lines import moving
from liaison.notices.models import Notice, Pause
from liaison.notices.sending import send_due

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
FAULT = Answer(State.PLANNED, Word.REFUSED, fault=True)


@pytest.fixture
def waiting(make_notice):
    """Notices that have all day."""
    return [make_notice(expires_at=timezone.now() + timedelta(days=1)) for _ in range(8)]


def states():
    return set(Notice.objects.values_list("state", flat=True))


def test_faults_in_a_row_pause_the_channel_and_its_notices_wait(provider, waiting):
    provider.answer, now = FAULT, timezone.now()
    send_due(now)
    pause = Pause.objects.get()
    assert (len(provider.sent), pause.failures, pause.channel, pause.reason) == (FAULTS, FAULTS, "email", Word.REFUSED)
    assert abs(pause.until - now - MINUTE) < timedelta(seconds=5)
    assert send_due(now + MINUTE / 2)["email:paused"] == 1
    assert (len(provider.sent), states()) == (FAULTS, {State.PLANNED})


def test_one_notice_tries_after_each_pause_and_pauses_grow(provider, waiting):
    provider.answer, now, pauses = FAULT, timezone.now(), []
    for _ in range(6):
        send_due(now)
        until = Pause.objects.get().until
        pauses.append(round((until - now) / MINUTE))
        now = until
    assert pauses == [1, 5, 15, 60, 60, 60]
    assert len(provider.sent) == FAULTS + 5
    assert states() == {State.PLANNED}


def test_first_good_answer_ends_the_pause_and_everything_goes_out(provider, waiting):
    provider.answer = FAULT
    send_due()
    provider.answer = Answer(State.SENT, "ok")
    send_due(Pause.objects.get().until + MINUTE)
    pause = Pause.objects.get()
    assert (states(), pause.until, pause.failures, pause.pauses) == ({State.SENT}, None, 0, 0)


def test_only_one_sender_gets_the_trial(provider, waiting, monkeypatch):
    provider.answer = FAULT
    send_due()
    at = Pause.objects.get().until + MINUTE
    monkeypatch.setattr(provider, "during", lambda self, notice: second.append(send_due(at)["email:paused"]))
    second = []
    send_due(at)
    assert second == [1]


def test_good_answer_between_keeps_faults_from_adding_up(provider, waiting, monkeypatch):
    answers = [FAULT, FAULT, FAULT, FAULT, Answer(State.FAILED, "550"), FAULT, FAULT, FAULT]
    monkeypatch.setattr(provider, "during", lambda self, notice: setattr(self, "answer", answers[len(self.sent)]))
    send_due()
    assert (len(provider.sent), Pause.objects.get().until) == (8, None)


def test_provider_that_cannot_be_opened_counts_too(provider, waiting, monkeypatch):
    def away(self):
        raise Unreachable("connection refused")

    monkeypatch.setattr(provider, "open", away)
    tally = [send_due() for _ in range(FAULTS + 1)]
    assert [one["email:unreachable"] for one in tally] == [1] * FAULTS + [0]
    assert Notice.objects.filter(attempt=0, state=State.PLANNED).count() == len(waiting)


def test_notice_that_expires_while_its_channel_rests_says_so(provider, make_notice):
    provider.answer = FAULT
    notice = make_notice(expires_at=timezone.now() + MINUTE)
    send_due()
    send_due(notice.expires_at)
    notice.refresh_from_db()
    assert (notice.state, notice.answer) == (State.CANCELLED, Word.EXPIRED_TRIED)


def test_pause_of_one_place_leaves_others_alone(setting, gateway, make_notice, station, other_station):
    key = {"secrets": {"secret": "s" * 16}}
    setting(Channel.WEBHOOK, station.code[:9], url="http://127.0.0.1:9", **key)
    setting(Channel.WEBHOOK, url=gateway.url, **key)
    near = [make_notice(channel=Channel.WEBHOOK, recipient=None) for _ in range(FAULTS)]
    far = make_notice(channel=Channel.WEBHOOK, recipient=None, place=other_station.code)
    for step in range(FAULTS):
        send_due(timezone.now() + step * MINUTE)
    assert Pause.objects.get().place == station.code[:9]
    assert {asked.data["id"] for asked in gateway.asked} == {str(far.pk)}
    assert set(Notice.objects.filter(moving(timezone.now())).exclude(pk=far.pk)) & set(near) == set()


def test_lease_of_a_dead_sender_goes_out_again_where_repeats_are_recognised(setting, gateway, make_notice):
    setting(Channel.WEBHOOK, url=gateway.url, secrets={"secret": "s" * 16})
    lost = {"state": State.LEASED, "leased_until": timezone.now() - MINUTE, "channel": Channel.WEBHOOK}
    again = make_notice(recipient=None, attempt=1, **lost)
    hopeless = make_notice(recipient=None, attempt=21, **lost)
    send_due()
    again.refresh_from_db(), hopeless.refresh_from_db()
    assert (again.state, hopeless.state) == (State.SENT, State.UNKNOWN)
    assert [asked.data["id"] for asked in gateway.asked] == [again.reference]
