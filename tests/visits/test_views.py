"""The desk as each person meets it: what is on, who may do what, and writing a visit down."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from representatives.models import Representative
from tests import factories
from visits.choices import AttendanceState
from visits.models import LogDraft, Visit


def page_of(visit, name="desk-visit") -> str:
    return reverse(f"visits:{name}", args=[visit.public_id])


def said(response) -> list[str]:
    return [str(message) for message in response.context["messages"]]


@pytest.fixture
def person(station):
    return factories.representative("张三", station=station)


@pytest.fixture
def held(station, person):
    """Yesterday's visit of 张三, over and not logged."""
    return factories.visit(station, starts_at=factories.hour(-1), people=[person], state="held")


def filled(**changes):
    return {"came": [], "voters_received": "6", "summary": "楼道照明", "result": "已转物业"} | changes


# -- The start page --------------------------------------------------------------------------------------------------


def test_desk_shows_what_waits_today_and_ahead(as_, liaison, station, other_station, held):
    today = factories.visit(station, starts_at=timezone.now(), hours=1, state="published")
    ahead = factories.visit(station, starts_at=factories.hour(3), state="published")
    factories.visit(station, starts_at=factories.hour(30), state="published")
    factories.visit(other_station, starts_at=factories.hour(3), state="published")
    context = as_(liaison).get("/desk/").context
    assert [context[name] for name in ("to_log", "now_on", "ahead")] == [[held], [today], [ahead]]
    assert [visit.waits for visit in (*context["to_log"], *context["now_on"], *context["ahead"])] == [True, True, False]


def test_desk_tells_the_street_what_must_be_published(as_, street, liaison, station):
    soon = factories.visit(station, starts_at=factories.hour(2))
    factories.visit(station, starts_at=factories.hour(20))
    assert as_(street).get("/desk/").context["to_publish"] == [soon]
    assert as_(liaison).get("/desk/").context["to_publish"] == []


def test_desk_shows_a_representative_the_own_visits(as_, representative, station):
    mine = factories.visit(
        station, starts_at=factories.hour(2), people=[representative.representative], state="published"
    )
    factories.visit(station, starts_at=factories.hour(3), state="published")
    page = as_(representative).get("/desk/")
    assert page.context["ahead"] == [mine]
    assert page_of(mine, "visit-log") not in page.content.decode()


def test_representative_sees_who_else_comes_to_the_own_visit(as_, representative, station):
    people = [representative.representative, factories.representative("李四", station=station)]
    mine = factories.visit(station, people=people)
    mine.attendances.filter(representative=people[1]).update(state=AttendanceState.LEAVE)
    assert "李四" in as_(representative).get(page_of(mine, "desk-visit")).content.decode()


@pytest.mark.parametrize("who", ["department", "auditor", "administrator"])
def test_desk_is_no_dead_end_for_those_without_visits(as_, request, who):
    page = as_(request.getfixturevalue(who)).get("/desk/").content.decode()
    assert "从这里开始" in page
    assert reverse("accounts:roles") in page


def test_desk_tells_somebody_without_a_posting_what_to_do(as_, db):
    assert "请联系管理员核对您的任职" in as_(factories.user("new")).get("/desk/").content.decode()


@pytest.mark.parametrize("address", ["/desk/", "/desk/visits/", "/desk/visits/?when=past"])
def test_lists_cost_the_same_for_one_and_three_visits(as_, liaison, station, address):
    def add(days):
        for ahead in (days, -days):
            people = [factories.representative(station=station), factories.representative(station=station)]
            factories.visit(station, starts_at=factories.hour(ahead), people=people, state="published")

    add(1)
    client = as_(liaison)
    client.get(address)
    before = queries_of(client, address)
    add(2), add(3)
    assert queries_of(client, address) == before


def queries_of(client, address) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_whoever_cannot_publish_a_draft_reads_who_can(as_, liaison, street, station):
    draft = factories.visit(station, starts_at=factories.hour(9), state="draft")
    pages = [as_(person).get(page_of(draft)).content.decode() for person in (liaison, street)]
    assert ["草稿由街道人大工委或区人大工作人员公布" in page for page in pages] == [True, False]


# -- Lists and one visit ---------------------------------------------------------------------------------------------


def test_list_is_scoped_and_filtered(as_, street, station, other_station):
    draft = factories.visit(station, starts_at=factories.hour(3))
    shown = factories.visit(station, starts_at=factories.hour(4), state="published")
    past = factories.visit(station, starts_at=factories.hour(-4), state="logged")
    factories.visit(other_station, starts_at=factories.hour(3))
    ask = lambda **query: as_(street).get("/desk/visits/", query).context["rows"]  # noqa: E731
    assert ask() == [draft, shown]
    assert ask(state="draft") == [draft]
    assert ask(when="past") == [past]
    assert ask(to=timezone.localdate(draft.starts_at).isoformat(), from_="2020-01-01") == [past, draft]


