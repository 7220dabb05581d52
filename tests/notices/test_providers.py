"""Each channel against a provider that counts: what it is asked, and what each of its answers makes of a notice."""

import hashlib
import hmac
import json
import socket

import pytest

from liaison.notices.channels.webhook import signature
from liaison.notices.choices import Channel, State, Word
from liaison.notices.models import Pause
from liaison.notices.sending import send_due
from liaison.notices.trials import try_out

pytestmark = pytest.mark.django_db

JSON_SMS = {
    "method": "POST", "format": "json", "sign": "金水人大", "template_id": "SMS_1", "headers": "X-Key: {key}",
    "body": json.dumps({"to": "{phone}", "sign": "{sign}", "tpl": "{template_id}", "p": "{params}", "id": "{reference}",
                        "text": "{params_json}", "list": "{params_list}", "mixed": "【{sign}】{content}"}),
    "ok_path": "Code", "ok_pattern": "OK|0", "again_pattern": "LIMIT", "words_path": "Message",
}  # fmt: skip
ROBOTS = {
    Channel.DINGTALK: "/robot/send?access_token=abc123tokenTOKEN",
    Channel.WECOM: "/cgi-bin/webhook/send?key=abc123tokenTOKEN",
    Channel.FEISHU: "/open-apis/bot/v2/hook/abc123tokenTOKEN",
}
DEAD = "http://127.0.0.1:9"


@pytest.fixture
def sms(setting, gateway, liaison):
    liaison.phone = "13700000001"
    liaison.save()
    return lambda **config: setting(
        Channel.SMS, secrets={"key": "ACCESSKEY"}, **({"url": f"{gateway.url}/send"} | JSON_SMS | config)
    )


@pytest.fixture
def send(make_notice):
    """`send(Channel.SMS)`: one notice by that channel, sent, as it then stands."""

    def send(channel, **fields):
        notice = make_notice(channel=channel, **fields)
        send_due()
        notice.refresh_from_db()
        return notice

    return send


def test_inbox_needs_nothing_and_is_there_on_being_due(send):
    notice = send(Channel.INBOX)
    assert (notice.state, notice.answer, notice.read_at) == (State.SENT, Word.SHOWN, None)


@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WECOM, Channel.WEBHOOK])
def test_channel_that_nobody_configured_is_called_off_with_that_reason(send, channel):
    notice = send(channel)
    assert (notice.state, notice.answer) == (State.CANCELLED, Word.OFF)


# E-mail


def test_mail_has_text_and_html_and_stands_in_one_thread_with_others_about_the_same(
    send, setting, mail_server, liaison
):
    setting(Channel.EMAIL, host="127.0.0.1", port=mail_server.port, security="none", sender="n@example.org")
    liaison.email = "liaison@example.org"
    liaison.save()
    notice = send(Channel.EMAIL, body="地点：甲院 <b>\nhttps://example.org/v/1")
    [mail] = mail_server.mails
    assert (notice.state, notice.answer, mail_server.recipients) == (State.SENT, Word.ACCEPTED, ["liaison@example.org"])
    assert mail.get_body(["plain"]).get_content().splitlines() == notice.body.splitlines()
    html = mail.get_body(["html"]).get_content()
    assert "&lt;b&gt;" in html
    assert '<a href="https://example.org/v/1"' in html
    assert mail["From"] == "人大代表联络站 <n@example.org>"
    assert mail["Message-ID"].startswith(f"<notice-{notice.pk}@")
    assert mail["References"].startswith(f"<about-{notice.about.replace(':', '-')}@")


