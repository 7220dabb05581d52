"""The lines by which notices leave: each channel at each place that has a setting of its own, the nearest deciding."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from liaison.accounts.scoping import NOTHING

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
