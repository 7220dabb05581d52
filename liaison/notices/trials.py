"""Trying a channel for real: one message to whoever asks, or to the room, and the provider's own answer."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from liaison.accounts.actions import log
from liaison.accounts.models import User

from .breaker import Breaker
from .channels import SENDERS, Answer, Unreachable
from .choices import ROOMS, Kind, State
from .lines import Line
from .models import ChannelSetting, Notice, Pause
from .sending import attempt
from .texts import examples


def try_out(setting: ChannelSetting, *, by: User) -> Answer:
    """Send a message now, whether the channel is on or not; a success ends its pause. Writes the log."""
    now = timezone.now()
    words = _("这是一条测试消息，说明通知渠道可以使用。收到后不必回复。")
    notice = Notice(
        kind=Kind.VISIT_TOMORROW, about=f"notices.channelsetting:{setting.pk}", about_version=1, place=setting.place,
        channel=setting.channel, recipient=None if setting.channel in ROOMS else by,
        subject=_("进站提醒测试"), body=words,
        params=examples(Kind.VISIT_TOMORROW, get_language() or "") | {"content": words},  # what its template asks for
        due_at=now, expires_at=now + timedelta(hours=1),
    )  # fmt: skip
    sender = SENDERS[setting.channel](setting)
    try:
        sender.open()
        answer = attempt(sender, notice)
    except Unreachable as error:
        answer = Answer(State.PLANNED, str(error), fault=True)
    finally:
        sender.close()
    if answer.state == State.SENT:
        heal(setting)
    log(by, "try_channel", setting, state=answer.state, answer=answer.words)
    return answer


def heal(setting: ChannelSetting) -> None:
    pause = Pause.objects.filter(channel=setting.channel, place=setting.place).first()
    Breaker(Line(setting.channel, setting.place, setting, pause=pause)).heal()
