from datetime import date, timedelta

import pytest
from django.utils import timezone

from liaison.policy.choices import Key
from liaison.policy.models import CalendarDay, CalendarYear, Threshold

pytestmark = pytest.mark.django_db

ADD = "/admin/policy/threshold/add/"


def threshold(days: int, value=5) -> dict:
    day = timezone.localdate() + timedelta(days=days)
    return {"key": Key.NOTICE_DAYS, "value": value, "valid_from": f"{day:%Y-%m-%d}", "source": "区人大常委会决定"}


def year(rows: list[tuple], *, stored: int = 0, **fields) -> dict:
    form = {
        "announced": "on", "source": "国办发明电", "days-TOTAL_FORMS": len(rows), "days-INITIAL_FORMS": stored,
        "days-MIN_NUM_FORMS": 0, "days-MAX_NUM_FORMS": 1000,
    }  # fmt: skip
    for i, (day, kind) in enumerate(rows):
        form |= {f"days-{i}-date": day, f"days-{i}-kind": kind, f"days-{i}-name": "春节"}
    return form | fields


def test_new_value_is_a_new_row_with_the_rules_own_unit(as_, district):
    before = Threshold.objects.number(Key.NOTICE_DAYS)
    as_(district).post(ADD, threshold(days=10))
    today = timezone.localdate()
    assert Threshold.objects.number(Key.NOTICE_DAYS, today) == before
    assert Threshold.objects.number(Key.NOTICE_DAYS, today + timedelta(days=10)) == 5
    assert Threshold.objects.get(key="visit.notice_days", value=5).unit == "days"


def test_notice_may_be_counted_in_working_days_and_other_rules_keep_their_unit(as_, district):
    as_(district).post(ADD, threshold(days=10) | {"unit": "workdays"})
    assert str(Threshold.objects.get(key="visit.notice_days", value=5)) == "进站公告提前天数 5个工作日"
    response = as_(district).post(ADD, threshold(days=1) | {"key": Key.DIGEST_HOUR, "unit": "workdays"})
    assert response.context["adminform"].form.errors == {"unit": ["这条规则的单位固定为“点”，请选“随规则而定”"]}
    assert Threshold.objects.filter(key="visit.notice_days", value=5).count() == 1


def test_value_for_the_past_is_refused_at_its_field(as_, district):
    response = as_(district).post(ADD, threshold(days=-1))
    assert response.context["adminform"].form.errors == {
        "valid_from": ["生效日期不能早于今天：已经执行过的规则不能改写"]
    }
    assert not Threshold.objects.filter(key="visit.notice_days", value=5).exists()


@pytest.mark.parametrize(
    ("key", "value"), [(Key.DIGEST_HOUR, 25), (Key.NOTICE_DAYS, "2.5"), (Key.FURTHEST_DAYS, 9_999_999)]
)
def test_value_that_no_rule_can_reckon_with_is_refused_in_words(as_, district, key, value):
    response = as_(district).post(ADD, threshold(days=1, value=value) | {"key": key})
    assert "数值应为整数" in str(response.context["errors"])
    assert Threshold.objects.filter(valid_from__gt=timezone.localdate()).count() == 0


@pytest.mark.parametrize(("days", "may"), [(0, False), (1, True)])
def test_only_a_value_not_yet_in_force_may_be_changed(as_, district, days, may):
    day = timezone.localdate() + timedelta(days=days)
    row = Threshold.objects.create(key=Key.NOTICE_DAYS, value=4, unit="days", source="试行", valid_from=day)
    page = f"/admin/policy/threshold/{row.pk}/change/"
    assert as_(district).get(page).context["has_change_permission"] is may
    assert as_(district).post(page, threshold(days=5)).status_code == (302 if may else 403)


def test_year_is_announced_with_its_days(as_, district):
    CalendarYear.objects.update_or_create(year=2031, defaults={"announced": False})
    form = year([("2031-01-23", "holiday"), ("2031-01-18", "makeup")])
    as_(district).post("/admin/policy/calendaryear/2031/change/", form)
    assert CalendarYear.objects.is_announced(2031)
    assert CalendarDay.objects.exceptions(date(2031, 1, 1), date(2031, 12, 31)) == {
        date(2031, 1, 23): False, date(2031, 1, 18): True,
    }  # fmt: skip


def test_day_of_another_year_is_refused(as_, district):
    CalendarYear.objects.update_or_create(year=2031)
    response = as_(district).post("/admin/policy/calendaryear/2031/change/", year([("2032-01-23", "holiday")]))
    assert response.context["errors"] == [["这一天不在 2031 年"]]
    assert not CalendarDay.objects.filter(year__in=[2031, 2032]).exists()


def test_day_typed_over_is_refused_with_words(as_, district):
    CalendarYear.objects.update_or_create(year=2031)
    CalendarDay.objects.create(date=date(2031, 1, 23), kind="holiday")
    form = year([("2031-01-24", "holiday")], stored=1)
    response = as_(district).post("/admin/policy/calendaryear/2031/change/", form)
    assert response.context["errors"] == [["日期不能直接改：请删除这一行，另加一行"]]
    assert list(CalendarDay.objects.filter(year=2031).values_list("date", flat=True)) == [date(2031, 1, 23)]


@pytest.mark.parametrize("number", [1999, 2101, ""])
def test_year_out_of_range_is_refused(as_, district, number):
    response = as_(district).post("/admin/policy/calendaryear/add/", year([], year=number))
    assert list(response.context["adminform"].form.errors) == ["year"]
