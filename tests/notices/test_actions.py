"""Planning by whom and how somebody is reached, the person's own inbox, and receipts of a gateway."""

import json
import logging
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.common.middleware import SecretsFilter
from liaison.notices import actions
from liaison.notices.choices import Channel, Kind, State, Word
from liaison.notices.letters import Letter
from liaison.notices.models import Notice, Text
from liaison.notices.sending import send_due

pytestmark = pytest.mark.django_db
INBOX = "/desk/notices/inbox/"


@pytest.fixture
def plan(station, liaison):
    def plan(*people, version=1, place=None, **fields):
        now = timezone.now()
        letter = Letter(
            Kind.VISIT_TOMORROW, people or [liaison], now, now + timedelta(hours=8), lambda: {"where": "甲院"}, **fields
        )
        actions.plan(about="visits.visit:7", about_version=version, place=place or station.code, letters=[letter])
        return sorted(Notice.objects.open().values_list("recipient__username", "channel"), key=str)

    return plan


@pytest.mark.parametrize(
    ("email", "phone", "channel"),
    [("a@example.org", "137", "email"), ("", "137", "sms"), ("", "", "email"), ("a@example.org", "", "email")],
)
def test_person_gets_the_inbox_and_one_way_to_the_telephone(plan, setting, liaison, email, phone, channel):
    setting(Channel.SMS)
    liaison.email, liaison.phone = email, phone
    liaison.save()
    assert set(plan()) == {("liaison", channel), ("liaison", "inbox")}


def test_room_of_the_nearest_place_is_told_once_however_many_people_are(plan, setting, liaison, district, station):
    setting(Channel.WECOM)
    setting(Channel.DINGTALK, station.code[:9], is_on=False)
    setting(Channel.DINGTALK)
    for _ in range(2):
        rooms = [channel for name, channel in plan(liaison, district) if name is None]
        assert rooms == ["wecom"]  # the street switched its DingTalk off, so the district's is not used for it either


def test_text_message_has_a_text_of_its_own(plan, setting, liaison):
    setting(Channel.SMS)
    liaison.phone = "13700000001"
    Text.objects.create(
        kind=Kind.VISIT_TOMORROW,
        language="zh-hans",
        subject="进站",
        body="您好\n地点：{地点}\n{代表}",
        sms="在\n{地点}",
    )
    plan()
    assert set(Notice.objects.values_list("channel", "body")) == {("sms", "在甲院"), ("inbox", "您好\n地点：甲院\n")}


def test_whoever_was_told_by_mail_is_not_told_again_when_another_channel_comes(plan, setting, liaison):
    liaison.email = "a@example.org"
    liaison.save()
    plan()
    send_due()
    setting(Channel.SMS)
    liaison.email, liaison.phone = "", "13700000001"
    assert plan() == []
    assert plan(version=2) == [("liaison", "inbox"), ("liaison", "sms")]


def test_office_hears_on_its_next_working_day_and_others_on_a_saturday(station, liaison, district, settings):
    settings.QUIET_HOURS = True
    saturday = timezone.make_aware(datetime(2027, 3, 6, 9))
    for user, is_for_offices in ((liaison, False), (district, True)):
        letter = Letter(Kind.VISIT_UNLOGGED_LONG, [user], saturday, saturday + timedelta(days=3), dict)
        letter = letter._replace(is_for_offices=is_for_offices)
        actions.plan(about=f"visits.visit:{user.pk}", about_version=1, place=station.code, letters=[letter])
    mail = Notice.objects.filter(channel=Channel.EMAIL)
    monday = timezone.make_aware(datetime(2027, 3, 8, 8))
    assert {(row.recipient, row.not_before) for row in mail} == {(liaison, None), (district, monday)}


def test_new_version_calls_off_the_old_on_every_channel(plan, setting, liaison):
    setting(Channel.WECOM)
    plan()
    plan(version=2)
    old = Notice.objects.filter(about_version=1)
    assert {(row.channel, row.state, row.answer) for row in old} == {
        (channel, State.CANCELLED, Word.CHANGED) for channel in ("email", "inbox", "wecom")
    }


# The inbox


@pytest.fixture
def message(make_notice, liaison):
    def message(**fields):
        made = {"channel": Channel.INBOX, "state": State.SENT, "sent_at": timezone.now(), "recipient": liaison}
        return make_notice(**(made | fields))

    return message


def unread_badge(client):
    return [place["count"] for place in client.get("/desk/").context["desk_nav"] if place["name"] == "notices:inbox"]


def test_inbox_shows_ones_own_messages_and_the_bar_counts_the_unread(as_, liaison, neighbour, message):
    mine = [message(body="https://example.org/v/1 <b>"), message(read_at=timezone.now())]
    message(recipient=neighbour), message(state=State.PLANNED, sent_at=None), message(channel=Channel.EMAIL)
    client = as_(liaison)
    answer = client.get(INBOX)
    assert set(answer.context["rows"]) == set(mine)
    assert '<a href="https://example.org/v/1"' in answer.content.decode()
    assert "&lt;b&gt;" in answer.content.decode()
    assert unread_badge(client) == [1]


