"""What is planned for each state of a visit: every kind at its hour, to whom it is meant for, with the question."""

from datetime import timedelta

import pytest
from django.utils import timezone

from liaison.accounts.choices import Role
from liaison.notices.choices import Channel, Kind, State
from liaison.notices.models import Notice
from liaison.notices.sending import send_due
from representatives.models import Representative
from tests import factories
from visits import actions
from visits.models import Invitation, ReminderRule, Visit
from visits.reminders import plan_reminders

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(station, liaison, street, representative, district):
    """Public since now, in ten days from 9 to 11, with 张三, who has an account, and 李四, who has none."""
    people = [representative.representative, factories.representative("李四", station=station)]
    draft = factories.visit(station, starts_at=factories.hour(10), people=people)
    return actions.publish_visit(draft, by=district)


def planned(**where) -> dict[str, set]:
    """Who is to be told of each kind."""
    found: dict[str, set] = {}
    for kind, who in Notice.objects.filter(state=State.PLANNED, **where).values_list("kind", "recipient__username"):
        found.setdefault(kind, set()).add(who)
    return found


def answered(visit) -> Invitation:
    return visit.invitations.get(representative__user__username="representative")


def fresh(visit) -> Visit:
    return Visit.objects.get(pk=visit.pk)


def test_draft_plans_nothing_and_publishing_every_kind_at_its_hour(published):
    hours = dict(Notice.objects.filter(channel=Channel.INBOX).values_list("kind", "due_at"))
    assert hours == {
        Kind.VISIT_CONFIRM: published.published_at, Kind.VISIT_EARLY: factories.hour(3, at=9),
        Kind.VISIT_NEAR: factories.hour(7, at=9), Kind.VISIT_UNCONFIRMED: factories.hour(9, at=10),
        Kind.VISIT_TOMORROW: factories.hour(9, at=16), Kind.VISIT_TODAY: factories.hour(10, at=7),
        Kind.VISIT_LOG: factories.hour(10, at=11), Kind.VISIT_UNLOGGED: factories.hour(11, at=9),
        Kind.VISIT_UNLOGGED_LONG: factories.hour(13, at=9),
    }  # fmt: skip
    assert not Notice.objects.filter(about_version=1).exists()


def test_each_kind_goes_to_those_whom_it_concerns(published):
    mine, station, above = {"representative"}, {"liaison"}, {"liaison", "street"}
    assert planned() == {
        Kind.VISIT_CONFIRM: mine, Kind.VISIT_EARLY: mine, Kind.VISIT_NEAR: mine, Kind.VISIT_TODAY: mine,
        Kind.VISIT_TOMORROW: mine | station, Kind.VISIT_UNCONFIRMED: station, Kind.VISIT_LOG: station,
        Kind.VISIT_UNLOGGED: station, Kind.VISIT_UNLOGGED_LONG: above,
    }  # fmt: skip


def test_long_unlogged_at_an_industry_station_is_told_to_the_district(street_region, district):
    station = factories.station("410105-01")
    draft = factories.visit(station, starts_at=factories.hour(10))
    actions.publish_visit(draft, by=district)
    assert planned() == {Kind.VISIT_UNLOGGED_LONG: {"district"}}


def test_question_is_in_every_reminder_until_it_is_answered(published, representative, settings):
    ahead = Notice.objects.filter(recipient=representative, channel=Channel.INBOX)
    path = f"/a/{answered(published).key}/"
    assert {notice.params["answer"] for notice in ahead} <= {f"{settings.SITE['url']}{path}", ""}
    assert {tuple((b["value"], b["path"]) for b in notice.buttons) for notice in ahead} == {
        (("confirm", path), ("leave", path))
    }
    assert all(not notice.buttons for notice in Notice.objects.exclude(recipient=representative))


def test_planning_again_changes_nothing(published):
    before = list(Notice.objects.order_by("pk").values())
    plan_reminders(published)
    plan_reminders(fresh(published))
    assert list(Notice.objects.order_by("pk").values()) == before


def test_published_within_the_days_of_a_reminder_asks_once_and_reminds_from_then_on(station, representative, district):
    draft = factories.visit(station, starts_at=factories.hour(2), people=[representative.representative])
    actions.publish_visit(draft, late_reason="临时", by=district)
    mine = set(Notice.objects.filter(recipient=representative).values_list("kind", flat=True))
    assert mine == {Kind.VISIT_CONFIRM, Kind.VISIT_TOMORROW, Kind.VISIT_TODAY}


