"""The calendar: the days of a month or a week with what is on, and one day in full.

Where a whole nation is looked at, a day holds twenty thousand visits. So every day is asked for its first few by an
index probe of its own and counted no further than COUNTED: a month costs the same however many visits there are.
"""

from collections.abc import Callable
from datetime import date, timedelta
from functools import cached_property
from html import escape
from typing import NamedTuple

from dateutil.relativedelta import relativedelta
from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models.expressions import RawSQL
from django.urls import reverse
from django.utils import timezone
from django.utils.html import mark_safe
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from liaison.common.finder import FIRST, LAST
from liaison.common.templatetags.face import WEEKDAYS, cn_date, cn_day, cn_month, day_word
from liaison.policy.choices import DayKind
from liaison.policy.models import CalendarDay, CalendarYear

from . import schedule
from .choices import CalendarView
from .finder import CalendarFinder
from .models import VisitQuerySet, day_start
from .schedule import ORDER, WINDOW

COUNTED = 300  # visits of a day that are counted; a district where every station receives at once has some hundred
IN_FULL = 50  # visits of the chosen day that stand below the month
IN_CELL = {CalendarView.MONTH: 3, CalendarView.WEEK: 30}
NOON = 12
TAIL = "代表联络站"  # how nearly every station's name ends; a cell of a month has no room for it
SHORT = (
    pgettext_lazy("weekday", "一"), pgettext_lazy("weekday", "二"), pgettext_lazy("weekday", "三"),
    pgettext_lazy("weekday", "四"), pgettext_lazy("weekday", "五"), pgettext_lazy("weekday", "六"),
    pgettext_lazy("weekday", "日"),
)  # fmt: skip
MARKS = {DayKind.HOLIDAY: pgettext_lazy("mark of a day", "休"), DayKind.MAKEUP: pgettext_lazy("mark of a day", "班")}

ENTRY = """<li class="cal-visit%(css)s"><a href="%(url)s"><span class="cal-time">%(start)s</span> %(state)s\
<span class="cal-what">%(what)s</span><span class="visually-hidden"> %(rest)s</span></a></li>
"""
LINE = """<li class="cal-line%(css)s"><p class="cal-time">%(time)s %(state)s</p>
<p><a class="cal-what" href="%(url)s">%(heading)s</a></p><p class="cal-where">%(station)s</p></li>
"""
STATE = '<span class="cal-state">%s</span> '


class Span(NamedTuple):
    """The days that a calendar is open at, and where its neighbours are (None at the end of the calendar)."""

    first: date
    last: date
    previous: date | None
    next: date | None

    def days(self) -> list[date]:
        """Whole weeks: a month begins with the last days of the one before."""
        start = self.first - timedelta(days=self.first.weekday())
        weeks = (self.last - start).days // 7 + 1
        return [start + timedelta(days=n) for n in range(7 * weeks)]


def span_of(view: str, on: date) -> Span:
    if view == CalendarView.WEEK:
        step = relativedelta(weeks=1)
        first = on - timedelta(days=on.weekday())
        last = first + timedelta(days=6)
    else:
        step = relativedelta(months=1)
        first = on.replace(day=1)
        last = first + step - timedelta(days=1)
    previous, next_ = on - step, on + step
    return Span(first, last, previous if previous >= FIRST else None, next_ if next_ <= LAST else None)


def tabs_of_list(query: dict[str, str]) -> list[tuple[str, str, bool]]:
    """From the list of all that is to come to the calendar, at its first day and with the same filters."""
    on = {"on": query["from"]} if "from" in query else {}
    rest = {name: value for name, value in query.items() if name not in ("from", "to")}
    at = reverse("visits:calendar")
    others = [view for view in CalendarView if view != CalendarView.LIST]
    return [
        (f"?{urlencode(query)}", CalendarView.LIST.label, True),
        *((f"{at}?{urlencode({'view': view} | on | rest)}", view.label, False) for view in others),
    ]


# -- which visits ----------------------------------------------------------------------------------------------------

# It begins with SELECT: of a statement that begins otherwise, kept pages fear that it writes.
PROBES = """\
SELECT days.on_day, ARRAY({probe})
FROM unnest(%s::date[], %s::timestamptz[], %s::timestamptz[]) AS days(on_day, begins, ends)
"""


class Found(NamedTuple):
    """Keys of visits by day, in order; `read_until` where a search stopped before the end."""

    by_day: dict[date, list[int]]
    read_until: date | None


