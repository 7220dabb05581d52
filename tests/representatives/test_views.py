from datetime import timedelta

import pytest
from django.utils import timezone

from representatives.models import Absence
from tests import factories
from tests.visits.rota.test_views import errors

pytestmark = pytest.mark.django_db
LIST, ADD = "/desk/absences/", "/desk/absences/add/"


def day(ahead: int):
    return timezone.localdate() + timedelta(days=ahead)


@pytest.fixture
def person(station):
    return factories.representative("张三", station=station)


def entered(client, person, first: int = 3, last: int = 5, **fields):
    data = {"representative": person.public_id, "from_on": day(first), "to_on": day(last), "reason": "外出学习"}
    return client.post(ADD, data | fields)


def test_a_liaison_enters_that_somebody_is_away(as_, liaison, person):
    assert entered(as_(liaison), person)["Location"] == LIST
    row = Absence.objects.get()
    assert (row.representative, row.from_on, row.to_on, row.reason, row.created_by) == (
        person, day(3), day(5), "外出学习", liaison,
    )  # fmt: skip


def test_the_same_sent_twice_is_there_once(as_, liaison, person):
    entered(as_(liaison), person)
    entered(as_(liaison), person)
    assert Absence.objects.count() == 1


def test_visits_of_these_days_are_named(as_, liaison, person, station):
    factories.visit(station, starts_at=factories.hour(4), people=[person])
    factories.visit(station, starts_at=factories.hour(9), people=[person])
    client = as_(liaison)
    entered(client, person)
    response = client.get(LIST)
    words = [str(message) for message in response.context["messages"]]
    assert len(words) == 2
    assert words[1].startswith("请假期间已有安排，请另行换人或改期：")
    assert words[1].count("甲院社区代表联络站") == 1


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"to_on": ""}, {"to_on": ["该字段是必填项。"]}),
        ({"last": 2}, {"to_on": ["结束日期早于开始日期"]}),
        ({"first": -9, "last": -1}, {"to_on": ["这段时间已经过去，不用再登记"]}),
        ({"last": 900}, {"to_on": ["一次最多一年，请检查年份"]}),
        ({"first": -900}, {"from_on": ["请检查年份"]}),
        ({"representative": "0000000000"}, {"representative": ["没有这位代表，或者不在您的范围内"]}),
    ],
)
def test_bad_input_is_named_at_its_field(as_, liaison, person, fields, wrong):
    found = errors(entered(as_(liaison), person, **fields))
    assert found == wrong
    assert not Absence.objects.exists()


def test_somebody_of_another_station_is_out_of_reach(as_, neighbour, person):
    assert "representative" in errors(entered(as_(neighbour), person))


def test_a_representative_enters_their_own_only(as_, representative, person):
    client, own = as_(representative), representative.representative
    assert client.get(ADD).context["form"].own == own
    assert "representative" in errors(entered(client, person))
    entered(client, own)
    assert Absence.objects.get().representative == own


def test_what_has_not_begun_is_taken_back(as_, liaison, person):
    row = factories.absence(person, days=2, length=3)
    as_(liaison).post(f"{LIST}{row.public_id}/end/")
    assert not Absence.objects.exists()


def test_what_has_begun_ends_earlier(as_, liaison, person):
    row = factories.absence(person, days=-3, length=9)
    client = as_(liaison)
    assert client.get(f"{LIST}{row.public_id}/end/").context["form"]["to_on"].value() == day(-1)
    assert "to_on" in errors(client.post(f"{LIST}{row.public_id}/end/", {"to_on": day(7)}))
    client.post(f"{LIST}{row.public_id}/end/", {"to_on": day(1)})
    row.refresh_from_db()
    assert (row.from_on, row.to_on) == (day(-3), day(1))


def test_what_is_over_stays_as_it_was(as_, liaison, person):
    row = factories.absence(person, days=-9, length=2)
    response = as_(liaison).post(f"{LIST}{row.public_id}/end/", {"to_on": day(-8)})
    assert "这次请假已经结束" in response.content.decode()
    row.refresh_from_db()
    assert row.to_on == day(-7)


def test_the_list_tells_the_coming_and_the_past_apart(as_, liaison, person):
    soon, now = factories.absence(person, days=2), factories.absence(person, days=-1, length=1)
    over = factories.absence(person, days=-5, length=2)
    assert as_(liaison).get(LIST).context["rows"] == [now, soon]
    assert as_(liaison).get(f"{LIST}?when=past").context["rows"] == [over]


def test_the_list_costs_the_same_for_one_and_for_three(as_, liaison, person, django_assert_max_num_queries):
    client = as_(liaison)
    factories.absence(person)
    client.get(LIST)
    with django_assert_max_num_queries(20) as one:
        client.get(LIST)
    for n in (2, 3):
        factories.absence(person, days=n)
    with django_assert_max_num_queries(len(one)):
        assert len(client.get(LIST).context["rows"]) == 3


def test_the_public_page_says_nothing_of_it(as_, visitor, person):
    factories.absence(person, days=-1, length=5, reason="外出学习")
    assert "外出学习" not in as_(visitor).get(person.get_absolute_url()).content.decode()
