"""Reminders follow their visit: planned, moved and cancelled in its own transaction, each person told once."""

import threading
from datetime import timedelta

import pytest
from django.db import connections, transaction
from django.utils import timezone, translation

from liaison.common.templatetags.face import cn_weekday
from liaison.notices import sending
from liaison.notices.channels import Answer, Sender
from liaison.notices.choices import Channel, Kind, State, Word
from liaison.notices.models import Notice, Preference
from liaison.notices.sending import send_due
from representatives.models import Representative
from tests import factories
from visits import actions, tasks
from visits.choices import REMINDERS
from visits.models import ReminderRule
from visits.reminders import plan_again, plan_reminders

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(station, liaison, representative):
    """Published, in a week from 9 to 11, with 张三, who has an account, and 李四, who has none."""
    people = [representative.representative, factories.representative("李四", station=station)]
    row = factories.visit(station, people=people, state="published")
    with transaction.atomic():
        plan_reminders(row)
    return row


@pytest.fixture(autouse=True)
def _by_mail_alone(monkeypatch):
    """What is planned, and when, is told by one channel as well as by two."""
    monkeypatch.delitem(sending.SENDERS, Channel.INBOX)


def rows(kind=Kind.VISIT_TOMORROW, **where):
    """(version, who, state) of each reminder of the day before, or of another kind."""
    found = Notice.objects.filter(kind=kind, **where).order_by("about_version", "recipient__username")
    return [tuple(row) for row in found.values_list("about_version", "recipient__username", "state")]


@pytest.fixture
def _nothing_else():
    """The reminder of the day before alone, and what tells of a change."""
    for kind in set(REMINDERS) - {Kind.VISIT_TOMORROW}:
        ReminderRule.objects.create(kind=kind, is_on=False, grace=1, source="测试")


def move(visit, hours, by):
    visit.starts_at += timedelta(hours=hours)
    visit.ends_at += timedelta(hours=hours)
    return actions.save_visit(visit, by=by)


def fresh(visit):
    return type(visit).objects.get(pk=visit.pk)


def test_publishing_plans_for_representatives_and_liaison(station, liaison, representative, district):
    draft = factories.visit(station, people=[representative.representative])
    assert rows() == []
    actions.publish_visit(draft, by=district)
    assert rows() == [(2, "liaison", "planned"), (2, "representative", "planned")]  # becoming public is a new version
    notice = Notice.objects.filter(kind=Kind.VISIT_TOMORROW).first()
    assert notice.due_at == factories.hour(6, at=16)
    assert notice.expires_at == factories.hour(7, at=9)  # late in the night it still leaves at eight


def test_words_are_the_readers_and_not_the_movers(visit, representative, district):
    Preference.objects.create(user=representative, language="en")
    with translation.override("en"):
        move(visit, 1, district)
    planned = Notice.objects.filter(state=State.PLANNED, kind=Kind.VISIT_TOMORROW)
    theirs, ours = planned.get(recipient=representative), planned.exclude(recipient=representative).get()
    day = timezone.localdate() + timedelta(days=7)
    when = f"{day.month}月{day.day}日（{cn_weekday(day)}）10:00—12:00"
    assert ours.subject == f"进站提醒：{when} 甲院社区代表联络站"
    facts = [f"时间：{when}", "地点：甲院社区代表联络站 花园路 1 号", "内容：接待选民", "代表：张三、李四"]
    assert ours.body.splitlines()[3:7] == facts
    assert theirs.subject.startswith(f"Reminder: {day:%A} {day.day} {day:%B} ")


def test_moving_cancels_the_old_and_plans_the_new(visit, district):
    move(visit, 24, district)
    assert {(n.state, n.answer) for n in Notice.objects.filter(about_version=1)} == {(State.CANCELLED, Word.CHANGED)}
    old, new = (Notice.objects.filter(kind=Kind.VISIT_TOMORROW, about_version=version) for version in (1, 2))
    assert {(n.state, n.due_at) for n in new} == {(State.PLANNED, factories.hour(7, at=16))}
    assert len(old) == len(new) == 2


def test_move_that_is_rolled_back_leaves_the_old_reminder(visit, district):
    before = rows()
    with transaction.atomic():
        move(visit, 24, district)
        assert rows() != before
        transaction.set_rollback(True)
    assert rows() == before == [(1, "liaison", "planned"), (1, "representative", "planned")]


def test_cancelling_cancels(visit, district):
    actions.cancel_visit(visit, reason="天气原因", by=district)
    assert rows() == [(1, "liaison", "cancelled"), (1, "representative", "cancelled")]


