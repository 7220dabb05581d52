"""manage.py plan_rota: the same plan from a terminal, twice as good as once."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from tests import factories
from visits.models import RotaPlan, Visit

from .conftest import at, end_of, month

pytestmark = pytest.mark.django_db


def run(*options, place="410105002") -> str:
    out = StringIO()
    period = ("--from", month().isoformat(), "--to", end_of(month()).isoformat())
    call_command("plan_rota", "--place", place, *period, *options, stdout=out)
    return out.getvalue()


def test_a_plan_is_told_in_figures(station, people):
    text = run()
    assert "花园路街道" in text
    assert "编排完成" in text
    assert "场次 1（新增 1），代表 3 人" in text
    assert "安排 2 人次" in text
    assert Visit.objects.count() == 0


def test_accepted_twice_it_is_there_once(station, people):
    assert "已采用 1 场" in run("--accept")
    assert "已采用 0 场" in run("--accept")
    assert Visit.objects.get().attendances.count() == 2


def test_what_an_earlier_run_left_unused_goes(station, people):
    run()
    run()
    assert RotaPlan.objects.count() == 1


def test_a_conflict_is_told_with_people_and_days(station, people):
    factories.visit(station, starts_at=at(month().replace(day=9)))
    for person in people[1:]:
        factories.absence(person, from_on=month(), length=25)
    out = StringIO()
    with pytest.raises(CommandError, match="无法编排"):
        call_command(
            "plan_rota", "--place", "410105002", "--from", str(month()), "--to", str(end_of(month())), stdout=out
        )
    assert "需要 2 人，只有 1 人能来" in out.getvalue()
    assert "李四：请假外出" in out.getvalue()
    assert "安排 1 人次" in run("--may-lack")


@pytest.mark.parametrize("place", ["999999", "410105999", "410105002001-77"])
def test_a_place_that_does_not_exist_is_refused(station, place):
    with pytest.raises(CommandError, match="没有这个范围"):
        run(place=place)


def test_the_past_is_refused(station):
    before = timezone.localdate() - timedelta(days=3)
    with pytest.raises(CommandError, match="已经过去"):
        call_command("plan_rota", "--place", "410105", "--from", str(before), "--to", str(before))