def found(form: CalendarFinder, visits: VisitQuerySet, days: list[date]) -> Found:
    """The visits of `days` that `form` asks for. Words and names are looked for in the first WINDOW visits only."""
    visits = form.narrowed(visits)
    if not form.words and "representative" not in form.wanted:
        return Found(first_of_days(visits, days, COUNTED + 1), None)
    rows = visits.between(days[0], days[-1]).order_by(*ORDER).values_list("pk", "starts_at")
    window = list(rows[:WINDOW])
    read_until = timezone.localdate(window[-1][1]) if len(window) == WINDOW else None
    if form.words:
        window = list(rows.filter(form.words, pk__in=[pk for pk, _at in window]))
    by_day: dict[date, list[int]] = {}
    for pk, starts_at in window:
        by_day.setdefault(timezone.localdate(starts_at), []).append(pk)
    return Found(by_day, read_until)


def first_of_days(visits: VisitQuerySet, days: list[date], most: int) -> dict[date, list[int]]:
    """Keys of the first `most` visits of each day: one index probe a day, all of them in one statement."""
    probe = visits.filter(starts_at__gte=RawSQL("days.begins", ()), starts_at__lt=RawSQL("days.ends", ()))
    try:
        sql, params = probe.order_by(*ORDER).values("pk")[:most].query.sql_with_params()
    except EmptyResultSet:  # somebody who reaches nothing
        return {}
    bounds = [[day_start(day + timedelta(days=later)) for day in days] for later in (0, 1)]
    with connections[visits.db].cursor() as cursor:
        cursor.execute(PROBES.format(probe=sql), [*params, days, *bounds])
        return dict(cursor.fetchall())


# -- what stands on the page -----------------------------------------------------------------------------------------


class Calendar:
    """A month or a week with everything that its page says.

    `visits` are those within reach; `ready` makes rows of some of them, by key; `list_url` leads to the list of a day,
    where that is found which did not fit.
    """

    views: tuple[str, ...] = tuple(CalendarView)

    def __init__(self, form: CalendarFinder, visits: VisitQuerySet, view: str, *, today: date,
                 ready: Callable[[VisitQuerySet], dict[int, dict]], list_url: Callable[[date], str]):  # fmt: skip
        self.form, self.visits, self.view, self.today = form, visits, view, today
        self.ready, self.list_url = ready, list_url
        self.on = form.wanted.get("on_") or today
        self.span = span_of(view, self.on)
        self.days = self.span.days()

    # Addresses and heads

    def url(self, on: date | None = None, view: str = "", at: str = "") -> str:
        """This calendar at another day or in another view, with the same filters; without a day at today."""
        asked = {"view": view or self.view} | ({"on": f"{on:%Y-%m-%d}"} if on else {}) | self.form.query
        return f"?{urlencode(asked)}{at}"

    @property
    def asked(self) -> dict[str, str]:
        """What the form of filters carries along unseen."""
        return {"view": self.view}

    @property
    def cleared(self) -> str:
        """This calendar without filters."""
        return f"?{urlencode({'view': self.view, 'on': self.on})}"

    @property
    def tabs(self) -> list[tuple[str, str, bool]]:
        return [(self.url(self.on, view), view.label, view == self.view) for view in self.views]

    @property
    def previous_url(self) -> str:
        return self.url(self.span.previous) if self.span.previous else ""

    @property
    def next_url(self) -> str:
        return self.url(self.span.next) if self.span.next else ""

    @property
    def is_week(self) -> bool:
        return self.view == CalendarView.WEEK

    @property
    def heading(self) -> str:
        """2026年12月, or 2026年11月30日—12月6日."""
        if not self.is_week:
            return cn_month(self.on)
        first, last = self.span.first, self.span.last
        short = cn_day(last).removeprefix(f"{first.year}年").removeprefix(f"{first.month}月")
        return f"{cn_day(first)}—{short}"

    @property
    def weekdays(self) -> list[tuple[str, str]]:
        """Each weekday in one character, and its name for readers."""
        return list(zip(map(str, SHORT), map(str, WEEKDAYS), strict=True))

    # Days

    @cached_property
    def found(self) -> Found:
        return found(self.form, self.visits, self.days)

    @cached_property
    def rows(self) -> dict[int, dict]:
        """Every visit that the page names, by key."""
        most = {day: IN_FULL if day == self.on and not self.is_week else IN_CELL[self.view] for day in self.days}
        keys = [pk for day, keys in self.found.by_day.items() for pk in keys[: most[day]]]
        return self.ready(self.visits.filter(pk__in=keys))

    @cached_property
    def exceptions(self) -> dict[date, tuple[str, str]]:
        """Kind and name of each day that is not what its weekday says."""
        days = CalendarDay.objects.for_user(self.form.user, "read").filter(date__range=(self.days[0], self.days[-1]))
        return {day: (kind, name) for day, kind, name in days.values_list("date", "kind", "name")}

    @cached_property
    def unannounced(self) -> list[int]:
        """Years whose holidays nobody knows yet."""
        years = CalendarYear.objects.for_user(self.form.user, "read").filter(announced=True)
        known = years.filter(year__in={self.days[0].year, self.days[-1].year}).values_list("year", flat=True)
        return sorted({day.year for day in self.days} - set(known))

    @cached_property
    def weeks(self) -> list[list[dict]]:
        cells = [self.cell(day) for day in self.days]
        return [cells[n : n + 7] for n in range(0, len(cells), 7)]

    def cell(self, day: date) -> dict:
        keys = self.found.by_day.get(day, [])
        rows = [self.rows[pk] for pk in keys[: IN_CELL[self.view]] if pk in self.rows]
        kind, name = self.exceptions.get(day, ("", ""))
        return {
            "id": f"d{day:%Y%m%d}",
            "number": day.day,
            "name": cn_date(day),
            "weekday": WEEKDAYS[day.weekday()],
            "word": day_word(day, self.today),
            "url": self.list_url(day) if self.is_week else self.url(day, at="#chosen"),
            "list_url": self.list_url(day),
            "count": counted(len(keys)),
            "in_words": in_words(len(keys)),
            "more": rest(len(keys), len(rows)),
            "parts": self.parts(rows),
            "is_today": day == self.today,
            "is_chosen": day == self.on,
            "is_other": not self.span.first <= day <= self.span.last,
            "is_off": kind == DayKind.HOLIDAY or (not kind and day.weekday() > 4),
            "mark": MARKS.get(kind, ""),
            "mark_word": mark_words(kind, name),
        }

    def parts(self, rows: list[dict]) -> list[str]:
        """A day of a month in one piece, a day of a week in its morning and the rest."""
        if not self.is_week:
            by_theme = "station" in self.form.wanted
            return [written(ENTRY, rows, by_theme=by_theme)]
        mornings = [row for row in rows if hour_of(row) < NOON]
        later = [row for row in rows if hour_of(row) >= NOON]
        return [written(LINE, mornings), written(LINE, later)]

    @property
    def is_crowded(self) -> bool:
        return any(len(keys) > COUNTED for keys in self.found.by_day.values())

    @property
    def is_empty(self) -> bool:
        return not any(self.found.by_day.values())

    @cached_property
    def chosen(self) -> dict:
        """The chosen day in full; when nothing is on, the next day of the page when something is."""
        keys = self.found.by_day.get(self.on, [])
        rows = [self.rows[pk] for pk in keys[:IN_FULL] if pk in self.rows]
        later = sorted(day for day, keys in self.found.by_day.items() if keys and day > self.on)
        return {
            "name": cn_date(self.on),
            "word": day_word(self.on, self.today),
            "mark_word": mark_words(*self.exceptions.get(self.on, ("", ""))),
            "visits": mark_safe("".join(map(schedule.written, rows))),
            "in_words": in_words(len(keys)),
            "list_url": self.list_url(self.on) if len(keys) > len(rows) else "",
            "later": cn_date(later[0]) if later else "",
            "later_url": self.url(later[0], at="#chosen") if later else "",
        }