def test_whoever_joins_later_gets_a_reminder_and_nobody_a_second_one(visit, station, district):
    send_due(factories.hour(6, at=16))
    joined = factories.representative("王五", station=station, user=factories.user("joined"))
    people = [*Representative.objects.filter(visits=visit), joined]
    actions.save_visit(fresh(visit), representatives=people, by=district)
    assert rows(state=State.PLANNED) == [(1, "joined", "planned")]


def test_whoever_leaves_is_called_off_and_coming_back_is_reminded_after_all(visit, representative, district):
    everybody = set(Representative.objects.filter(visits=visit))
    actions.save_visit(fresh(visit), representatives=everybody - {representative.representative}, by=district)
    assert rows() == [(1, "liaison", "planned"), (1, "representative", "cancelled")]
    actions.save_visit(fresh(visit), representatives=everybody, by=district)
    assert rows() == [(1, "liaison", "planned"), (1, "representative", "planned")]
    assert Notice.objects.get(recipient=representative, kind=Kind.VISIT_TOMORROW).answer == ""


def test_new_theme_changes_the_words_and_not_the_version(visit, district):
    visit.title = "垃圾分类"
    actions.save_visit(visit, by=district)
    assert rows() == [(1, "liaison", "planned"), (1, "representative", "planned")]
    assert all("内容：垃圾分类\n" in notice.body for notice in Notice.objects.exclude(state=State.CANCELLED))


def test_published_late_is_due_at_once_while_there_is_time(station, liaison, district, monkeypatch):
    draft = factories.visit(station, starts_at=factories.hour(1, at=14))
    for hour, planned in [(timedelta(hours=20), 1), (timedelta(days=1, hours=10), 0)]:
        at = factories.hour(0, at=0) + hour
        monkeypatch.setattr(timezone, "now", lambda at=at: at)
        with transaction.atomic():
            actions.publish_visit(draft, late_reason="临时安排", by=district)
            assert Notice.objects.sendable(at).count() == planned
            transaction.set_rollback(True)


def test_liaison_appointed_after_the_announcement_is_found_by_planning_again(visit, liaison, station):
    liaison.postings.all().delete()
    factories.user("successor", "liaison", station.code)
    plan_again(factories.hour(5, at=12))
    assert rows() == [(1, "liaison", "cancelled"), (1, "representative", "planned"), (1, "successor", "planned")]
    tasks.plan_reminders()
    assert len(rows()) == 3


# Movers and senders at the same moment


class Held(Sender):
    """Says when a notice is on its way, and waits to be let go."""

    channel, batch = Channel.EMAIL, 1

    def __init__(self):
        pass

    def send(self, notice):
        self.sent.append(notice.about_version)
        self.on_its_way.set()
        assert self.go.wait(120)
        return Answer(State.SENT, "ok")


@pytest.fixture
def held(monkeypatch):
    sender = type("Sender", (Held,), {"sent": [], "on_its_way": threading.Event(), "go": threading.Event()})
    monkeypatch.setitem(sending.SENDERS, Channel.EMAIL, sender)
    return sender


def start(work, *args):
    def run():
        try:
            work(*args)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_nothing_else")
def test_sender_passes_over_a_visit_that_is_being_moved(visit, district, held):
    held.go.set()
    with transaction.atomic():
        move(visit, 24, district)
        start(send_due, factories.hour(6, at=17)).join(120)
        assert held.sent == []
    send_due(factories.hour(6, at=17))
    assert held.sent == []
    send_due(factories.hour(7, at=17))
    assert held.sent == [2, 2]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_nothing_else")
def test_move_while_a_reminder_is_on_its_way_does_not_wait_and_is_told(visit, liaison, district, held):
    Notice.objects.exclude(recipient=liaison).update(state=State.CANCELLED)
    sender = start(send_due, factories.hour(6, at=17))
    assert held.on_its_way.wait(120)
    move(visit, 24, district)
    held.go.set()
    sender.join(120)
    old = Notice.objects.get(recipient=liaison, about_version=1)
    assert (old.state, old.answer, old.sent_at is not None) == (State.CANCELLED, Word.GONE_BEFORE, True)
    assert rows(about_version=2) == [(2, "liaison", "planned"), (2, "representative", "planned")]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_nothing_else")
def test_mover_and_senders_in_a_race_lose_nothing_and_double_nothing(visit, district, held):
    held.go.set()
    at = factories.hour(6, at=17)
    for _ in range(6):
        racing = [start(send_due, at), start(move, fresh(visit), 1, district), start(send_due, at)]
        for thread in racing:
            thread.join(120)
    send_due(at)
    version = fresh(visit).version
    gone = Notice.objects.filter(sent_at__isnull=False).values_list("about_version", flat=True)
    assert sorted(held.sent) == sorted(gone)
    assert version == 7
    assert rows(about_version=version) == [(7, "liaison", "sent"), (7, "representative", "sent")]
    assert not Notice.objects.open().exists()
