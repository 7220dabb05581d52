from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from liaison.policy.choices import DEFAULTS, Key, Unit
from liaison.policy.models import CalendarDay, CalendarYear, Threshold

LAST_KNOWN = 2026


def test_every_key_has_a_shipped_value_with_its_source(db):
    assert set(DEFAULTS) == set(Key)
    shipped = {row.key: (row.value, row.unit, row.source) for row in Threshold.objects.all()}
    assert shipped == {key: tuple(default) for key, default in DEFAULTS.items()}


def test_value_of_the_day_is_the_latest_valid_by_then(db):
    Threshold.objects.create(
        key=Key.NOTICE_DAYS, value=2, unit=Unit.DAYS, source="本地标准", valid_from=date(2026, 7, 1)
    )
    Threshold.objects.create(key=Key.NOTICE_DAYS, value=5, unit=Unit.DAYS, source="新规", valid_from=date(2027, 1, 1))
    days = [date(2026, 6, 30), date(2026, 7, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [Threshold.objects.number(Key.NOTICE_DAYS, day) for day in days] == [3, 2, 2, 5]
    assert Threshold.objects.on(Key.NOTICE_DAYS, date(2026, 8, 1)).source == "本地标准"


def test_without_any_row_the_default_holds_and_names_its_source(db):
    Threshold.objects.all().delete()
    found = Threshold.objects.on(Key.SUGGESTION_MONTHS, date(2026, 11, 23))
    assert (found.value, found.unit, found.source, found.pk) == (Decimal(3), Unit.MONTHS, "代表法第五十一条", None)
    assert str(found) == "代表建议答复期限 3个月"


def test_before_the_first_row_the_default_holds(db):
    Threshold.objects.filter(key=Key.NOTICE_DAYS).update(value=9, valid_from=date(2026, 1, 1))
    assert Threshold.objects.number(Key.NOTICE_DAYS, date(2025, 12, 31)) == 3


@pytest.mark.parametrize(
    ("fields", "words"),
    [({"value": -1}, "数值不能为负"), ({"valid_from": date(2017, 1, 1)}, "同一规则同一生效日期只能有一个数值")],
)
def test_impossible_value_is_refused_in_words(db, fields, words):
    usual = {"key": Key.NOTICE_DAYS, "value": 1, "unit": Unit.DAYS, "source": "x", "valid_from": date(2030, 1, 1)}
    with pytest.raises(ValidationError) as refusal:
        Threshold(**(usual | fields)).full_clean()
    assert refusal.value.messages == [words]
    with pytest.raises(IntegrityError):
        Threshold.objects.create(**(usual | fields))


def test_national_day_is_off_and_its_weekend_is_worked(db):
    october = {day: CalendarDay.objects.is_workday(date(2026, 10, day)) for day in range(1, 12)}
    assert [day for day, worked in october.items() if worked] == [8, 9, 10]  # 10 October 2026 is a Saturday
    assert CalendarDay.objects.get(date=date(2026, 10, 10)).get_kind_display() == "调休上班"
    assert CalendarDay.objects.get(date=date(2026, 10, 1)).name == "国庆节"


def test_plain_weeks_need_no_rows(db):
    week = [CalendarDay.objects.is_workday(date(2026, 11, day)) for day in range(23, 30)]
    assert week == [True] * 5 + [False] * 2


def test_exceptions_count_both_ends(db):
    assert CalendarDay.objects.exceptions(date(2026, 10, 7), date(2026, 10, 10)) == {
        date(2026, 10, 7): False, date(2026, 10, 10): True,
    }  # fmt: skip


def test_years_not_yet_announced_are_open_about_it(db):
    announced = {year: CalendarYear.objects.is_announced(year) for year in (2004, LAST_KNOWN, LAST_KNOWN + 1, 2099)}
    assert announced == {2004: True, LAST_KNOWN: True, LAST_KNOWN + 1: False, 2099: False}
    assert str(CalendarYear.objects.get(year=LAST_KNOWN + 1)) == "2027年（尚未公布）"
    assert CalendarDay.objects.is_workday(date(2027, 10, 1))  # a Friday, until the year is announced


def test_day_typed_in_finds_its_year_and_changes_the_answer(db):
    CalendarDay.objects.create(date=date(2027, 10, 1), kind="holiday", name="国庆节")
    CalendarDay.objects.create(date=date(2031, 1, 1), kind="holiday", name="元旦")
    assert not CalendarDay.objects.is_workday(date(2027, 10, 1))
    assert not CalendarYear.objects.is_announced(2031)