@pytest.mark.parametrize(
    "query", [{"state": "x"}, {"station": "410105003001-01"}, {"from_": "x"}, {"to": "9999-12-31"}, {"after": "x~y"}]
)
def test_list_with_bad_input_is_still_a_list(as_, liaison, station, other_station, query):
    visit = factories.visit(station)
    assert as_(liaison).get("/desk/visits/", query).context["rows"] == [visit]


def test_visit_tells_its_life_in_words(as_, district, street, liaison, station, person):
    visit = factories.visit(station, starts_at=factories.hour(1), people=[person])
    as_(street).post(page_of(visit, "visit-publish"), {"reason": "临时增加"})
    as_(district).post(page_of(visit, "visit-cancel"), {"reason": "下雨"})
    history = as_(liaison).get(page_of(visit)).context["history"]
    assert [(step.by, step.what) for step in history][:2] == [
        ("district", ["取消了这次安排，原因：下雨"]),
        ("street", ["公布了这次安排（逾期，原因：临时增加）"]),
    ]
    assert sorted(word for step in history[2:] for word in step.what) == ["加入代表 张三", "建立了这次安排"]


def test_another_stations_visit_is_not_found(as_, neighbour, held):
    names = ("desk-visit", "visit-edit", "visit-log", "visit-delete")
    assert [as_(neighbour).get(page_of(held, name)).status_code for name in names] == [404] * 4


def test_in_reach_but_not_allowed_is_refused(as_, liaison, auditor, representative, station):
    mine = factories.visit(station, people=[representative.representative])
    refused = {who.username: [as_(who).get(page_of(mine, name)).status_code for name in ("visit-publish", "visit-log")]
               for who in (liaison, auditor, representative)}  # fmt: skip
    assert refused == {"liaison": [403, 302], "auditor": [403, 403], "representative": [403, 403]}
    assert "您没有查看这一页的权限" in as_(auditor).get(page_of(mine, "visit-log")).content.decode()


def test_buttons_stand_only_where_they_work(as_, street, liaison, station):
    draft, public = factories.visit(station), factories.visit(station, starts_at=factories.hour(20), state="published")
    acts = lambda user, visit: {name for name, can in as_(user).get(page_of(visit)).context["acts"].items() if can}  # noqa: E731
    assert [acts(street, draft), acts(street, public)] == [{"change", "publish", "delete"}, {"change", "cancel"}]
    assert [acts(liaison, draft), acts(liaison, public)] == [{"change", "delete"}, {"change"}]


def test_publishing_late_asks_for_a_reason(as_, street, station):
    visit = factories.visit(station, starts_at=factories.hour(1))
    client = as_(street)
    assert client.post(page_of(visit, "visit-publish")).context["form"].errors == {"reason": ["该字段是必填项。"]}
    client.post(page_of(visit, "visit-publish"), {"reason": "临时增加"})
    visit.refresh_from_db()
    assert (visit.state, visit.late_reason, visit.published_by) == ("published", "临时增加", street)


def test_publishing_in_time_asks_nothing_and_twice_says_so(as_, street, station):
    visit = factories.visit(station, starts_at=factories.hour(9))
    client = as_(street)
    assert said(client.post(page_of(visit, "visit-publish"), follow=True)) == ["已公布，群众现在能在接待日程里看到"]
    again = client.post(page_of(visit, "visit-publish"), follow=True)
    assert said(again) == ["只有草稿可以公布，这次安排已经公布或取消"]
    assert Visit.objects.get().late_reason == ""


def test_a_verbs_refusal_stands_at_the_form(as_, street, station):
    visit = factories.visit(station, starts_at=factories.hour(0, at=0))
    page = as_(street).post(page_of(visit, "visit-publish"), {"reason": "补"})
    assert page.context["form"].non_field_errors() == ["开始时间已过，不能再公布"]
    assert page.context["form"]["reason"].value() == "补"


def test_draft_is_deleted_and_a_public_visit_is_not(as_, liaison, station):
    draft, public = factories.visit(station), factories.visit(station, starts_at=factories.hour(9), state="published")
    client = as_(liaison)
    assert said(client.post(page_of(draft, "visit-delete"), follow=True)) == ["草稿已删除"]
    assert said(client.post(page_of(public, "visit-delete"), follow=True)) == [
        "已公布过的进站不能删除，请取消并说明原因"
    ]
    assert list(Visit.objects.all()) == [public]


# -- Writing down what happened --------------------------------------------------------------------------------------


def test_planned_people_stand_ticked_and_members_can_be_added(as_, liaison, station, held, person):
    away = factories.representative("李四", station=station)
    held.attendances.create(representative=away, state=AttendanceState.LEAVE)
    other = factories.representative("王五", station=station)
    form = as_(liaison).get(page_of(held, "visit-log")).context["form"]
    planned = [(box.choice_label, box.data["selected"]) for box in form.planned_boxes]
    assert sorted(planned, key=str) == sorted([(person, True), (away, False)], key=str)
    assert [(box.choice_label, box.data["selected"]) for box in form.other_boxes] == [(other, False)]