def test_training_hunts_nobody_and_a_rule_of_its_own_says_otherwise(station, liaison, representative, district):
    draft = factories.visit(
        station, starts_at=factories.hour(10), kind="training", people=[representative.representative]
    )
    visit = actions.publish_visit(draft, by=district)
    before = set(planned())
    ReminderRule.objects.create(visit_kind="training", kind=Kind.VISIT_NEAR, amount=2, hour=9, grace=5, source="x")
    ReminderRule.objects.create(kind=Kind.VISIT_UNLOGGED, is_on=False, grace=5, source="x")
    plan_reminders(visit)
    assert before & {Kind.VISIT_NEAR, Kind.VISIT_UNCONFIRMED} == set()
    assert (set(planned()) - before, before - set(planned())) == ({Kind.VISIT_NEAR}, {Kind.VISIT_UNLOGGED})


def test_kind_that_is_not_asked_is_reminded_without_a_question(station, liaison, representative, district):
    ReminderRule.objects.create(kind=Kind.VISIT_CONFIRM, is_on=False, grace=5, source="x")
    draft = factories.visit(station, starts_at=factories.hour(10), people=[representative.representative])
    actions.publish_visit(draft, by=district)
    assert not {Kind.VISIT_CONFIRM, Kind.VISIT_UNCONFIRMED} & set(planned())
    assert not Notice.objects.exclude(buttons=[]).exists()


def test_being_over_leaves_what_asks_for_the_log_and_tells_it_once(published, monkeypatch):
    after = published.ends_at + timedelta(minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: after)
    actions.hold_finished(after)
    send_due(after)
    told = Notice.objects.filter(kind=Kind.VISIT_LOG, state=State.SENT)
    assert [notice.channel for notice in told] == [Channel.INBOX]  # nobody here has a mail address
    plan_reminders(fresh(published))
    later = {Kind.VISIT_UNLOGGED: {"liaison"}, Kind.VISIT_UNLOGGED_LONG: {"liaison", "street"}}
    assert planned(kind__in=[Kind.VISIT_LOG, *later]) == later


def test_logging_thanks_whoever_came_and_asks_no_more(published, representative, liaison, monkeypatch):
    after = published.ends_at + timedelta(hours=1)
    monkeypatch.setattr(timezone, "now", lambda: after)
    came = [representative.representative]
    actions.log_visit(fresh(published), came=came, voters_received=12, summary="停车", by=liaison)
    assert planned(expires_at__gt=after) == {Kind.VISIT_THANKS: {"representative"}}
    thanks = Notice.objects.filter(kind=Kind.VISIT_THANKS).first()
    assert (thanks.params["voters"], thanks.params["people"]) == ("12", "张三")
    plan_reminders(fresh(published))
    assert Notice.objects.filter(kind=Kind.VISIT_THANKS).count() == 2


def test_overdue_reminder_stays_planned_for_its_sender_to_drop(published, monkeypatch):
    late = factories.hour(9, at=21)
    monkeypatch.setattr(timezone, "now", lambda: late)
    plan_reminders(fresh(published))
    early = Notice.objects.filter(kind=Kind.VISIT_EARLY)
    assert {notice.state for notice in early} == {State.PLANNED}
    send_due(late)
    assert set(early.values_list("state", "answer")) == {(State.CANCELLED, "过时未发")}


@pytest.mark.parametrize("is_logged", [False, True])
def test_what_was_late_when_the_visit_was_over_is_dropped_and_counted(
    published, representative, liaison, monkeypatch, is_logged
):
    ahead = Notice.objects.filter(state=State.PLANNED, expires_at__lte=published.starts_at)
    late = {*ahead.values_list("pk", flat=True)}
    after = published.ends_at + timedelta(minutes=10)
    monkeypatch.setattr(timezone, "now", lambda: after)
    if is_logged:
        came = [representative.representative]
        actions.log_visit(fresh(published), came=came, voters_received=1, summary="好", by=liaison)
    else:
        actions.hold_finished(after)
        plan_reminders(fresh(published))
    assert send_due(after)["expired"] == len(late) > 0
    assert {*Notice.objects.filter(answer="过时未发").values_list("pk", flat=True)} == late


# Changes


def tell_all(at=None):
    """Everything that is due by `at` goes out."""
    send_due(at or timezone.now() + timedelta(seconds=1))


def move(visit, by, **days):
    visit = fresh(visit)
    visit.starts_at += timedelta(**days)
    visit.ends_at += timedelta(**days)
    return actions.save_visit(visit, by=by, change_reason="会场维修")


def test_whoever_knows_of_the_old_hours_is_told_the_new_ones_and_asked_again(published, representative, district):
    Invitation.objects.update(confirmed_at=timezone.now())
    tell_all()
    moved = move(published, district, days=1)
    assert planned(kind=Kind.VISIT_CHANGED) == {Kind.VISIT_CHANGED: {"representative"}}
    assert Kind.VISIT_CONFIRM not in planned()
    notice = Notice.objects.filter(kind=Kind.VISIT_CHANGED).first()
    old = timezone.localtime(published.starts_at)
    assert notice.params["change"].startswith(f"时间原为{old.month}月{old.day}日")
    assert [button["value"] for button in notice.buttons] == ["confirm", "leave"]
    assert answered(moved).confirmed_at is None
    before = list(Notice.objects.order_by("pk").values())
    plan_reminders(fresh(moved))
    assert list(Notice.objects.order_by("pk").values()) == before