@pytest.mark.parametrize(
    ("answers", "state", "words", "taken"),
    [
        ({"RCPT": "550 no such user"}, State.FAILED, "550 no such user", 0),
        ({".": "451 greylisted"}, State.PLANNED, "451 greylisted", 0),
        ({"DATA": None}, State.UNKNOWN, Word.STRANDED, 0),
        ({".": None}, State.UNKNOWN, Word.STRANDED, 1),
        ({"RCPT": None}, State.PLANNED, "Connection unexpectedly closed", 0),
    ],
)
def test_mail_server_that_refuses_or_hangs_up(send, setting, mail_server, liaison, answers, state, words, taken):
    setting(Channel.EMAIL, host="127.0.0.1", port=mail_server.port, security="none", sender="n@example.org")
    liaison.email = "liaison@example.org"
    liaison.save()
    mail_server.answers = answers
    notice = send(Channel.EMAIL)
    assert (notice.state, notice.answer, len(mail_server.mails)) == (state, words, taken)


# Text messages


def test_gateway_gets_every_variable_in_its_place(send, sms, gateway):
    sms()
    notice = send(Channel.SMS, params={"when": '明天"9:00', "where": "{secret}"}, body="正文")
    [asked] = gateway.asked
    assert (notice.state, notice.answer, asked.headers["x-key"]) == (State.SENT, "OK", "ACCESSKEY")
    assert asked.data == {
        "to": "13700000001", "sign": "金水人大", "tpl": "SMS_1", "p": {"when": '明天"9:00', "where": "{secret}"},
        "id": str(notice.pk), "text": '{"when": "明天\\"9:00", "where": "{secret}"}',
        "list": ['明天"9:00', "{secret}"], "mixed": "【金水人大】正文",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("templates", "template", "values"),
    [
        ("", "SMS_1", ["明天", "甲院站", "物业", "全文"]),
        ("visit_log SMS_9", "SMS_1", ["明天", "甲院站", "物业", "全文"]),
        ("visit_tomorrow SMS_2", "SMS_2", ["明天", "甲院站", "物业", "全文"]),
        ("visit_tomorrow SMS_2 station,when,people", "SMS_2", ["甲院站", "明天", ""]),
    ],
)
def test_template_gets_its_variables_in_order_and_no_other_where_they_are_named(
    send, sms, gateway, templates, template, values
):
    sms(templates=templates)
    send(Channel.SMS, params={"content": "全文", "matter": "物业", "station": "甲院站", "when": "明天"})
    [asked] = gateway.asked
    assert (asked.data["tpl"], asked.data["list"]) == (template, values)
    assert list(asked.data["p"].values()) == values


def test_trial_gives_a_template_everything_that_it_may_ask_for(sms, gateway, liaison):
    row = sms(templates="visit_tomorrow SMS_2 when,station,where,matter")
    liaison.phone = "13700000001"
    try_out(row, by=liaison)
    assert list(gateway.asked[0].data["p"]) == ["when", "station", "where", "matter"]
    assert "" not in gateway.asked[0].data["list"]


def test_gateway_that_takes_a_form_gets_one(send, sms, gateway):
    sms(
        format="form",
        headers="",
        body="mobile={phone}\ntext=【{sign}】{content}\nuser={key}",
        ok_path="",
        ok_pattern=".*OK.*",
    )
    assert send(Channel.SMS, body="a=1&b=2").state == State.SENT
    assert gateway.asked[0].form == {"mobile": "13700000001", "text": "【金水人大】a=1&b=2", "user": "ACCESSKEY"}


@pytest.mark.parametrize(
    ("answer", "state", "words"),
    [
        ((200, {"Code": "OK", "Message": "好"}), State.SENT, "OK 好"),
        ((200, {"Code": "BLACK", "Message": "in ACCESSKEY list"}), State.FAILED, "BLACK in •••• list"),
        ((200, {"Code": "LIMIT", "Message": "too fast"}), State.PLANNED, "LIMIT too fast"),
        ((200, "<html>"), State.FAILED, ""),
        ((403, "no"), State.FAILED, "HTTP 403 no"),
        ((302, "moved"), State.FAILED, "HTTP 302 moved"),
        ((429, "slow"), State.PLANNED, "HTTP 429 slow"),
        ((503, "later"), State.PLANNED, "HTTP 503 later"),
        ((502, "bad"), State.UNKNOWN, "HTTP 502 bad"),
        (None, State.UNKNOWN, Word.BROKEN),
    ],
)
def test_answer_of_the_gateway_decides(send, sms, gateway, answer, state, words):
    sms()
    gateway.answer = answer
    notice = send(Channel.SMS)
    assert (notice.state, notice.answer, len(gateway.asked)) == (state, words, 1)


