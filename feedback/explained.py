"""这个日期怎么来的: a due day told step by step, with the law behind each step, and the days that were counted.

What people wrote as a reason is told as they wrote it but for numbers of persons.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import NamedTuple

from dateutil.relativedelta import relativedelta
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from liaison.accounts.history import actor, people
from liaison.common.templatetags.face import cn_date, cn_day, cn_month, cn_near_date, joined
from liaison.policy.choices import Key, Unit

from .deadlines import Calendar, Pause
from .due import pauses_of
from .models import DueDate
from .sent import untraced

DAY = timedelta(days=1)
MOST_CHANGES = 100
LAW = {
    201: gettext_lazy("民法典第二百零一条"),
    202: gettext_lazy("民法典第二百零二条"),
    203: gettext_lazy("民法典第二百零三条"),
}


class Part(NamedTuple):
    """A step on the way to the day: a short title, sentences, and the day that it led to, if any."""

    title: str
    words: str
    day: date | None = None


class Month(NamedTuple):
    """The days of a month that were counted, in words and in number, and those that were not."""

    first: date
    counted: int
    days: str
    off: int
    paused: int


class Change(NamedTuple):
    at: object
    by: str
    was: date | None
    now: date | None
    why: str


def story(due: DueDate, calendar: Calendar) -> list[Part]:
    """How the day came about, in the order of the reckoning. `calendar` knows the days from the start on."""
    parts = [*(_of_rule(due, calendar) if due.count is not None else _of_person(due))]
    parts += [*_extensions(due), *_pauses(due), *_rolled(due, calendar)]
    if due.is_provisional:
        parts.append(Part(_("暂定"), _unannounced(due, calendar)))
    return parts


def _of_person(due: DueDate) -> Iterator[Part]:
    words = _("由工作人员定在这一天。说明：%s。") % untraced(due.reason)
    yield Part(_("由人确定"), words, due.first_due_on)


def _of_rule(due: DueDate, calendar: Calendar) -> Iterator[Part]:
    days = {"day": cn_date(due.start_on), "next": cn_date(due.start_on + DAY), "law": LAW[201]}
    yield Part(_("从哪天起算"), _("%(day)s起算。当天不计入，从次日%(next)s开始计（%(law)s）。") % days)
    yield Part(_("按什么规则"), rule_words(due))
    if due.unit == Unit.WORKDAYS:
        yield Part(_("哪些天计入"), _("只计工作日：周末和放假不计，调休上班的周末计入。") + _named_days(due, calendar))
    if due.unit == Unit.MONTHS:
        yield Part(_("到哪天为止"), _end_of_month(due))
    yield Part(_("原定日期"), _("不算延期和暂停，是这一天。"), due.first_due_on)


def rule_words(due: DueDate) -> str:
    name = f"{Key(due.rule).label}：" if due.rule in Key.values else ""
    since = _("，%s起执行") % cn_day(due.rule_since) if due.rule_since else ""
    words = {"name": name, "n": due.count, "unit": due.get_unit_display(), "source": due.source, "since": since}
    return _("%(name)s%(n)s%(unit)s。依据：%(source)s%(since)s。") % words


def _end_of_month(due: DueDate) -> str:
    end = due.start_on + relativedelta(months=due.length)
    if end.day == due.start_on.day:
        return _("按月计算，到期月的对应日为最后一日（%s）。") % LAW[202]
    words = {"month": cn_month(end), "day": due.start_on.day, "last": cn_day(end), "law": LAW[202]}
    return _("按月计算。%(month)s没有%(day)s日，以月末%(last)s为最后一日（%(law)s）。") % words


def _named_days(due: DueDate, calendar: Calendar) -> str:
    """Holidays on the way, each with its days, and weekends that were worked."""
    to = due.due_on or due.first_due_on
    days = [due.start_on + n * DAY for n in range(1, (to - due.start_on).days + 1)]
    off = [(calendar.names.get(day) or _("放假"), day) for day in days if calendar.exceptions.get(day) is False]
    found = [f"{name} {_near([day for _name, day in rows])}" for name, rows in groupby(off, key=lambda pair: pair[0])]
    worked = [cn_near_date(day) for day in days if calendar.exceptions.get(day)]
    words = _("期间放假：%s。") % joined(found) if found else ""
    return words + (_("调休上班：%s。") % joined(worked) if worked else "")


def _near(days: list[date]) -> str:
    first, last = (f"{day.month}月{day.day}日" for day in (days[0], days[-1]))
    return first if len(days) == 1 else f"{first}—{last}"


def _extensions(due: DueDate) -> Iterator[Part]:
    for one in due.extensions:
        words = {"day": cn_day(date.fromisoformat(one["agreed_on"])), "reason": untraced(one["reason"])}
        if due.count is None:
            until = date.fromisoformat(one["until"])
            yield Part(_("延期"), _("%(day)s决定延期。理由：%(reason)s。") % words, until)
            continue
        words |= {"n": one["count"], "unit": due.get_unit_display()}
        consent = _("代表意见：%s。") % untraced(one["consent"]) if one.get("consent") else ""
        told = _("%(day)s决定延期，从起算日算起共 %(n)s%(unit)s。理由：%(reason)s。") % words
        yield Part(_("延期"), told + consent)


def _pauses(due: DueDate) -> Iterator[Part]:
    passed = {from_: (to, days) for from_, to, days, _reason in due.passed}
    for pause in pauses_of(due):
        reason = untraced(pause.reason)
        if pause.to is None:
            words = {"day": cn_day(pause.from_), "reason": reason}
            told = _("%(day)s起暂停，这一天起不计入；恢复以后才能算出日期。理由：%(reason)s。")
            yield Part(_("正在暂停"), told % words)
            continue
        from_ = max(pause.from_, due.start_on + DAY).isoformat()
        days = passed[from_][1] if from_ in passed else 0
        words = {"from": cn_day(pause.from_), "to": cn_day(pause.to - DAY), "n": days, "reason": reason}
        words["unit"] = _("个工作日") if due.unit == Unit.WORKDAYS else _("天")
        yield Part(_("暂停"), _("%(from)s至%(to)s不计入，扣除 %(n)s %(unit)s。理由：%(reason)s。") % words)


def _rolled(due: DueDate, calendar: Calendar) -> Iterator[Part]:
    if due.rolled_from and due.due_on:
        yield Part(_("顺延"), rolled_words(due, calendar) + _("（%s）。") % LAW[203], due.due_on)


def rolled_words(due: DueDate, calendar: Calendar) -> str:
    words = {
        "from": cn_date(due.rolled_from), "to": cn_date(due.due_on), "why": why_off(due.rolled_from, calendar),
    }  # fmt: skip
    return _("%(from)s%(why)s，顺延到下一个工作日%(to)s") % words


def why_off(day: date, calendar: Calendar) -> str:
    if calendar.exceptions.get(day) is False:
        return _("是%s放假") % calendar.names[day] if calendar.names.get(day) else _("放假")
    return _("暂停计时") if calendar.is_worked(day) else _("是周末")


def _unannounced(due: DueDate, calendar: Calendar) -> str:
    years = range(due.start_on.year, max(due.first_due_on, due.due_on or due.first_due_on).year + 1)
    unknown = [_("%s年") % year for year in years if year not in calendar.announced]
    return _("%s的放假安排还没有公布，先按周末推算，公布以后可能变动。") % joined(unknown or [_("有的年份")])


def months(due: DueDate, calendar: Calendar) -> list[Month]:
    """The days between start and day, month by month; none where a person set the day and nothing was taken out."""
    last = due.rolled_from or due.due_on
    if last is None or (due.count is None and not due.passed):
        return []
    pauses = pauses_of(due)
    days = (due.start_on + n * DAY for n in range(1, (last - due.start_on).days + 1))
    marked = [(day, _mark(day, due, calendar, pauses)) for day in days]
    found = []
    for first, rows in groupby(marked, key=lambda pair: pair[0].replace(day=1)):
        rows = list(rows)
        counted = [day.day for day, mark in rows if mark == "counted"]
        off, paused = (sum(mark == one for _day, mark in rows) for one in ("off", "paused"))
        found.append(Month(first, len(counted), _stretches(counted), off, paused))
    return found


def _mark(day: date, due: DueDate, calendar: Calendar, pauses: list[Pause]) -> str:
    if any(pause.from_ <= day and (pause.to is None or day < pause.to) for pause in pauses):
        return "paused"
    return "off" if due.unit == Unit.WORKDAYS and not calendar.is_worked(day) else "counted"


def _stretches(days: list[int]) -> str:
    """[2, 3, 4, 6] as 2—4、6日."""
    if not days:
        return ""
    runs = [[pair[1] for pair in run] for _k, run in groupby(enumerate(days), key=lambda pair: pair[1] - pair[0])]
    return _("%s日") % joined(str(run[0]) if len(run) == 1 else f"{run[0]}—{run[-1]}" for run in runs)


def changes(due: DueDate) -> list[Change]:
    """Each time that the day became another, the latest first: from which to which, why, by whom."""
    events = due.pgh_event_models["update"].objects.filter(pgh_obj=due.pk).select_related("pgh_context")
    rows = list(events.order_by("-pgh_id")[:MOST_CHANGES])[::-1]
    names = people(rows)
    found = [
        Change(
            new.pgh_created_at, names.get(actor(new), names[None]), old.due_on, new.due_on, untraced(new.changed_why)
        )
        for old, new in pairwise(rows)
        if old.due_on != new.due_on
    ]
    return found[::-1]
