import contextlib
import re
import smtplib
from email.utils import formataddr, parseaddr

from django import forms
from django.conf import settings
from django.core.mail import get_connection
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from liaison.common.masks import masked

from .. import egress
from ..choices import Channel, State, Word
from ..leaving import address_for
from ..mail import FOOT, FolderBackend, Mail, SmtpBackend, message_id
from .base import Answer, Sender, Unreachable, reached_at, secret_field

PATIENCE = 20  # seconds
SECURITY = [("starttls", _("STARTTLS（常用 587 端口）")), ("ssl", _("SSL（常用 465 端口）")), ("none", _("不加密"))]


class Email(Sender):
    """Mail by SMTP: the server of an administrator's setting, else that of the environment, else files."""

    channel = Channel.EMAIL
    batch = 1
    reads = ("recipient__notice_preference", "contact")
    secret_names = ("password",)

    def __init__(self, setting=None) -> None:
        super().__init__(setting)
        self.line = self.server() if setting else get_connection()
        self.sender = named(self.config.get("sender") or settings.DEFAULT_FROM_EMAIL)

    def server(self) -> SmtpBackend:
        security = self.config.get("security")
        return SmtpBackend(
            host=self.config.get("host"), port=self.config.get("port"), username=self.config.get("user", ""),
            password=self.secrets.get("password", ""), use_tls=security == "starttls", use_ssl=security == "ssl",
            timeout=PATIENCE, is_guarded=True,
        )  # fmt: skip

    @classmethod
    def fields(cls):
        return {
            "host": forms.CharField(label=_("发信服务器"), max_length=200, help_text=_("如 smtp.example.org")),
            "port": forms.IntegerField(label=_("端口"), min_value=1, max_value=65535, initial=587),
            "security": forms.ChoiceField(label=_("加密方式"), choices=SECURITY),
            "user": forms.CharField(label=_("账号"), max_length=200, required=False),
            "password": secret_field(label=_("密码或授权码"), required=False),
            "sender": forms.CharField(
                label=_("发件人"), max_length=200, validators=[validate_email],
                help_text=_("发信服务器允许使用的邮箱，如 notice@example.org"),
            ),
        }  # fmt: skip

    @classmethod
    def check(cls, given):
        host = given.get("host", "").lower()
        if not re.fullmatch(r"[A-Za-z0-9.\-:]+", host):
            return {"host": _("请填写主机名或地址，不带 http://")}
        if egress.is_forbidden(host) or (host == "localhost" and not settings.EGRESS_LOCAL):
            return {"host": _(Word.FORBIDDEN_ADDRESS)}
        return {}

    @classmethod
    def address_of(cls, to) -> str:
        return reached_at(to).email

    @property
    def recognises_repeats(self) -> bool:
        return isinstance(self.line, FolderBackend)  # the second file replaces the first

    def open(self) -> None:
        try:
            self.line.open()
        except OSError as error:
            self.close()
            raise Unreachable(self.quoted(str(error))) from error

    def send(self, notice) -> Answer:
        return self.hand_over(notice, lambda: self.compose(notice))

    def send_together(self, notices) -> Answer:
        return self.hand_over(notices[0], lambda: self.compose_digest(notices))

    def hand_over(self, notice, compose) -> Answer:
        if not self.address_of(notice.addressee):
            return Answer(State.FAILED, Word.NO_ADDRESS)
        try:
            with translation.override(notice.language):
                mail = compose()
            self.line.send_messages([mail])
        except ValueError as error:  # an address or a subject that no header takes
            return Answer(State.FAILED, str(error))
        except OSError as error:  # all of smtplib's are
            handed_over = getattr(self.line, "handed_over", False)
            self.close()
            return refusal(error) or Answer(
                *((State.UNKNOWN, Word.STRANDED) if handed_over else (State.PLANNED, self.quoted(str(error)))),
                fault=True,
            )
        return Answer(State.SENT, Word.ACCEPTED if isinstance(self.line, SmtpBackend) else Word.WRITTEN)

    def compose(self, notice) -> Mail:
        """Whatever is about the same thing stands in one thread of the reader's mail."""
        thread = message_id(f"about-{re.sub(r'[^A-Za-z0-9.-]', '-', notice.about)}")
        headers = {"References": thread, "In-Reply-To": thread}
        return self.mail(notice, notice.subject, notice.body, [notice], headers)

    def compose_digest(self, notices) -> Mail:
        """The mail of the day: every notice with its text, under the number of the first."""
        subject = ngettext("今日提醒 %(n)s 条", "今日提醒 %(n)s 条", len(notices)) % {"n": len(notices)}
        body = "\n".join(f"{n}. {one.subject}\n\n{one.body}" for n, one in enumerate(notices, start=1))
        return self.mail(notices[0], subject, body, notices, {})

    def mail(self, notice, subject, body, notices, headers) -> Mail:
        """Text and HTML, with the way out at their end and in the head, where mail programs look for it (RFC 2369).

        Its id is the row's, so that a provider's log and our page speak of the same one.
        """
        leave = address_for(notices)
        headers |= {"Message-ID": message_id(f"notice-{notice.reference}"), "Auto-Submitted": "auto-generated"}
        html = render_to_string(
            "notices/message.html",
            {"subject": subject, "notices": notices, "site_url": settings.SITE["url"].rstrip("/"), "leave": leave},
        )
        text, to = body + foot(notice, leave), [self.written_to(notice)]
        mail = Mail(subject, text, self.sender, to, headers=headers | ways_out(leave))
        mail.attach_alternative(html, "text/html")
        return mail

    def written_to(self, notice) -> str:
        """The address in the head. A file goes nowhere, so a voter's does not get into it."""
        address = self.address_of(notice.addressee)
        if notice.contact_id and isinstance(self.line, FolderBackend):
            return masked(address).replace("•", "*")
        return address

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.line.close()
        self.line.connection = None  # a line that would not close is not used again


def named(sender: str) -> str:
    """The house's name before an address that has none: a bare one looks like nobody's."""
    name, address = parseaddr(sender)
    return sender if name else formataddr((settings.SITE["name"], address))


def foot(notice, leave: str) -> str:
    """The end of the text, under the line by which mail programs know a signature."""
    if not leave:
        return ""
    words = _("不想再收到这里的消息，请打开：") if notice.contact_id else _("不想用邮件接收这类提醒，请打开：")
    return f"{FOOT}{words}\n{leave}\n"


def ways_out(leave: str) -> dict[str, str]:
    """Heads of RFC 2369, and of RFC 8058 where the address is one that a provider may post to."""
    if not leave:
        return {}
    one_click = {"List-Unsubscribe-Post": "List-Unsubscribe=One-Click"} if leave.startswith("https:") else {}
    return {"List-Unsubscribe": f"<{leave}>"} | one_click


def refusal(error: OSError) -> Answer | None:
    """The server's own no: for good (5xx), or for now (4xx). None where it did not answer.

    421 says that the server itself is closing; any other 4xx is about this message or this address.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, words = error.smtp_code, error.smtp_error
    else:
        return None
    words = words.decode(errors="replace") if isinstance(words, bytes) else words
    return Answer(State.FAILED if code >= 500 else State.PLANNED, f"{code} {words}", fault=code == 421)
