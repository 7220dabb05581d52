"""Group chats of DingTalk, WeCom and Feishu, through apprise.

A robot belongs to a group, so one setting is one group: that of a district, a street or a station. apprise knows each
provider's request; it tells only yes or no, and takes every 200 for a yes, where all three say no with 200 and a code.
So its requests go out through egress.py and the provider's own reply is read there.
"""

import logging
import re
from contextvars import ContextVar
from functools import cache
from types import SimpleNamespace

from django.utils.translation import gettext_lazy as _

from .. import egress
from ..choices import Channel, State
from .base import Answer, HttpSender, address_field, secret_field

_reply: ContextVar[egress.Reply | Answer | None] = ContextVar("reply", default=None)
_asking: ContextVar[HttpSender] = ContextVar("asking")


class Outbound:
    """Stands in for `requests` inside apprise's plugins: the same request, by our way out."""

    def __init__(self, requests):
        self.codes, self.RequestException = requests.codes, requests.RequestException

    def post(self, url, *, data, headers, params=None, **_ignored):
        reply = _asking.get().ask("POST", url, data=data, headers=headers, params=params)
        _reply.set(reply)
        status = reply.status if isinstance(reply, egress.Reply) else 599
        return SimpleNamespace(status_code=status, content=b"")


@cache
def plugin(name: str, cls: str) -> type:
    """apprise's class, loaded when the first message leaves: half of the web processes never need it."""
    from importlib import import_module

    module = import_module(f"apprise.plugins.{name}")
    logging.getLogger("apprise").setLevel(logging.ERROR)  # below that it writes addresses, and with them their tokens
    module.requests = Outbound(module.requests)
    # It would sleep between messages, while the notices that were leased wait.
    return type(cls, (getattr(module, cls),), {"request_rate_per_sec": 0})


class Room(HttpSender):
    """A robot's address, as its group shows it; the token in it makes all of it secret."""

    batch = 1
    secret_names = ("webhook",)
    example = ""
    token_at: re.Pattern  # group 1 is the token
    plugin: tuple[str, str]
    token_name = "token"
    busy: frozenset[int] = frozenset()  # codes of "too fast" and "busy just now"

    @classmethod
    def fields(cls):
        hint = _("在群设置里添加“自定义机器人”，把它给出的地址整段粘贴到这里，形如 %s") % cls.example
        return {"webhook": address_field(label=_("机器人地址"), help_text=hint, widget=secret_field().widget)}

    @classmethod
    def check(cls, given):
        webhook = given.get("webhook", "")
        if webhook and not cls.token_at.search(webhook):
            return {"webhook": _("这不像这个渠道的机器人地址，应形如 %s") % cls.example}
        return {}

    def robot(self):
        """apprise's plugin for the address that was given, be it the provider's cloud or an office's own server."""
        webhook = self.secrets.get("webhook", "")
        found = self.token_at.search(webhook)
        base = f"{webhook[: found.start(1)]}{{{self.token_name}}}{webhook[found.end(1) :]}"
        made = type("Robot", (plugin(*self.plugin),), {"notify_url": base})
        return made(**{self.token_name: found.group(1)}, **self.extras())

    def extras(self) -> dict:
        return {}

    def send(self, notice) -> Answer:
        asking, reply = _asking.set(self), _reply.set(None)
        try:
            self.robot().notify(title=notice.subject, body=notice.body)
            return self.answer(_reply.get())
        finally:
            _asking.reset(asking)
            _reply.reset(reply)

    def answer(self, reply: egress.Reply | Answer | None) -> Answer:
        if not isinstance(reply, egress.Reply):
            return reply or Answer(State.FAILED, str(_("这条消息没有内容可发")))
        if refused := self.refused(reply):
            return refused
        data = reply.data if isinstance(reply.data, dict) else {}
        code = next((data[name] for name in ("errcode", "code", "StatusCode") if name in data), None)
        words = self.quoted(str(data.get("errmsg") or data.get("msg") or reply.text))
        if code == 0:
            return Answer(State.SENT, words)
        if code in self.busy:
            return Answer(State.PLANNED, f"{code} {words}", fault=code == -1)
        return Answer(State.FAILED, words if code is None else f"{code} {words}")


class DingTalk(Room):
    channel = Channel.DINGTALK
    secret_names = ("webhook", "secret")
    example = "https://oapi.dingtalk.com/robot/send?access_token=…"
    token_at = re.compile(r"[?&]access_token=([A-Za-z0-9]+)")
    plugin = ("dingtalk", "NotifyDingTalk")
    busy = frozenset({-1, 130101, 410100})

    @classmethod
    def fields(cls):
        hint = _("安全设置选“加签”的，填 SEC 开头的那一串；选“自定义关键词”的留空，并把“提醒”设为关键词")
        return super().fields() | {"secret": secret_field(label=_("加签密钥"), required=False, help_text=hint)}

    @classmethod
    def check(cls, given):
        wrong = super().check(given)
        if not re.fullmatch(r"[A-Za-z0-9]*", given.get("secret", "")):
            wrong["secret"] = _("密钥只含字母和数字")
        return wrong

    def extras(self):
        return {"secret": self.secrets.get("secret") or None}


class WeCom(Room):
    channel = Channel.WECOM
    example = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…"
    token_at = re.compile(r"[?&]key=([A-Za-z0-9_-]+)")
    plugin = ("wecombot", "NotifyWeComBot")
    token_name = "key"
    busy = frozenset({-1, 45009, 45033})


class Feishu(Room):
    """Its signed mode is not apprise's: the group's robot is kept safe by a keyword or by our address."""

    channel = Channel.FEISHU
    example = "https://open.feishu.cn/open-apis/bot/v2/hook/…"
    token_at = re.compile(r"/hook/([A-Za-z0-9_-]+)")
    plugin = ("feishu", "NotifyFeishu")
    busy = frozenset({-1, 9499, 11232, 11233})
