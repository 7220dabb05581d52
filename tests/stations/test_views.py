"""Stations on the desk: seen by those in reach, kept up to date by their own people."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from stations.choices import ProvisionKind
from tests import factories

LIST = "/desk/stations/"


def page_of(station, name="desk-station") -> str:
    return reverse(f"stations:{name}", args=[station.code])


def provisions(**changes):
    """The form as a browser sends it, with nothing met but what the test says: premises_met="on"."""
    return {f"{kind}-evidence": "" for kind in ProvisionKind} | {
        name.replace("__", "-"): value for name, value in changes.items()
    }


def test_list_shows_each_the_own_reach(as_, district, street, neighbour, department, station, other_station):
    rows = {who.username: set(as_(who).get(LIST).context["rows"]) for who in (district, street, neighbour, department)}
    assert rows["district"] == {station, other_station}
    assert (rows["street"], rows["neighbour"], rows["department"]) == ({station}, {other_station}, set())


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "甲院"}, 1),
        ({"q": "410105002"}, 1),
        ({"kind": "industry"}, 0),
        ({"q": "%"}, 0),
        ({"q": "长" * 10_000}, 2),
        ({"kind": "x"}, 2),
    ],
    ids=["name", "code", "kind", "percent", "endless", "unknown-kind"],
)
def test_list_is_filtered_and_bears_bad_input(as_, district, station, other_station, query, found):
    page = as_(district).get(LIST, query)
    assert (page.status_code, len(page.context["rows"])) == (200, found)


def test_list_costs_the_same_for_one_and_three_stations(as_, district, station):
    client = as_(district)
    client.get(LIST)
    costs = []
    for serial in (0, 2, 3):
        if serial:
            factories.station(f"410105002001-0{serial}").provisions.create(kind="rules")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        costs.append(len(queries))
    assert len(set(costs)) == 1


def test_station_shows_all_nine_and_its_rooms(as_, liaison, station):
    factories.room(station, name="东屋")
    station.provisions.create(kind="rules", met=True, seen_on="2026-11-01", evidence="制度上墙")
    page = as_(liaison).get(page_of(station))
    assert [row and row.met for _label, row in page.context["provisions"]].count(True) == 1
    assert (len(page.context["provisions"]), page.context["met"], page.context["may_change"]) == (9, 1, True)
    assert [text in page.content.decode() for text in ("东屋", "制度上墙", "2026年11月1日查验")] == [True] * 3


def test_another_station_is_not_found_and_an_auditor_only_looks(as_, neighbour, auditor, station):
    names = ("desk-station", "desk-station-edit", "desk-provisions")
    codes = {
        who.username: [as_(who).get(page_of(station, name)).status_code for name in names]
        for who in (neighbour, auditor)
    }
    assert codes == {"neighbour": [404] * 3, "auditor": [200, 403, 403]}
    assert as_(auditor).get(page_of(station)).context["may_change"] is False


def test_liaison_keeps_the_own_station_up_to_date(as_, liaison, station):
    data = {"address": "新址", "hours": "工作日 9:00—17:00", "phone": "0371-1234567", "feature": "板凳会"}
    page = as_(liaison).post(page_of(station, "desk-station-edit"), data | {"name": "改名"}, follow=True)
    assert [str(m) for m in page.context["messages"]] == ["已保存，公开页面随之更新"]
    station.refresh_from_db()
    kept = (station.address, station.hours, station.feature, station.name)
    assert kept == ("新址", "工作日 9:00—17:00", "板凳会", "甲院社区代表联络站")


def test_a_mobile_number_is_not_published(as_, liaison, station):
    page = as_(liaison).post(page_of(station, "desk-station-edit"), {"phone": "13800138000", "feature": "板凳会"})
    assert page.context["form"].errors == {"phone": ["这像是个人手机号，请填写联络站的座机"]}
    assert page.context["form"]["feature"].value() == "板凳会"


def test_provisions_are_saved_where_they_changed(as_, liaison, station):
    old = station.provisions.create(kind="rules", met=True, seen_on="2026-11-01", evidence="制度上墙")
    data = provisions(rules__met="on", rules__seen_on="2026-11-01", rules__evidence="制度上墙",
                      signboard__met="on", signboard__seen_on="2026-11-20", signboard__evidence="门口")  # fmt: skip
    page = as_(liaison).post(page_of(station, "desk-provisions"), data, follow=True)
    assert [str(m) for m in page.context["messages"]] == ["已保存 1 项"]
    assert dict(station.provisions.values_list("kind", "evidence")) == {"rules": "制度上墙", "signboard": "门口"}
    assert station.provisions.get(kind="rules").pk == old.pk


def test_provisions_say_what_is_missing_and_keep_the_rest(as_, liaison, station):
    data = provisions(rules__met="on", rules__evidence="制度上墙", staff__seen_on="2999-01-01")
    page = as_(liaison).post(page_of(station, "desk-provisions"), data)
    assert [(label, error) for _id, label, error in page.context["provisions"].errors] == [
        ("有人员", "查验日期不能在今天以后"), ("有制度", "达标的项目应填写查验日期"),
    ]  # fmt: skip
    assert "制度上墙" in page.content.decode()
    assert station.provisions.count() == 0


def test_nine_provisions_sent_twice_at_once_are_saved_once(as_, liaison, station):
    """The second one waits for the first and then finds its rows."""
    form = {"premises-met": "on", "premises-evidence": "两层小楼", "premises-seen_on": "2026-11-01"}
    client = as_(liaison)
    with CaptureQueriesContext(connection) as queries:
        answers = [client.post(f"/desk/stations/{station.code}/provisions/", form).status_code for _ in range(2)]
    assert (answers, station.provisions.count()) == ([302, 302], 1)
    assert sum("FOR NO KEY UPDATE" in query["sql"] for query in queries) == 2
