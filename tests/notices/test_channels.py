"""E-mail: what the message says of itself, and what each kind of refusal makes of a notice."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from liaison.notices import mailbox
from liaison.notices.channels import Email
from liaison.notices.choices import State, Word
from liaison.notices.mail import SmtpBackend
from liaison.notices.sending import send_due

pytestmark = pytest.mark.django_db
FOLDER = "liaison.notices.mail.FolderBackend"


@pytest.fixture(autouse=True)
def _address(liaison):
    liaison.email = "liaison@example.org"
    liaison.save()


@pytest.fixture
def smtp(settings, monkeypatch):
    """`smtp(error, handed_over)`: an SMTP line that breaks so."""
    settings.EMAIL_BACKEND = "liaison.notices.mail.SmtpBackend"
    monkeypatch.setattr(SmtpBackend, "open", lambda self: False)
    monkeypatch.setattr(SmtpBackend, "close", lambda self: None)

    def breaks(error, handed_over=False):
        def send(self, messages):
            self.handed_over = handed_over
            raise error

        monkeypatch.setattr(SmtpBackend, "send_messages", send)

    return breaks


def test_message_carries_the_rows_number_and_says_that_a_machine_wrote_it(make_notice, settings):
    settings.DEFAULT_FROM_EMAIL = "联络站 <liaison@example.org>"
    notice = make_notice()
    send_due()
    [message] = mail.outbox
    assert message.message()["Message-ID"] == f"<notice-{notice.pk}@example.org>"
    assert message.message()["Auto-Submitted"] == "auto-generated"
    assert (message.to, message.subject, message.body) == (["liaison@example.org"], notice.subject, notice.body)


def test_recipient_without_address_fails_in_words(make_notice, liaison):
    notice = make_notice()
    liaison.email = ""
    liaison.save()
    send_due()
    notice.refresh_from_db()
    assert (notice.state, notice.answer, mail.outbox) == (State.FAILED, Word.NO_ADDRESS, [])


def test_line_break_in_a_subject_fails_that_notice_only(make_notice):
    bad, good = make_notice(subject="进站\nBcc: a@example.org"), make_notice()
    send_due()
    bad.refresh_from_db(), good.refresh_from_db()
    assert (bad.state, good.state) == (State.FAILED, State.SENT)
    assert [message.subject for message in mail.outbox] == [good.subject]


REFUSED = smtplib.SMTPRecipientsRefused({"liaison@example.org": (550, b"no such user")})


@pytest.mark.parametrize(
    ("error", "handed_over", "state", "words"),
    [
        (REFUSED, False, State.FAILED, "550 no such user"),
        (smtplib.SMTPDataError(452, b"disk full"), True, State.PLANNED, "452 disk full"),
        (smtplib.SMTPDataError(554, "垃圾邮件".encode()), True, State.FAILED, "554 垃圾邮件"),
        (smtplib.SMTPServerDisconnected("closed"), False, State.PLANNED, "closed"),
        (smtplib.SMTPServerDisconnected("closed"), True, State.UNKNOWN, Word.STRANDED),
        (TimeoutError("timed out"), True, State.UNKNOWN, Word.STRANDED),
    ],
)
def test_refusal_of_the_server_decides(smtp, make_notice, error, handed_over, state, words):
    smtp(error, handed_over)
    notice = make_notice()
    send_due()
    notice.refresh_from_db()
    assert (notice.state, notice.answer) == (state, words)


def test_closed_port_leaves_the_notice_planned(make_notice, settings):
    settings.EMAIL_BACKEND = "liaison.notices.mail.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    notice = make_notice()
    assert send_due()["email:unreachable"] == 1
    notice.refresh_from_db()
    assert (notice.state, notice.attempt) == (State.PLANNED, 0)


def test_folder_keeps_one_file_a_notice_however_often_it_is_sent(make_notice, settings, tmp_path):
    settings.EMAIL_BACKEND, settings.MAIL_FOLDER = FOLDER, tmp_path / "mail"
    notice = make_notice(body="时间：12月1日\n地点：甲院社区\n")
    for _ in range(2):
        assert Email().send(notice) == (State.SENT, Word.WRITTEN, False)
    assert [file.name for file in settings.MAIL_FOLDER.iterdir()] == [f"notice-{notice.pk}.eml"]
    letter = mailbox.read(notice)
    assert (letter.subject, letter.to, letter.body) == (notice.subject, "liaison@example.org", notice.body)


def test_date_of_a_letter_is_an_instant(make_notice, settings, tmp_path):
    settings.EMAIL_BACKEND, settings.MAIL_FOLDER = FOLDER, tmp_path
    notice = make_notice()
    Email().send(notice)
    assert abs(mailbox.read(notice).date - timezone.now()) < timedelta(minutes=1)
