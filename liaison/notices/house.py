"""What holds for all plans of one run: hours, lines and texts, asked once however many things are planned."""

from functools import cached_property

from django.utils import timezone

from .lines import Line, in_use, reaching
from .manners import Rules, rules
from .models import ChannelSetting, Text
from .texts import Words


class House:
    """Read when first asked for, and not again."""

    def __init__(self) -> None:
        self.texts: dict[str, dict[tuple[str, str], Words]] = {}

    @cached_property
    def hours(self) -> Rules:
        return rules(timezone.localdate())

    @cached_property
    def all_lines(self) -> list[Line]:
        return in_use()

    @cached_property
    def all_settings(self) -> list[ChannelSetting]:
        return list(ChannelSetting.objects.all())

    def lines(self, place: str) -> dict[str, Line]:
        return reaching(place, self.all_lines)

    def words(self, place: str) -> dict[tuple[str, str], Words]:
        """By kind and language what staff wrote for `place`."""
        if place not in self.texts:
            self.texts[place] = Text.objects.nearest(place)
        return self.texts[place]
