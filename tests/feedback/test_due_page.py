"""A date's page tells how the day came about; staff put it off, stop it and go on; a department asks; all are urged."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback import actions, explained, urging
from feedback.choices import DueKind, Rank, Step
from feedback.deadlines import Clock
from feedback.due import calendar_for, set_day, start_clock
from feedback.models import Category, DepartmentMember, DueDate, Urge
from liaison.common.templatetags.face import cn_date
from liaison.policy.choices import Unit
from liaison.policy.models import CalendarDay
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def opinion(station, liaison):
    row = factories.opinion(station, matter="路灯坏了，电话13812345678")
    actions.accept(row, category=Category.objects.get(pk="city"), by=liaison)
    return row


@pytest.fixture
def answer(opinion):
    return opinion.due_dates.open().get(kind=DueKind.ANSWER)


@pytest.fixture
def handle(opinion, liaison, department):
    bureau = factories.department("410105", "城市管理局")
    DepartmentMember.objects.create(department=bureau, user=department)
    return factories.referral(opinion, bureau, by=liaison).due_dates.get(kind=DueKind.HANDLE)


def act(due, name: str) -> str:
    return reverse(f"feedback:due-{name}", args=[due.pk])


def promised(due, by) -> DueDate:
    """A day that a person set, beside `due`, for the same department."""
    day = timezone.localdate() + timedelta(days=9)
    return set_day(due.opinion, DueKind.ASSIST, day, reason="说好的日期", by=by, referral=due.referral)


def text(response) -> str:
    return response.content.decode()


def test_page_tells_rule_law_days_and_no_number_of_a_person(as_, liaison, answer):
    page = text(as_(liaison).get(answer.get_absolute_url()))
    for words in ("意见答复期限（未另行承诺时）", "民法典第二百零一条", "15个工作日", "没有改过"):
        assert words in page
    assert "13812345678" not in page


def test_holidays_and_worked_weekends_are_named(opinion, liaison):
    CalendarDay.objects.filter(date__year=2026, date__month=10).delete()
    for day in (1, 2):
        CalendarDay.objects.create(date=date(2026, 10, day), kind="holiday", name="国庆节")
    CalendarDay.objects.create(date=date(2026, 10, 10), kind="makeup", name="调休")
    clock = Clock(10, Unit.WORKDAYS, "规定")
    due = start_clock(opinion, DueKind.REDO, clock, start_on=date(2026, 9, 29), by=liaison)
    told = "".join(part.words for part in explained.story(due, calendar_for(due.start_on)))
    assert "国庆节 10月1日—10月2日" in told
    assert "10月10日" in told
    assert sum(month.counted for month in explained.months(due, calendar_for(due.start_on))) == 10


def test_putting_off_moves_the_day_and_stands_in_its_story(as_, liaison, answer):
    was = answer.due_on
    client = as_(liaison)
    assert client.post(act(answer, "extend"), {"count": 20, "reason": "等设备到货"}).url == answer.get_absolute_url()
    answer.refresh_from_db()
    assert answer.due_on > was
    page = text(client.get(answer.get_absolute_url()))
    assert page.count("等设备到货") == 2  # in the reckoning and among the changes


@pytest.mark.parametrize(
    ("data", "field"),
    [({"count": 3, "reason": "x"}, "count"), ({"count": 9999, "reason": "x"}, "count"), ({"count": 20}, "reason")],
)
def test_what_is_wrong_stands_at_its_field_and_the_day_stays(as_, liaison, answer, data, field):
    was = answer.due_on
    page = as_(liaison).post(act(answer, "extend"), data)
    answer.refresh_from_db()
    assert (set(page.context["form"].errors), answer.due_on) == ({field}, was)


def test_clock_stops_and_goes_on(as_, liaison, answer):
    client = as_(liaison)
    client.post(act(answer, "pause"), {"reason": "等群众补充材料"})
    answer.refresh_from_db()
    assert (answer.is_paused, "恢复计时" in text(client.get(answer.get_absolute_url()))) == (True, True)
    client.post(act(answer, "resume"), {})
    answer.refresh_from_db()
    assert not answer.is_paused


def test_who_was_slower_reads_what_came_between_and_may_send_again(as_, liaison, opinion, answer):
    seen = opinion.__class__.objects.get(pk=opinion.pk).last_no
    actions.note(opinion, words="刚打过电话", by=liaison)
    client, given = as_(liaison), {"count": 20, "reason": "等设备", "seen": seen}
    page = client.post(act(answer, "extend"), given)
    assert [line.step.words for line in page.context["between"]] == ["刚打过电话"]
    form = page.context["form"]
    assert (form["reason"].value(), form["seen"].value(), form.errors) == ("等设备", seen + 1, {})
    assert client.post(act(answer, "extend"), given | {"seen": seen + 1}).status_code == 302


def test_what_somebody_ended_meanwhile_is_said_and_the_words_stay(as_, liaison, opinion, answer):
    seen = opinion.__class__.objects.get(pk=opinion.pk).last_no
    actions.answer_as_station(opinion, words="修好了", by=liaison)
    page = as_(liaison).post(act(answer, "extend"), {"count": 20, "reason": "等设备", "seen": seen})
    assert (page.context["is_over"], page.context["form"]["reason"].value()) == (True, "等设备")
    assert "现在是“按期完成”，已经不能再延期" in text(page)


def test_looking_tells_the_day_and_keeps_nothing(as_, liaison, opinion, answer):
    was, client = answer.due_on, as_(liaison)
    page = client.post(act(answer, "extend"), {"count": 20, "look": "1"})
    would_be = page.context["would_be"]
    assert (page.context["form"].errors, cn_date(would_be) in text(page)) == ({}, True)
    answer.refresh_from_db()
    assert (answer.due_on, answer.extensions) == (was, [])
    client.post(act(answer, "extend"), {"count": 20, "reason": "等设备"})
    answer.refresh_from_db()
    assert answer.due_on == would_be


def test_looking_refuses_what_putting_off_would(as_, liaison, answer, handle):
    client = as_(liaison)
    too_short = client.post(act(answer, "extend"), {"count": 3, "look": "1"})
    assert set(too_short.context["form"].errors) == {"count"}
    sooner = client.post(act(promised(handle, liaison), "extend"), {"until": "2026-01-01", "look": "1"})
    assert set(sooner.context["form"].errors) == {"until"}


def test_department_asks_and_staff_decide(as_, department, liaison, handle):
    was, until = handle.due_on, handle.due_on + timedelta(days=10)
    client = as_(department)
    assert "申请延期" in text(client.get(handle.get_absolute_url()))
    client.post(act(handle, "ask"), {"until": until.isoformat(), "reason": "要走采购"})
    handle.refresh_from_db()
    assert handle.due_on == was
    assert "申请延期：要走采购" in text(as_(liaison).get(handle.get_absolute_url()))
    assert client.post(act(handle, "extend"), {"count": 30, "reason": "x"}).status_code == 403


def test_each_role_reaches_what_is_theirs(request, as_, handle):
    """The department's date: its member asks and does not decide; the auditor looks; others find nothing."""
    people = ("district", "street", "liaison", "auditor", "department", "neighbour", "representative", "administrator")
    addresses = [handle.get_absolute_url(), *(act(handle, name) for name in ("extend", "pause", "ask"))]
    found = {
        person: [as_(request.getfixturevalue(person)).get(url).status_code for url in addresses] for person in people
    }
    staff, nothing = [200, 200, 200, 403], [404] * 4
    assert found == {
        "district": staff, "street": staff, "liaison": staff, "auditor": [200, 403, 403, 403],
        "department": [200, 403, 403, 200], "neighbour": nothing, "representative": nothing, "administrator": nothing,
    }  # fmt: skip
    assert {as_(None).get(url).url.split("?")[0] for url in addresses} == {"/accounts/login/"}


