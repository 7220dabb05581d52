"""One mail as it goes over the wire, so that nothing in its head or its parts changes unseen."""

import re
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime

import pytest
from django.utils import timezone

from liaison.notices import leaving
from liaison.notices.choices import Channel
from liaison.notices.models import Preference
from liaison.notices.sending import send_due

pytestmark = pytest.mark.django_db

SUBJECT = "进站提醒：12月1日（星期二）9:00—11:00 甲院社区代表联络站"
HEAD = """\
Content-Type: multipart/alternative; boundary="…"
MIME-Version: 1.0
Subject: 进站提醒：12月1日（星期二）9:00—11:00 甲院社区代表联络站
From: 人大代表联络站 <notice@example.org>
To: liaison@example.org
Date: …
References: <about-visits.visit-7@localhost>
In-Reply-To: <about-visits.visit-7@localhost>
Message-ID: <notice-7001@localhost>
Auto-Submitted: auto-generated
List-Unsubscribe: <https://liaison.example.org/unsubscribe/TOKEN/>
List-Unsubscribe-Post: List-Unsubscribe=One-Click"""
TEXT = """\
张三您好：
时间：12月1日（星期二）9:00—11:00

-- 
不想用邮件接收这类提醒，请打开：
https://liaison.example.org/unsubscribe/TOKEN/
"""
HTML = """\
<!doctype html>
<html lang="zh-hans">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>进站提醒：12月1日（星期二）9:00—11:00 甲院社区代表联络站</title></head>
<body bgcolor="#f7f5f2">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="center">
<table role="presentation" width="600" cellpadding="24" cellspacing="0" border="0" bgcolor="#ffffff">
<tr><td><h2>进站提醒：12月1日（星期二）9:00—11:00 甲院社区代表联络站</h2>
<p>张三您好：<br>时间：12月1日（星期二）9:00—11:00<br></p>
<table role="presentation" cellpadding="12" cellspacing="0" border="0" bgcolor="#f7f5f2"><tr><td><strong><a href="https://liaison.example.org/a/x/">能参加</a></strong></td></tr></table></td></tr>
<tr><td><p><small>不想用邮件接收这类提醒，可以<a href="https://liaison.example.org/unsubscribe/TOKEN/">退订</a></small></p></td></tr>
</table></td></tr></table>
</body>
</html>
"""  # noqa: E501


@pytest.fixture
def deliver(setting, mail_server, settings, liaison, make_notice, monkeypatch):
    """`deliver(…)`: the mail as the server was given it: parsed, and in bytes."""
    settings.SITE = settings.SITE | {"url": "https://liaison.example.org"}
    monkeypatch.setattr(leaving, "token_of", lambda notices: "TOKEN")
    setting(Channel.EMAIL, host="127.0.0.1", port=mail_server.port, security="none", sender="notice@example.org")
    liaison.email = "liaison@example.org"
    liaison.save()

    def deliver(**fields):
        make_notice(**({"subject": SUBJECT, "body": "您好\n"} | fields))
        send_due()
        content = mail_server.contents[-1]
        return message_from_bytes(content, policy=policy.default), content

    return deliver


def test_mail_is_this_to_the_letter(deliver):
    answer = {"label": "能参加", "path": "/a/x/", "value": "yes", "is_primary": True}
    mail, _content = deliver(
        pk=7001, about="visits.visit:7", body="张三您好：\n时间：12月1日（星期二）9:00—11:00\n", buttons=[answer]
    )
    heads = "\n".join(f"{name}: {value}" for name, value in mail.items())
    heads = re.sub(r'boundary="[^"]+"', 'boundary="…"', heads)
    assert re.sub(r"(?m)^Date: .*", "Date: …", heads) == HEAD
    text, html = mail.iter_parts()
    assert [part.get_content_type() for part in (text, html)] == ["text/plain", "text/html"]
    assert (text.get_content(), html.get_content()) == (TEXT, HTML)


@pytest.mark.parametrize("body", ["您好\n", "长" * 4000 + "\n", "a" * 4000 + "\n"])
def test_every_line_goes_through_every_server(deliver, body):
    """Seven bits and lines of at most 998 (RFC 5322): nobody on the way has a reason to encode it anew."""
    mail, content = deliver(body=body)
    assert content.isascii()
    assert max(map(len, content.splitlines())) <= 998
    assert mail.get_body(["plain"]).get_content().startswith(body)


def test_date_says_the_time_of_the_place(deliver):
    mail, _content = deliver()
    date = parsedate_to_datetime(mail["Date"])
    assert str(date.tzinfo) == "UTC+08:00"
    assert abs(timezone.now() - date).total_seconds() < 60


def test_readers_language_is_that_of_the_page_and_the_way_out(deliver, liaison):
    Preference.objects.create(user=liaison, language="en")
    mail, _content = deliver()
    assert '<html lang="en">' in mail.get_body(["html"]).get_content()
    assert mail["List-Unsubscribe"] == "<https://liaison.example.org/unsubscribe/TOKEN/?lang=en>"
