"""The inbox: who sees what, in which order, found by words and number, several handled at once."""

from datetime import timedelta
from urllib.parse import parse_qsl

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback import actions
from feedback.choices import State
from feedback.models import Category, Opinion, SavedView
from tests import factories

pytestmark = pytest.mark.django_db
LIST, TOGETHER = "/desk/opinions/", "/desk/opinions/together/"


def numbers(response) -> list[str]:
    return [row.shown_number for row in response.context["rows"]]


@pytest.fixture
def lamp(station):
    return factories.opinion(station, matter="花园路的路灯坏了，夜里看不见")


@pytest.fixture
def bureau(station):
    return factories.department("410105", "城市管理局")


@pytest.mark.parametrize(
    ("who", "sees"),
    [("liaison", True), ("street", True), ("district", True), ("auditor", True), ("neighbour", False)],
)
def test_each_sees_what_is_within_reach(request, as_, lamp, who, sees):
    found = numbers(as_(request.getfixturevalue(who)).get(LIST))
    assert found == ([lamp.shown_number] if sees else [])


def test_representative_sees_what_was_said_to_them(as_, station, lamp, representative):
    mine = factories.opinion(station, representative=representative.representative)
    assert numbers(as_(representative).get(f"{LIST}?view=all")) == [mine.shown_number]


def test_department_is_led_to_what_was_sent_to_it(as_, department):
    assert as_(department).get(LIST).url == reverse("feedback:referral-list")


def test_next_deadline_comes_first_and_the_newest_of_all(as_, liaison, station, lamp):
    later = factories.opinion(station)
    actions.promise(lamp, words="要协商", due_on=timezone.localdate() + timedelta(days=30), by=liaison)
    assert numbers(as_(liaison).get(LIST)) == [later.shown_number, lamp.shown_number]
    assert numbers(as_(liaison).get(f"{LIST}?view=all")) == [later.shown_number, lamp.shown_number]
    actions.promise(lamp, words="明天", due_on=timezone.localdate(), by=liaison)
    assert numbers(as_(liaison).get(LIST)) == [lamp.shown_number, later.shown_number]


def test_views_hold_what_they_say(as_, liaison, station, bureau):
    new, away, answered, late = (factories.opinion(station) for _ in range(4))
    factories.referral(away, bureau, by=liaison)
    actions.resolve_on_spot(answered, words="办好了", by=liaison)
    due = late.due_dates.get()
    due.due_on = timezone.localdate() - timedelta(days=2)
    due.save()
    held = {view: set(numbers(as_(liaison).get(f"{LIST}?view={view}"))) for view in ("", "overdue", "away", "answered")}
    assert held == {
        "": {new.shown_number, late.shown_number}, "overdue": {late.shown_number}, "away": {away.shown_number},
        "answered": {answered.shown_number},
    }  # fmt: skip


@pytest.mark.parametrize("term", ["路灯", "夜里看不见", "花园 路灯"])
def test_words_find_it(as_, liaison, station, lamp, term):
    factories.opinion(station, matter="楼道里堆满杂物没有人管")
    assert numbers(as_(liaison).get(LIST, {"view": "all", "q": term})) == [lamp.shown_number]


def test_number_finds_it_however_it_is_typed(as_, liaison, station, lamp):
    factories.opinion(station)
    for typed in (lamp.shown_number, lamp.number, f" {lamp.shown_number.lower()} "):
        assert numbers(as_(liaison).get(LIST, {"view": "all", "q": typed})) == [lamp.shown_number]


def test_filters_narrow_and_say_what_is_on(as_, liaison, station, lamp):
    other = factories.opinion(station)
    actions.accept(other, category=Category.objects.get(pk="traffic"), by=liaison)
    page = as_(liaison).get(LIST, {"category": "traffic", "state": "accepted"})
    assert (numbers(page), page.context["filters_on"]) == ([other.shown_number], "办理中、交通")


@pytest.mark.parametrize("query", ["state=nothing", "category=x&view=zzz", "after=bent", "q=" + "长" * 200, "q=%00"])
def test_bent_addresses_still_show_a_page(as_, liaison, lamp, query):
    assert as_(liaison).get(f"{LIST}?{query}").status_code == 200


