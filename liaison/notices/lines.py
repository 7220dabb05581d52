"""The lines by which notices leave: each channel at each place that has a setting of its own, the nearest deciding."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from liaison.accounts.scoping import NOTHING
from liaison.common.templatetags.face import cn_moment

from . import mailbox
from .channels import SENDERS, Sender
from .choices import ALWAYS, Channel
from .models import ChannelSetting, Pause


@dataclass
class Line:
    """A channel as it works at `place` and below, but where one of the `nearer` places has its own setting."""

    channel: Channel
    place: str = ""
    setting: ChannelSetting | None = None
    nearer: list[str] = field(default_factory=list)
    pause: Pause | None = None

    def covers(self) -> Q:
        """Its notices."""
        mine = Q(channel=self.channel)
        if self.place:
            mine &= under(self.place)
        for place in self.nearer:
            mine &= ~under(place)
        return mine

    def sender(self) -> Sender:
        make = SENDERS[self.channel]
        return make(self.setting) if self.setting else make()

    def is_paused(self, at: datetime) -> bool:
        return bool(self.pause and self.pause.until and self.pause.until > at)


def under(place: str) -> Q:
    return Q(place=place) if "-" in place else Q(place__startswith=place)


def is_under(place: str, of: str) -> bool:
    return place == of if "-" in of else place.startswith(of)


def in_use() -> list[Line]:
    """Every line that may send now or after a pause. What is switched off, or sealed with a lost key, is none."""
    settings = list(ChannelSetting.objects.filter(channel__in=SENDERS).order_by("channel", "place"))
    pauses = {(pause.channel, pause.place): pause for pause in Pause.objects.all()}
    lines = []
    for channel in SENDERS:
        own = [setting for setting in settings if setting.channel == channel]
        places = [setting.place for setting in own]
        found = [Line(channel, setting.place, setting) for setting in own if setting.is_on and setting.is_readable]
        if channel in ALWAYS and "" not in places:
            found.append(Line(channel))
        for line in found:
            line.nearer = [place for place in places if place != line.place and is_under(place, line.place)]
            line.pause = pauses.get((channel, line.place))
        lines += found
    return lines


def reaching(place: str, lines: Iterable[Line]) -> dict[str, Line]:
    """The line of each channel that takes notices of `place`."""
    return {
        line.channel: line
        for line in lines
        if is_under(place, line.place) and not any(is_under(place, nearer) for nearer in line.nearer)
    }


def moving(at: datetime) -> Q:
    """Notices that nobody has to wait for: those of a paused channel wait by design, and say so."""
    moving = NOTHING
    for line in in_use():
        if not line.is_paused(at):
            moving |= line.covers()
    return moving


@dataclass
class Standing:
    """How a channel is doing, as its page says it."""

    name: str
    place: str
    face: str
    words: str
    hint: str = ""
    setting: ChannelSetting | None = None


def standing(settings: Iterable[ChannelSetting], at: datetime) -> list[Standing]:
    """Every channel in the order of choices: its settings, what works without one, and what nobody set up."""
    lines = {(line.channel, line.place): line for line in in_use()}
    rows = []
    for channel in Channel:
        own = [setting for setting in settings if setting.channel == channel]
        rows += [stands(channel, setting, lines.get((channel, setting.place)), at) for setting in own]
        if not any(setting.place == "" for setting in own):
            rows.append(stands(channel, None, lines.get((channel, "")), at))
    return rows


def stands(channel: Channel, setting: ChannelSetting | None, line: Line | None, at: datetime) -> Standing:
    place = setting.place if setting else ""
    if line and line.is_paused(at):
        words = {"n": line.pause.failures, "why": line.pause.why, "at": cn_moment(line.pause.until)}
        hint = _("连续 %(n)s 次失败（%(why)s），%(at)s 先试发一条，成功即恢复；其间的提醒会等着") % words
        return Standing(channel.label, place, "soon", _("已暂停"), hint, setting)
    if line:
        return Standing(channel.label, place, "good", _("在用"), unconfigured(channel) if not setting else "", setting)
    if setting and setting.is_on:
        return Standing(
            channel.label, place, "late", _("不能用"), _("加密用的钥匙已更换，请重新填写密码或密钥"), setting
        )
    hint = "" if setting else _("没有设置")
    return Standing(channel.label, place, "off", _("停用"), hint, setting)


def unconfigured(channel: Channel) -> str:
    """How a channel works that has no setting."""
    if channel == Channel.EMAIL:
        return _("写成文件，不寄出") if mailbox.is_kept() else _("用安装时配置的发信服务器")
    return _("不需要设置")