def written(pattern: str, rows: list[dict], *, by_theme: bool = False) -> str:
    """Short lines for a cell. Not in a template: a month has a hundred of them."""
    return mark_safe("".join(pattern % _words(row, by_theme) for row in rows))


def _words(row: dict, by_theme: bool) -> dict:
    short = row["station"].removesuffix(TAIL) or row["station"]
    state, css = state_of(row)
    words = {
        "start": row["time"].partition("—")[0],
        "what": row["heading"] if by_theme else short,
        "rest": row["station"] if by_theme else row["heading"],
        **{name: row[name] for name in ("url", "time", "heading", "station")},
    }
    return {name: escape(word) for name, word in words.items()} | {"css": css, "state": STATE % state if state else ""}


def state_of(row: dict) -> tuple[str, str]:
    """What a short line says of a visit's state when it is not the usual one, and how it looks."""
    if row["cancelled"]:
        return _("取消"), " cancelled"
    if row["draft"]:
        return row["draft"], " draft"
    if row.get("changed"):
        return _("变更"), " changed"
    return "", " over" if row["over"] else ""


def hour_of(row: dict) -> int:
    return int(row["time"].partition(":")[0])


def mark_words(kind: str, name: str) -> str:
    return f"{DayKind(kind).label} {name}".strip() if kind else ""


def in_words(count: int) -> str:
    if count > COUNTED:
        return _("超过 %s 次安排") % COUNTED
    return _("%s 次安排") % count if count else _("没有安排")


def counted(count: int) -> str:
    """For a cell of 50 pixels."""
    if count > COUNTED:
        return f"{COUNTED}+"
    return pgettext("in a cell", "%s次") % count if count else ""


def rest(count: int, shown: int) -> str:
    if count > COUNTED:
        return _("还有 %s 次以上") % (COUNTED - shown)
    return _("还有 %s 次") % (count - shown) if count > shown else ""
