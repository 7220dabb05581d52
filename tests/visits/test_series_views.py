"""The pages of series, through the door that people take."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape

from liaison.policy.models import CalendarDay, CalendarYear
from tests import factories
from visits.actions import publish_visit
from visits.models import Series, Visit
from visits.series import save_series

from .test_series import stands, weekly

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LIST, ADD, MOVES = (reverse(f"visits:series-{name}") for name in ("list", "add", "moves"))


def sent(station, monday, **fields) -> dict:
    """A form as the browser sends it: the fields of other ways of repeating come along."""
    defaults = {
        "station": station.pk, "kind": "reception_day", "title": "周一接待", "frequency": "weekly", "interval": 1,
        "weekdays": [1], "month_days": [], "which_months": "every", "year_month": 1, "year_day": 1,
        "off_days": "holidays", "roll_over": "next_workday", "from_on": monday, "to_on": monday + 20 * DAY,
        "starts": "09:00", "ends": "11:00", "form_key": uuid4(),
    }  # fmt: skip
    return defaults | fields


def page(client, path) -> str:
    return client.get(path).content.decode()


@pytest.fixture
def series(station, street, monday):
    return save_series(weekly(station, monday, 3), representatives=[], by=street).series


def test_a_form_makes_a_series(as_, street, station, monday):
    person = factories.representative("张三", station=station)
    answer = as_(street).post(ADD, sent(station, monday, representatives=[person.public_id]))
    series = Series.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, series.get_absolute_url())
    assert (series.weekdays, series.interval, list(series.representatives.all())) == ([1], 1, [person])
    assert stands(series) == [(monday + 7 * n * DAY, 9, "draft") for n in range(3)]


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"frequency": "weekday_of_month", "weekdays": [2], "ordinals": [1, 3]}, ([2], [1, 3], [], [])),
        ({"frequency": "day_of_month", "month_days": [9, 19]}, ([], [], [9, 19], [])),
        ({"frequency": "day_of_month", "month_days": [15], "which_months": "odd"}, ([], [], [15], [1, 3, 5, 7, 9, 11])),
        ({"frequency": "day_of_month", "month_days": [-1], "which_months": "chosen", "months": [6, 12]},
         ([], [], [-1], [6, 12])),
        ({"frequency": "yearly", "year_month": 12, "year_day": 4}, ([], [], [4], [12])),
    ],
)  # fmt: skip
def test_each_way_of_repeating_keeps_its_own_fields_only(as_, street, station, monday, fields, kept):
    as_(street).post(ADD, sent(station, monday, to_on=monday + 366 * DAY, **fields))
    series = Series.objects.get()
    assert (series.weekdays, series.ordinals, series.month_days, series.months) == kept


def test_the_same_form_sent_twice_makes_one_series(as_, street, station, monday):
    form = sent(station, monday)
    first, second = as_(street).post(ADD, form), as_(street).post(ADD, form)
    assert first["Location"] == second["Location"]
    assert (Series.objects.count(), Visit.objects.count()) == (1, 3)


@pytest.mark.parametrize(
    ("fields", "field", "words"),
    [
        ({"weekdays": []}, "weekdays", "请选择星期几"),
        ({"interval": ""}, "interval", "请填写几周一次"),
        ({"frequency": "day_of_month"}, "month_days", "请选择几号"),
        ({"frequency": "weekday_of_month"}, "ordinals", "请选择每月的第几个"),
        ({"frequency": "day_of_month", "month_days": [1], "which_months": "chosen"}, "months", "请选择月份"),
        ({"frequency": "yearly", "year_month": 4, "year_day": 31}, "year_day", "4月没有31日"),
        ({"from_on": "2026-01-05"}, "from_on", "这个日期已经过去"),
        ({"to_on": "2026-01-05"}, "to_on", "结束日期早于开始日期"),
        ({"to_on": "2099-01-05"}, "to_on", "最远只能安排到"),
        ({"weekdays": [6], "off_days": "weekends"}, "off_days", "又要避开周末"),
        ({"ends": "08:00"}, "ends", "结束时间应晚于开始时间"),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_at_its_field_and_the_rest_stays(as_, street, station, monday, fields, field, words):
    answer = as_(street).post(ADD, sent(station, monday, title="很长的主题", **fields))
    form = answer.context["form"]
    assert any(words in message for message in form.errors[field])
    assert not Series.objects.exists()
    assert 'value="很长的主题"' in answer.content.decode()


def test_the_preview_names_moved_days_provisional_years_and_who_is_taken(as_, street, station, other_station, monday):
    person = factories.representative("张三", station=station)
    at = timezone.make_aware(datetime.combine(monday + 7 * DAY, time(10)))
    factories.visit(other_station, starts_at=at, people=[person], state="published")
    CalendarDay.objects.create(date=monday, kind="holiday", name="某节")
    last = monday + 14 * DAY
    CalendarDay.objects.create(date=last, kind="makeup")  # a working day, whatever day of the law it is
    CalendarYear.objects.filter(year=last.year).update(announced=False)
    form = sent(station, monday, representatives=[person.public_id], preview="1")
    preview = as_(street).post(ADD, form).context["preview"]
    rows = [(row.on, row.why, row.is_provisional, len(row.clashes)) for row in preview.rows]
    assert [(on, bool(why), clashes) for on, why, _provisional, clashes in rows] == [
        (monday + DAY, True, 0), (monday + 7 * DAY, False, 1), (last, False, 0),
    ]  # fmt: skip
    assert (preview.rows[-1].is_provisional, preview.rows[-1].is_makeup) == (True, True)
    assert not Series.objects.exists()


def test_the_preview_of_more_than_a_year_counts_what_lies_beyond(as_, street, station, monday):
    form = sent(station, monday, interval=4, to_on=monday + 15 * 28 * DAY, preview="1")
    answer = as_(street).post(ADD, form)
    preview = answer.context["preview"]
    assert (len(preview.rows), preview.later, preview.total) == (14, 2, 16)
    assert preview.rows[-1].on == monday + 13 * 28 * DAY  # a year is 365 days: the day after it is beyond
    assert "十二个月以后还有 2 次，也会一并排好。" in answer.content.decode()


def test_the_preview_while_typing_is_a_piece_of_the_page(as_, street, station, monday):
    client = as_(street)
    piece = client.post(ADD, sent(station, monday, preview="1"), headers={"HX-Request": "true"}).content.decode()
    assert "共 3 次" in piece
    assert "<html" not in piece
    wrong = client.post(ADD, sent(station, monday, weekdays=[], preview="1"), headers={"HX-Request": "true"})
    assert "请选择星期几" in wrong.content.decode()


def test_looking_for_somebody_keeps_what_was_typed_and_judges_nothing(as_, district, station, other_station, monday):
    factories.representative("王小明", station=other_station)
    answer = as_(district).post(ADD, sent(station, monday, weekdays=[1, 4], starts="", search="1", find="王小"))
    words = answer.content.decode()
    assert "王小明" in words
    assert answer.context["form"]["weekdays"].value() == ["1", "4"]
    assert "error-summary" not in words


def test_a_series_form_of_another_s_station_asks_for_one_of_ones_own(as_, liaison, other_station, station, monday):
    as_(liaison).post(ADD, sent(other_station, monday))
    assert not Series.objects.exists()


def test_the_list_asks_the_same_for_one_series_and_for_three(as_, street, station, monday, django_assert_num_queries):
    client = as_(street)
    save_series(weekly(station, monday, 2), representatives=[], by=street)
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    for at in (13, 16):
        save_series(weekly(station, monday, 2, starts=time(at), ends=time(at + 1)), representatives=[], by=street)
    with django_assert_num_queries(len(one)):
        assert len(client.get(LIST).context["rows"]) == 3


def test_the_list_is_of_ones_reach_running_or_over(as_, street, neighbour, series, other_station):
    old = factories.series(other_station, from_on=date(2026, 1, 1), to_on=date(2026, 2, 1))
    assert list(as_(street).get(LIST).context["rows"]) == [series]
    assert list(as_(neighbour).get(LIST).context["rows"]) == []
    assert list(as_(neighbour).get(LIST, {"when": "ended"}).context["rows"]) == [old]


def test_a_series_page_lists_its_visits_and_its_gaps(as_, street, series, monday):
    series.visits.order_by("starts_at").first().delete()
    context = as_(street).get(series.get_absolute_url()).context
    assert [timezone.localdate(v.starts_at) for v in context["rows"]] == [monday + 7 * DAY, monday + 14 * DAY]
    assert [gap["on"] for gap in context["gaps"]] == [monday]
    as_(street).post(reverse("visits:series-fill", args=[series.public_id]))
    assert len(stands(series)) == 3


def test_a_year_that_is_not_announced_makes_its_days_provisional(as_, street, station, series, monday):
    client, visit = as_(street), series.visits.order_by("starts_at").last()
    addresses = [series.get_absolute_url(), reverse("visits:desk-visit", args=[visit.public_id])]
    alone = factories.visit(station, starts_at=visit.starts_at)
    assert ["暂定" in page(client, address) for address in addresses] == [False, False]
    CalendarYear.objects.filter(year__gte=visit.rule_on.year).update(announced=False)
    words = f"暂定：{visit.rule_on.year}年放假安排尚未公布，日期可能顺延"
    assert [words in page(client, address) for address in addresses] == [True, True]
    assert "暂定" not in page(client, reverse("visits:desk-visit", args=[alone.public_id]))
    Visit.objects.filter(pk=visit.pk).update(is_apart=True)  # no calendar moves it any more
    assert "暂定" not in page(client, addresses[1])


def test_the_series_page_asks_the_same_for_one_visit_and_for_three(as_, street, station, monday):
    client, counts = as_(street), []
    CalendarYear.objects.update(announced=False)
    for weeks in (1, 3):
        made = save_series(weekly(station, monday, weeks), representatives=[], by=street).series
        client.get(made.get_absolute_url())  # what is asked once is remembered
        with CaptureQueriesContext(connection) as queries:
            client.get(made.get_absolute_url())
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_an_edit_from_a_day_on(as_, street, station, series, monday):
    path = reverse("visits:series-edit", args=[series.public_id])
    form = sent(station, monday, from_on=monday + 7 * DAY, starts="14:00", ends="16:00")
    preview = as_(street).post(path, form | {"preview": "1"}).context["preview"]
    assert [row.act for row in preview.rows] == ["原为9:00—11:00"] * 2
    answer = as_(street).post(path, form)
    after = Series.objects.get(continues=series)
    assert answer["Location"] == after.get_absolute_url()
    assert stands(after) == [(monday + n * DAY, 14, "draft") for n in (7, 14)]


def test_an_edit_of_the_past_is_refused_at_its_field(as_, street, station, series, monday):
    path = reverse("visits:series-edit", args=[series.public_id])
    answer = as_(street).post(path, sent(station, monday, from_on=timezone.localdate() - DAY))
    assert "from_on" in answer.context["form"].errors


def test_an_end_asks_for_the_reason_where_the_public_was_told(as_, street, series, monday):
    publish_visit(series.visits.order_by("starts_at").last(), by=street)
    path = reverse("visits:series-end", args=[series.public_id])
    answer = as_(street).post(path, {"last_on": monday})
    assert "请写明原因" in answer.context["form"].errors["reason"][0]
    as_(street).post(path, {"last_on": monday, "reason": "不办了"})
    assert [state for _day, _hour, state in stands(series)] == ["draft", "cancelled"]


def edited(visit, **fields) -> dict:
    start, end = timezone.localtime(visit.starts_at), timezone.localtime(visit.ends_at)
    first = {"kind": visit.kind, "title": visit.title, "date": start.date(), "starts": f"{start:%H:%M}"}
    return first | {"ends": f"{end:%H:%M}", "scope": "only"} | fields


def test_a_visit_of_a_series_is_changed_alone_or_with_those_that_follow(as_, street, series, monday):
    second = series.visits.order_by("starts_at")[1]
    path = reverse("visits:visit-edit", args=[second.public_id])
    as_(street).post(path, edited(second, title="只这一次"))
    assert [(v.title, v.is_apart) for v in series.visits.order_by("starts_at")] == [
        ("周一接待", False), ("只这一次", True), ("周一接待", False),
    ]  # fmt: skip
    as_(street).post(path, edited(second, title="以后都是", scope="following"))
    rows = Visit.objects.order_by("starts_at")
    assert [(v.title, v.is_apart) for v in rows] == [
        ("周一接待", False), ("以后都是", False), ("以后都是", False),
    ]  # fmt: skip


def test_the_second_writer_of_those_that_follow_is_told_and_loses_nothing(as_, street, liaison, series):
    visit = series.visits.order_by("starts_at")[1]
    path = reverse("visits:visit-edit", args=[visit.public_id])
    form = edited(visit, title="以后都是", scope="following", seen_at=visit.changed_at.isoformat())
    as_(liaison).post(path, edited(visit, place="文化广场"))
    again = as_(street).post(path, form).context["form"]
    assert "刚才改过这次安排" in again.non_field_errors()[0]
    assert (again["title"].value(), set(series.visits.values_list("title", flat=True))) == ("以后都是", {"周一接待"})
    as_(street).post(path, form | {"seen_at": again["seen_at"].value()})
    assert list(Visit.objects.order_by("starts_at").values_list("title", flat=True)) == ["周一接待", *["以后都是"] * 2]


def test_a_visit_without_a_series_is_not_asked_about(as_, street, station):
    visit = factories.visit(station)
    assert "scope" not in as_(street).get(reverse("visits:visit-edit", args=[visit.public_id])).context["form"].fields


def test_a_day_that_the_rule_decides_is_changed_at_the_series(as_, street, station, monday):
    days = {"frequency": "weekday_of_month", "ordinals": [1, 3], "weekdays": [1]}
    made = save_series(weekly(station, monday, 10, **days), representatives=[], by=street).series
    visit = made.visits.order_by("starts_at").first()
    path = reverse("visits:visit-edit", args=[visit.public_id])
    answer = as_(street).post(path, edited(visit, date=visit.rule_on + DAY, scope="following"))
    assert "请到系列里修改规则" in answer.context["form"].errors["date"][0]


def test_moves_are_applied_or_declined_as_ticked(as_, street, series, monday):
    client = as_(street)
    for n in (0, 7, 14):
        CalendarDay.objects.create(date=monday + n * DAY, kind="holiday", name="某节")
    assert "至少" not in page(client, LIST)
    keys = [move.key for move in client.get(MOVES).context["rows"]]
    client.post(MOVES, {"move": keys[:1], "apply": "1"})
    client.post(MOVES, {"move": keys[1:2], "decline": "1"})
    assert [day for day, _hour, _state in stands(series)] == [monday + n * DAY for n in (1, 7, 14)]
    assert [move.key for move in client.get(MOVES).context["rows"]] == keys[2:]


def test_a_move_of_another_s_visit_is_not_made(as_, street, neighbour, series, monday):
    CalendarDay.objects.create(date=monday, kind="holiday", name="某节")
    [move] = as_(street).get(MOVES).context["rows"]
    as_(neighbour).post(MOVES, {"move": [move.key], "apply": "1"})
    assert stands(series)[0] == (monday, 9, "draft")


def test_the_moves_ask_the_same_for_one_visit_and_for_three(as_, street, series, monday, django_assert_num_queries):
    client = as_(street)
    CalendarDay.objects.create(date=monday, kind="holiday", name="某节")
    client.get(MOVES)
    with CaptureQueriesContext(connection) as one:
        client.get(MOVES)
    for n in (7, 14):
        CalendarDay.objects.create(date=monday + n * DAY, kind="holiday", name="某节")
    with django_assert_num_queries(len(one)):
        assert len(client.get(MOVES).context["rows"]) == 3


def test_single_visits_on_a_holiday_are_listed_beside_and_decided_alike(as_, street, station, series, monday):
    client, first, other = as_(street), factories.visit(station), factories.visit(station)
    for visit, hour in ((first, 13), (other, 16)):
        at = timezone.make_aware(datetime.combine(monday + DAY, time(hour)))
        Visit.objects.filter(pk=visit.pk).update(starts_at=at, ends_at=at + timedelta(hours=1))
    CalendarDay.objects.create(date=monday + DAY, kind="holiday", name="某节")
    answer = client.get(MOVES)
    assert (answer.context["rows"], [move.visit for move in answer.context["alone"]]) == ([], [first, other])
    assert reverse("visits:visit-edit", args=[first.public_id]) in answer.content.decode()
    keys = [move.key for move in answer.context["alone"]]
    client.post(MOVES, {"move": keys[:1], "apply": "1"})
    client.post(MOVES, {"move": keys[1:], "decline": "1"})
    days = Visit.objects.filter(series=None).order_by("id").values_list("starts_at", flat=True)
    assert [timezone.localdate(day) for day in days] == [monday + 2 * DAY, monday + DAY]
    assert client.get(MOVES).context["alone"] == []


def test_the_moves_ask_the_same_for_one_single_visit_and_for_three(as_, street, station, monday):
    client, counts = as_(street), []
    for n in range(4):
        CalendarDay.objects.create(date=monday + n * DAY * 2, kind="holiday", name="某节")
    for days in ([0], [2, 4]):
        for n in days:
            factories.visit(station, starts_at=timezone.make_aware(datetime.combine(monday + n * DAY, time(9))))
        client.get(MOVES)
        with CaptureQueriesContext(connection) as queries:
            rows = client.get(MOVES).context["alone"]
        counts.append((len(queries), len(rows)))
    assert counts == [(counts[0][0], 1), (counts[0][0], 3)]


def test_the_desk_and_the_calendar_lead_to_the_moves(as_, street, district, series, monday):
    CalendarDay.objects.create(date=monday, kind="holiday", name="某节")
    assert escape(MOVES) in page(as_(street), reverse("desk"))
    year = reverse("admin:policy_calendaryear_change", args=[monday.year])
    assert escape(MOVES) in page(as_(district), year)