def test_one_is_read_and_then_all(as_, liaison, neighbour, message):
    one, two, others = message(), message(), message(recipient=neighbour)
    client = as_(liaison)
    client.post(f"{INBOX}{one.pk}/read/")
    assert set(Notice.objects.unread()) == {two, others}
    client.post(f"{INBOX}read/")
    assert (set(Notice.objects.unread()), unread_badge(client)) == ({others}, [0])
    assert client.post(f"{INBOX}{others.pk}/read/").status_code == 404


def test_inbox_asks_as_much_for_one_as_for_three(as_, liaison, message, django_assert_num_queries):
    client = as_(liaison)
    message()
    client.get(INBOX)
    with CaptureQueriesContext(connection) as one:
        client.get(INBOX)
    message(), message()
    with django_assert_num_queries(len(one)):
        client.get(INBOX)


def test_department_has_an_inbox_and_sees_nothing_of_what_was_sent_to_others(as_, department, message):
    mine = message(recipient=department)
    message()
    client = as_(department)
    assert client.get(INBOX).context["rows"] == [mine]
    assert client.get("/desk/notices/").context["rows"] == []


# Receipts

RECEIPTS = {"receipt_reference": "out_id", "receipt_path": "success", "receipt_pattern": "true",
            "receipt_words": "err_msg", "receipt_reply": '{"code":0}'}  # fmt: skip


@pytest.fixture
def gateway_says(client, setting):
    """`gateway_says(notice, True)`: its receipt, as it would be posted."""
    row = setting(Channel.SMS, **RECEIPTS)

    def says(notice, success, words="", reference=None):
        items = [{"out_id": reference or notice.reference, "success": success, "err_msg": words}]
        answer = client.post(f"/notices/receipts/{row.receipt_token}/", json.dumps(items), "application/json")
        notice.refresh_from_db()
        return answer

    return says


@pytest.mark.parametrize(
    ("before", "success", "after", "answer"),
    [
        (State.SENT, True, State.SENT, Word.DELIVERED), (State.SENT, False, State.FAILED, "空号"),
        (State.UNKNOWN, True, State.SENT, Word.DELIVERED), (State.UNKNOWN, False, State.FAILED, "空号"),
        (State.LEASED, False, State.FAILED, "空号"), (State.CANCELLED, False, State.CANCELLED, ""),
        (State.PLANNED, True, State.SENT, Word.DELIVERED), (State.PLANNED, False, State.PLANNED, ""),
    ],
)  # fmt: skip
def test_receipt_settles_what_became_of_it(gateway_says, make_notice, before, success, after, answer):
    notice = make_notice(channel=Channel.SMS, state=before, attempt=1)
    assert gateway_says(notice, success, "" if success else "空号").content == b'{"code":0}'
    assert (notice.state, notice.answer, notice.delivered_at is not None) == (after, answer, success)


@pytest.mark.parametrize("reference", ["999999", "7-2", "x", "1' OR 1=1", "９", "9" * 40, ""])
def test_receipt_about_something_else_changes_nothing(gateway_says, make_notice, reference):
    notice = make_notice(channel=Channel.SMS, state=State.SENT)
    assert gateway_says(notice, False, reference=reference or " ").status_code == 200
    assert notice.state == State.SENT


def test_history_of_a_receipt_does_not_tell_its_address(gateway_says, make_notice):
    notice = make_notice(channel=Channel.SMS, state=State.UNKNOWN)
    gateway_says(notice, True)
    event = notice.events.select_related("pgh_context").latest("pgh_id")
    assert (event.state, event.pgh_context.metadata["url"]) == (State.SENT, "/notices/receipts/…/")


def test_receipt_cannot_speak_of_mail_or_of_another_round(gateway_says, make_notice):
    mail, again = make_notice(state=State.SENT), make_notice(channel=Channel.SMS, state=State.SENT, resends=1)
    gateway_says(mail, False)
    gateway_says(again, False, reference=str(again.pk))
    assert (mail.state, again.state) == (State.SENT, State.SENT)
    gateway_says(again, False)
    assert again.state == State.FAILED


@pytest.mark.parametrize(("body", "status"), [("{", 400), ("[1, null]", 200), ("x" * 300_000, 400), ("null", 200)])
def test_receipt_that_cannot_be_read_is_refused(client, setting, body, status):
    row = setting(Channel.SMS, **RECEIPTS)
    answer = client.post(f"/notices/receipts/{row.receipt_token}/", body, "application/json")
    assert answer.status_code == status


def test_wrong_address_and_a_gateway_that_is_off_take_no_receipts(client, setting):
    row = setting(Channel.SMS, is_on=False, **RECEIPTS)
    assert client.post(f"/notices/receipts/{row.receipt_token}/", "[]", "application/json").status_code == 404
    assert client.post(f"/notices/receipts/{'x' * 24}/", "[]", "application/json").status_code == 404


def test_places_of_rooms_are_told_apart(plan, setting, other_station, neighbour):
    setting(Channel.FEISHU, other_station.code)
    assert [channel for name, channel in plan() if name is None] == []
    assert ("feishu" in {c for _n, c in plan(neighbour, place=other_station.code, version=2)}) is True


def test_address_for_receipts_is_a_key_and_does_not_get_into_the_log(setting):
    token = setting(Channel.SMS).receipt_token
    record = logging.LogRecord("x", logging.WARNING, "", 0, "POST %s 400", (f"/notices/receipts/{token}/",), None)
    SecretsFilter().filter(record)
    assert token not in record.getMessage()