def test_liaison_logs_a_visit(as_, liaison, station, held, person):
    other = factories.representative("王五", station=station)
    LogDraft.objects.create(visit=held, by=liaison, data={})
    page = as_(liaison).post(page_of(held, "visit-log"), filled(came=[other.public_id]), follow=True)
    held.refresh_from_db()
    assert said(page) == ["已登记，谢谢"]
    assert (held.state, held.voters_received, held.summary, held.result) == ("logged", 6, "楼道照明", "已转物业")
    there = dict(held.attendances.values_list("representative__name", "state"))
    assert there == {"张三": "absent", "王五": "came"}
    assert not LogDraft.objects.exists()


def test_log_with_errors_keeps_everything(as_, liaison, held, person):
    page = as_(liaison).post(
        page_of(held, "visit-log"), filled(came=[person.public_id], voters_received="很多", summary="")
    )
    form = page.context["form"]
    assert form.errors == {"voters_received": ["请填写数字"], "summary": ["请写几个字：选民反映了什么，或者做了什么"]}
    assert (form["result"].value(), [box.data["selected"] for box in form.planned_boxes]) == ("已转物业", [True])
    assert "已转物业" in page.content.decode()


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("-1", "不能少于 0"),
        ("10001", "最多 10000 位，请检查是否多写了一位"),
        ("9" * 400, "最多 10000 位，请检查是否多写了一位"),
    ],
)
def test_odd_numbers_of_voters_are_refused(as_, liaison, held, number, words):
    form = as_(liaison).post(page_of(held, "visit-log"), filled(voters_received=number)).context["form"]
    assert form.errors == {"voters_received": [words]}


def test_log_sent_twice_is_one_log_and_no_error(as_, liaison, held):
    client = as_(liaison)
    client.post(page_of(held, "visit-log"), filled())
    again = client.post(page_of(held, "visit-log"), filled(voters_received="7"), follow=True)
    assert again.redirect_chain == [(page_of(held), 302)]
    assert "登记后的内容是历史记录，不能再改" in said(again)[-1]
    assert Visit.objects.get().voters_received == 6


def test_what_is_not_on_yet_cannot_be_logged(as_, liaison, station):
    draft, ahead = factories.visit(station), factories.visit(station, starts_at=factories.hour(9), state="published")
    words = [said(as_(liaison).get(page_of(visit, "visit-log"), follow=True)) for visit in (draft, ahead)]
    assert words == [["这次安排还没有公布，公布并开始以后才能登记"], ["进站开始以后才能登记"]]


def test_somebody_of_another_station_cannot_be_said_to_have_come(as_, liaison, other_station, held):
    stranger = factories.representative("赵六", station=other_station)
    form = as_(liaison).post(page_of(held, "visit-log"), filled(came=[stranger.public_id])).context["form"]
    assert form.errors == {"came": ["名单里有不属于本站的代表，请重新选择"]}
    assert Representative.objects.filter(attendances__visit=held).count() == 1


def test_draft_comes_back_after_signing_in_again(as_, liaison, held, person):
    answer = as_(liaison).post(page_of(held, "log-draft"), filled(voters_received="1x", came=[person.public_id]))
    assert set(answer.json()) == {"saved_at"}
    form = as_(liaison).get(page_of(held, "visit-log")).context["form"]
    values = {name: form[name].value() for name in ("came", "voters_received", "summary", "result")}
    assert values == filled(voters_received="1x", came=[person.public_id])


def test_draft_is_ones_own_and_of_ones_own_station(as_, liaison, street, neighbour, held):
    as_(liaison).post(page_of(held, "log-draft"), filled())
    assert as_(street).get(page_of(held, "visit-log")).context["form"]["summary"].value() is None
    assert as_(neighbour).post(page_of(held, "log-draft"), filled()).status_code == 404
    assert as_(None).post(page_of(held, "log-draft"), filled()).url.startswith(reverse("account_login"))
    assert list(LogDraft.objects.values_list("by__username", flat=True)) == ["liaison"]


def test_typing_a_draft_writes_no_history(as_, liaison, held):
    for words in ("路", "路灯", "路灯不亮"):
        as_(liaison).post(page_of(held, "log-draft"), filled(summary=words))
    draft = LogDraft.objects.get()
    assert (draft.data["summary"], [event.pgh_label for event in draft.events.all()]) == ("路灯不亮", ["insert"])


def test_draft_of_anything_is_no_crash(as_, liaison, held):
    odd = {"came": ["x" * 99, "\0"], "voters_received": "\0", "summary": "长" * 20_000}
    assert as_(liaison).post(page_of(held, "log-draft"), odd).status_code == 200
    assert as_(liaison).get(page_of(held, "visit-log")).status_code == 200
    assert len(LogDraft.objects.get().data["summary"]) == 5000


def test_draft_of_a_logged_visit_is_refused_in_words(as_, liaison, held):
    client = as_(liaison)
    client.post(page_of(held, "visit-log"), filled())
    answer = client.post(page_of(held, "log-draft"), filled())
    assert (answer.status_code, answer.json()) == (409, {"message": "这次进站已经登记或取消，不能再改"})
    assert not LogDraft.objects.exists()
