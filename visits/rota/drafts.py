"""Where and when a rota is wanted, and the visits that it is to fill."""

from dataclasses import dataclass, field
from datetime import date, datetime

from django.utils import timezone

from ..choices import VisitKind
from .options import Options


def theme_of(kind: str, title: str) -> str:
    return title or str(VisitKind(kind).label)


@dataclass(frozen=True)
class Draft:
    """A slot's visit: one that is there (`visit`), or one that accepting the plan would make."""

    station: str
    kind: str
    title: str
    starts_at: datetime
    ends_at: datetime
    room: int | None = None
    visit: int | None = None
    before: tuple[int, ...] = ()  # who is there now
    fixed: tuple[int, ...] = ()  # who of them stays
    note: str = ""

    @property
    def day(self) -> date:
        return timezone.localdate(self.starts_at)

    @property
    def movable(self) -> tuple[int, ...]:
        """Whom an earlier plan put there, and this one may put elsewhere."""
        return tuple(person for person in self.before if person not in self.fixed)

    @property
    def theme(self) -> str:
        return theme_of(self.kind, self.title)


@dataclass(frozen=True)
class Ask:
    """Where and when a rota is wanted, and how."""

    code: str
    from_on: date
    to_on: date
    options: Options = field(default_factory=Options)