def test_what_may_not_be_done_is_not_done_by_post(as_, auditor, department, neighbour, handle):
    was = handle.due_on
    given = {"reason": "x", "count": 30, "until": (was + timedelta(days=9)).isoformat()}
    found = [
        as_(user).post(act(handle, name), given).status_code
        for user in (auditor, department, neighbour)
        for name in ("extend", "pause", "resume")
    ]
    handle.refresh_from_db()
    assert (found, handle.due_on) == ([403] * 6 + [404] * 3, was)


def test_right_that_ends_by_rule_is_put_off_by_nobody(as_, liaison, station):
    due = factories.opinion(station).due_dates.get(kind=DueKind.ACCEPT)
    assert as_(liaison).get(act(due, "extend")).url == due.get_absolute_url()
    assert "不能延期" in text(as_(liaison).post(act(due, "extend"), {"count": 20, "reason": "x"}))


def test_more_changes_cost_no_more_queries(as_, liaison, answer):
    client = as_(liaison)
    client.get(answer.get_absolute_url())

    def cost():
        with CaptureQueriesContext(connection) as found:
            client.get(answer.get_absolute_url())
        return len(found)

    client.post(act(answer, "extend"), {"count": 20, "reason": "一"})
    one = cost()
    for count in (25, 30):
        client.post(act(answer, "extend"), {"count": count, "reason": "又"})
    assert cost() == one


