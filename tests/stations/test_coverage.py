"""The share of communities with a station near their centre, and the rows behind it."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.accounts.choices import Role
from liaison.accounts.models import Region
from liaison.policy.choices import Key
from liaison.policy.models import Threshold
from stations.coverage import Coverage
from stations.models import Station
from tests import factories

from .test_public import text

PAGE = "/desk/stations/coverage/"


def centre(code: str, latitude: float | None, name: str = "") -> None:
    factories.region(code, f"{name or code}社区居民委员会")
    Region.objects.filter(pk=code).update(latitude=latitude, longitude=latitude and 113.68)


@pytest.fixture
def district_of_five(station, other_station):
    """甲院 has a station next door, 丁院 one 990 m away, 戊院 at 1,100 m none; nobody knows where 己院 is."""
    Station.objects.filter(pk=station.pk).update(latitude=34.78, longitude=113.68)
    centre("410105002001", 34.7801, "甲院")
    centre("410105002002", 34.7889, "丁院")
    centre("410105003002", 34.7899, "戊院")
    centre("410105003001", None, "人民路")
    centre("410105003003", None, "己院")


def shares(user, code="", far=1000) -> list[tuple]:
    return [(s.code, s.name, s.near, s.known, s.unknown) for s in Coverage(user, code, far).shares]


def listed(page) -> list[tuple]:
    return [(row["name"], row["station"] and row["station"].name, row["away"]) for row in page.context["rows"]]


def test_share_is_counted_by_street_with_the_unknown_apart(district, district_of_five):
    assert shares(district) == [
        ("410105002", "花园路街道", 2, 2, 0), ("410105003", "人民路街道", 0, 1, 2),
    ]  # fmt: skip
    total = Coverage(district, "", 1000).total
    assert (total.near, total.known, total.unknown, total.far, round(total.percent, 1)) == (2, 3, 2, 1, 66.7)


def test_the_distance_is_a_rule(district, district_of_five):
    assert [share[2] for share in shares(district, far=500)] == [1, 0]
    assert [share[2] for share in shares(district, far=1200)] == [2, 1]


def test_the_page_follows_the_rule_of_the_day(as_, district, district_of_five):
    assert "2 个社区，共 3 个" in text(as_(district).get(PAGE))
    Threshold.objects.create(
        key=Key.NEAR_METRES, value=1200, unit="metres", source="区里的决定", valid_from=timezone.localdate()
    )
    words = text(as_(district).get(PAGE))
    assert "3 个社区，共 3 个" in words
    assert "社区中心 1,200 米以内" in words
    assert "距离依据：区里的决定" in words


def test_a_closed_station_does_not_count_and_a_neighbours_does(district, district_of_five):
    Station.objects.update(is_open=False)
    assert [share[2] for share in shares(district)] == [0, 0]
    factories.region("410102", "中原区")
    factories.station("410102-01", latitude=34.7899, longitude=113.681)
    assert [share[2] for share in shares(district)] == [1, 1]


def test_rows_behind_the_figure_name_the_nearest_station(as_, district, district_of_five):
    client = as_(district)
    assert listed(client.get(PAGE)) == [("戊院社区", "甲院社区代表联络站", "1,101 米")]
    assert listed(client.get(f"{PAGE}?show=near")) == [
        ("甲院社区", "甲院社区代表联络站", "12 米"), ("丁院社区", "甲院社区代表联络站", "990 米"),
    ]  # fmt: skip
    unknown = client.get(f"{PAGE}?show=unknown")
    assert listed(unknown) == [("人民路社区", None, ""), ("己院社区", None, "")]
    assert "/admin/accounts/region/410105003003/change/" in unknown.content.decode()
    assert listed(client.get(f"{PAGE}?in=410105002")) == []


def test_nearest_is_by_metres_not_degrees(as_, district, district_of_five):
    """One to the east is nearer in metres than one to the north that fewer degrees part from the centre."""
    centre("410105002002", 34.90)
    factories.station("410105002001-02", name="北", latitude=34.92, longitude=113.68)
    factories.station("410105002001-03", name="东", latitude=34.90, longitude=113.703)
    rows = listed(as_(district).get(f"{PAGE}?in=410105002"))
    assert rows == [("410105002002社区", "东", "2,098 米")]


def test_each_sees_the_own_reach(as_, district_of_five, street, auditor, administrator, liaison, neighbour):
    found = {who.username: as_(who).get(PAGE) for who in (street, auditor, administrator, liaison, neighbour)}
    assert {name: page.status_code for name, page in found.items()} == {
        "street": 200, "auditor": 200, "admin": 200, "liaison": 403, "neighbour": 403,
    }  # fmt: skip
    totals = {name: page.context["found"].total.total for name, page in found.items() if page.status_code == 200}
    assert totals == {"street": 2, "auditor": 5, "admin": 5}
    assert "由区里在管理后台填写" in text(as_(auditor).get(f"{PAGE}?show=unknown"))


def test_another_street_is_not_found(as_, street, district_of_five):
    codes = ("410105003", "410105", "999", "410105002")
    assert [as_(street).get(f"{PAGE}?in={code}").status_code for code in codes] == [404, 404, 404, 200]


@pytest.mark.parametrize("query", ["in=%00", "in=x", "show=x", "show=%00", f"in={'4' * 500}", "after=%00", "after=9~9"])
def test_nonsense_is_no_server_error(as_, district, district_of_five, query):
    assert as_(district).get(f"{PAGE}?{query}").status_code in (200, 400, 404)


def test_two_streets_are_shown_together(as_, district_of_five):
    person = factories.user("two", Role.STREET, "410105002")
    person.postings.create(role=Role.STREET, code="410105003", since="2020-01-01")
    assert [share[0] for share in shares(person)] == ["410105002", "410105003"]
    assert as_(person).get(PAGE).context["found"].total.total == 5


def test_a_nation_is_gone_down_to_its_cities(as_, administrator, district_of_five):
    for code, name in [("11", "北京市"), ("1101", "市辖区"), ("110101", "东城区"), ("110101001", "东华门街道")]:
        factories.region(code, name)
    centre("110101001001", 39.9)
    client = as_(administrator)
    page = client.get(PAGE)
    assert re.findall(r'href="\?in=(\d+)"', page.content.decode()) == ["11", "41"]
    assert "请先选择一个地方" in text(page)
    city = client.get(f"{PAGE}?in=4101")
    assert [(share.code, share.known) for share in city.context["found"].shares] == [("410105", 3)]


def test_without_communities_or_stations_the_page_has_words(as_, district):
    assert "这里还没有登记社区" in text(as_(district).get(PAGE))
    centre("410105002001", 34.78)
    page = as_(district).get(PAGE)
    assert listed(page) == [("410105002001社区", None, "")]
    assert "还没有联络站登记位置" in text(page)


def test_one_row_and_three_cost_the_same(as_, district, district_of_five):
    client = as_(district)

    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(PAGE).status_code == 200
        return len(queries)

    count()
    before = count()
    centre("410105003004", 34.80)
    centre("410105003005", 34.81)
    assert (count(), len(client.get(PAGE).context["rows"])) == (before, 3)


def test_the_look_for_a_station_is_an_index_range(district, district_of_five):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = Coverage(district, "", 1000).rows("far").explain()
    assert "Index Scan using station_point" in plan
    assert "<@ box(" in plan


def test_the_list_of_stations_leads_there(as_, district, liaison, district_of_five):
    pages = [as_(who).get("/desk/stations/").content.decode() for who in (district, liaison)]
    assert [f'href="{PAGE}"' in page for page in pages] == [True, False]
