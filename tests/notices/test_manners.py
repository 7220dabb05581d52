"""Never at midnight: the night, an office's day off, the mail of the day, and what each person chose."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail
from django.utils import timezone

from liaison.notices import actions, mailbox, manners
from liaison.notices.choices import Channel, Group, Kind, State, Word
from liaison.notices.letters import Letter
from liaison.notices.manners import Rules
from liaison.notices.models import ChannelSetting, Notice, Pause, Preference
from liaison.notices.sending import send_due
from tests import factories

BY = Rules(quiet_from=21, quiet_to=8, digest_hour=8)
HOUR = timedelta(hours=1)
PREFERENCES = "/desk/preferences/"


def at(day: int, hour: float) -> datetime:
    """An hour of December 2026 by the clock of Shanghai; the 1st is a Tuesday."""
    return datetime(2026, 12, 1, tzinfo=UTC) + timedelta(days=day - 1, hours=hour - 8)


@pytest.mark.parametrize(
    ("hour", "quiet"), [(20.99, False), (21, True), (23.5, True), (0, True), (7.99, True), (8, False), (12, False)]
)
def test_night_is_from_nine_to_eight(hour, quiet):
    assert BY.is_quiet(at(1, hour)) is quiet
    assert Rules(0, 0, 8).is_quiet(at(1, hour)) is False
    assert Rules(1, 6, 8).is_quiet(at(1, hour)) is False


@pytest.mark.parametrize(
    ("due", "expires", "now", "promised", "not_before"),
    [
        (at(1, 16), at(2, 6), at(1, 9), at(1, 16), None),  # by day: as promised
        (at(2, 6), at(2, 9), at(1, 9), at(2, 6), at(2, 8)),  # two hours before a visit at 9: at 8
        (at(2, 5.5), at(2, 7.5), at(1, 9), at(1, 20), None),  # a visit at half past 7: the evening before
        (at(2, 5.5), at(2, 7.5), at(1, 20.5), at(1, 20), None),  # late, and the evening is not over
        (at(2, 5.5), at(2, 7.5), at(1, 22), at(2, 5.5), at(2, 8)),  # night has come: never
        (at(1, 16), at(2, 6), at(1, 22), at(1, 16), at(2, 8)),  # planned late: its grace ends at night, never
        (at(1, 16), at(2, 9), at(2, 0.5), at(1, 16), at(2, 8)),
        (at(1, 16), at(2, 10), at(2, 8.5), at(1, 16), None),
    ],
)
def test_hours_of_a_notice(due, expires, now, promised, not_before):
    assert manners.timing(due, expires, now, BY) == {"due_at": promised, "not_before": not_before}


@pytest.mark.django_db
def test_office_hears_of_it_on_a_working_day():
    friday, monday = at(4, 16), at(7, 8)
    assert manners.timing(friday, at(9, 8), at(1, 9), BY, is_office=True)["not_before"] is None
    assert manners.timing(at(5, 16), at(9, 8), at(1, 9), BY, is_office=True)["not_before"] == monday
    holiday = datetime(2026, 10, 3, 8, tzinfo=UTC)  # national day's week ends on the 7th
    found = manners.timing(holiday, holiday + timedelta(days=9), holiday, BY, is_office=True)["not_before"]
    assert found == datetime(2026, 10, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("due", "expires", "now", "together"),
    [
        (at(3, 16), at(4, 6), at(1, 9), at(3, 8)),  # with the mail of its own day
        (at(3, 6), at(3, 9), at(1, 9), at(2, 8)),  # due before that mail: with the one before
        (at(3, 16), at(4, 6), at(3, 9), None),  # that mail has gone, and the next one comes too late
        (at(3, 16), at(4, 12), at(3, 9), at(4, 8)),
    ],
)
def test_mail_of_the_day_takes_what_still_comes_in_time(due, expires, now, together):
    assert manners.digest_at(due, expires, now, BY) == together


# In sending

MORNING = at(2, 12)


@pytest.fixture
def nights(settings):
    settings.QUIET_HOURS = True


@pytest.fixture
def overdue(make_notice, nights):
    """`overdue(channel, expires)`: due on the 1st at 16:00 and still there at night."""

    def overdue(channel=Channel.EMAIL, expires=MORNING, **fields):
        return make_notice(channel=channel, due_at=at(1, 16), expires_at=expires, created_at=at(1, 9), **fields)

    return overdue


@pytest.mark.django_db
def test_what_is_found_at_night_waits_for_the_morning_and_nobody_calls_that_late(overdue, provider):
    notice = overdue()
    send_due(at(1, 23))
    notice.refresh_from_db()
    assert (provider.sent, notice.state, notice.not_before) == ([], State.PLANNED, at(2, 8))
    assert Notice.objects.oldest_age(at(2, 7)) == timedelta()
    tally = send_due(at(2, 8) + timedelta(seconds=10))
    assert (provider.sent, round(tally["email:dwell"])) == ([notice.pk], 10)


@pytest.mark.django_db
def test_inbox_and_urgent_ones_do_not_wait(overdue, provider):
    silent, urgent, _plain = overdue(Channel.INBOX), overdue(is_urgent=True), overdue()
    send_due(at(1, 23))
    assert set(Notice.objects.filter(state=State.SENT)) == {silent, urgent}


@pytest.mark.django_db
def test_what_could_only_leave_at_night_does_not_and_says_so(overdue, provider):
    notice = overdue(expires=at(2, 6))
    send_due(at(1, 23))
    send_due(at(2, 6))
    notice.refresh_from_db()
    assert (provider.sent, notice.state, notice.answer) == ([], State.CANCELLED, Word.NIGHT)


# The mail of the day


@pytest.fixture
def liaison_with_mail(liaison):
    liaison.email = "liaison@example.org"
    liaison.save()
    return liaison


@pytest.fixture
def together(make_notice, liaison_with_mail):
    return [make_notice(in_digest=True, subject=f"提醒 {n}", body=f"正文 {n}") for n in range(3)]


@pytest.mark.django_db
def test_notices_of_a_day_leave_in_one_mail_and_each_is_sent(together, make_notice, neighbour, settings, tmp_path):
    settings.EMAIL_BACKEND, settings.MAIL_FOLDER = "liaison.notices.mail.FolderBackend", tmp_path
    alone = make_notice()
    send_due()
    first, *others = Notice.objects.filter(in_digest=True).order_by("pk")
    assert {(row.state, row.carrier) for row in others} == {(State.SENT, first)}
    assert (first.state, first.carrier, len([*tmp_path.iterdir()])) == (State.SENT, None, 2)
    letter = mailbox.read(others[1])
    assert letter.subject == "今日提醒 3 条"
    assert [line for line in letter.body.splitlines() if "正文" in line] == ["正文 0", "正文 1", "正文 2"]
    assert mailbox.read(alone).subject == alone.subject


@pytest.mark.django_db
def test_mail_of_the_day_that_fails_keeps_all_of_it_waiting_and_counts_once(together, setting):
    setting(Channel.EMAIL, host="127.0.0.1", port=9, security="none", sender="n@example.org")
    send_due()
    assert set(Notice.objects.values_list("state", flat=True)) == {State.PLANNED}
    assert Pause.objects.get().failures == 1


@pytest.mark.django_db
def test_only_one_of_the_day_is_an_ordinary_mail(make_notice, liaison_with_mail):
    notice = make_notice(in_digest=True)
    send_due()
    assert [message.subject for message in mail.outbox] == [notice.subject]


# What each person chose


@pytest.fixture
def plan(station, liaison, setting):
    def plan(due=None, expires=None):
        setting(Channel.SMS)
        due = due or timezone.now() + timedelta(days=5)
        letter = Letter(Kind.VISIT_TOMORROW, [liaison], due, expires or due + 14 * HOUR, lambda: {"where": "甲院"})
        actions.plan(about="visits.visit:7", about_version=1, place=station.code, letters=[letter])
        return set(Notice.objects.open().values_list("channel", flat=True))

    return plan


@pytest.mark.django_db
@pytest.mark.parametrize("chosen", [[], ["sms"], ["email", "sms"]])
def test_choice_is_followed_and_the_inbox_always_kept(plan, liaison, chosen):
    actions.choose(liaison, channels={Group.VISITS: chosen}, has_digest=False)
    assert plan() == {"inbox", *chosen}


@pytest.mark.django_db
def test_changed_choice_holds_for_what_is_planned_again(plan, liaison, setting):
    assert plan() == {"inbox", "email"}
    actions.choose(liaison, channels={Group.VISITS: []}, has_digest=False)
    ChannelSetting.objects.all().delete()
    assert plan() == {"inbox"}


@pytest.mark.django_db
def test_digest_is_planned_into_the_mail_of_its_day(plan, liaison):
    actions.choose(liaison, channels={}, has_digest=True)
    plan(due=factories.hour(5, at=16))
    hours = {n.channel: (n.due_at, n.in_digest) for n in Notice.objects.all()}
    assert hours == {"email": (factories.hour(5, at=8), True), "inbox": (factories.hour(5, at=16), False)}


@pytest.mark.django_db
def test_page_shows_masked_addresses_and_keeps_the_choice(as_, liaison_with_mail, setting):
    setting(Channel.SMS)
    liaison_with_mail.phone = "13700000001"
    liaison_with_mail.save()
    client = as_(liaison_with_mail)
    text = client.get(PREFERENCES).content.decode()
    assert "li•••@example.org" in text
    assert "137••••0001" in text
    assert "13700000001" not in text
    assert client.post(PREFERENCES, {"visits": ["sms"], "has_digest": "on", "language": "en"}).url == PREFERENCES
    kept = Preference.objects.get(user=liaison_with_mail)
    assert (kept.channels, kept.has_digest, kept.language) == (
        {"visits": ["sms"], "logs": [], "opinions": []},
        True,
        "en",
    )


@pytest.mark.django_db
def test_channel_that_the_house_does_not_have_is_not_offered_and_not_taken(as_, liaison):
    client = as_(liaison)
    assert "短信" not in client.get(PREFERENCES).content.decode()
    answer = client.post(PREFERENCES, {"visits": ["sms"]})
    assert list(answer.context["form"].errors) == ["visits"]
    assert not Preference.objects.exists()
