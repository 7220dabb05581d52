"""Receptions that a station lacks: on which day, in which room."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from liaison.policy.choices import DayKind, Key, Unit
from liaison.policy.models import CalendarDay, CalendarYear, Threshold
from stations.choices import RoomKind
from tests import factories
from visits.rota.problem import read

from .conftest import ask, at, month

pytestmark = pytest.mark.django_db


def proposed(**options) -> list:
    return [draft for draft in read(ask(fill=True, **options), timezone.now()).drafts if draft.visit is None]


def nth(first: date, weekday: int, n: int) -> date:
    return first + timedelta(days=(weekday - first.isoweekday()) % 7 + 7 * (n - 1))


@pytest.fixture(autouse=True)
def _no_holidays(db):
    """Every year is announced, and none has a holiday."""
    CalendarDay.objects.all().delete()
    CalendarYear.objects.update(announced=True)
    years = [CalendarYear(year=year, announced=True) for year in range(2027, 2100)]
    CalendarYear.objects.bulk_create(years, ignore_conflicts=True)


def test_a_station_without_a_reception_gets_one_by_the_rule(station, people):
    (draft,) = proposed(weekdays=(3,), ordinal=2, starts="14:30", ends="16:00", themes=("物业",))
    day = nth(month(), 3, 2)
    assert (draft.day, draft.title, draft.visit) == (day, "物业", None)
    assert (f"{timezone.localtime(draft.starts_at):%H:%M}", f"{timezone.localtime(draft.ends_at):%H:%M}") == (
        "14:30", "16:00",
    )  # fmt: skip


def test_a_reception_of_the_month_is_enough_even_a_draft(station, people):
    factories.visit(station, starts_at=at(month().replace(day=20)), people=people[:2])
    assert proposed() == []


def test_another_kind_or_a_cancelled_one_is_not(station, people):
    factories.visit(station, starts_at=at(month().replace(day=20)), kind="training", people=people[:2])
    factories.visit(station, starts_at=at(month().replace(day=21)), state="cancelled")
    assert len(proposed()) == 1


def test_as_many_as_the_rule_of_the_house_asks(station, people):
    Threshold.objects.create(
        key=Key.RECEPTIONS_PER_MONTH, value=3, unit=Unit.TIMES, source="试", valid_from=timezone.localdate()
    )
    factories.visit(station, starts_at=at(month().replace(day=28), 20), people=people[:2])
    assert [draft.day for draft in proposed(weekdays=(2,), ordinal=2)] == [nth(month(), 2, 2), nth(month(), 2, 3)]


def test_a_holiday_moves_it_and_says_why(station, people):
    named = nth(month(), 2, 2)
    CalendarDay.objects.create(date=named, kind=DayKind.HOLIDAY, name="某节")
    (draft,) = proposed(weekdays=(2,), ordinal=2)
    assert draft.day == named + timedelta(days=1)
    assert draft.note.startswith(f"某节放假，由{named.month}月{named.day}日顺延")


def test_a_day_in_a_year_not_announced_is_said_to_be_provisional(station, people):
    factories.room(station)
    CalendarYear.objects.filter(year=month().year).update(announced=False)
    (draft,) = proposed(weekdays=(2,))
    assert draft.note == f"暂定：{month().year}年放假安排尚未公布，日期可能顺延"
    CalendarYear.objects.update(announced=True)
    assert [draft.note for draft in proposed(weekdays=(2,))] == [""]


def test_stations_take_turns_on_the_days(station, people):
    factories.region("410105002002")
    other = factories.station("410105002002-01")
    days = {draft.station: draft.day.isoweekday() for draft in proposed(weekdays=(2, 4))}
    assert days == {station.pk: 2, other.pk: 4}


def test_the_reception_room_is_taken_while_it_is_free(station, people):
    hall = factories.room(station, RoomKind.COUNCIL_HALL)
    room = factories.room(station)
    (draft,) = proposed(weekdays=(2,))
    assert (draft.room, draft.note) == (room.pk, "")
    factories.visit(station, starts_at=at(draft.day, 10), room=room, kind="training", people=people[:2])
    (draft,) = proposed(weekdays=(2,))
    assert (draft.room, draft.note) == (hall.pk, "接待室已占用或没有登记，改用代表议事厅")
    factories.visit(station, starts_at=at(draft.day, 8), room=hall, kind="training", people=people[:2])
    (draft,) = proposed(weekdays=(2,))
    assert (draft.room, draft.note) == (None, "没有空房间，请采用后另定地点")


def test_a_room_may_begin_when_another_visit_ends(station, people):
    room = factories.room(station)
    day = nth(month(), 2, 2)
    factories.visit(station, starts_at=at(day, 7), room=room, kind="training", people=people[:2])
    assert [draft.room for draft in proposed(weekdays=(2,), starts="09:00")] == [room.pk]


def test_a_station_without_rooms_says_so(station, people):
    assert [(draft.room, draft.note) for draft in proposed()] == [(None, "这个站没有登记房间")]


def test_a_closed_station_gets_none(station, people):
    station.is_open = False
    station.save()
    assert proposed() == []