def test_urging_by_hand_is_a_row_and_a_step(as_, liaison, opinion, handle):
    until = timezone.localdate() + timedelta(days=3)
    sent = opinion.referrals.open().get()
    opinion.refresh_from_db()
    given = {
        "seen": opinion.last_no, "referral": sent.public_id, "rank": Rank.HEAD, "words": "请本周办结",
        "until": until.isoformat(),
    }  # fmt: skip
    client = as_(liaison)
    client.post(reverse("feedback:opinion-urge", args=[opinion.public_id]), given)
    urge = Urge.objects.get()
    assert (urge.referral, urge.rank, urge.until, urge.by) == (sent, Rank.HEAD, until, liaison)
    assert opinion.steps.filter(kind=Step.URGED).exists()
    assert urge.to in text(client.get(opinion.get_absolute_url()))


def test_urges_stand_on_the_page_as_rows(as_, liaison, opinion, handle):
    for words in ("请抓紧", "请本周办结"):
        urging.urge(opinion, referral=handle.referral, words=words, by=liaison)
    page = as_(liaison).get(opinion.get_absolute_url())
    assert [(row.to, row.words, row.by) for row in page.context["urges"]] == [
        ("城市管理局", "请本周办结", liaison), ("城市管理局", "请抓紧", liaison),
    ]  # fmt: skip
    assert "urges-title" in text(page)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"rank": "person"}, "words"), ({"words": "请快", "rank": "boss"}, "rank"),
        ({"words": "请快", "rank": "person", "until": "2020-01-01"}, "until"),
        ({"words": "请快", "rank": "person", "referral": "nosuch"}, "referral"),
    ],
)  # fmt: skip
def test_what_is_no_urge_stands_at_its_field(as_, liaison, opinion, handle, given, field):
    url = reverse("feedback:opinion-urge", args=[opinion.public_id])
    page = as_(liaison).post(url, given)
    assert (set(page.context["form"].errors), Urge.objects.count()) == ({field}, 0)


def test_who_leads_is_offered_first_to_be_urged(as_, liaison, opinion, handle):
    page = as_(liaison).get(reverse("feedback:opinion-urge", args=[opinion.public_id]))
    assert page.context["form"]["referral"].value() == handle.referral.public_id


def test_urging_is_offered_where_it_is_allowed(request, as_, opinion, handle):
    people = ("district", "street", "liaison", "auditor")
    offered = {
        person: "urge" in [way.name for way in page.context["ways"]]
        for person in people
        for page in [as_(request.getfixturevalue(person)).get(opinion.get_absolute_url())]
    }
    assert offered == {"district": True, "street": True, "liaison": True, "auditor": False}


def test_a_department_comes_from_what_it_has_to_its_dates(as_, department, handle):
    page = text(as_(department).get(handle.referral.get_absolute_url()))
    assert f'href="{handle.get_absolute_url()}"' in page
    assert f'href="{act(handle, "ask")}"' in page


def test_a_department_asks_for_a_later_day_alone(as_, department, handle):
    sooner = (handle.due_on - timedelta(days=1)).isoformat()
    page = as_(department).post(act(handle, "ask"), {"until": sooner, "reason": "要走采购"})
    assert set(page.context["form"].errors) == {"until"}
    assert handle.opinion.steps.filter(kind=Step.NOTED).count() == 0


def test_what_is_overdue_is_put_off_and_not_paused(as_, liaison, opinion, handle):
    due = promised(handle, liaison)
    DueDate.objects.filter(pk=due.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    acts = [name for name, _label in as_(liaison).get(due.get_absolute_url()).context["acts"]]
    assert acts == ["extend"]