def test_whoever_was_not_told_yet_hears_only_of_the_new_hours(published, district):
    move(published, district, days=1)
    assert Kind.VISIT_CHANGED not in planned()
    assert planned()[Kind.VISIT_CONFIRM] == {"representative"}


def test_moved_back_before_anybody_heard_is_no_change(published, district):
    tell_all()
    move(published, district, days=1)
    move(published, district, days=-1)
    assert Kind.VISIT_CHANGED not in planned()


def test_told_by_inbox_in_the_night_is_still_told_aloud_in_the_morning(published, district):
    tell_all()
    moved = move(published, district, days=1)
    quiet = Notice.objects.filter(kind=Kind.VISIT_CHANGED, channel=Channel.INBOX)
    quiet.update(state=State.LEASED)
    quiet.update(state=State.SENT, sent_at=timezone.now())
    plan_reminders(moved)
    assert planned(kind=Kind.VISIT_CHANGED, channel=Channel.EMAIL) == {Kind.VISIT_CHANGED: {"representative"}}


def test_whoever_is_taken_off_is_told_the_hours_that_they_know(published, representative, district):
    tell_all()
    others = Representative.objects.filter(visits=published).exclude(user=representative)
    changed = fresh(published)
    changed.starts_at += timedelta(hours=1)
    actions.save_visit(changed, representatives=list(others), change_reason="换人", by=district)
    assert planned(recipient=representative) == {Kind.VISIT_OFF: {"representative"}}
    assert "9:00—11:00" in Notice.objects.filter(kind=Kind.VISIT_OFF).first().subject
    tell_all()
    move(published, district, days=1)
    assert planned(recipient=representative) == {}  # told once


def test_whoever_joins_later_is_asked_when_they_join(published, station, district):
    tell_all()
    joined = factories.representative("王五", station=station, user=factories.user("joined"))
    people = [*Representative.objects.filter(visits=published), joined]
    actions.save_visit(fresh(published), representatives=people, by=district)
    assert planned(kind=Kind.VISIT_CONFIRM) == {Kind.VISIT_CONFIRM: {"joined"}}
    assert published.invitations.get(representative=joined).asked_at > published.published_at


def test_whoever_is_put_back_is_asked_anew(published, representative, district):
    Invitation.objects.update(confirmed_at=timezone.now())
    everybody = list(Representative.objects.filter(visits=published))
    rest = [person for person in everybody if person.user_id != representative.pk]
    actions.save_visit(fresh(published), representatives=rest, by=district)
    actions.save_visit(fresh(published), representatives=everybody, by=district)
    question = answered(published)
    assert question.confirmed_at is None
    assert question.asked_at > published.published_at


def test_cancelling_is_told_with_its_reason_to_whoever_knew(published, district):
    tell_all()
    actions.cancel_visit(published, reason="天气原因", by=district)
    assert planned() == {Kind.VISIT_CANCELLED: {"representative"}}
    assert Notice.objects.filter(kind=Kind.VISIT_CANCELLED).first().params["reason"] == "天气原因"


@pytest.mark.parametrize(("days", "is_urgent"), [(2, False), (1, True)])
def test_word_is_urgent_where_the_visit_begins_before_it_could_leave(
    days, is_urgent, station, representative, district, monkeypatch, settings
):
    """Announced, told and cancelled at ten in the evening, for nine o'clock."""
    draft = factories.visit(station, starts_at=factories.hour(days), people=[representative.representative])
    night, settings.QUIET_HOURS = factories.hour(0, at=22), True
    monkeypatch.setattr(timezone, "now", lambda: night)
    monkeypatch.setattr("visits.reminders.case.Case.since", night)
    visit = actions.publish_visit(draft, late_reason="临时", by=district)
    tell_all()
    actions.cancel_visit(visit, reason="停电", by=district)
    assert set(Notice.objects.filter(kind=Kind.VISIT_CANCELLED).values_list("is_urgent", flat=True)) == {is_urgent}


# What it costs


def test_planning_one_visit_asks_little_however_many_come(published, station, liaison, django_assert_max_num_queries):
    for number in range(5):
        person = factories.representative(station=station, user=factories.user(f"more{number}", Role.REPRESENTATIVE))
        published.attendances.create(representative=person)
    plan_reminders(fresh(published))
    visit = Visit.objects.select_related("station", "room").get(pk=published.pk)
    with django_assert_max_num_queries(14):  # with the two savepoints of the plan
        plan_reminders(visit)
