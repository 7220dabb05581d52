"""What waits for whom: opinions in views, the next deadline first."""

from datetime import date

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from liaison.accounts.models import User
from liaison.accounts.scoping import may
from liaison.common.estimates import capped_count

from .choices import AT_STATION, AWAY, FACES, STANDING, WAITING, State
from .models import Opinion
from .models.matter import FAR
from .standing import soon_until, standing_on

BY_DEADLINE, NEWEST = ("next_due_on", "id"), ("-created_at", "-id")
AT_HAND = (State.SUSPECT, State.SUBMITTED, *AT_STATION)
MOST_COUNTED = 99
MOST_ON_DESK = 6

# By what the address names: how it is called, and which opinions it holds on a day.
VIEWS = {
    "": (_("待办"), lambda today, soon: Q(state__in=AT_HAND)),
    "overdue": (_("已逾期"), lambda today, soon: Q(state__in=STANDING, next_due_on__lt=today)),
    "soon": (_("即将到期"), lambda today, soon: Q(state__in=STANDING, next_due_on__range=(today, soon))),
    "away": (_("办理单位手里"), lambda today, soon: Q(state__in=AWAY)),
    "answered": (_("待评价"), lambda today, soon: Q(state__in=WAITING)),
    "outcomes": (_("待公示"), lambda today, soon: Q(outcome__isnull=False, outcome__published_at=None)),
    "all": (_("全部"), lambda today, soon: Q()),
}


def order_of(view: str) -> tuple[str, str]:
    return NEWEST if view in ("outcomes", "all") else BY_DEADLINE


def within(view: str, today: date) -> Q:
    return VIEWS[view][1](today, soon_until(today))


def marked(rows: list[Opinion], today: date) -> list[Opinion]:
    """Each with the face of its state, and how its nearest date stands."""
    soon = soon_until(today)
    for row in rows:
        row.face = FACES[row.state]
        row.standing = standing_on(row.next_due_on, today, soon) if row.next_due_on < FAR else None
    return rows


def waiting(user: User):
    """What nobody has taken in hand yet, of what `user` handles."""
    return Opinion.objects.for_user(user, "handle").filter(state__in=[State.SUSPECT, State.SUBMITTED])


def count_waiting(user: User) -> int:
    return capped_count(waiting(user), MOST_COUNTED) if may(user, "handle", Opinion) else 0


def on_desk(user: User, today: date) -> list[Opinion]:
    """The first of what is at hand, for the start page."""
    if not may(user, "handle", Opinion):
        return []
    rows = Opinion.objects.for_user(user, "handle").filter(state__in=AT_HAND).select_related("station")
    return marked(list(rows.order_by(*BY_DEADLINE)[:MOST_ON_DESK]), today)
