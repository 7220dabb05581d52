"""Series: their visits, changes from a day on, and what is left alone."""

from datetime import date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from liaison.common.exceptions import NotAllowed
from liaison.policy.models import CalendarDay
from tests import factories
from tests.notices.test_sending import in_thread
from visits.actions import cancel_visit, publish_visit, save_visit
from visits.models import Series, Visit
from visits.models.series import MOST_VISITS
from visits.series import change_series_from, end_series, fill_series, gaps, save_following, save_series

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def weekly(station, monday, weeks=4, **fields) -> Series:
    defaults = {
        "kind": "reception_day", "title": "周一接待", "frequency": "weekly", "weekdays": [1], "starts": time(9),
        "ends": time(11), "from_on": monday, "to_on": monday + timedelta(weeks=weeks) - DAY,
    }  # fmt: skip
    return Series(station=station, **(defaults | fields))


def stands(series) -> list[tuple]:
    """Days (counted in days from the first of them), hours and states of the visits of a series."""
    rows = list(Visit.objects.filter(series=series).order_by("starts_at"))
    return [(timezone.localdate(v.starts_at), timezone.localtime(v.starts_at).hour, v.state) for v in rows]


def changed(series, **fields) -> Series:
    """What `series` would become."""
    new = Series.objects.get(pk=series.pk)
    for name, value in fields.items():
        setattr(new, name, value)
    return new


def test_a_series_makes_independent_drafts_with_its_people(station, street, monday):
    person, room = factories.representative("张三", station=station), factories.room(station)
    outcome = save_series(weekly(station, monday, room=room), representatives=[person], by=street)
    assert (outcome.made, outcome.left_out) == (4, [])
    assert stands(outcome.series) == [(monday + n * 7 * DAY, 9, "draft") for n in range(4)]
    visits = outcome.series.visits.all()
    assert {(v.room, v.title, v.rule_on == timezone.localdate(v.starts_at), v.is_apart) for v in visits} == {
        (room, "周一接待", True, False)
    }
    assert all(set(visit.representatives.all()) == {person} for visit in visits)


def test_a_holiday_moves_a_visit_and_the_visit_keeps_why(station, street, monday):
    CalendarDay.objects.create(date=monday, kind="holiday", name="某节")
    visit = save_series(weekly(station, monday, 1), representatives=[], by=street).series.visits.get()
    why = f"某节放假，由{monday.month}月{monday.day}日顺延"
    assert (timezone.localdate(visit.starts_at), visit.rule_on, visit.moved_why) == (monday + DAY, monday, why)


def test_days_that_are_taken_are_left_out_and_named(station, other_station, street, monday):
    person = factories.representative("张三", station=station)
    at = timezone.make_aware(datetime.combine(monday + 7 * DAY, time(10)))
    factories.visit(other_station, starts_at=at, people=[person], state="published")
    outcome = save_series(weekly(station, monday, 3), representatives=[person], by=street)
    assert [day for day, _hour, _state in stands(outcome.series)] == [monday, monday + 14 * DAY]
    [left] = outcome.left_out
    assert left.on == monday + 7 * DAY
    assert "张三" in left.why
    assert "人民路社区代表联络站" in left.why


def test_where_every_day_is_taken_nothing_is_saved(station, street, monday):
    room = factories.room(station)
    at = timezone.make_aware(datetime.combine(monday, time(9)))
    factories.visit(station, starts_at=at, room=room)
    with pytest.raises(ValidationError, match="没有一天能排上"):
        save_series(weekly(station, monday, 1, room=room), representatives=[], by=street)
    assert not Series.objects.exists()


