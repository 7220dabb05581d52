"""How a day came about, in words: rule and law, days that do not count, what people did, what is not sure yet."""

from datetime import date, datetime, time

import pytest
from django.utils import timezone

from feedback import actions, explained, times
from feedback.choices import DueKind
from feedback.deadlines import Clock
from feedback.due import calendar_for, set_day, start_clock
from feedback.models import DueDate
from liaison.policy.choices import Key, Unit
from liaison.policy.models import CalendarDay, CalendarYear
from tests import factories

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 3, 2)


@pytest.fixture
def on(monkeypatch):
    """`on(day)`: it is noon of that day."""

    def set_clock(day: date) -> None:
        moment = timezone.make_aware(datetime.combine(day, time(12)))
        monkeypatch.setattr(timezone, "now", lambda: moment)

    set_clock(MONDAY)
    return set_clock


@pytest.fixture
def opinion(on, station, liaison):
    """March and April of 2026 are announced, and without any day off but weekends."""
    CalendarYear.objects.update_or_create(year=2026, defaults={"announced": True})
    CalendarDay.objects.all().delete()
    row = factories.opinion(station)
    actions.accept(row, category=None, by=liaison)
    row.refresh_from_db()
    return row


@pytest.fixture
def due(opinion) -> DueDate:
    """Fifteen working days from Monday 2 March: Monday 23 March."""
    return opinion.due_dates.get(kind=DueKind.ANSWER)


def started(opinion, count, unit, start_on, rule="", since=None) -> DueDate:
    clock = Clock(count, unit, "测试规定", rule, since)
    return start_clock(opinion, DueKind.REDO, clock, start_on=start_on, by=None)


def told(due) -> dict:
    due.refresh_from_db()
    return {part.title: (part.words, part.day) for part in explained.story(due, calendar_for(due.start_on))}


def words_of(due, title) -> str:
    return told(due)[title][0]


def counted(due) -> list[tuple]:
    due.refresh_from_db()
    return [tuple(month) for month in explained.months(due, calendar_for(due.start_on))]


def test_working_days_are_told_in_the_order_of_the_reckoning(due):
    story = told(due)
    assert list(story) == ["从哪天起算", "按什么规则", "哪些天计入", "原定日期"]
    assert story["从哪天起算"][0] == (
        "2026年3月2日（星期一）起算。当天不计入，从次日2026年3月3日（星期二）开始计（民法典第二百零一条）。"
    )
    assert story["哪些天计入"][0] == "只计工作日：周末和放假不计，调休上班的周末计入。"
    assert story["原定日期"][1] == date(2026, 3, 23)


def test_a_rule_is_named_with_its_value_source_and_since(opinion):
    due = started(opinion, 10, Unit.DAYS, MONDAY, Key.PROMISE_WORKDAYS, date(2026, 1, 1))
    name = Key.PROMISE_WORKDAYS.label
    assert words_of(due, "按什么规则") == f"{name}：10天。依据：测试规定，2026年1月1日起执行。"


def test_the_days_that_were_counted_stand_month_by_month(opinion):
    due = started(opinion, 5, Unit.WORKDAYS, date(2026, 3, 26))
    assert (due.due_on, counted(due)) == (
        date(2026, 4, 2),
        [(date(2026, 3, 1), 3, "27、30—31日", 2, 0), (date(2026, 4, 1), 2, "1—2日", 0, 0)],
    )


@pytest.mark.parametrize(
    ("start", "count", "words"),
    [
        (date(2026, 3, 5), 1, "按月计算，到期月的对应日为最后一日（民法典第二百零二条）。"),
        (
            date(2026, 1, 31),
            1,
            "按月计算。2026年2月没有31日，以月末2026年2月28日为最后一日（民法典第二百零二条）。",
        ),
    ],
)
def test_months_end_on_their_day_or_on_the_last(opinion, start, count, words):
    assert words_of(started(opinion, count, Unit.MONTHS, start), "到哪天为止") == words


def test_a_last_day_that_is_off_is_moved_on_and_says_why(opinion):
    sunday = started(opinion, 6, Unit.DAYS, MONDAY)
    assert told(sunday)["顺延"] == (
        "2026年3月8日（星期日）是周末，顺延到下一个工作日2026年3月9日（星期一）（民法典第二百零三条）。",
        date(2026, 3, 9),
    )
    CalendarDay.objects.create(date=date(2026, 3, 10), kind="holiday", name="庙会")
    holiday = started(opinion, 8, Unit.DAYS, MONDAY)
    assert "2026年3月10日（星期二）是庙会放假" in words_of(holiday, "顺延")


def test_a_pause_tells_its_days_and_what_it_took_out(due, liaison, on):
    on(date(2026, 3, 4))
    times.pause(due, reason="等群众补材料，电话13812345678", by=liaison)
    assert "2026年3月4日起暂停" in words_of(due, "正在暂停")
    assert counted(due) == []  # nobody knows yet
    on(date(2026, 3, 11))
    times.resume(due, by=liaison)
    assert words_of(due, "暂停") == (
        "2026年3月4日至2026年3月10日不计入，扣除 5 个工作日。理由：等群众补材料，电话（号码略）。"
    )
    assert counted(due) == [(date(2026, 3, 1), 15, "3、11—13、16—20、23—27、30日", 6, 7)]


def test_an_extension_tells_how_long_and_who_agreed(due, liaison):
    times.extend(due, count=20, reason="要等材料", by=liaison)
    assert words_of(due, "延期") == "2026年3月2日决定延期，从起算日算起共 20个工作日。理由：要等材料。"


def test_a_day_that_a_person_set_tells_no_rule_and_counts_no_days(opinion, liaison):
    due = set_day(opinion, DueKind.HANDLE, date(2026, 3, 10), reason="向群众承诺的日期", by=liaison)
    times.extend(due, until=date(2026, 3, 12), reason="下雨停工", by=liaison)
    assert told(due) == {
        "由人确定": ("由工作人员定在这一天。说明：向群众承诺的日期。", date(2026, 3, 10)),
        "延期": ("2026年3月2日决定延期。理由：下雨停工。", date(2026, 3, 12)),
    }
    assert counted(due) == []


def test_a_year_that_is_not_announced_is_said_to_be_provisional(opinion):
    CalendarYear.objects.filter(year=2027).update(announced=False)
    due = started(opinion, 12, Unit.MONTHS, MONDAY)
    assert "2027年的放假安排还没有公布" in words_of(due, "暂定")


def test_each_other_day_is_a_change_with_who_and_why_the_latest_first(due, liaison, on):
    times.extend(due, count=20, reason="要等材料", by=liaison)
    times.pause(due, reason="等鉴定", by=liaison)
    due.refresh_from_db()
    found = [(change.was, change.now, change.why) for change in explained.changes(due)]
    assert found == [(date(2026, 3, 30), None, "等鉴定"), (date(2026, 3, 23), date(2026, 3, 30), "要等材料")]
