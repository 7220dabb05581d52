import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from visits.choices import State
from visits.models import Visit

URL = "/api/v1/visits/"


@pytest.fixture
def person(station):
    return factories.representative("张三", station=station)


@pytest.fixture
def plan(station, person):
    """What a client sends to plan a visit a week ahead."""
    start = factories.hour(7)
    return {
        "station": station.code, "kind": "reception_day", "title": "接待选民", "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(hours=2)).isoformat(), "representatives": [person.public_id],
    }  # fmt: skip


@pytest.fixture
def send(as_):
    """`send(liaison, "post", address, body)`: the status and what came back."""

    def sending(user, method, address="", body=None, **headers):
        call = getattr(as_(user), method)
        response = call(f"{URL}{address}", body or {}, content_type="application/json", headers=headers)
        return response.status_code, response.json() if response.content else None

    return sending


def test_liaison_plans_a_visit(send, plan, liaison, person, station):
    room = factories.room(station, name="东厅")
    status, row = send(liaison, "post", body=plan | {"room": {"kind": room.kind, "name": "东厅"}})
    visit = Visit.objects.get()
    assert (status, row["public_id"], row["state"]) == (201, visit.public_id, "draft")
    assert (visit.room, visit.created_by, list(visit.representatives.all())) == (room, liaison, [person])


def test_form_sent_twice_makes_one_visit(send, plan, liaison):
    key = str(uuid.uuid4())
    first = send(liaison, "post", body=plan, **{"Idempotency-Key": key})
    again = send(liaison, "post", body=plan | {"form_key": key})
    assert (first[0], again) == (201, (200, first[1]))
    assert Visit.objects.count() == 1


def test_bad_form_key_is_told(send, plan, liaison):
    assert send(liaison, "post", body=plan | {"form_key": "once"}) == (400, {"form_key": ["必须是有效的 UUID。"]})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"station": "410105003001-01"}, {"station": ["没有这个联络站，或者不归您安排"]}),
        ({"station": "410105999001-01"}, {"station": ["没有这个联络站，或者不归您安排"]}),
        ({"kind": "party"}, {"kind": ["“party” 不是合法选项。"]}),
        ({"starts_at": "0001-01-01T09:00"}, {"starts_at": ["请检查年份"]}),
        ({"representatives": ["zzzzzzzzzz"]}, {"representatives": ["没有公开编号为 zzzzzzzzzz 的代表"]}),
        ({"room": {"kind": "reading_room"}}, {"room": ["这个联络站没有这样的房间"]}),
        ({"title": "字" * 121}, {"title": ["请确保这个字段不能超过 120 个字符。"]}),
        ({"title": "\0"}, {"title": ["不允许是用空字符串。"]}),
    ],
)
def test_wrong_input_is_told_at_its_field(send, plan, liaison, other_station, change, words):
    assert send(liaison, "post", body=plan | change) == (400, words)
    assert not Visit.objects.exists()


@pytest.mark.parametrize(
    ("starts", "hours", "words"),
    [
        (7, -1, {"ends_at": ["结束时间应晚于开始时间"]}),
        (7, 30, {"ends_at": ["一次进站最长 12 小时，请检查结束时间"]}),
        (5 * 365, 2, {"starts_at": ["最远只能安排到 550 天以后，请检查年份"]}),
        (-1, 2, {"starts_at": ["这个日期已经过去，请选今天或以后的日期"]}),
    ],
)
def test_impossible_hours_are_told_at_their_field(send, plan, liaison, starts, hours, words):
    start = factories.hour(starts)
    body = plan | {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=hours)).isoformat()}
    assert send(liaison, "post", body=body) == (400, words)


def test_taken_person_and_room_are_a_conflict(send, plan, liaison, station, person):
    room = factories.room(station)
    taken = plan | {"room": {"kind": room.kind}}
    day = timezone.localtime(factories.hour(7))
    when = f"{day.year}年{day.month}月{day.day}日 9:00—11:00"
    send(liaison, "post", body=taken)
    free = taken | {"representatives": [], "room": None}
    assert send(liaison, "post", body=free | {"room": {"kind": room.kind}}) == (
        409, {"room": [f"这个房间在{when}已有安排"]},
    )  # fmt: skip
    assert send(liaison, "post", body=free | {"representatives": [person.public_id]}) == (
        409, {"representatives": [f"张三在{when}已有安排"]},
    )  # fmt: skip
    assert Visit.objects.count() == 1


def test_change_touches_only_what_is_given(send, plan, liaison, person):
    public_id = send(liaison, "post", body=plan)[1]["public_id"]
    status, row = send(liaison, "patch", f"{public_id}/", {"title": "送法进社区"})
    assert (status, row["title"], len(row["representatives"])) == (200, "送法进社区", 1)
    assert send(liaison, "patch", f"{public_id}/", {"representatives": []})[1]["representatives"] == []