@pytest.mark.parametrize("query", ["", "?view=all&q=路灯"])
def test_three_cost_what_one_costs(as_, liaison, station, lamp, query):
    client = as_(liaison)
    client.get(LIST + query)
    one = cost(client, LIST + query)
    for _more in range(2):
        factories.opinion(station, matter="又有一盏路灯坏了，请来看看")
    assert (cost(client, LIST + query), len(numbers(client.get(LIST + query)))) == (one, 3)


def cost(client, address) -> int:
    with CaptureQueriesContext(connection) as found:
        client.get(address)
    return len(found)


def test_several_are_accepted_at_once_and_what_cannot_be_is_told(as_, liaison, station, lamp):
    other, closed = factories.opinion(station), factories.opinion(station)
    actions.withdraw(closed)
    picked = [row.public_id for row in (lamp, other, closed)]
    page = as_(liaison).post(TOGETHER, {"picked": picked, "act": "accept", "category": "city"}, follow=True)
    states = dict(Opinion.objects.values_list("number", "state"))
    assert states == {lamp.number: State.ACCEPTED, other.number: State.ACCEPTED, closed.number: State.WITHDRAWN}
    words = [str(message) for message in page.context["messages"]]
    assert (words[0], closed.shown_number in words[1]) == ("已办理 2 件", True)


def test_several_are_forwarded_at_once(as_, liaison, station, lamp, bureau):
    other = factories.opinion(station)
    picked = [lamp.public_id, other.public_id]
    as_(liaison).post(TOGETHER, {"picked": picked, "act": "forward", "lead": bureau.public_id, "words": "请办理"})
    assert set(bureau.referrals.values_list("opinion", flat=True)) == {lamp.pk, other.pk}


@pytest.mark.parametrize(
    ("data", "words"),
    [({"act": "accept", "category": "city"}, "请先勾选意见"), ({"picked": 1}, "请选怎样办理"),
     ({"picked": 1, "act": "accept"}, "请选类别"), ({"picked": 1, "act": "forward"}, "请选主办单位")],
)  # fmt: skip
def test_what_is_missing_is_said(as_, liaison, lamp, data, words):
    data = data | ({"picked": lamp.public_id} if "picked" in data else {})
    assert words in as_(liaison).post(TOGETHER, data).content.decode()


def test_nobody_handles_what_is_out_of_reach(as_, neighbour, auditor, lamp):
    given = {"picked": lamp.public_id, "act": "accept", "category": "city"}
    assert "您不能办理" in as_(neighbour).post(TOGETHER, given).content.decode()
    assert as_(auditor).post(TOGETHER, given).status_code == 403
    lamp.refresh_from_db()
    assert lamp.state == State.SUBMITTED


def test_what_waits_stands_in_the_bar_and_on_the_start_page(as_, liaison, lamp):
    page = as_(liaison).get("/desk/")
    place = next(place for place in page.context["desk_nav"] if place["name"] == "feedback:opinion-list")
    assert (place["count"], [row.pk for row in page.context["opinions"]]) == (1, [lamp.pk])


def test_filters_are_saved_under_a_name_by_each_for_themselves(as_, station, liaison, district):
    factories.opinion(station, matter="花园路的路灯坏了四盏")
    reader = as_(liaison)
    page = reader.get("/desk/opinions/?q=路灯&state=submitted").content.decode()
    assert "保存这个筛选" in page
    sent = {"name": "路灯", "query": "q=路灯&state=submitted&after=x"}
    assert reader.post("/desk/opinions/views/", sent).status_code == 302
    row = SavedView.objects.get()
    assert (row.user, dict(parse_qsl(row.query))) == (liaison, {"q": "路灯", "state": "submitted"})
    again = reader.post("/desk/opinions/views/", sent, follow=True).content.decode()
    assert "已有这个名字的筛选" in again
    assert "请先选好筛选条件" in reader.post(
        "/desk/opinions/views/", {"name": "空", "query": "state=nothing"}, follow=True
    ).content.decode()  # fmt: skip
    assert [one.name for one in reader.get("/desk/opinions/").context["saved"]] == ["路灯"]
    other = as_(district)
    assert list(other.get("/desk/opinions/").context["saved"]) == []
    assert other.post(f"/desk/opinions/views/{row.pk}/delete/").status_code == 404
    as_(liaison).post(f"/desk/opinions/views/{row.pk}/delete/")
    assert not SavedView.objects.exists()
