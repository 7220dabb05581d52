from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from liaison.accounts.models import Entry
from liaison.common.exceptions import NotAllowed
from tests import factories
from visits.actions import cancel_visit, delete_draft, hold_finished, log_visit, publish_visit, save_visit
from visits.choices import State
from visits.models import LogDraft, Visit

VERBS = {
    State.PUBLISHED: lambda visit, by: publish_visit(visit, by=by),
    State.LOGGED: lambda visit, by: log_visit(visit, came=[], voters_received=3, summary="路灯", by=by),
    State.CANCELLED: lambda visit, by: cancel_visit(visit, reason="停电", by=by),
}
# A running visit that nobody has held yet is logged in one act: the verb takes both steps.
LEGAL = {
    State.PUBLISHED: {State.DRAFT},
    State.LOGGED: {State.PUBLISHED, State.HELD},
    State.CANCELLED: {State.DRAFT, State.PUBLISHED, State.HELD},
}


@pytest.fixture
def people(station):
    return [factories.representative(name, station=station) for name in ("张三", "李四", "王五")]


def states(visit) -> dict[str, str]:
    return dict(visit.attendances.values_list("representative__name", "state"))


@pytest.mark.parametrize("new", VERBS)
@pytest.mark.parametrize("old", State)
def test_verb_works_from_its_states_and_is_refused_from_all_others(station, district, old, new):
    ahead = old == State.DRAFT
    starts_at = factories.hour(7) if ahead else timezone.now() - timedelta(minutes=30)
    visit = factories.visit(station, starts_at=starts_at, state=old)
    if old in LEGAL[new]:
        assert VERBS[new](visit, district).state == new
    else:
        with pytest.raises(NotAllowed):
            VERBS[new](visit, district)
    visit.refresh_from_db()
    assert visit.state == (new if old in LEGAL[new] else old)


def test_save_sets_the_author_and_the_people(station, liaison, people):
    visit = Visit(station=station, kind="research", starts_at=factories.hour(7), ends_at=factories.hour(7, at=11))
    save_visit(visit, representatives=people[:2], by=liaison)
    save_visit(visit, representatives=people[1:], by=liaison)
    assert (visit.created_by, visit.version, states(visit)) == (liaison, 1, {"李四": "expected", "王五": "expected"})


def test_moving_raises_the_version_and_a_new_title_does_not(station, liaison):
    visit = factories.visit(station)
    visit.title = "新主题"
    assert save_visit(visit, by=liaison).version == 1
    visit.ends_at += timedelta(hours=1)
    assert save_visit(visit, by=liaison).version == 2


def test_another_room_raises_the_version_once(station, liaison):
    visit, hall = factories.visit(station, state="published"), factories.room(station)
    versions = []
    for room in (hall, hall, factories.room(station, "council_hall"), None):
        visit.room = room
        versions.append(save_visit(visit, by=liaison).version - 1)
    assert versions == [1, 1, 2, 3]


def test_published_visit_is_not_moved_into_the_past(station, liaison):
    visit = factories.visit(station, state="published")
    visit.starts_at, visit.ends_at = factories.hour(-1), factories.hour(-1, at=10)
    with pytest.raises(ValidationError, match="这个日期已经过去"):
        save_visit(visit, by=liaison)


@pytest.mark.parametrize(("state", "refused"), [("draft", True), ("published", False)])
def test_hour_that_has_passed_is_for_what_has_begun(station, liaison, state, refused, monkeypatch):
    noon = factories.hour(0, at=12)  # just after midnight a minute ago would be another day
    monkeypatch.setattr(timezone, "now", lambda: noon)
    begun = noon - timedelta(minutes=1)
    visit = factories.visit(station, starts_at=begun, state=state)
    visit.starts_at -= timedelta(seconds=60)
    if refused:
        with pytest.raises(ValidationError) as told:
            save_visit(visit, by=liaison)
        assert told.value.message_dict == {"starts_at": ["这个时间已经过去，请选以后的时间"]}
    else:
        assert save_visit(visit, change_reason="提前开始", by=liaison).version == 2


def test_stale_draft_keeps_its_day_and_takes_other_words(station, liaison):
    visit = factories.visit(station, starts_at=factories.hour(-3))
    visit.title = "补记主题"
    assert save_visit(visit, by=liaison).title == "补记主题"


def test_moved_visit_meets_its_own_people_elsewhere(station, other_station, liaison, people):
    factories.visit(other_station, starts_at=factories.hour(8), people=people[:1], state="published")
    visit = factories.visit(station, people=people[:2])
    visit.attendances.filter(representative=people[1]).update(state="leave")
    factories.visit(other_station, starts_at=factories.hour(8, 10), people=people[1:2])
    visit.starts_at, visit.ends_at = factories.hour(8), factories.hour(8, 11)
    with pytest.raises(ValidationError) as told:
        save_visit(visit, by=liaison)
    assert [(name, len(words)) for name, words in told.value.message_dict.items()] == [("representatives", 1)]
    assert "已安排在人民路社区代表联络站" in told.value.messages[0]


def test_stale_copy_does_not_undo_a_publication(station, liaison, street):
    stale = factories.visit(station)
    publish_visit(stale, by=street)
    stale.title = "旧页面上改的主题"
    save_visit(stale, by=liaison)
    saved = Visit.objects.get()
    assert (saved.state, saved.title, saved.published_by) == (State.PUBLISHED, "旧页面上改的主题", street)


