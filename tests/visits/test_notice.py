"""The notice period: days or working days, over holidays, in years that nobody has announced yet."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from liaison.common.exceptions import NotAllowed
from liaison.policy.choices import Key, Unit
from liaison.policy.models import CalendarDay, CalendarYear, Threshold
from tests import factories
from visits.actions import publish_visit
from visits.notice import NoticeRule, Standing

pytestmark = pytest.mark.django_db


def set_rule(count: int, unit: str) -> None:
    fields = {"value": count, "unit": unit, "source": "区人大常委会决定"}
    Threshold.objects.update_or_create(key=Key.NOTICE_DAYS, valid_from=date(2020, 1, 1), defaults=fields)


# 2026: 10-01 to 10-07 are holidays, 09-20 and 10-10 are worked; 10-08 is a Thursday.
@pytest.mark.parametrize(
    ("count", "unit", "starts_on", "ends_on"),
    [
        (3, Unit.DAYS, date(2026, 10, 9), date(2026, 10, 6)),
        (3, Unit.WORKDAYS, date(2026, 11, 27), date(2026, 11, 24)),
        (3, Unit.WORKDAYS, date(2026, 11, 30), date(2026, 11, 25)),  # over a weekend
        (3, Unit.WORKDAYS, date(2026, 10, 9), date(2026, 9, 29)),  # over the holidays
        (3, Unit.WORKDAYS, date(2026, 10, 12), date(2026, 10, 8)),  # a Saturday is worked
        (0, Unit.WORKDAYS, date(2026, 10, 9), date(2026, 10, 9)),
    ],
)
def test_last_day_is_counted_back_from_the_visit(count, unit, starts_on, ends_on):
    set_rule(count, unit)
    assert NoticeRule.on(starts_on - timedelta(days=20)).ends_on(starts_on) == ends_on


@pytest.mark.parametrize("unit", [Unit.DAYS, Unit.WORKDAYS])
@pytest.mark.parametrize("count", [0, 1, 3, 10])
def test_what_must_be_published_by_a_day_is_the_same_question_turned_round(unit, count):
    set_rule(count, unit)
    rule = NoticeRule.on(date(2026, 9, 1))
    for on in (date(2026, 9, 1) + timedelta(days=n) for n in range(60)):
        latest = rule.latest_start(on)
        assert (rule.ends_on(latest) <= on, rule.ends_on(latest + timedelta(days=1)) > on) == (True, True)


@pytest.mark.parametrize(
    ("on", "standing", "words"),
    [
        (date(2026, 9, 25), Standing.LATER, "最晚于2026年9月29日（星期二）公布，还剩 2 个工作日"),
        (date(2026, 9, 28), Standing.SOON, "最晚于2026年9月29日（星期二）公布，还剩 1 个工作日"),
        (date(2026, 9, 29), Standing.TODAY, "最晚于2026年9月29日（星期二）公布，今天是最后一天"),
        (date(2026, 10, 1), Standing.LATE, "应不晚于2026年9月29日（星期二）公布，已过 2 天"),
    ],
)
def test_warning_comes_before_the_last_day(on, standing, words):
    set_rule(3, Unit.WORKDAYS)
    notice = NoticeRule.on(on).for_visit(date(2026, 10, 9), on, warn_days=2)
    assert (notice.standing, notice.words) == (standing, words)


def test_year_that_nobody_announced_is_said_to_be_provisional():
    set_rule(3, Unit.WORKDAYS)
    CalendarYear.objects.update_or_create(year=2026, defaults={"announced": True})
    CalendarYear.objects.update_or_create(year=2027, defaults={"announced": False})
    rule = NoticeRule.on(date(2026, 12, 20))
    assert [rule.is_provisional(day) for day in (date(2026, 12, 31), date(2027, 1, 4))] == [False, True]
    set_rule(3, Unit.DAYS)
    assert not NoticeRule.on(date(2026, 12, 20)).is_provisional(date(2027, 1, 4))


def test_verb_page_and_lists_count_in_working_days(as_, station, street):
    """Today is made a holiday, with the next two days: whatever comes in four days is three working days short."""
    today = timezone.localdate()
    set_rule(3, Unit.WORKDAYS)
    for days in range(5):
        CalendarDay.objects.update_or_create(date=today + timedelta(days=days), defaults={"kind": "holiday"})
    visit = factories.visit(station, starts_at=factories.hour(4))
    with pytest.raises(NotAllowed, match="距开始不足 3 个工作日"):
        publish_visit(visit, by=street)
    page = as_(street).get(f"/desk/visits/{visit.public_id}/publish/").content.decode()
    assert "至少提前 3 个工作日公布，依据：区人大常委会决定" in page
    groups = as_(street).get("/desk/visits/publish/").context["groups"]
    assert groups == [(Standing.LATE, [visit])]
    assert as_(street).get("/desk/").context["to_publish"] == [visit]


def test_what_was_kept_with_the_visit_outlives_the_rule(as_, station, street):
    visit = publish_visit(factories.visit(station), by=street)
    set_rule(9, Unit.WORKDAYS)
    page = as_(street).get(f"/desk/visits/{visit.public_id}/").content.decode()
    assert "至少提前 3 天公布" in page
    assert visit.announced["rule"] == {
        "count": 3, "unit": "days", "source": "地方工作规范（一般提前 3 日，个别为 2 日）", "provisional": False,
        "ends_on": (timezone.localdate(visit.starts_at) - timedelta(days=3)).isoformat(),
    }  # fmt: skip