def test_a_day_that_became_free_is_filled(station, street, monday):
    room = factories.room(station)
    other = factories.visit(station, starts_at=timezone.make_aware(datetime.combine(monday, time(9))), room=room)
    series = save_series(weekly(station, monday, 2, room=room), representatives=[], by=street).series
    assert [gap.on for gap in gaps(series, timezone.now())] == [monday]
    cancel_visit(other, reason="改期", by=street)
    assert fill_series(series, by=street).made == 1
    assert [day for day, _hour, _state in stands(series)] == [monday, monday + 7 * DAY]


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"to_on": date(2060, 1, 1), "weekdays": [1, 2, 3, 4, 5, 6, 7]}, "to_on", "最远只能安排到"),
        ({"to_on": date(2060, 1, 1), "weekdays": [1, 2, 3, 4, 5, 6, 7]}, "to_on", "这样会产生 1"),
        ({"to_on": date(2026, 1, 1), "from_on": date(2026, 6, 1)}, "to_on", "结束日期早于开始日期"),
        ({"from_on": date(2026, 1, 5)}, "from_on", "这个日期已经过去"),
        ({"weekdays": []}, "weekdays", "请选择星期几"),
        ({"ends": time(8)}, "ends", "结束时间应晚于开始时间"),
        ({"ends": time(23), "starts": time(1)}, "ends", "一次进站最长"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_at_its_field(station, street, monday, fields, field, words):
    with pytest.raises(ValidationError) as refused:
        save_series(weekly(station, monday, **fields), representatives=[], by=street)
    assert any(words in message for message in refused.value.message_dict[field])
    assert not Visit.objects.exists()


def test_a_stretch_without_any_such_day_is_refused(station, street, monday):
    with pytest.raises(ValidationError) as refused:
        save_series(weekly(station, monday, weekdays=[3], to_on=monday + DAY), representatives=[], by=street)
    assert refused.value.message_dict == {"to_on": ["这段时间里没有符合规则的日期，请放长期限或修改规则"]}


def test_ten_thousand_visits_are_counted_not_made(station, monday, django_assert_max_num_queries):
    series = weekly(station, monday, weekdays=[*range(1, 8)], to_on=monday + timedelta(days=9_999))
    with django_assert_max_num_queries(3), pytest.raises(ValidationError) as refused:
        series.clean()
    wanted = f"这样会产生 10000 次进站，一个系列最多 {MOST_VISITS} 次，请缩短期限或减少日期"
    assert wanted in refused.value.message_dict["to_on"]


def test_this_and_the_following_ends_one_series_and_begins_the_next(station, street, monday):
    old = save_series(weekly(station, monday), representatives=[], by=street).series
    new = changed(old, from_on=monday + 14 * DAY, starts=time(14), ends=time(16))
    outcome = change_series_from(old, new, representatives=[], by=street)
    old.refresh_from_db()
    assert (old.to_on, outcome.series.continues, outcome.changed) == (monday + 13 * DAY, old, 2)
    assert stands(old) == [(monday, 9, "draft"), (monday + 7 * DAY, 9, "draft")]
    assert stands(outcome.series) == [(monday + n * DAY, 14, "draft") for n in (14, 21)]


def test_a_series_of_which_nothing_stands_before_becomes_the_new_one(station, street, monday):
    old = save_series(weekly(station, monday), representatives=[], by=street).series
    kept = set(old.visits.values_list("pk", flat=True))
    change_series_from(old, changed(old, weekdays=[3]), representatives=[], by=street)
    assert Series.objects.get() == old
    assert stands(old) == [(monday + (2 + 7 * n) * DAY, 9, "draft") for n in range(4)]
    assert set(old.visits.values_list("pk", flat=True)) == kept  # moved, not made anew


def test_what_is_past_or_over_or_cancelled_never_moves(station, street, monday):
    series = save_series(weekly(station, monday), representatives=[], by=street).series
    first, second, *rest = series.visits.order_by("starts_at")
    at = factories.hour(-3)
    Visit.objects.filter(pk=first.pk).update(starts_at=at, ends_at=at + timedelta(hours=2))
    cancel_visit(publish_visit(second, by=street), reason="天气原因", by=street)
    before = list(Visit.objects.filter(pk__in=[first.pk, second.pk]).values("starts_at", "state", "title"))
    change_series_from(
        series, changed(series, title="新的", starts=time(15), ends=time(17)), representatives=[], by=street
    )
    assert list(Visit.objects.filter(pk__in=[first.pk, second.pk]).values("starts_at", "state", "title")) == before
    assert Visit.objects.filter(title="新的").count() == len(rest) == 2  # none was made in place of the cancelled one


def test_what_was_changed_by_itself_stays_as_it_is(station, street, monday):
    series = save_series(weekly(station, monday, 2), representatives=[], by=street).series
    mine = series.visits.order_by("starts_at").first()
    mine.title = "只这一次"
    save_visit(mine, by=street)
    outcome = change_series_from(series, changed(series, starts=time(14), ends=time(16)), representatives=[], by=street)
    assert (outcome.kept, outcome.changed, outcome.made) == (1, 1, 0)
    assert stands(series) == [(monday, 9, "draft"), (monday + 7 * DAY, 14, "draft")]


def test_other_people_alone_do_not_set_a_visit_apart(station, street, monday):
    visit = save_series(weekly(station, monday, 1), representatives=[], by=street).series.visits.get()
    save_visit(visit, representatives=[factories.representative(station=station)], by=street)
    visit.refresh_from_db()
    assert not visit.is_apart


def test_a_plan_of_who_comes_survives_a_change_of_the_hours(station, street, monday):
    planned, old, new = (factories.representative(name, station=station) for name in ("甲", "乙", "丙"))
    series = save_series(weekly(station, monday, 2), representatives=[old], by=street).series
    for visit in series.visits.all():
        save_visit(visit, representatives=[planned, old], by=street)
    change_series_from(series, changed(series, starts=time(10)), representatives=[new], by=street)
    assert all(set(visit.representatives.all()) == {planned, new} for visit in series.visits.all())


def test_a_published_visit_is_moved_in_the_open(station, street, monday):
    series = save_series(weekly(station, monday, 1), representatives=[], by=street).series
    visit = publish_visit(series.visits.get(), by=street)
    version = visit.version
    change_series_from(series, changed(series, weekdays=[2]), representatives=[], reason="场地调整", by=street)
    visit.refresh_from_db()
    assert (visit.state, timezone.localdate(visit.starts_at)) == ("published", monday + DAY)
    assert visit.version > version


def test_a_published_visit_without_a_day_is_cancelled_with_the_reason(station, street, monday):
    series = save_series(weekly(station, monday, 4), representatives=[], by=street).series
    told = publish_visit(series.visits.order_by("starts_at").last(), by=street)
    shorter = changed(series, to_on=monday + 14 * DAY)
    with pytest.raises(ValidationError, match="请写明原因"):
        change_series_from(series, shorter, representatives=[], by=street)
    change_series_from(
        series, changed(series, to_on=monday + 8 * DAY), representatives=[], reason="期限缩短", by=street
    )
    told.refresh_from_db()
    assert (told.state, told.cancel_reason) == ("cancelled", "期限缩短")
    assert [state for _day, _hour, state in stands(series)] == ["draft", "draft", "cancelled"]


def test_a_liaison_does_not_cancel_by_changing_a_series(station, street, liaison, monday):
    series = save_series(weekly(station, monday, 2), representatives=[], by=street).series
    publish_visit(series.visits.order_by("starts_at").last(), by=street)
    with pytest.raises(NotAllowed, match="由街道或区人大工作人员办理"):
        end_series(series, last_on=monday, reason="不办了", by=liaison)
    assert [state for _day, _hour, state in stands(series)] == ["draft", "published"]


def test_an_ended_series_has_nothing_after_its_last_day(station, street, monday):
    series = save_series(weekly(station, monday), representatives=[], by=street).series
    publish_visit(series.visits.order_by("starts_at").last(), by=street)
    outcome = end_series(series, last_on=monday + 7 * DAY, reason="不办了", by=street)
    assert (outcome.deleted, outcome.cancelled) == (1, 1)
    assert [state for _day, _hour, state in stands(series)] == ["draft", "draft", "cancelled"]
    series.refresh_from_db()
    assert series.to_on == monday + 7 * DAY


def test_a_series_without_any_visit_left_is_gone(station, street, monday):
    series = save_series(weekly(station, monday), representatives=[], by=street).series
    end_series(series, last_on=timezone.localdate(), by=street)
    assert not Series.objects.exists()
    assert not Visit.objects.exists()


def test_this_and_the_following_from_a_visit(station, street, monday):
    person = factories.representative("甲", station=station)
    series = save_series(weekly(station, monday, 3), representatives=[], by=street).series
    visit = series.visits.order_by("starts_at")[1]
    visit.starts_at, visit.ends_at = visit.starts_at + DAY + timedelta(hours=1), visit.ends_at + DAY
    save_following(visit, representatives=[person], by=street)
    assert stands(series) == [(monday, 9, "draft")]
    assert stands(Series.objects.get(continues=series)) == [(monday + n * DAY, 10, "draft") for n in (8, 15)]
    assert list(visit.representatives.all()) == [person]


def test_this_and_the_following_is_refused_over_an_unseen_change(station, street, liaison, monday):
    series = save_series(weekly(station, monday, 3), representatives=[], by=street).series
    visit = series.visits.order_by("starts_at")[1]
    seen_at = visit.changed_at
    save_visit(Visit.objects.get(pk=visit.pk), by=liaison)
    visit.title = "新主题"
    with pytest.raises(NotAllowed, match="刚才"):
        save_following(visit, seen_at=seen_at, by=street)
    assert set(Visit.objects.values_list("title", flat=True)) == {"周一接待"}
    seen_at = Visit.objects.get(pk=visit.pk).changed_at
    assert save_following(visit, seen_at=seen_at, by=street).changed == 2


def test_this_and_the_following_does_not_drop_this_one_unseen(station, street, monday):
    series = save_series(weekly(station, monday, 1, weekdays=[1, 2]), representatives=[], by=street).series
    visit = series.visits.order_by("starts_at").first()
    CalendarDay.objects.create(date=monday, kind="holiday", name="某节")  # Monday's goes together with Tuesday's
    visit.title = "新主题"
    with pytest.raises(NotAllowed, match="这一天已不再有进站"):
        save_following(visit, by=street)
    assert set(Visit.objects.values_list("title", "state")) == {("周一接待", "draft")}
    assert len(stands(series)) == 2


def test_every_second_week_stays_the_same_second_week(station, street, monday):
    series = save_series(weekly(station, monday, 8, interval=2), representatives=[], by=street).series
    visit = series.visits.order_by("starts_at")[1]
    visit.title = "新主题"
    save_following(visit, representatives=[], by=street)
    after = Series.objects.get(continues=series)
    assert [day for day, _hour, _state in stands(after)] == [monday + n * DAY for n in (14, 28, 42)]


def test_the_same_change_sent_twice_makes_nothing_twice(station, street, monday):
    series = save_series(weekly(station, monday), representatives=[], by=street).series
    new = changed(series, title="新主题", from_on=monday + 7 * DAY)
    change_series_from(series, new, representatives=[], by=street)
    with pytest.raises(ValidationError, match="已由另一个系列接续") as refusal:
        change_series_from(series, changed(series, title="新主题", from_on=new.from_on, to_on=new.to_on),
                           representatives=[], by=street)  # fmt: skip
    assert list(refusal.value.error_dict) == ["to_on"]
    assert (Series.objects.count(), Visit.objects.count()) == (2, 4)


@pytest.mark.django_db(transaction=True)
def test_two_who_fill_the_same_gaps_fill_them_once(station, street, monday):
    series = save_series(weekly(station, monday), representatives=[], by=street).series
    Visit.objects.filter(series=series, rule_on__gt=monday).delete()
    threads = [in_thread(lambda: fill_series(series, by=street)) for _ in range(2)]
    for thread in threads:
        thread.join(120)
    assert stands(series) == [(monday + n * 7 * DAY, 9, "draft") for n in range(4)]


def test_a_day_on_which_somebody_is_away_is_left_out_and_named(station, street, monday):
    person = factories.representative("张三", station=station)
    factories.absence(person, from_on=monday, to_on=monday + 2 * DAY)
    outcome = save_series(weekly(station, monday, 2), representatives=[person], by=street)
    assert [(day.on, "张三在" in day.why and "请假外出" in day.why) for day in outcome.left_out] == [(monday, True)]
    assert stands(outcome.series) == [(monday + 7 * DAY, 9, "draft")]
