"""Whether a date is kept, in words and with a shape: on time, due soon, overdue; how long there is still."""

from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from liaison.policy.choices import Key

from .choices import DueEnd
from .deadlines import reckon
from .due import calendar_for, clock_of
from .models import DueDate


class Standing(NamedTuple):
    face: str
    word: str
    left: str


def soon_until(today: date) -> date:
    """Open dates up to this day are due soon: so many working days from `today` as policy says."""
    return reckon(today, clock_of(Key.SOON_WORKDAYS, today), calendar_for(today)).due_on


def standing_on(due_on: date, today: date, soon: date) -> Standing:
    """How an open date stands on `today`; the day itself still counts. `soon` is `soon_until` today."""
    days = (due_on - today).days
    if days < 0:
        return Standing("late", _("已逾期"), ngettext("过了 %(n)s 天", "过了 %(n)s 天", -days) % {"n": -days})
    left = _("就是今天") if days == 0 else ngettext("还有 %(n)s 天", "还有 %(n)s 天", days) % {"n": days}
    return Standing("soon", _("即将到期"), left) if due_on <= soon else Standing("good", _("按期"), left)


def standing_of(due: DueDate, today: date, soon: date) -> Standing:
    """How a date stands, be it open, kept, kept late, dropped or paused."""
    if due.ended_on and due.ended_as == DueEnd.DROPPED:
        return Standing("off", due.get_ended_as_display(), "")
    if due.ended_on:
        late = due.due_on is not None and due.ended_on > due.due_on
        return Standing("late", _("已完成，逾期"), "") if late else Standing("good", _("按期完成"), "")
    return standing_on(due.due_on, today, soon) if due.due_on else Standing("wait", _("暂停计时"), "")