def test_doubtful_message_is_sent_again_only_where_the_gateway_drops_repeats(send, sms, gateway):
    sms(drops_repeats=True)
    gateway.answer = None
    notice = send(Channel.SMS)
    assert notice.state == State.PLANNED
    gateway.answer = (200, {"Code": "OK"})
    send_due(notice.retry_at)
    notice.refresh_from_db()
    assert notice.state == State.SENT
    assert [asked.data["id"] for asked in gateway.asked] == [str(notice.pk)] * 2


def test_gateway_that_is_away_leaves_the_notice_planned(send, sms):
    sms(url=DEAD)
    notice = send(Channel.SMS)
    assert (notice.state, notice.answer) == (State.PLANNED, Word.REFUSED)


def test_person_without_a_telephone_fails_in_words(send, sms, gateway, neighbour):
    sms()
    notice = send(Channel.SMS, recipient=neighbour)
    assert (notice.state, notice.answer, gateway.asked) == (State.FAILED, Word.NO_PHONE, [])


# Rooms


@pytest.mark.parametrize("channel", ROBOTS)
def test_room_hears_subject_and_text_once(send, setting, gateway, channel):
    setting(channel, secrets={"webhook": gateway.url + ROBOTS[channel]})
    notice = send(channel, recipient=None, subject="进站提醒", body="地点：甲院")
    [asked] = gateway.asked
    text = asked.data.get("text", asked.data.get("content"))
    assert text.get("content", text.get("text")).split() == ["进站提醒", "地点：甲院"]
    assert "abc123tokenTOKEN" in asked.path + str(asked.query)
    assert notice.state == State.SENT


@pytest.mark.parametrize(
    ("channel", "said", "state"),
    [
        (Channel.DINGTALK, {"errcode": 310000, "errmsg": "keywords not in content"}, State.FAILED),
        (Channel.DINGTALK, {"errcode": 130101, "errmsg": "send too fast"}, State.PLANNED),
        (Channel.WECOM, {"errcode": 93000, "errmsg": "invalid webhook url"}, State.FAILED),
        (Channel.WECOM, {"errcode": 45009, "errmsg": "api freq out of limit"}, State.PLANNED),
        (Channel.FEISHU, {"code": 19024, "msg": "Key Words Not Found"}, State.FAILED),
        (Channel.FEISHU, {"code": 11232, "msg": "too many request"}, State.PLANNED),
        (Channel.FEISHU, {"StatusCode": 0, "StatusMessage": "success"}, State.SENT),
    ],
)
def test_no_of_a_robot_is_no_though_it_says_200(send, setting, gateway, channel, said, state):
    setting(channel, secrets={"webhook": gateway.url + ROBOTS[channel]})
    gateway.answer = (200, said)
    notice = send(channel, recipient=None)
    assert notice.state == state
    assert state == State.SENT or notice.answer == " ".join(map(str, said.values()))


def test_dingtalk_signs_where_it_has_a_secret(send, setting, gateway):
    setting(Channel.DINGTALK, secrets={"webhook": gateway.url + ROBOTS[Channel.DINGTALK], "secret": "SECabc"})
    send(Channel.DINGTALK, recipient=None)
    assert set(gateway.asked[0].query) == {"access_token", "timestamp", "sign"}


def test_room_without_an_answer_is_in_doubt_and_not_told_twice(send, setting, gateway):
    setting(Channel.WECOM, secrets={"webhook": gateway.url + ROBOTS[Channel.WECOM]})
    gateway.answer = None
    notice = send(Channel.WECOM, recipient=None)
    send_due()
    assert (notice.state, notice.answer, len(gateway.asked)) == (State.UNKNOWN, Word.BROKEN, 1)


