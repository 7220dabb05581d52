"""Channels, one class each: how a notice leaves the house, and what its provider answered.

To add one: its name in choices.Channel, a class here, and its line in SENDERS.
"""

from ..choices import Channel
from .base import Answer, Sender, Unreachable
from .email import Email
from .inbox import Inbox
from .rooms import DingTalk, Feishu, WeCom
from .sms import Sms
from .webhook import Webhook

SENDERS: dict[Channel, type[Sender]] = {
    sender.channel: sender for sender in (Inbox, Email, Sms, DingTalk, WeCom, Feishu, Webhook)
}

__all__ = ["SENDERS", "Answer", "Email", "Sender", "Sms", "Unreachable", "Webhook"]
