"""What the office asks of a rota beside place and period, kept with the plan as JSON."""

from dataclasses import asdict, dataclass, field, fields
from datetime import time

from django.utils.translation import gettext_lazy as _

from ..choices import Weekday
from .shapes import WEIGHTS

MOST_PEOPLE = 12
MOST_WEIGHT = 10
MOST_GAP = 90  # days
SECONDS = (5, 300)
HAND, ALL = "hand", "all"
HOURS_WRONG = _("结束时间应晚于开始时间")


@dataclass(frozen=True)
class Options:
    """Defaults are ours, each shown in the form and changed there."""

    least: int = 2
    most: int = 4
    weights: dict[str, int] = field(default_factory=lambda: dict(WEIGHTS))
    gap_days: int = 21
    seconds: int = 30
    may_lack: bool = False
    keep: str = ALL  # who stays in a draft: everybody, or whom a hand put there and no earlier plan
    fill: bool = True  # propose receptions where a station has too few in a month
    weekdays: tuple[int, ...] = (Weekday.TUESDAY, Weekday.WEDNESDAY, Weekday.THURSDAY)  # stations take turns
    ordinal: int = 2
    starts: str = "09:00"
    ends: str = "11:00"
    themes: tuple[str, ...] = ()
    pins: tuple[int, ...] = ()  # people who must come at least once

    @classmethod
    def of(cls, given: dict) -> "Options":
        """The options that a plan was made with; what it does not know keeps its default."""
        known = {f.name: given[f.name] for f in fields(cls) if f.name in given}
        for name in ("weekdays", "themes", "pins"):
            if name in known:
                known[name] = tuple(known[name])
        return cls(**known)

    def as_json(self) -> dict:
        return asdict(self)

    @property
    def hours(self) -> tuple[time, time]:
        return time.fromisoformat(self.starts), time.fromisoformat(self.ends)