# Another system


def test_webhook_is_signed_and_carries_the_rows_number(send, setting, gateway):
    setting(Channel.WEBHOOK, url=f"{gateway.url}/hook", secrets={"secret": "0123456789abcdef"})
    notice = send(Channel.WEBHOOK, recipient=None, subject="进站提醒")
    [asked] = gateway.asked
    stamp = asked.headers["x-liaison-timestamp"]
    digest = hmac.new(b"0123456789abcdef", stamp.encode() + b"." + asked.body, hashlib.sha256).hexdigest()
    assert (
        asked.headers["x-liaison-signature"] == f"sha256={digest}" == signature("0123456789abcdef", stamp, asked.body)
    )
    assert asked.headers["idempotency-key"] == f"notice-{notice.pk}"
    assert (asked.data["id"], asked.data["subject"], notice.state) == (str(notice.pk), "进站提醒", State.SENT)


def test_webhook_in_doubt_is_sent_again_under_the_same_key(send, setting, gateway):
    setting(Channel.WEBHOOK, url=f"{gateway.url}/hook", secrets={"secret": "0123456789abcdef"})
    gateway.answer = (502, "bad gateway")
    notice = send(Channel.WEBHOOK, recipient=None)
    gateway.answer = (200, "")
    send_due(notice.retry_at)
    assert {asked.headers["idempotency-key"] for asked in gateway.asked} == {f"notice-{notice.pk}"}
    assert len(gateway.asked) == 2


# The way out


@pytest.mark.parametrize("url", ["http://127.0.0.1:{}/", "http://[::ffff:127.0.0.1]:{}/", "http://localhost:{}/"])
def test_this_machine_is_never_called(send, setting, gateway, settings, url):
    settings.EGRESS_LOCAL = False
    url = url.format(gateway.server.server_port)
    setting(Channel.WEBHOOK, url=url, secrets={"secret": "0123456789abcdef"})
    notice = send(Channel.WEBHOOK, recipient=None)
    assert (notice.state, notice.answer, gateway.asked) == (State.FAILED, Word.FORBIDDEN_ADDRESS, [])


def test_name_that_leads_to_this_machine_is_found_out_when_connected(send, setting, gateway, settings, monkeypatch):
    """The name looks harmless, and turns out to be ours only after it was looked up."""
    settings.EGRESS_LOCAL = False
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **kw: real("127.0.0.1", *rest, **kw))
    setting(Channel.WEBHOOK, url=f"http://x.example.org:{gateway.server.server_port}/", secrets={"secret": "s" * 16})
    notice = send(Channel.WEBHOOK, recipient=None)
    assert (notice.state, notice.answer, gateway.asked) == (State.PLANNED, Word.FORBIDDEN_ADDRESS, [])


@pytest.mark.parametrize("security", ["none", "starttls", "ssl"])
@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "LOCALHOST", "mail.example.org"])
def test_mail_server_that_is_this_machine_is_left_before_a_word_is_said(
    send, setting, mail_server, liaison, settings, monkeypatch, host, security
):
    settings.EGRESS_LOCAL = False
    real = socket.getaddrinfo
    if host == "mail.example.org":
        monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **kw: real("127.0.0.1", *rest, **kw))
    setting(Channel.EMAIL, host=host, port=mail_server.port, security=security, sender="n@example.org")
    liaison.email = "liaison@example.org"
    liaison.save()
    assert (send(Channel.EMAIL).state, mail_server.mails) == (State.PLANNED, [])
    assert Pause.objects.get().why == Word.FORBIDDEN_ADDRESS


def test_mail_server_of_the_environment_may_be_this_machine(send, mail_server, liaison, settings):
    settings.EGRESS_LOCAL = False
    settings.EMAIL_BACKEND = "liaison.notices.mail.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "localhost", mail_server.port
    liaison.email = "liaison@example.org"
    liaison.save()
    assert (send(Channel.EMAIL).state, len(mail_server.mails)) == (State.SENT, 1)
