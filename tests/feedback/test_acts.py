"""Every act on an opinion, through the door: what it leads to, who may, two at once, and bad input."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from feedback import actions
from feedback.choices import Step
from feedback.models import Category, Opinion
from representatives.choices import SeatLevel
from tests import factories

pytestmark = pytest.mark.django_db
CATEGORY = "city"


@pytest.fixture
def opinion(station) -> Opinion:
    return factories.opinion(station)


@pytest.fixture
def bureau(station):
    return factories.department("410105", "城市管理局")


def address(opinion, name: str) -> str:
    return reverse(f"feedback:opinion-{name}", args=[opinion.public_id])


@pytest.fixture
def do(as_, liaison):
    """`do(opinion, "accept", category=…)`: the form sent by the liaison, as it stands on the page."""

    def doing(opinion, name, by=None, **data):
        opinion.refresh_from_db()
        answer = as_(by or liaison).post(address(opinion, name), {"seen": opinion.last_no, **data})
        opinion.refresh_from_db()
        return answer

    return doing


def last(opinion):
    return opinion.steps.order_by("-no").first()


def accepted(opinion, by):
    actions.accept(opinion, category=Category.objects.get(pk=CATEGORY), by=by)


def forwarded(opinion, bureau, by):
    factories.referral(opinion, bureau, by=by)


def words_of(opinion):
    step = last(opinion)
    return step.kind, opinion.state, step.words


def test_accepting_gives_category_titles_and_a_clock(opinion, do):
    answer = do(opinion, "accept", category=CATEGORY, title="路灯坏了", public_title="花园路路灯")
    assert answer.url == opinion.get_absolute_url()
    assert (opinion.state, opinion.category_id, opinion.title, opinion.public_title) == (
        "accepted", CATEGORY, "路灯坏了", "花园路路灯",
    )  # fmt: skip
    assert [due.kind for due in opinion.due_dates.open()] == ["answer"]


def test_resolving_on_the_spot(opinion, do):
    do(opinion, "resolve", words="当场换了灯泡")
    assert words_of(opinion) == ("resolved_on_spot", "resolved", "当场换了灯泡")


def test_promising_a_day(opinion, do):
    day = timezone.localdate() + timedelta(days=9)
    do(opinion, "promise", words="要等材料", due_on=day.isoformat())
    assert words_of(opinion) == ("promised", "promised", "要等材料")
    assert opinion.due_on == day


def test_forwarding_to_a_lead_and_others(opinion, bureau, do):
    other = factories.department("410105002", "街道办")
    do(opinion, "forward", lead=bureau.public_id, assisting=[other.public_id], words="请修")
    assert opinion.state == "forwarded"
    assert set(opinion.referrals.values_list("department__name", "part", "note")) == {
        ("城市管理局", "lead", "请修"), ("街道办", "assisting", "请修"),
    }  # fmt: skip


def test_a_department_elsewhere_is_not_offered(opinion, do):
    elsewhere = factories.department("410106", "邻区")
    answer = do(opinion, "forward", lead=elsewhere.public_id, words="请修")
    assert set(answer.context["form"].errors) == {"lead"}
    assert (opinion.state, answer.context["form"]["words"].value()) == ("submitted", "请修")


def test_one_more_assists(opinion, bureau, liaison, do):
    forwarded(opinion, bureau, liaison)
    other = factories.department("410105", "住建局")
    do(opinion, "assist", department=other.public_id, words="请配合")
    assert set(opinion.referrals.values_list("department__name", "part")) == {
        ("城市管理局", "lead"), ("住建局", "assisting"),
    }  # fmt: skip


def test_calling_back(opinion, bureau, liaison, do):
    forwarded(opinion, bureau, liaison)
    do(opinion, "recall", reason="转错了")
    assert words_of(opinion) == ("recalled", "accepted", "转错了")
    assert list(opinion.referrals.values_list("state", flat=True)) == ["recalled"]


def test_refusing_names_ground_and_office(opinion, do):
    do(opinion, "refuse", ground="arbitration", more="请带上劳动合同")
    step = last(opinion)
    assert (opinion.state, step.data) == ("refused", {"office": "劳动人事争议仲裁委员会，或合同约定的仲裁委员会"})
    assert step.words == "仲裁：劳动人事争议或合同纠纷已经或应当仲裁\n请带上劳动合同"


def test_refusing_for_another_reason_asks_for_both(opinion, do):
    answer = do(opinion, "refuse", ground="other")
    assert (set(answer.context["form"].errors), opinion.state) == ({"more", "office"}, "submitted")


def test_passing_up_to_the_city_and_back(opinion, station, do):
    far = factories.user("far", "representative", "4101")
    person = factories.representative("李市", station=station, level=SeatLevel.CITY, user=far)
    do(opinion, "pass", level=SeatLevel.CITY, representative=person.public_id, words="请在市里反映")
    assert words_of(opinion) == ("passed", "passed", "请在市里反映")
    assert (last(opinion).representative, last(opinion).data) == (person, {"level": 3})
    do(opinion, "pass-back", by=far, words="属于区里的事")
    assert words_of(opinion) == ("passed_back", "accepted", "属于区里的事")


def test_whoever_was_not_asked_cannot_hand_back(station, representative, liaison, as_):
    opinion = factories.opinion(station, representative=representative.representative)
    person = factories.representative("李市", station=station, level=SeatLevel.CITY)
    actions.pass_on(opinion, representative=person, level=3, words="请反映", by=liaison)
    assert as_(representative).post(address(opinion, "pass-back"), {"words": "不要"}).status_code == 403


def test_looking_for_another_level_keeps_the_words(opinion, station, do):
    factories.representative("李市", station=station, level=SeatLevel.CITY)
    person = factories.representative("王省", station=station, level=SeatLevel.PROVINCE)
    form = do(opinion, "pass", level=SeatLevel.PROVINCE, words="请反映", search="1").context["form"]
    assert [value for value, _words in form.fields["representative"].choices] == [person.public_id]
    assert (form.errors, form["words"].value(), opinion.state) == ({}, "请反映", "submitted")


def test_the_stations_answer(opinion, liaison, do):
    accepted(opinion, liaison)
    do(opinion, "answer", words="已经修好")
    assert words_of(opinion) == ("station_answered", "answered", "已经修好")


def test_a_representatives_answer_written_down_by_the_station(opinion, liaison, representative, do):
    accepted(opinion, liaison)
    do(opinion, "answer", who=representative.representative.public_id, words="我去看过了")
    assert words_of(opinion) == ("representative_answered", "answered", "我去看过了")


def test_a_representatives_own_answer(station, representative, liaison, do):
    opinion = factories.opinion(station, representative=representative.representative)
    accepted(opinion, liaison)
    do(opinion, "answer", by=representative, words="我去看过了")
    assert (last(opinion).representative, last(opinion).by) == (representative.representative, representative)


def test_an_answer_is_rated_on_the_telephone_and_the_matter_closed(opinion, liaison, do):
    accepted(opinion, liaison)
    do(opinion, "answer", words="已经修好")
    do(opinion, "rate", station="satisfied", words="很快")
    assert list(opinion.ratings.values_list("party", "value", "words", "by")) == [
        ("station", "satisfied", "很快", liaison.pk)
    ]
    do(opinion, "close", words="")
    assert words_of(opinion) == ("closed", "closed", "")


def test_not_satisfied_goes_back_once(opinion, liaison, do):
    accepted(opinion, liaison)
    do(opinion, "answer", words="已经修好")
    do(opinion, "rate", station="not", words="还是不亮")
    assert opinion.state == "redoing"


def test_opening_again_what_was_refused(opinion, liaison, do):
    actions.refuse(opinion, ground="涉法涉诉", office="法院", by=liaison)
    do(opinion, "reopen", reason="情况有变")
    assert words_of(opinion) == ("reopened", "accepted", "情况有变")


def test_merging_by_number(opinion, station, do):
    into = factories.opinion(station, matter="同一盏路灯")
    do(opinion, "merge", number=into.shown_number, reason="同一件事")
    assert (opinion.state, opinion.merged_into, last(opinion).other) == ("merged", into, into)


def test_merging_with_what_is_out_of_reach_is_refused_at_its_field(opinion, other_station, do):
    into = factories.opinion(other_station)
    answer = do(opinion, "merge", number=into.shown_number, reason="同一件事")
    assert answer.context["form"].errors["number"] == ["没有找到这个编号的意见，请核对"]


def test_splitting_into_two(opinion, do):
    do(opinion, "split", count=2, matter_1="井盖松了", matter_2="树挡路灯", title_2="树", reason="三件事")
    assert opinion.state == "submitted"
    assert set(Opinion.objects.filter(split_from=opinion).values_list("title", "matter")) == {
        ("井盖松了", "井盖松了"), ("树", "树挡路灯"),
    }  # fmt: skip


def test_one_more_part_keeps_what_was_written(opinion, do):
    form = do(opinion, "split", count=1, matter_1="井盖松了", longer="1", reason="两件事").context["form"]
    assert (form.parts_shown, form["matter_1"].value(), form.errors, form["count"].value()) == (2, "井盖松了", {}, 2)


def test_withdrawing(opinion, do):
    do(opinion, "withdraw", words="自己解决了")
    assert words_of(opinion) == ("withdrawn", "withdrawn", "自己解决了")


def test_a_note_stays_in_the_house(opinion, do):
    do(opinion, "note", words="已电话联系")
    assert words_of(opinion) == ("noted", "submitted", "已电话联系")
    assert last(opinion).kind == Step.NOTED


def test_setting_right_keeps_what_was_before(opinion, do):
    opinion.refresh_from_db()
    before = opinion.title
    do(opinion, "change", title="路灯", public_title="", category=CATEGORY, representative="")
    assert last(opinion).data["before"]["title"] == before
    assert (opinion.title, opinion.category_id) == ("路灯", CATEGORY)


def test_a_suspicious_one_is_cleared_or_discarded(station, do):
    good, bad = (factories.opinion(station, doubts=["fast"]) for _n in range(2))
    do(good, "clear")
    do(bad, "discard", reason="广告")
    assert (good.state, bad.state) == ("submitted", "discarded")


def test_whoever_was_slower_reads_what_came_between_and_loses_nothing(opinion, street, liaison, as_, do):
    seen = opinion.last_no
    do(opinion, "note", by=street, words="我先联系了")
    form = as_(liaison).post(address(opinion, "resolve"), {"seen": seen, "words": "换了灯泡"})
    assert [line.step.words for line in form.context["between"]] == ["我先联系了"]
    assert form.context["form"]["words"].value() == "换了灯泡"
    again = as_(liaison).post(
        address(opinion, "resolve"), {"seen": form.context["form"]["seen"].value(), "words": "换了"}
    )
    opinion.refresh_from_db()
    assert (again.status_code, opinion.state) == (302, "resolved")


def test_what_somebody_else_ended_is_said_and_the_words_stay(opinion, street, liaison, as_, do):
    seen = opinion.last_no
    do(opinion, "refuse", by=street, ground="litigation")
    page = as_(liaison).post(address(opinion, "resolve"), {"seen": seen, "words": "换了灯泡"})
    assert (page.context["is_over"], page.context["form"]["words"].value()) == (True, "换了灯泡")
    opinion.refresh_from_db()
    assert opinion.state == "refused"


@pytest.mark.parametrize(
    ("name", "data", "wrong"),
    [
        ("accept", {"title": "路灯"}, "category"), ("resolve", {"words": " "}, "words"),
        ("promise", {"words": "等", "due_on": "2020-01-01"}, "due_on"), ("forward", {"words": "请修"}, "lead"),
        ("refuse", {"more": "请"}, "ground"), ("pass", {"words": "请", "level": 9}, "level"), ("note", {}, "words"),
        ("merge", {"reason": "同"}, "number"), ("split", {"reason": "同"}, "matter_1"),
        ("change", {"title": ""}, "title"),
    ],
)  # fmt: skip
def test_bad_input_comes_back_at_its_field(opinion, do, name, data, wrong):
    before = opinion.last_no
    answer = do(opinion, name, **data)
    assert wrong in answer.context["form"].errors
    assert (answer.status_code, opinion.last_no) == (200, before)


def test_what_is_no_legal_move_leads_back_with_the_reason(opinion, liaison, as_):
    page = as_(liaison).get(address(opinion, "close"), follow=True)
    assert "现在是“待受理”，不能办理“办结”" in page.content.decode()


def test_where_nothing_is_left_to_rate_the_form_is_not_shown(opinion, liaison, as_):
    accepted(opinion, liaison)
    actions.answer_as_station(opinion, words="修好了", by=liaison)
    actions.rate(opinion, values={"station": "satisfied"})
    page = as_(liaison).get(address(opinion, "rate"), follow=True)
    assert "这次的答复都已经评价过" in page.content.decode()


NAMES = (
    "accept", "resolve", "promise", "forward", "refuse", "pass", "merge", "split", "withdraw", "note", "change",
    "discard",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_each_form_stands_for_whom_it_is_for(opinion, name, request, as_):
    """Reached; unreached; seen but not allowed; not signed in."""
    people = ("liaison", "street", "district", "neighbour", "department", "auditor")
    answers = {
        person: as_(request.getfixturevalue(person)).get(address(opinion, name)).status_code for person in people
    }
    allowed = dict.fromkeys(("liaison", "street", "district"), 200)
    assert answers == {**allowed, "neighbour": 404, "department": 404, "auditor": 403}
    assert as_(None).get(address(opinion, name)).url.startswith("/accounts/login/")


def test_a_representative_answers_and_does_nothing_else(station, representative, liaison, as_):
    opinion = factories.opinion(station, representative=representative.representative)
    accepted(opinion, liaison)
    answers = {
        name: as_(representative).get(address(opinion, name)).status_code for name in ("answer", "note", "forward")
    }
    assert answers == {"answer": 200, "note": 403, "forward": 403}