def test_publish_cancel_and_log_by_the_same_verbs(send, station, street, liaison, person):
    visit = factories.visit(station, people=[person])
    assert send(street, "post", f"{visit.public_id}/publish/")[1]["state"] == "published"
    assert send(street, "post", f"{visit.public_id}/cancel/") == (400, {"reason": ["该字段是必填项。"]})
    assert send(street, "post", f"{visit.public_id}/cancel/", {"reason": "停电"})[1]["cancel_reason"] == "停电"
    assert send(street, "post", f"{visit.public_id}/publish/") == (409, {"non_field_errors": ["只有草稿可以公布"]})
    now = factories.visit(station, starts_at=timezone.now() - timedelta(hours=1), people=[person], state="published")
    record = {"came": [person.public_id], "voters_received": 4, "summary": "楼道灯坏了"}
    assert send(liaison, "post", f"{now.public_id}/log/", record)[1]["record"]["voters_received"] == 4
    assert send(liaison, "post", f"{now.public_id}/log/", record)[0] == 409


def test_late_publishing_asks_for_a_reason(send, station, street):
    visit = factories.visit(station, starts_at=factories.hour(1))
    assert send(street, "post", f"{visit.public_id}/publish/") == (
        400, {"late_reason": ["距开始不足 3 天，请说明逾期公布的原因"]},
    )  # fmt: skip
    late = send(street, "post", f"{visit.public_id}/publish/", {"late_reason": "临时通知"})[1]
    assert late["record"]["late_reason"] == "临时通知"


def test_draft_is_deleted_and_a_published_one_is_not(send, station, liaison):
    draft = factories.visit(station)
    published = factories.visit(station, starts_at=factories.hour(8), state="published")
    assert send(liaison, "delete", f"{draft.public_id}/") == (204, None)
    assert send(liaison, "delete", f"{published.public_id}/") == (
        409, {"non_field_errors": ["已公布过的进站不能删除，请取消并说明原因"]},
    )  # fmt: skip
    assert list(Visit.objects.all()) == [published]


@pytest.mark.parametrize(
    ("who", "publish", "change"),
    [
        ("district", 200, 200),
        ("street", 200, 200),
        ("liaison", 403, 200),
        ("auditor", 403, 403),
        ("administrator", 403, 403),
        ("representative", 403, 403),
        ("neighbour", 404, 404),
        ("department", 404, 404),
    ],
)
def test_out_of_reach_404_and_within_reach_403(request, send, station, representative, who, publish, change):
    visit = factories.visit(station, people=[representative.representative])
    user = request.getfixturevalue(who)
    assert send(user, "patch", f"{visit.public_id}/", {"title": "改"})[0] == change
    assert send(user, "post", f"{visit.public_id}/publish/")[0] == publish


@pytest.mark.parametrize(
    ("who", "status"),
    [("representative", 403), ("department", 403), ("auditor", 403), ("administrator", 403), ("neighbour", 400)],
)
def test_who_may_not_plan_here(request, send, plan, who, status):
    assert send(request.getfixturevalue(who), "post", body=plan)[0] == status
    assert not Visit.objects.exists()


def test_visitor_and_forged_request_are_refused(send, plan, liaison):
    assert send(None, "post", body=plan) == (403, {"detail": "身份认证信息未提供。"})
    client = Client(enforce_csrf_checks=True)
    client.force_login(liaison, backend="liaison.accounts.backends.GrantsBackend")
    response = client.post(URL, plan, content_type="application/json")
    assert (response.status_code, response.json()["detail"][:4]) == (403, "CSRF")


def test_nothing_is_moved_into_the_past(send, station, liaison):
    visit = factories.visit(station, state="published")
    back = {"starts_at": factories.hour(-1).isoformat(), "ends_at": factories.hour(-1, at=10).isoformat()}
    words = {"starts_at": ["这个日期已经过去，请选今天或以后的日期"]}
    assert send(liaison, "patch", f"{visit.public_id}/", back) == (400, words)


def test_over_is_history(send, station, liaison):
    visit = factories.visit(station, starts_at=timezone.now() - timedelta(days=9), state="logged")
    assert send(liaison, "patch", f"{visit.public_id}/", {"title": "改写历史"}) == (
        409, {"non_field_errors": ["进站已结束或已取消，不能再修改"]},
    )  # fmt: skip
    assert Visit.objects.get().state == State.LOGGED


@pytest.mark.parametrize("body", ["{", "[]", "7", '"x"', '{"title": "\\ud800"}'])
def test_nonsense_is_refused_without_falling_over(as_, liaison, body):
    response = as_(liaison).post(URL, body, content_type="application/json")
    assert response.status_code == 400
    assert response.json()
