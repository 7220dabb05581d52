"""The desk's page of one opinion: who reaches it, what it says, what can be done from it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback import actions
from feedback.choices import State
from feedback.models import Category, Opinion
from feedback.standing import soon_until, standing_on
from feedback.views.acts import ACTS, NEXT
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def opinion(station) -> Opinion:
    contact = factories.contact(station.code, name="王小明", phone="13812345678")
    return factories.opinion(station, contact=contact, matter="花园路的路灯坏了。三天没人修")


@pytest.fixture
def page(as_):
    def opened(opinion, user):
        return as_(user).get(opinion.get_absolute_url())

    return opened


def acts(answer) -> list[str]:
    return [way.name for way in answer.context["ways"]]


def test_the_page_says_what_was_said_and_never_who(opinion, liaison, page):
    text = page(opinion, liaison).content.decode()
    assert "花园路的路灯坏了。三天没人修" in text
    assert opinion.shown_number in text
    assert "王**" in text
    assert "王小明" not in text
    assert "13812345678" not in text


def test_its_title_is_the_number_alone(opinion, liaison, page):
    text = page(opinion, liaison).content.decode()
    assert "路灯" not in text.split("</title>")[0]


def test_whoever_is_within_reach_reads_it(opinion, request, page):
    people = ("district", "street", "liaison", "auditor", "neighbour", "department", "administrator")
    found = {person: page(opinion, request.getfixturevalue(person)).status_code for person in people}
    assert found == {
        **dict.fromkeys(("district", "street", "liaison", "auditor"), 200),
        **dict.fromkeys(("neighbour", "department", "administrator"), 404),
    }


def test_a_visitor_is_asked_to_sign_in(opinion, page):
    assert page(opinion, None).url.startswith("/accounts/login/")


def test_an_auditor_reads_and_does_nothing(opinion, auditor, page):
    assert acts(page(opinion, auditor)) == []


def test_a_representative_sees_what_was_said_to_them_and_answers(station, liaison, representative, page):
    opinion = factories.opinion(station, representative=representative.representative)
    other = factories.opinion(station)
    actions.accept(opinion, category=Category.objects.first(), by=liaison)
    assert (acts(page(opinion, representative)), page(other, representative).status_code) == (["answer"], 404)


def test_a_representative_sees_what_was_passed_to_them(opinion, station, liaison, representative, page):
    actions.pass_on(opinion, representative=representative.representative, level=4, words="请看", by=liaison)
    answer = page(opinion, representative)
    assert acts(answer) == ["answer", "pass-back"]
    assert "13812345678" not in answer.content.decode()


def test_a_department_is_led_to_what_was_sent_to_it(opinion, liaison, department, page):
    bureau = factories.department("410105", members=[department])
    sent = factories.referral(opinion, bureau, by=liaison)
    assert page(opinion, department).url == reverse("feedback:referral", args=[sent.public_id])


def test_the_likely_next_act_comes_first(opinion, liaison, page):
    first = [acts(page(opinion, liaison))[0]]
    actions.accept(opinion, category=Category.objects.first(), by=liaison)
    first.append(acts(page(opinion, liaison))[0])
    actions.answer_as_station(opinion, words="修好了", by=liaison)
    first.append(acts(page(opinion, liaison))[0])
    actions.rate(opinion, values={"station": "satisfied"})
    first.append(acts(page(opinion, liaison))[0])
    assert first == ["accept", "forward", "rate", "close"]


def test_only_what_can_be_done_is_offered(opinion, liaison, page):
    actions.refuse(opinion, ground="涉法涉诉", office="法院", by=liaison)
    assert acts(page(opinion, liaison)) == ["reopen", "change", "note"]


def test_each_letter_opens_one_act():
    for state in State:
        keys = [act.key for act in ACTS.values() if act.key and any(state in Opinion.moves[kind] for kind in act.kinds)]
        assert len(keys) == len(set(keys)), state


def test_what_is_said_to_come_next_is_a_legal_move():
    wrong = {
        (state, name)
        for state, names in NEXT.items()
        for name in names
        if name in ACTS and not any(state in Opinion.moves[kind] for kind in ACTS[name].kinds)
    }
    assert wrong == set()


def test_the_course_stands_in_its_order_with_who_and_words(opinion, liaison, page):
    actions.accept(opinion, category=Category.objects.first(), by=liaison)
    actions.answer_as_station(opinion, words="修好了", by=liaison)
    lines = [(line.step.kind, line.who, line.step.words) for line in page(opinion, liaison).context["course"]]
    assert lines == [
        ("received", "群众本人", ""), ("accepted", "liaison", ""), ("station_answered", "liaison", "修好了"),
    ]  # fmt: skip


def test_what_a_department_answered_by_its_link_names_it(opinion, liaison, page):
    sent = factories.referral(opinion, factories.department("410105", "城管局"), by=liaison)
    actions.answer_referral(sent, words="换了灯", outcome="solved", signed_by="赵局长", by=None, name="小李")
    line = page(opinion, liaison).context["course"][-1]
    assert line.who == "城管局、小李"
    assert line.facts == [("办理结果", "已解决"), ("签发人", "赵局长")]


def test_merged_opinions_name_each_other(opinion, station, liaison, page):
    into = factories.opinion(station, matter="同一盏路灯")
    actions.merge(opinion, into=into, reason="同一件事", by=liaison)
    assert page(opinion, liaison).context["linked"]["into"] == [into]
    assert page(into, liaison).context["linked"]["taken_in"] == [opinion]


def test_a_merged_one_out_of_reach_is_not_named(opinion, other_station, liaison, district, page):
    into = factories.opinion(other_station, matter="别处的事")
    actions.merge(opinion, into=into, reason="同一件事", by=district)
    answer = page(opinion, liaison)
    assert answer.context["linked"]["into"] == []
    assert into.shown_number not in answer.content.decode()


def counted(page, opinion, user) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert page(opinion, user).status_code == 200
    return len(queries)


def test_three_steps_and_departments_ask_no_more_than_one(station, liaison, page):
    bureaus = [factories.department("410105") for _n in range(3)]
    few, many = factories.opinion(station), factories.opinion(station)
    factories.referral(few, bureaus[0], by=liaison)
    factories.referral(many, bureaus[0], assisting=bureaus[1:], by=liaison)
    for n in range(3):
        actions.note(many, words=f"备注{n}", by=liaison)
    page(few, liaison)
    assert counted(page, many, liaison) == counted(page, few, liaison)


@pytest.mark.parametrize(
    ("days", "face", "word"), [(-1, "late", "已逾期"), (0, "soon", "即将到期"), (60, "good", "按期")]
)
def test_how_a_date_stands_is_said_in_words(days, face, word):
    today = timezone.localdate()
    standing = standing_on(today + timedelta(days=days), today, soon_until(today))
    assert (standing.face, standing.word) == (face, word)
