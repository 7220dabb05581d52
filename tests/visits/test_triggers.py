"""What the database refuses to every writer, raw SQL included."""

import itertools
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from liaison.common.exceptions import words_for
from tests import factories
from visits.choices import MOVES, State
from visits.models import Attendance, Visit

PAIRS = [(old, new) for old, new in itertools.product(State, State) if old != new]
HISTORY = "已登记或已取消的进站是历史记录，不能修改"


def visit_in(state: str, station) -> Visit:
    """A visit in `state` that carries everything any other state asks for, so that only the move itself can fail."""
    return factories.visit(
        station, state=state, published_at=timezone.now(), cancel_reason="停电", voters_received=1,
        logged_at=timezone.now(),
    )  # fmt: skip


def refused(act) -> str | None:
    """The words in which the database refuses `act`; None when it lets it pass."""
    try:
        with transaction.atomic():
            act()
    except IntegrityError as error:
        return words_for(error)


def sql(statement: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_every_pair_of_states_is_a_legal_move_or_refused(station, old, new):
    visit = visit_in(old, station)
    words = refused(lambda: sql("UPDATE visits_visit SET state = %s WHERE id = %s", new, visit.pk))
    visit.refresh_from_db()
    assert (words, visit.state) == ((None, new) if new in MOVES[old] else ("进站不能这样改变状态", old))


@pytest.mark.parametrize("state", [State.LOGGED, State.CANCELLED])
@pytest.mark.parametrize(
    "change",
    [{"title": "改写"}, {"summary": "改写"}, {"voters_received": 99}, {"published_at": None}, {"cancel_reason": "改"}],
)
def test_what_is_over_is_history_for_bulk_updates_too(station, state, change):
    visit = visit_in(state, station)
    assert refused(lambda: Visit.objects.filter(pk=visit.pk).update(**change)) == HISTORY
    assert Visit.objects.filter(pk=visit.pk, title="接待选民", voters_received=1, cancel_reason="停电").exists()


def test_held_visit_keeps_its_hours_and_place(station, other_station):
    visit = visit_in(State.HELD, station)
    words = "已结束的进站不能改时间和地点"
    assert refused(lambda: Visit.objects.update(ends_at=visit.ends_at + timedelta(hours=1))) == words
    assert refused(lambda: Visit.objects.update(station=other_station)) == words
    assert refused(lambda: Visit.objects.update(title="补记主题")) is None


def test_what_was_public_is_not_deleted(station):
    visit = visit_in(State.PUBLISHED, station)
    words = "已公布过的进站不能删除，请取消并说明原因"
    assert refused(lambda: sql("DELETE FROM visits_visit WHERE id = %s", visit.pk)) == words
    assert refused(visit.delete) == words
    draft = factories.visit(station)
    draft.delete()
    assert list(Visit.objects.all()) == [visit]


@pytest.mark.parametrize("state", ["logged", "cancelled"])
def test_people_of_what_is_over_are_history(station, state):
    person, another = factories.representative(station=station), factories.representative(station=station)
    visit = factories.visit(station, people=[person], state=state)
    assert refused(lambda: visit.attendances.update(state="absent")) == HISTORY
    assert refused(lambda: visit.attendances.all().delete()) == HISTORY
    assert refused(lambda: Attendance.objects.create(visit=visit, representative=another)) == HISTORY
    assert list(visit.attendances.values_list("representative", "state")) == [(person.pk, "expected")]


@pytest.mark.parametrize("state", ["logged", "cancelled"])
def test_nobody_is_moved_into_or_out_of_what_is_over_and_its_notes_stay(station, state):
    person, another = factories.representative(station=station), factories.representative(station=station)
    over = factories.visit(station, people=[person], state=state)
    open_ = factories.visit(station, starts_at=factories.hour(9), people=[another])
    move = "UPDATE visits_attendance SET visit_id = %s WHERE visit_id = %s"
    assert refused(lambda: sql(move, open_.pk, over.pk)) == HISTORY
    assert refused(lambda: sql(move, over.pk, open_.pk)) == HISTORY
    assert refused(lambda: sql("UPDATE visits_attendance SET note = '改写' WHERE visit_id = %s", over.pk)) == HISTORY
    assert refused(lambda: sql("UPDATE visits_attendance SET note = '晚到' WHERE visit_id = %s", open_.pk)) is None
    assert set(Attendance.objects.values_list("visit", "note")) == {(over.pk, ""), (open_.pk, "晚到")}


def test_hours_of_people_follow_their_visit(station):
    visit = factories.visit(station, people=[factories.representative(station=station)])
    Visit.objects.update(starts_at=factories.hour(9), ends_at=factories.hour(9, at=10))
    held = visit.attendances.get()
    assert (held.during.lower, held.during.upper, held.holds) == (factories.hour(9), factories.hour(9, at=10), True)
    Visit.objects.update(state="cancelled", cancel_reason="停电")
    assert visit.attendances.get().holds is False


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ends_at": factories.hour(7, at=8)}, "结束时间应晚于开始时间"),
        ({"ends_at": factories.hour(8, at=10)}, "一次进站不能超过 24 小时"),
        ({"state": "published", "published_at": None}, "公布的进站应有公布时间"),
        ({"state": "cancelled", "cancel_reason": ""}, "取消进站应说明原因"),
    ],
)
def test_constraints_speak_in_words(station, change, words):
    factories.visit(station)
    assert refused(lambda: Visit.objects.update(**change)) == words


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("stations_station", "联络站不能删除，撤销请取消“开放”"),
        ("representatives_seat", "任期不能删除，请改为终止并填写日期"),
        ("representatives_representative", "代表信息不能删除，离任请终止其任期"),
    ],
)
def test_what_is_kept_for_good_is_not_deleted(station, table, words):
    factories.representative(station=station)
    assert refused(lambda: sql(f"DELETE FROM {table}")) == words


# Sequence and last change, for whoever follows a calendar


@pytest.mark.parametrize(
    ("change", "raised"),
    [
        ({"starts_at": factories.hour(7, at=8)}, 1),
        ({"ends_at": factories.hour(7, at=10)}, 1),
        ({"place": "老年活动中心"}, 1),
        ({"is_online": True}, 1),
        ({"state": "published", "published_at": timezone.now()}, 1),
        ({"title": "垃圾分类"}, 0),
        ({"topics": "路灯"}, 0),
        ({"place": ""}, None),
        ({"version": 9}, None),
    ],
)
def test_version_rises_with_hours_place_and_state_for_every_writer(station, change, raised):
    visit = factories.visit(station)
    Visit.objects.filter(pk=visit.pk).update(**change)
    now = Visit.objects.get(pk=visit.pk)
    assert (now.version, now.changed_at > visit.changed_at) == (1 + (raised or 0), raised is not None)


def test_who_comes_to_a_public_visit_moves_its_last_change(station):
    person = factories.representative(station=station)
    visit, draft = factories.visit(station, state="published"), factories.visit(station, starts_at=factories.hour(9))
    for row in (visit, draft):
        row.attendances.create(representative=person)
    now, still = Visit.objects.get(pk=visit.pk), Visit.objects.get(pk=draft.pk)
    assert (now.version, now.changed_at > visit.changed_at, still.changed_at) == (1, True, draft.changed_at)


@pytest.mark.parametrize("change", [{"state": "published"}, {}])
def test_nothing_is_published_that_has_begun(station, change):
    visit = factories.visit(station, starts_at=timezone.now() - timedelta(minutes=1))
    words = refused(lambda: Visit.objects.filter(pk=visit.pk).update(published_at=timezone.now(), **change))
    assert words == "开始时间已过，不能再公布"
