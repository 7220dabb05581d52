"""How somebody is reached, and why not: from the same functions that plan, never from a second copy of their rules."""

from typing import NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.masks import masked
from liaison.common.templatetags.face import cn_moment, joined

from .actions import channels_for
from .channels import SENDERS
from .choices import ROOMS, Channel, Group, Kind, Word, manner
from .house import House
from .lines import Line, is_under
from .models import Notice, Preference


class Way(NamedTuple):
    """A channel for somebody: whether it is used for a kind of notice, and what there is to say of it."""

    channel: Channel
    is_used: bool
    address: str
    why: str


class Reach(NamedTuple):
    """How somebody is reached, by group of kinds, with what the person chose."""

    is_active: bool
    groups: list[tuple[str, list[Way]]]
    has_digest: bool
    language: str
    chose: bool


def reach_of(user: User, place: str) -> Reach:
    """How notices of `place` reach `user`."""
    preference, house = Preference.objects.filter(pk=user.pk).first(), House()
    first = {group: next(kind for kind in Kind if manner(kind).group == group) for group in Group}
    groups = [(group.label, ways(user, kind, place, house, preference)) for group, kind in first.items()]
    language = (preference and preference.language) or settings.LANGUAGE_CODE
    return Reach(
        user.is_active, groups, bool(preference and preference.has_digest), _(dict(settings.LANGUAGES)[language]),
        bool(preference),
    )  # fmt: skip


def ways(user: User, kind: str, place: str, house: House, preference: Preference | None) -> list[Way]:
    """Every channel that goes to a person, as planning would take it for a notice of `kind`."""
    used = channels_for(user, kind, house.lines(place), preference)
    chosen = preference and preference.channels.get(manner(kind).group)
    return [way(channel, channel in used, user, place, house, chosen) for channel in Channel if channel not in ROOMS]


def way(channel: Channel, is_used: bool, user: User, place: str, house: House, chosen: list | None) -> Way:
    line = house.lines(place).get(channel)
    address = "" if channel == Channel.INBOX else SENDERS[channel].address_of(user)
    why = why_used(channel, address, line) if is_used else why_unused(channel, line, place, house, chosen)
    return Way(channel, is_used, masked(address), why)


def why_used(channel: Channel, address: str, line: Line) -> str:
    """What stands in the way of a channel that is used all the same."""
    if channel != Channel.INBOX and not address:
        return _(Word.NO_ADDRESS if channel == Channel.EMAIL else Word.NO_PHONE)
    if line.is_paused(timezone.now()):
        return _("渠道连续失败，已暂停，%s 再试") % cn_moment(line.pause.until)
    return ""


def why_unused(channel: Channel, line: Line | None, place: str, house: House, chosen: list | None) -> str:
    if line is None:
        return why_no_line(channel, place, house)
    if chosen == []:
        return _("本人只要站内消息")
    return _("本人没有选") if chosen is not None else _("本人没有选，通常用%s") % Channel.EMAIL.label


def why_no_line(channel: Channel, place: str, house: House) -> str:
    """Why a channel takes nothing from `place`: the nearest setting is off, cannot be read, or is none."""
    over = [one for one in house.all_settings if one.channel == channel and is_under(place, one.place)]
    nearest = max(over, key=lambda setting: len(setting.place), default=None)
    if nearest is None:
        return _("这个渠道没有设置")
    return _(Word.OFF) if not nearest.is_on else _("渠道不能用：加密用的钥匙已更换")


def why_nothing(user: User | None, kind: str, place: str, house: House, preference: Preference | None) -> str:
    """Why a person who ought to be told hears nothing but the inbox, or not even that; empty where nothing hinders."""
    if user is None:
        return _("没有账号，请转告本人")
    if not user.is_active:
        return _(Word.INACTIVE)
    loud = [way for way in ways(user, kind, place, house, preference) if way.channel != Channel.INBOX]
    if any(way.is_used and not way.why for way in loud):
        return ""
    return joined(f"{way.channel.label}：{way.why}" for way in loud if way.is_used) or joined(
        dict.fromkeys(way.why for way in loud)
    )


def home_of(user: User) -> str:
    """A place to reckon from where somebody was told nothing yet: where the person is posted."""
    return next((posting.code for posting in user.current_postings), "")


def address_of(notice: Notice) -> str:
    """Where a notice goes, masked; empty for rooms and the inbox. A voter's stays sealed: here their name is enough."""
    if notice.channel == Channel.INBOX or not notice.recipient:
        return ""
    return masked(SENDERS[notice.channel].address_of(notice.recipient))


def sent_text(notice: Notice, reader: User) -> str:
    """The text as it goes out. Its link for an answer is a key and stands there for the person alone."""
    key = notice.params.get("answer", "")
    if not key or notice.recipient_id == reader.pk:
        return notice.body
    return notice.body.replace(key, _("（答复链接，只有本人看得到）"))
