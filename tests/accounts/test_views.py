"""Who may do what, and what was done: the roles page for all staff, the history for the auditor."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from liaison.accounts import actions
from liaison.accounts.choices import Role
from liaison.accounts.grants import GRANTS
from liaison.accounts.models import Posting
from tests import factories

ROLES, HISTORY = "/desk/roles/", "/desk/history/"


def test_roles_page_is_the_grants(as_, liaison):
    page = as_(liaison).get(ROLES)
    columns = [*Role, None]
    shown = [
        [{columns[i] for i, yes in enumerate(row) if yes} for _word, row in group["verbs"]]
        for group in page.context["groups"]
    ]
    assert shown == [[set(roles) for _verb, roles in in_order(verbs)] for verbs in GRANTS.values()]
    assert page.context["mine"] == ["站长、联络员"]


def in_order(verbs):
    order = [
        "read",
        "view",
        "add",
        "change",
        "delete",
        "publish",
        "cancel",
        "log",
        "resend",
        "unmask",
        "erase",
        "handle",
        "answer",
        "urge",
        "sign",
        "review",
    ]
    return sorted(verbs.items(), key=lambda item: order.index(item[0]))


def test_history_is_the_auditors_alone(as_, auditor, district, liaison, administrator, street):
    codes = {
        who.username: as_(who).get(HISTORY).status_code for who in (auditor, district, street, liaison, administrator)
    }
    assert codes == {"auditor": 200, "district": 403, "street": 403, "liaison": 403, "admin": 403}
    assert as_(None).get(HISTORY).status_code == 302


def test_history_tells_who_changed_what_from_what(as_, auditor, liaison, station):
    url = f"/desk/stations/{station.code}/edit/"
    answer = as_(liaison).post(url, {"address": "新址", "hours": station.hours, "feature": station.feature})
    line = as_(auditor).get(HISTORY, {"kind": "stations.station"}).context["rows"][0]
    assert (line.by, line.act, line.noun, line.about) == ("liaison", "修改", "联络站", station.name)
    assert line.what == [("地址", "花园路 1 号", "新址")]
    assert line.request == answer.headers["X-Request-ID"]


def test_history_pages_back_by_key(as_, auditor, station):
    for number in range(60):
        station.hours = f"{number}"
        station.save()
    client = as_(auditor)
    first = client.get(HISTORY, {"kind": "stations.station"})
    second = client.get(first.context["next_url"])
    told = [line.what[0][2] for page in (first, second) for line in page.context["rows"] if line.act == "修改"]
    assert told == [str(number) for number in reversed(range(60))]


def test_history_ends_at_the_auditors_place(as_, auditor, station):
    factories.region("410106", "上街区")
    elsewhere = factories.station("410106-01", name="外区站")
    rows = as_(auditor).get(HISTORY, {"kind": "stations.station"}).context["rows"]
    assert [line.about for line in rows] == [station.name]
    assert elsewhere.name not in as_(auditor).get(HISTORY).content.decode()


def test_people_of_elsewhere_are_not_this_auditors(as_, auditor, station, other_station):
    """Who has no place by code is reached through posting or membership, and through the auditor's posting alone."""
    factories.region("410106", "上街区")
    stranger = factories.user("stranger", "street", "410106")
    factories.representative("张三", station=station)
    factories.representative("外人", station=factories.station("410106-01"))
    Posting.objects.create(user=auditor, role="department", code="410106")
    client = as_(auditor)
    told = {kind: {line.about for line in client.get(HISTORY, {"kind": kind}).context["rows"]} for kind in
            ("accounts.user", "representatives.representative")}  # fmt: skip
    assert stranger.name not in told["accounts.user"]
    assert auditor.name in told["accounts.user"]
    assert told["representatives.representative"] == {"张三"}


def test_history_names_what_a_column_points_to(as_, auditor, station, street):
    visit = factories.visit(station)
    rooms = [factories.room(station, name=name) for name in ("东屋", "西屋")]
    for room in rooms:
        visit.room = room
        visit.save()
    what = as_(auditor).get(HISTORY, {"kind": "visits.visit"}).context["rows"][0].what
    assert what == [("房间", "东屋", "西屋")]


def test_acts_worth_a_line_stand_among_them(as_, auditor, district):
    actions.log(district, "unmask", "feedback.opinion:7", reason="回访")
    for query in ({}, {"kind": "entries"}):
        rows = as_(auditor).get(HISTORY, query).context["rows"]
        lines = [line for line in rows if line.act == "查看选民完整联系方式"]
        assert [(line.by, line.about, line.what) for line in lines] == [
            ("district", "feedback.opinion:7", [("reason", "", "回访")])
        ]


@pytest.mark.parametrize("query", [{"kind": "x"}, {"kind": "auth.user"}])
def test_history_of_nothing_is_not_found(as_, auditor, query):
    assert as_(auditor).get(HISTORY, query).status_code == 404


@pytest.mark.parametrize("query", ["", "?kind=stations.station", "?kind=entries"])
def test_history_costs_the_same_for_one_and_three_changes(as_, auditor, district, station, query):
    client, costs = as_(auditor), []
    for times in (1, 2):
        for _ in range(times):
            station.hours = f"{station.hours}1"
            station.save()
            actions.log(district, "unmask")
        client.get(HISTORY + query)
        with CaptureQueriesContext(connection) as queries:
            client.get(HISTORY + query)
        costs.append(len(queries))
    assert costs[0] == costs[1]
