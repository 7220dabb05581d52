import hashlib
import hmac
import json
import time

from django.utils.translation import gettext_lazy as _

from ..choices import Channel, State
from .base import Answer, HttpSender, address_field, secret_field


class Webhook(HttpSender):
    """A signed POST to another system of the office, which drops a repeat by its Idempotency-Key."""

    channel = Channel.WEBHOOK
    batch = 20
    secret_names = ("secret",)

    @classmethod
    def fields(cls):
        hint = _("对方用它验证签名：X-Liaison-Signature 是 sha256=HMAC-SHA256(密钥, 时间戳 + “.” + 内容)")
        return {
            "url": address_field(label=_("接收地址"), help_text=_("对方应按 Idempotency-Key 识别重复，收到后回答 2xx")),
            "secret": secret_field(label=_("签名密钥"), min_length=16, help_text=hint),
        }

    @property
    def recognises_repeats(self) -> bool:
        return True

    def send(self, notice) -> Answer:
        content = json.dumps(self.content(notice), ensure_ascii=False, sort_keys=True).encode()
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json; charset=utf-8", "User-Agent": "Liaison",
            "Idempotency-Key": f"notice-{notice.reference}", "X-Liaison-Timestamp": stamp,
            "X-Liaison-Signature": signature(self.secrets.get("secret", ""), stamp, content),
        }  # fmt: skip
        reply = self.ask("POST", self.config["url"], data=content, headers=headers)
        if isinstance(reply, Answer):
            return reply
        return self.refused(reply) or Answer(State.SENT, self.quoted(f"HTTP {reply.status} {reply.text}"))

    def content(self, notice) -> dict:
        return {
            "id": notice.reference, "kind": notice.kind, "about": notice.about, "version": notice.about_version,
            "place": notice.place, "due_at": notice.due_at.isoformat(), "subject": notice.subject,
            "body": notice.body, "params": notice.params,
        }  # fmt: skip


def signature(secret: str, stamp: str, content: bytes) -> str:
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + content, hashlib.sha256).hexdigest()
    return f"sha256={digest}"