@pytest.mark.parametrize(("days", "late"), [(4, False), (3, False), (2, True), (1, True)])
def test_notice_period_counts_days_and_the_third_still_keeps_it(station, street, days, late):
    visit = factories.visit(station, starts_at=factories.hour(days))
    if late:
        with pytest.raises(NotAllowed, match="距开始不足 3 天"):
            publish_visit(visit, by=street)
    published = publish_visit(visit, by=street, late_reason="临时通知" if late else "")
    assert (published.is_late, published.published_by) == (late, street)


def test_reason_of_a_timely_publication_is_not_kept(station, street):
    assert not publish_visit(factories.visit(station), by=street, late_reason="以防万一").is_late


def test_what_has_begun_is_not_published(station, street):
    visit = factories.visit(station, starts_at=timezone.now() - timedelta(minutes=1))
    with pytest.raises(NotAllowed, match="开始时间已过"):
        publish_visit(visit, by=street, late_reason="忘了")


def test_cancelling_asks_why_and_frees_the_person(station, other_station, street, people):
    visit = factories.visit(station, people=people[:1], state="published")
    with pytest.raises(NotAllowed, match="请说明取消的原因"):
        cancel_visit(visit, reason=" ", by=street)
    cancel_visit(visit, reason="停电", by=street)
    again = factories.visit(other_station, people=people[:1])
    assert (Visit.objects.get(pk=visit.pk).cancel_reason, states(again)) == ("停电", {"张三": "expected"})


def test_deleting_a_draft_leaves_a_line_in_the_log(station, liaison):
    visit = factories.visit(station, title="草稿")
    delete_draft(visit, by=liaison)
    entry = Entry.objects.get()
    assert (entry.by, entry.action, entry.detail["title"], entry.detail["station"]) == (
        liaison,
        "delete",
        "草稿",
        station.code,
    )
    assert not Visit.objects.exists()


def test_holding_finished_twice_is_as_good_as_once(station):
    over = factories.visit(station, starts_at=timezone.now() - timedelta(hours=3), state="published")
    factories.visit(station, starts_at=timezone.now() - timedelta(hours=1), state="published")
    factories.visit(station, starts_at=timezone.now() - timedelta(hours=9), state="draft")
    now = timezone.now()
    assert (hold_finished(now), hold_finished(now)) == (1, 0)
    assert list(Visit.objects.filter(state=State.HELD)) == [over]


def test_log_tells_who_came_who_was_absent_and_who_was_on_leave(station, liaison, people):
    stranger = factories.representative("赵六", station=station)
    visit = factories.visit(station, starts_at=timezone.now() - timedelta(hours=1), people=people, state="published")
    visit.attendances.filter(representative=people[2]).update(state="leave")
    LogDraft.objects.create(visit=visit, by=liaison, data={"summary": "路"})
    logged = log_visit(visit, came=iter([people[0], stranger]), voters_received=5, summary=" 路灯不亮 ", by=liaison)
    assert states(visit) == {"张三": "came", "李四": "absent", "王五": "leave", "赵六": "came"}
    assert (logged.voters_received, logged.summary, logged.logged_by) == (5, "路灯不亮", liaison)
    assert not LogDraft.objects.exists()


def test_log_sent_twice_keeps_the_first(station, liaison):
    visit = factories.visit(station, starts_at=timezone.now() - timedelta(hours=1), state="published")
    log_visit(visit, came=[], voters_received=5, summary="第一次", by=liaison)
    with pytest.raises(NotAllowed, match="已经登记过"):
        log_visit(visit, came=[], voters_received=9, summary="第二次", by=liaison)
    assert Visit.objects.get().summary == "第一次"


def test_nothing_is_logged_before_it_begins(station, liaison):
    visit = factories.visit(station, state="published")
    with pytest.raises(NotAllowed, match="进站开始以后才能登记"):
        log_visit(visit, came=[], voters_received=0, summary="还没开始", by=liaison)


def test_somebody_who_is_away_is_not_put_on_a_list_but_stays_on_one(station, street):
    here, away = factories.representative("张三", station=station), factories.representative("李四", station=station)
    visit = factories.visit(station, people=[away])
    factories.absence(away, days=7)
    assert save_visit(visit, representatives=[away, here], by=street).attendances.count() == 2
    other = Visit(
        station=station, kind="reception_day", starts_at=factories.hour(7, at=15), ends_at=factories.hour(7, at=16)
    )
    day = timezone.localdate(other.starts_at)
    with pytest.raises(ValidationError, match=f"李四在{day.year}年{day.month}月{day.day}日请假外出") as refusal:
        save_visit(other, representatives=[away], by=street)
    assert list(refusal.value.error_dict) == ["representatives"]


def test_a_visit_is_not_moved_to_a_day_on_which_somebody_is_away(station, street):
    away = factories.representative("李四", station=station)
    visit = factories.visit(station, people=[away])
    factories.absence(away, days=8)
    visit.starts_at, visit.ends_at = factories.hour(8), factories.hour(8, at=11)
    with pytest.raises(ValidationError, match="请假外出"):
        save_visit(visit, by=street)
