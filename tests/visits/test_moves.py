"""What a changed calendar would move, decided upon one by one."""

from datetime import datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from liaison.common.exceptions import NotAllowed
from liaison.policy.models import CalendarDay
from tests import factories
from visits.actions import cancel_visit, publish_visit, save_visit
from visits.models import Visit
from visits.moves import apply_move, count_waiting, decline_move, waiting, waiting_alone
from visits.series import save_series

from .test_series import weekly

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def visits(station, street, monday):
    """Three Mondays, planned before anybody knew of a holiday."""
    series = save_series(weekly(station, monday, 3), representatives=[], by=street).series
    return list(series.visits.order_by("starts_at"))


def holiday(day, name="某节"):
    CalendarDay.objects.create(date=day, kind="holiday", name=name)


def asked(user) -> list[tuple]:
    return [(move.visit, move.on, move.joins) for move in waiting(user, timezone.now(), 50)]


def test_nothing_waits_while_the_calendar_stays(visits, street):
    assert asked(street) == []


def test_a_new_holiday_asks_about_its_visit_and_moves_none(visits, street, monday):
    holiday(monday)
    [move] = waiting(street, timezone.now(), 50)
    why = f"某节放假，由{monday.month}月{monday.day}日顺延"
    assert (move.visit, move.on, move.why, move.joins) == (visits[0], monday + DAY, why, False)
    assert timezone.localdate(Visit.objects.get(pk=visits[0].pk).starts_at) == monday


def test_a_move_is_applied_with_its_reason_and_does_not_set_the_visit_apart(visits, street, monday):
    holiday(monday)
    [move] = waiting(street, timezone.now(), 50)
    apply_move(visits[0], key=move.key, by=street)
    visit = Visit.objects.get(pk=visits[0].pk)
    assert visit.starts_at == timezone.make_aware(datetime.combine(monday + DAY, time(9)))
    assert (visit.moved_why, visit.is_apart, asked(street)) == (move.why, False, [])


def test_a_holiday_taken_back_asks_again(visits, street, monday):
    holiday(monday)
    apply_move(visits[0], key=waiting(street, timezone.now(), 50)[0].key, by=street)
    CalendarDay.objects.all().delete()
    [move] = waiting(street, timezone.now(), 50)
    assert (move.visit, move.on, move.why) == (visits[0], monday, f"{monday.month}月{monday.day}日照常上班，不再顺延")
    assert apply_move(visits[0], key=move.key, by=street).moved_why == ""


def test_a_declined_move_is_not_asked_again_until_the_calendar_says_otherwise(visits, street, monday):
    holiday(monday)
    decline_move(visits[0], key=waiting(street, timezone.now(), 50)[0].key, by=street)
    assert (asked(street), count_waiting(street, timezone.now(), 50)) == ([], 0)
    holiday(monday + DAY)
    assert asked(street) == [(visits[0], monday + 2 * DAY, False)]


def test_what_is_over_or_cancelled_or_changed_by_itself_is_not_asked_about(visits, street, monday):
    visits[0].title = "只这一次"
    save_visit(visits[0], by=street)
    cancel_visit(publish_visit(visits[1], by=street), reason="天气原因", by=street)
    begun = timezone.now() - timedelta(hours=1)
    Visit.objects.filter(pk=visits[2].pk).update(starts_at=begun, ends_at=begun + timedelta(hours=2))
    for visit in visits:
        holiday(visit.rule_on)
    assert asked(street) == []


def test_each_asks_within_its_reach(visits, street, liaison, neighbour, auditor, monday):
    holiday(monday)
    found = {user.username: count_waiting(user, timezone.now(), 50) for user in (street, liaison, neighbour, auditor)}
    assert found == {"street": 1, "liaison": 1, "neighbour": 0, "auditor": 0}


def test_a_visit_that_meets_the_next_one_joins_it(station, street, monday):
    series = save_series(weekly(station, monday, 2, roll_over="week_later"), representatives=[], by=street).series
    first, second = series.visits.order_by("starts_at")
    holiday(monday)
    [move] = waiting(street, timezone.now(), 50)
    assert (move.visit, move.on, move.joins) == (first, monday + 7 * DAY, True)
    assert apply_move(first, key=move.key, by=street) is None
    assert list(series.visits.all()) == [second]


def test_a_published_one_that_joins_is_cancelled_in_words_and_by_those_who_may(station, street, liaison, monday):
    series = save_series(weekly(station, monday, 2, roll_over="week_later"), representatives=[], by=street).series
    first = publish_visit(series.visits.order_by("starts_at").first(), by=street)
    holiday(monday)
    [move] = waiting(street, timezone.now(), 50)
    with pytest.raises(NotAllowed, match="由街道或区人大工作人员办理"):
        apply_move(first, key=move.key, by=liaison)
    apply_move(first, key=move.key, by=street)
    first.refresh_from_db()
    assert (first.state, first.cancel_reason) == ("cancelled", move.why)


def test_a_decision_about_something_that_changed_meanwhile_is_refused(visits, street, monday):
    holiday(monday)
    [move] = waiting(street, timezone.now(), 50)
    holiday(monday + DAY)
    with pytest.raises(NotAllowed, match="请再看一次"):
        apply_move(visits[0], key=move.key, by=street)


