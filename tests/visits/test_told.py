"""Who was told what of a visit, and why somebody was not: the page of staff, and sending again what still holds."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.notices.choices import Channel, Kind, State, Word
from liaison.notices.models import ChannelSetting, Notice, Preference
from liaison.notices.sending import send_due
from tests import factories
from visits import actions
from visits.answers import ask_leave
from visits.models import ReminderRule
from visits.reminders import plan_reminders

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(station, liaison, representative):
    """Published, in a week, with 张三, who has an account and an address, and 李四, who has none."""
    representative.email = "zhang@example.org"
    representative.save()
    return published(station, people=[representative.representative, factories.representative("李四", station=station)])


def published(station, **fields):
    row = factories.visit(station, **({"state": "published"} | fields))
    with transaction.atomic():
        plan_reminders(row)
    return row


def page(visit):
    return f"/desk/visits/{visit.public_id}/notices/"


def people(answer) -> dict:
    return {told.name: told for told in answer.context["people"]}


def test_page_shows_for_each_person_what_was_planned_and_sent_and_whether_it_was_read(as_, street, visit):
    send_due()
    Notice.objects.filter(recipient__username="representative", channel=Channel.INBOX).unread().update(
        read_at=timezone.now())  # fmt: skip
    answer = as_(street).get(page(visit))
    found = people(answer)
    assert {name: told.part for name, told in found.items()} == {
        "张三": "代表 应到", "李四": "代表 应到", "liaison": "站长、联络员", "street": "上级人大机构"}  # fmt: skip
    assert {row.recipient.username for row in found["张三"].rows} == {"representative"}
    assert {row.pk for told in found.values() for row in told.rows} == set(Notice.objects.values_list("pk", flat=True))
    assert (found["张三"].why, found["李四"].why) == ([], ["没有账号，请转告本人"])
    assert "已看" in answer.content.decode()


def test_reasons_are_those_of_planning(as_, street, visit, liaison, representative):
    def why(name):
        return people(as_(street).get(page(visit)))[name].why

    assert why("liaison") == [f"电子邮件：{Word.NO_ADDRESS}"]
    Preference.objects.create(user=representative, channels={"visits": []})
    assert why("张三") == ["本人只要站内消息、这个渠道没有设置"]
    Preference.objects.filter(pk=representative.pk).update(channels={"visits": ["email"]})
    ChannelSetting.objects.create(channel=Channel.EMAIL, is_on=False)
    assert why("张三") == [f"{Word.OFF}、这个渠道没有设置"]
    representative.is_active = False
    representative.save()
    assert why("张三") == [Word.INACTIVE]


def test_reminder_that_came_too_late_and_one_that_is_switched_off_are_named(as_, street, station, representative):
    for kind in (Kind.VISIT_CONFIRM, Kind.VISIT_NEAR):
        ReminderRule.objects.create(kind=kind, is_on=False, grace=1, source="测试")
    soon = published(station, starts_at=factories.hour(1), people=[representative.representative],
                     published_at=timezone.now())  # fmt: skip
    answer = as_(street).get(page(soon))
    [why] = [words for words in people(answer)["张三"].why if "公布或加入时" in words]
    assert why == "进站第一次提醒：公布或加入时已过了发送的时候"
    assert answer.context["never"] == ["请确认是否参加", "进站第二次提醒"]


def test_draft_says_that_nothing_is_planned_yet(as_, street, station, representative, liaison):
    draft = factories.visit(station, people=[representative.representative])
    found = people(as_(street).get(page(draft)))
    assert {name: told.why for name, told in found.items()} == {
        name: ["还是草稿，公布以后才排提醒"] for name in ("张三", "liaison")}  # fmt: skip


def test_who_was_taken_off_stays_with_what_was_sent(as_, street, visit, district):
    send_due()
    actions.save_visit(visit, representatives=[], by=district)
    gone = people(as_(street).get(page(visit)))["representative"]
    assert gone.part == "不在名单里，或已经离任"
    assert {row.state for row in gone.rows} >= {State.SENT}


def test_room_and_what_an_answer_told_stand_there_too(as_, street, station, liaison, representative):
    ChannelSetting.objects.create(channel=Channel.WECOM, is_on=True)
    visit = published(station, people=[representative.representative])
    ask_leave(visit.attendances.get(), reason="出差", by=representative)
    found = people(as_(street).get(page(visit)))
    assert Kind.VISIT_LEAVE in {row.kind for row in found["liaison"].rows}
    assert "企业微信群" in found


def test_representative_does_not_see_how_colleagues_are_reached(as_, representative, neighbour, auditor, visit):
    status = [as_(who).get(page(visit)).status_code for who in (representative, neighbour, auditor)]
    assert status == [403, 404, 200]
    own = Notice.objects.filter(recipient=representative).first()
    assert page(visit) not in as_(representative).get(f"/desk/notices/{own.pk}/").content.decode()
    assert page(visit) in as_(auditor).get(f"/desk/notices/{own.pk}/").content.decode()


def test_page_asks_as_much_for_one_as_for_three(as_, street, station, representative, django_assert_num_queries):
    def ask(*more):
        visit = published(station, starts_at=factories.hour(7 + len(more), at=9), people=[
            representative.representative, *(person(name) for name in more)])  # fmt: skip
        client = as_(street)
        client.get(page(visit))
        with CaptureQueriesContext(connection) as queries:
            client.get(page(visit))
        return len(queries)

    def person(name):
        return factories.representative(name, station=station, user=factories.user(email=f"{name}@example.org"))

    assert ask() == ask("a", "b")


# Sending again


def resend(as_, who, row):
    answer = as_(who).post(f"/desk/notices/{row.pk}/resend/", follow=True).content.decode()
    row.refresh_from_db()
    return answer


@pytest.fixture
def failed(visit, representative):
    """The reminder of the day before failed for want of a mail server; it is due for two more hours."""
    row = Notice.objects.get(recipient=representative, kind=Kind.VISIT_TOMORROW, channel=Channel.EMAIL)
    Notice.objects.filter(pk=row.pk).update(state=State.LEASED)
    Notice.objects.filter(pk=row.pk).update(state=State.FAILED, answer="550")
    row.refresh_from_db()
    return row


def test_failed_reminder_goes_out_again_and_planning_leaves_it(as_, liaison, visit, failed, representative):
    resend(as_, liaison, failed)
    assert (failed.state, failed.resends, failed.answer) == (State.PLANNED, 1, "")
    plan_reminders(visit)
    failed.refresh_from_db()
    assert (failed.state, failed.resends) == (State.PLANNED, 1)


def test_reminder_of_a_moved_visit_is_not_sent_again(as_, liaison, visit, failed, district):
    visit.starts_at += timedelta(hours=1)
    visit.ends_at += timedelta(hours=1)
    actions.save_visit(visit, by=district)
    assert "安排已有变动" in resend(as_, liaison, failed)
    assert failed.state == State.FAILED


def test_reminder_of_a_visit_that_is_over_is_not_sent_again(as_, liaison, station, representative):
    held = factories.visit(station, starts_at=factories.hour(-1), state="held", people=[representative.representative])
    row = factories.notice(representative, station, state=State.FAILED, about=f"visits.visit:{held.pk}",
                           about_version=held.version)  # fmt: skip
    assert "过了时候" in resend(as_, liaison, row)
    assert row.state == State.FAILED


def test_leave_that_was_not_told_is_told_again_while_it_holds(as_, liaison, visit, representative):
    attendance = visit.attendances.get(representative=representative.representative)
    ask_leave(attendance, reason="出差", by=representative)
    row = Notice.objects.get(kind=Kind.VISIT_LEAVE, channel=Channel.EMAIL)
    Notice.objects.filter(pk=row.pk).update(state=State.LEASED)
    Notice.objects.filter(pk=row.pk).update(state=State.UNKNOWN)
    resend(as_, liaison, row)
    assert (row.state, row.resends) == (State.PLANNED, 1)
    assert "出差" in row.body


@pytest.mark.parametrize("about", ["visits.visit:9", "visits.visit:x", "visits.visit:9:answer:1", "feedback.opinion:1"])
def test_notice_about_something_that_is_gone_is_not_sent_again(as_, liaison, station, about):
    row = factories.notice(liaison, station, state=State.FAILED, about=about)
    assert "安排已有变动" in resend(as_, liaison, row)
