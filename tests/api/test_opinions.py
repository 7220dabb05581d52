"""Opinions through the API: the same verbs as on the pages, nobody's name, and no overwriting."""

import uuid

import pytest

from feedback import actions, numbers
from feedback.models import Opinion
from tests import factories
from tests.conftest import forget_cache

URL = "/api/v1/opinions/"


@pytest.fixture
def send(as_):
    """`send(liaison, "post", address, body)`: the status and what came back."""

    def sending(user, method, address="", body=None, **headers):
        call = getattr(as_(user), method)
        response = call(f"{URL}{address}", body or {}, content_type="application/json", headers=headers)
        return response.status_code, response.json() if response.content else None

    return sending


@pytest.fixture
def body(station):
    return {"station": station.code, "matter": "花园路的路灯坏了四盏", "name": "王小明", "phone": "13800000001",
            "privacy_version": "2026-01"}  # fmt: skip


@pytest.fixture
def bureau(department):
    return factories.department("410105", "区城市管理局", members=[department])


def test_liaison_submits_an_opinion_and_gets_a_receipt(send, body, liaison, station):
    status, receipt = send(liaison, "post", body=body)
    opinion = Opinion.objects.get()
    assert (status, receipt["number"], receipt["state"]) == (201, opinion.shown_number, "submitted")
    assert (opinion.station, opinion.source, opinion.contact.opened().phone) == (station, "api", "13800000001")
    assert receipt["due_on"] == opinion.due_on.isoformat()


def test_opinion_sent_twice_is_kept_once(send, body, liaison):
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first, again = send(liaison, "post", body=body, **key), send(liaison, "post", body=body, **key)
    assert (first[0], again) == (201, (200, first[1]))
    assert Opinion.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"station": "410105002001-99"}, "station"), ({"matter": ""}, "matter"), ({"phone": "1380"}, "phone"),
     ({"category": "nothing"}, "category"), ({"matter": "身份证 110101199003070038"}, "matter")],
)  # fmt: skip
def test_bad_input_is_told_at_its_field(send, body, liaison, wrong, field):
    status, told = send(liaison, "post", body=body | wrong)
    assert (status, list(told)) == (400, [field])
    assert Opinion.objects.count() == 0


def test_who_may_not_register_at_a_station_is_refused(send, body, neighbour, representative, auditor):
    assert [send(user, "post", body=body)[0] for user in (neighbour, representative, auditor, None)] == [403] * 4


def test_list_has_what_is_within_reach_and_no_names(send, station, other_station, liaison, neighbour, auditor):
    mine = factories.opinion(station, contact=factories.contact(station.code, name="王小明", phone="13800000001"))
    theirs = factories.opinion(other_station)
    rows = {user: send(user, "get")[1]["results"] for user in (liaison, neighbour, auditor)}
    seen = {user: {row["public_id"] for row in rows[user]} for user in rows}
    assert seen == {liaison: {mine.public_id}, neighbour: {theirs.public_id},
                    auditor: {mine.public_id, theirs.public_id}}  # fmt: skip
    shown = send(liaison, "get", f"{mine.public_id}/")[1]
    assert shown["contact"] == "王** 138••••0001"
    assert "王小明" not in str(shown)
    assert send(neighbour, "get", f"{mine.public_id}/")[0] == 404
    assert send(None, "get")[0] in (401, 403)


def test_opinion_goes_its_way_through_the_api(send, station, liaison, bureau):
    opinion = factories.opinion(station)
    at = f"{opinion.public_id}/"
    assert send(liaison, "post", f"{at}accept/", {"category": "city", "seen": 1})[1]["state"] == "accepted"
    promised = send(liaison, "post", f"{at}promise/", {"words": "十五个工作日内答复"})[1]
    forwarded = send(liaison, "post", f"{at}forward/", {"lead": bureau.public_id, "words": "请办理"})[1]
    assert (promised["state"], forwarded["state"]) == ("promised", "forwarded")
    assert [row["department"] for row in forwarded["referrals"]] == ["区城市管理局"]
    kinds = [step["kind"] for step in send(liaison, "get", at)[1]["steps"]]
    assert kinds == ["received", "accepted", "promised", "forwarded"]


def test_what_was_not_seen_and_what_is_no_move_are_conflicts(send, station, liaison):
    at = f"{factories.opinion(station).public_id}/"
    assert send(liaison, "post", f"{at}accept/", {"category": "city"})[0] == 200
    assert send(liaison, "post", f"{at}resolve/", {"words": "已解决", "seen": 1})[0] == 409
    assert send(liaison, "post", f"{at}close/")[0] == 409
    assert send(liaison, "post", f"{at}resolve/", {"words": "已解决", "seen": 2})[0] == 200


def test_representative_answers_what_was_said_to_them(send, station, liaison, representative):
    person = representative.representative
    mine, other = factories.opinion(station, representative=person), factories.opinion(station)
    for opinion in (mine, other):
        send(liaison, "post", f"{opinion.public_id}/accept/", {"category": "city"})
    at = f"{mine.public_id}/representative-answer/"
    assert send(representative, "post", at, {"words": "我去看过了"})[1]["state"] == "answered"
    assert send(representative, "post", f"{other.public_id}/representative-answer/", {"words": "我"})[0] == 404
    assert send(representative, "post", f"{mine.public_id}/close/")[0] == 403


def test_list_costs_the_same_for_one_row_and_for_three(as_, station, liaison, count_queries):
    def fetch():
        return as_(liaison).get(URL)

    factories.opinion(station)
    one = count_queries(fetch)
    factories.opinion(station), factories.opinion(station)
    assert count_queries(fetch) == one


def test_a_voter_tracks_by_number_and_digits_without_signing_in(send, station, liaison):
    mine = factories.opinion(station, contact=factories.contact(station.code, name="王小明", phone="13800000001"))
    actions.note(mine, words="此人多次来访", by=liaison)
    asked = {"number": mine.shown_number, "digits": "0001"}
    status, told = send(None, "post", "track/", asked)
    assert (status, told["number"], told["due_on"]) == (200, mine.shown_number, mine.due_on.isoformat())
    assert [step["title"] for step in told["steps"]] == ["收到您的意见"]
    wrong = send(None, "post", "track/", asked | {"digits": "0002"})
    unknown = send(None, "post", "track/", asked | {"number": numbers.shown(numbers.new_number())})
    assert wrong == unknown
    assert wrong[0] == 404
    status, told = send(None, "post", "track/", asked | {"number": "12"})
    assert (status, "number" in str(told)) == (400, True)


def test_nobody_tries_all_digits_by_the_api(send, station):
    mine = factories.opinion(station, contact=factories.contact(station.code, phone="13800000001"))
    forget_cache()
    answers = [send(None, "post", "track/", {"number": mine.shown_number, "digits": f"{n:04}"})[0] for n in range(9)]
    assert answers[-1] == 429