def test_a_taken_day_refuses_the_move_and_the_question_stays(station, street, monday):
    room = factories.room(station)
    visit = save_series(weekly(station, monday, 1, room=room), representatives=[], by=street).series.visits.get()
    at = timezone.make_aware(datetime.combine(monday + DAY, time(9)))
    factories.visit(station, starts_at=at, room=room)
    holiday(monday)
    with pytest.raises(ValidationError, match="这个房间在"):
        apply_move(visit, key=waiting(street, timezone.now(), 50)[0].key, by=street)
    assert asked(street) == [(visit, monday + DAY, False)]


def test_a_withdrawn_make_up_saturday_moves_its_visit(station, street, monday):
    saturday = monday + 5 * DAY
    CalendarDay.objects.create(date=saturday, kind="makeup")
    days = {"frequency": "day_of_month", "weekdays": [], "month_days": [saturday.day], "off_days": "weekends"}
    visit = save_series(
        weekly(station, monday, 1, **days, from_on=saturday, to_on=saturday), representatives=[], by=street
    ).series.visits.get()
    assert timezone.localdate(visit.starts_at) == saturday
    CalendarDay.objects.all().delete()
    assert asked(street) == [(visit, saturday + 2 * DAY, False)]


@pytest.fixture
def alone(station, street, monday):
    """A published visit of no series on the Monday, over midnight."""
    at = timezone.make_aware(datetime.combine(monday, time(22)))
    return publish_visit(factories.visit(station, starts_at=at, hours=4), by=street)


def asked_alone(user) -> list[tuple]:
    return [(move.visit, move.on) for move in waiting_alone(user, timezone.now(), 50)]


def test_a_single_visit_on_a_new_holiday_is_asked_about_and_goes_to_the_next_working_day(alone, street, monday):
    assert asked_alone(street) == []
    for n in range(3):
        holiday(monday + n * DAY)
    [move] = waiting_alone(street, timezone.now(), 50)
    assert (move.visit, move.on, move.why) == (
        alone,
        monday + 3 * DAY,
        f"某节放假，由{monday.month}月{monday.day}日顺延",
    )
    visit = apply_move(alone, key=move.key, by=street)
    assert (visit.starts_at, visit.ends_at) == (alone.starts_at + 3 * DAY, alone.ends_at + 3 * DAY)
    assert (visit.change_reason, visit.is_changed, asked_alone(street)) == ("", True, [])


def test_a_single_visit_that_is_to_stay_is_not_asked_about_again(alone, street, monday):
    holiday(monday)
    decline_move(alone, key=waiting_alone(street, timezone.now(), 50)[0].key, by=street)
    assert (asked_alone(street), count_waiting(street, timezone.now(), 50)) == ([], 0)
    holiday(monday + DAY)
    assert asked_alone(street) == [(alone, monday + 2 * DAY)]


def test_a_visit_changed_by_itself_is_asked_about_as_a_single_one(visits, street, monday):
    visits[0].title = "只这一次"
    save_visit(visits[0], by=street)
    holiday(monday)
    assert (asked(street), asked_alone(street)) == ([], [(visits[0], monday + DAY)])
    apply_move(visits[0], key=waiting_alone(street, timezone.now(), 50)[0].key, by=street)
    visits[0].refresh_from_db()
    assert (timezone.localdate(visits[0].starts_at), visits[0].is_apart) == (monday + DAY, True)


def test_of_single_visits_only_those_to_come_that_stand_on_a_holiday_are_asked_about(station, street, monday):
    saturday = timezone.make_aware(datetime.combine(monday + 5 * DAY, time(9)))
    begun, tuesday = timezone.now() - timedelta(minutes=5), saturday - 4 * DAY
    holiday(timezone.localdate(begun))
    holiday(monday + DAY)
    factories.visit(station, starts_at=saturday)  # a weekend was somebody's choice
    factories.visit(station, starts_at=begun, state="published")
    factories.visit(station, starts_at=tuesday + timedelta(hours=8), state="cancelled")
    first, last = (factories.visit(station, starts_at=tuesday + timedelta(hours=n)) for n in (0, 4))
    assert asked_alone(street) == [(first, monday + 2 * DAY), (last, monday + 2 * DAY)]
    assert [move.visit for move in waiting_alone(street, timezone.now(), 1)] == [first]


def test_each_is_asked_about_single_visits_within_reach(alone, street, liaison, neighbour, auditor, monday):
    holiday(monday)
    cast = (street, liaison, neighbour, auditor)
    assert [len(asked_alone(user)) for user in cast] == [1, 1, 0, 0]
    assert [count_waiting(user, timezone.now(), 50) for user in cast] == [1, 1, 0, 0]


def test_a_single_visit_that_was_moved_meanwhile_is_not_moved_again(alone, street, monday):
    holiday(monday)
    [move] = waiting_alone(street, timezone.now(), 50)
    holiday(monday + DAY)
    with pytest.raises(NotAllowed, match="请再看一次"):
        apply_move(alone, key=move.key, by=street)
    CalendarDay.objects.all().delete()
    with pytest.raises(NotAllowed, match="请再看一次"):
        decline_move(alone, key=move.key, by=street)
