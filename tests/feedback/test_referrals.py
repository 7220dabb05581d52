"""What was sent to departments: who sees what of it, and what a department does with it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feedback import actions
from feedback.choices import ReferralState
from feedback.models import DueDate, Rating, Referral
from liaison.accounts.choices import Role
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/desk/referrals/"
ANSWER = {"outcome": "solved", "words": "路灯已经修好", "signed_by": "王局"}


@pytest.fixture
def office(department):
    return factories.department("410105", "城市管理局", [department])


@pytest.fixture
def other_office(street_region):
    somebody = factories.user("other-department", Role.DEPARTMENT, "410105")
    return factories.department("410105", "住建局", [somebody])


@pytest.fixture
def sent(station, office, liaison):
    voter = factories.contact(station.code, name="欧阳清扬", phone="18612345678")
    said = factories.opinion(station, contact=voter, matter="东门路灯坏了三天。请打18612345678找我")
    return factories.referral(said, office, by=liaison, words="请现场核实")


def path_of(referral, act=""):
    return f"{LIST}{referral.public_id}/{act}"


def titles(response):
    return [row.shown_title for row in response.context["rows"]]


def test_a_department_lists_only_what_was_sent_to_it(as_, department, sent, other_office, station):
    factories.referral(factories.opinion(station, matter="别处的窨井盖破了"), other_office)
    assert titles(as_(department).get(LIST)) == ["东门路灯坏了三天"]


def test_another_departments_referral_is_not_found(as_, sent, other_office):
    person = as_(other_office.members.get())
    found = {act: person.get(path_of(sent, act)).status_code for act in ("", "answer/", "return/")}
    assert found == {"": 404, "answer/": 404, "return/": 404}


def test_staff_may_look_but_not_answer(as_, district, street, liaison, auditor, sent):
    seen = {
        person.username: [as_(person).get(path_of(sent, act)).status_code for act in ("", "answer/", "return/")]
        for person in (district, street, liaison, auditor)
    }
    assert (list(seen), {tuple(codes) for codes in seen.values()}) == (
        ["district", "street", "liaison", "auditor"],
        {(200, 403, 403)},
    )


def test_a_neighbour_and_whoever_has_no_account_do_not_reach_it(as_, neighbour, representative, administrator, sent):
    seen = [as_(person).get(path_of(sent)).status_code for person in (neighbour, representative, administrator, None)]
    assert seen == [404, 404, 404, 302]


def test_neither_name_nor_telephone_of_the_voter_reach_the_department(as_, department, sent):
    client = as_(department)
    pages = "".join(client.get(path_of(sent, act)).content.decode() for act in ("", "answer/", "return/"))
    assert [word for word in ("欧阳", "18612345678", "5678") if word in pages] == []


def test_the_page_shows_the_matter_its_station_and_by_when(as_, department, sent, station):
    page = as_(department).get(path_of(sent)).content.decode()
    missing = [
        word for word in ("东门路灯坏了三天", "请现场核实", station.name, "待签收", "主办", "按期") if word not in page
    ]
    assert missing == []


def test_signing_for_it_keeps_who_and_when(as_, department, sent):
    as_(department).post(path_of(sent, "sign/"))
    sent.refresh_from_db()
    assert (sent.state, sent.received_by) == (ReferralState.RECEIVED, str(department))
    assert sent.received_at.date() == timezone.now().date()


def test_signing_twice_is_told_in_words(as_, department, sent):
    client = as_(department)
    client.post(path_of(sent, "sign/"))
    assert "已经签收过" in client.post(path_of(sent, "sign/"), follow=True).content.decode()


def test_an_answer_closes_the_referral_and_answers_the_opinion(as_, department, sent):
    as_(department).post(path_of(sent, "answer/"), ANSWER)
    step = sent.opinion.steps.order_by("-no").first()
    sent.refresh_from_db()
    assert (sent.state, sent.opinion.state, step.words, step.by) == ("answered", "answered", "路灯已经修好", department)
    assert {name: step.data[name] for name in ("outcome", "signed_by")} == {"outcome": "solved", "signed_by": "王局"}


def test_an_answer_without_its_parts_says_what_is_missing_and_keeps_the_rest(as_, department, sent):
    response = as_(department).post(path_of(sent, "answer/"), {"words": "路灯已经修好"})
    assert response.context["form"].errors == {"outcome": ["请选择办理结果"], "signed_by": ["请填写签发答复的负责人"]}
    assert "路灯已经修好" in response.content.decode()


def test_an_answer_to_what_was_recalled_meanwhile_is_refused_and_not_lost(as_, department, liaison, sent):
    actions.recall(sent.opinion, reason="重复", by=liaison)
    page = as_(department).post(path_of(sent, "answer/"), ANSWER).content.decode()
    assert ("已收回" in page, "路灯已经修好" in page) == (True, True)


def test_an_id_number_in_an_answer_is_refused_at_its_field(as_, department, sent):
    response = as_(department).post(path_of(sent, "answer/"), ANSWER | {"words": "已答复11010519491231002X"})
    assert list(response.context["form"].errors) == ["words"]


def test_giving_back_needs_a_reason_and_hands_it_to_the_station(as_, department, sent):
    client = as_(department)
    assert client.post(path_of(sent, "return/"), {}).context["form"].errors == {"reason": ["请写明退回的理由"]}
    client.post(path_of(sent, "return/"), {"reason": "应由住建局办理"})
    sent.refresh_from_db()
    assert (sent.state, sent.return_reason, sent.opinion.state) == ("returned", "应由住建局办理", "returned")


def test_after_its_clock_nothing_can_be_given_back(as_, department, sent):
    DueDate.objects.filter(referral=sent, kind="return").update(due_on=timezone.localdate() - timedelta(days=1))
    client = as_(department)
    assert "退回的期限已过" in client.get(path_of(sent)).content.decode()
    client.post(path_of(sent, "return/"), {"reason": "不归我们"})
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_whoever_gave_it_back_reads_nothing_of_what_came_after(as_, department, liaison, sent, other_office):
    actions.give_back(sent, reason="应由住建局办理", by=department)
    again = factories.referral(sent.opinion, other_office, by=liaison)
    actions.answer_referral(again, words="住建局的答复", outcome="solved", by=None)
    page = as_(department).get(path_of(sent)).content.decode()
    assert ("应由住建局办理" in page, "住建局的答复" in page) == (True, False)


def test_who_assists_reads_the_leads_answer_but_no_note_of_the_station(as_, department, liaison, station, other_office):
    office = factories.department("410105", "交警大队", [department])
    said = factories.opinion(station)
    lead = factories.referral(said, other_office, assisting=[office], by=liaison)
    actions.note(said, words="内部备注", by=liaison)
    actions.answer_referral(lead, words="主办的答复", outcome="planned", by=None)
    page = as_(department).get(path_of(said.referrals.get(department=office))).content.decode()
    assert ("主办的答复" in page, "列入计划" in page, "内部备注" in page) == (True, True, False)


def test_the_lead_reads_what_those_who_assist_reported(as_, department, liaison, station, office, other_office):
    said = factories.opinion(station)
    lead = factories.referral(said, office, assisting=[other_office], by=liaison)
    actions.answer_referral(said.referrals.get(part="assisting"), words="协办的意见", outcome="solved", by=None)
    assert "协办的意见" in as_(department).get(path_of(lead)).content.decode()


def test_what_a_voter_was_not_content_with_comes_again_with_the_reason(as_, department, sent):
    actions.answer_referral(sent, words="会修的", outcome="planned", by=department)
    actions.rate(sent.opinion, values={"department": "not"}, words="还是黑的，打18612345678")
    again = Referral.objects.get(round=2)
    page = as_(department).get(path_of(again)).content.decode()
    assert ("第 2 次办理" in page, "还是黑的" in page, "18612345678" in page) == (True, True, False)
    assert Rating.objects.get().department == sent.department


def test_open_ones_stand_by_their_deadline(as_, department, station, office):
    today = timezone.localdate()
    for days, words in ((9, "第三"), (2, "第一"), (5, "第二")):
        said = factories.opinion(station, matter=f"{words}件事情的经过")
        factories.referral(said, office, due_on=today + timedelta(days=days))
        DueDate.objects.filter(kind="return").update(ended_on=today, ended_as="dropped")
    assert titles(as_(department).get(LIST)) == ["第一件事情的经过", "第二件事情的经过", "第三件事情的经过"]


@pytest.mark.parametrize(
    ("tab", "found"),
    [("", ["甲事待签", "乙事在办"]), ("sent", ["甲事待签"]), ("received", ["乙事在办"]), ("answered", ["丙事已答"]),
     ("all", ["丙事已答", "乙事在办", "甲事待签"]), ("bent", ["甲事待签", "乙事在办"])],
)  # fmt: skip
def test_each_tab_holds_its_own(tab, found, as_, department, station, office):
    rows = [
        factories.referral(factories.opinion(station, matter=m), office) for m in ("甲事待签", "乙事在办", "丙事已答")
    ]
    actions.sign_for(rows[1], by=department)
    actions.answer_referral(rows[2], words="好了", outcome="solved", by=department)
    assert titles(as_(department).get(LIST, {"tab": tab})) == found


def test_it_is_found_by_number_and_by_words_of_its_title(as_, department, sent, station, office):
    factories.referral(factories.opinion(station, matter="北门的窨井盖破了"), office)
    client, number = as_(department), sent.opinion.shown_number.lower()
    found = {q: titles(client.get(LIST, {"q": q})) for q in (number, "路灯", "没有的词", "x" * 80)}
    assert found == {number: ["东门路灯坏了三天"], "路灯": ["东门路灯坏了三天"], "没有的词": [],
                     "x" * 80: ["北门的窨井盖破了", "东门路灯坏了三天"][::-1]}  # fmt: skip


def test_pages_follow_one_another(as_, department, station, office):
    for _n in range(31):
        factories.referral(factories.opinion(station), office)
    client = as_(department)
    first = client.get(LIST)
    second = client.get(first.context["next_url"])
    assert (len(titles(first)), len(titles(second)), len({*titles(first), *titles(second)})) == (30, 1, 31)


@pytest.mark.parametrize("who", ["department", "district"])
def test_the_list_asks_as_often_for_one_as_for_three(
    request, who, as_, station, sent, office, django_assert_num_queries
):
    client = as_(request.getfixturevalue(who))
    client.get(LIST)  # what is remembered is asked for now
    with CaptureQueriesContext(connection) as once:
        client.get(LIST)
    for _n in range(2):
        factories.referral(factories.opinion(station), office)
    with django_assert_num_queries(len(once)):
        client.get(LIST)


def test_staff_without_departments_in_reach_are_refused_the_list(as_, representative, administrator):
    assert [as_(person).get(LIST).status_code for person in (representative, administrator)] == [403, 403]


def test_the_bar_counts_what_waits_to_be_signed_for(as_, department, sent, other_office, station):
    factories.referral(factories.opinion(station), other_office)
    place = next(p for p in as_(department).get("/desk/").context["desk_nav"] if p["name"] == "feedback:referral-list")
    assert (place["count"], place["url"]) == (1, LIST)
