from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from visits.choices import AttendanceState

URL = "/api/v1/visits/"


def ids(response) -> list[str]:
    assert response.status_code == 200, response.json()
    return [row["public_id"] for row in response.json()["results"]]


@pytest.fixture
def person(station):
    return factories.representative("张三", station=station, post="医生")


@pytest.fixture
def planned(station, other_station, person):
    """A draft, a published one, a cancelled one, and one elsewhere, by name."""
    room = factories.room(station)
    return {
        "draft": factories.visit(station, starts_at=factories.hour(5)),
        "published": factories.visit(
            station, starts_at=factories.hour(7), state="published", people=[person], room=room, title="接待选民"
        ),
        "cancelled": factories.visit(station, starts_at=factories.hour(8), state="cancelled", kind="training"),
        "elsewhere": factories.visit(other_station, starts_at=factories.hour(9), state="published", title="消防宣传"),
    }


def test_public_reads_what_was_published_in_order(client, planned):
    assert ids(client.get(URL)) == [planned[name].public_id for name in ("published", "cancelled", "elsewhere")]


def test_staff_also_read_drafts_within_reach(as_, planned, liaison, neighbour):
    draft = planned["draft"].public_id
    assert draft in ids(as_(liaison).get(URL))
    assert draft not in ids(as_(neighbour).get(URL))
    assert as_(neighbour).get(f"{URL}{draft}/").json() == {"detail": "没有这次进站"}


def test_row_says_what_a_notice_says_and_nothing_inside(client, planned, person, station):
    row = client.get(f"{URL}{planned['published'].public_id}/").json()
    assert row["representatives"] == [
        {
            "public_id": person.public_id, "name": "张三", "level": 4, "level_label": "区人大代表", "post": "医生",
            "state": None, "confirmed_at": None,
        }
    ]  # fmt: skip
    assert row["starts_at"] == timezone.localtime(planned["published"].starts_at).isoformat()
    assert row["station"] == {"code": station.code, "name": station.name}
    assert row["room"]["kind_label"] == "代表接待室"
    assert row["record"] is None
    assert "id" not in row


def test_who_confirmed_is_told_to_staff_alone(client, as_, planned, person, liaison):
    at = timezone.now()
    planned["published"].invitations.create(representative=person, confirmed_at=at)
    address = f"{URL}{planned['published'].public_id}/"
    told = [asking.get(address).json()["representatives"][0]["confirmed_at"] for asking in (client, as_(liaison))]
    assert told == [None, timezone.localtime(at).isoformat()]


def test_person_on_leave_is_announced_to_nobody(client, as_, planned, liaison):
    planned["published"].attendances.update(state=AttendanceState.LEAVE)
    address = f"{URL}{planned['published'].public_id}/"
    assert client.get(address).json()["representatives"] == []
    assert [(p["name"], p["state"]) for p in as_(liaison).get(address).json()["representatives"]] == [("张三", "leave")]


def test_record_is_for_staff_within_reach(as_, station, liaison, neighbour):
    logged = factories.visit(
        station, starts_at=timezone.now() - timedelta(days=9), state="logged", summary="楼道灯坏了", voters_received=3
    )
    records = [as_(user).get(f"{URL}{logged.public_id}/").json()["record"] for user in (None, neighbour, liaison)]
    assert records[:2] == [None, None]
    assert (records[2]["summary"], records[2]["voters_received"]) == ("楼道灯坏了", 3)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"from": 8}, ["cancelled", "elsewhere"]),
        ({"from": 7, "to": 7}, ["published"]),
        ({"to": 8}, ["published", "cancelled"]),
        ({"street": "410105003"}, ["elsewhere"]),
        ({"street": "4101"}, ["published", "cancelled", "elsewhere"]),
        ({"kind": "training"}, ["cancelled"]),
        ({"station": "410105003001-01"}, ["elsewhere"]),
        ({"state": "published"}, ["published", "elsewhere"]),
        ({"q": "消防"}, ["elsewhere"]),
        ({"q": "%"}, []),
        ({"state": "draft"}, []),
    ],
)
def test_filters(client, planned, query, found):
    today = timezone.localdate()
    query = {name: today + timedelta(days=value) if isinstance(value, int) else value for name, value in query.items()}
    assert ids(client.get(URL, query)) == [planned[name].public_id for name in found]


def test_filter_by_representative(client, planned, person):
    assert ids(client.get(URL, {"representative": person.public_id})) == [planned["published"].public_id]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"from": "2026-13-40"}, {"from": ["输入一个有效的日期。"]}),
        ({"to": "9999-12-31"}, {"to": ["请检查年份"]}),
        ({"from": "0001-01-01"}, {"from": ["请检查年份"]}),
        ({"from": "2026-12-02", "to": "2026-12-01"}, {"to": ["结束日期早于开始日期"]}),
        ({"station": "410105999001-01"}, {"station": ["没有这个联络站"]}),
        ({"representative": "nobody"}, {"representative": ["没有这位代表"]}),
        ({"state": "gone"}, {"state": ["选择一个有效的选项。 gone 不在可用的选项中。"]}),
        ({"q": "站" * 51}, {"q": ["搜索词最多 50 个字"]}),
    ],
)
def test_bad_filter_is_refused_at_its_name(client, planned, query, words):
    response = client.get(URL, query)
    assert (response.status_code, response.json()) == (400, words)


def test_pages_by_cursor_without_a_count(client, planned):
    first = client.get(URL, {"page_size": 2}).json()
    second = client.get(first["next"]).json()
    assert set(first) == {"next", "previous", "results"}
    assert [row["public_id"] for row in second["results"]] == [planned["elsewhere"].public_id]
    assert (second["next"], client.get(second["previous"]).json()["results"]) == (None, first["results"])


def test_cursor_passes_through_many_visits_of_one_moment(client, station):
    rows = [factories.visit(station, state="published").public_id for _ in range(5)]
    found, url = [], f"{URL}?page_size=2"
    while url:
        page = client.get(url).json()
        found, url = found + [row["public_id"] for row in page["results"]], page["next"]
    assert found == rows


def test_same_queries_for_one_row_and_three(as_, planned, liaison, station, count_queries):
    client, query = as_(liaison), {"state": "published", "station": station.code}
    client.get(URL)  # the session notes when it was seen first
    one = count_queries(lambda: client.get(URL, query))
    for day in (10, 11):
        people = [factories.representative(station=station) for _ in range(2)]
        factories.visit(station, starts_at=factories.hour(day), state="published", people=people)
    assert len(ids(client.get(URL, query))) == 3
    assert count_queries(lambda: client.get(URL, query)) == one
