"""Where a station or a community is, as people type it: pasted from a map, kept as WGS-84."""

import pytest

from liaison.accounts.models import Region
from liaison.common.coordinates import metres_between
from stations.models import Station
from tests import factories

PLACE = (34.78, 113.68)
DESK = "/desk/stations/410105002001-01/edit/"
REGION = "/admin/accounts/region/410105002001/change/"


@pytest.fixture
def save(as_, liaison):
    """`save(point=…, point_system=…)`: the desk's form of the station; gives back its errors."""

    def send(**fields):
        page = as_(liaison).post(DESK, {"address": "花园路 1 号", **fields})
        return {} if page.status_code == 302 else page.context["form"].errors

    return send


def placed() -> tuple:
    return Station.objects.values_list("latitude", "longitude").get(pk="410105002001-01")


@pytest.mark.parametrize(
    ("system", "text"),
    [
        ("wgs84", "113.68,34.78"),
        ("", "113.68，34.78"),
        ("wgs84", " (113.680000、 34.780000) "),
        ("wgs84", "113.68 34.78"),
        ("gcj02", "113.686132,34.778943"),
        ("bd09", "113.692693,34.784683"),
    ],
)
def test_a_place_of_any_map_is_kept_as_wgs84(save, system, text):
    assert save(point=text, point_system=system) == {}
    assert metres_between(placed(), PLACE) < 0.2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("34.78,113.68", "经度和纬度像是写反了，应写成 113.68,34.78"),
        ("13.68,34.78", "这个位置不在国内，请核对：经度约为 73 至 135，纬度约为 4 至 54"),
        ("113.68", "坐标应像 113.68,34.78 这样写：先经度，后纬度，中间一个逗号"),
        ("东经113度,北纬34度", "坐标应像 113.68,34.78 这样写：先经度，后纬度，中间一个逗号"),
        ("9" * 61, "坐标应像 113.68,34.78 这样写"),
        ("nan,inf", "坐标应像 113.68,34.78 这样写：先经度，后纬度，中间一个逗号"),
    ],
)
def test_a_wrong_place_is_told_at_its_box_and_nothing_is_lost(save, text, words):
    assert save(point="113.68,34.78") == {}
    assert save(point=text) == {"point": [words]}
    assert placed() == PLACE


def test_an_unknown_system_is_refused(save):
    assert list(save(point="113.68,34.78", point_system="utm")) == ["point_system"]


def test_a_place_far_from_its_district_needs_a_tick(save, station, other_station):
    Station.objects.filter(pk=other_station.pk).update(latitude=34.79, longitude=113.68)
    assert save(point="113.68,36.78") == {
        "point": ["这里离同一区县的人民路社区代表联络站有 221 公里，请核对；确实在这里，就勾选“位置没有错，就在这里”"]
    }
    assert placed() == (None, None)
    assert save(point="113.68,36.78", point_sure="on") == {}
    assert placed() == (36.78, 113.68)


def test_the_tick_appears_only_when_it_is_needed(as_, liaison, station, other_station):
    Region.objects.filter(pk="410105003001").update(latitude=34.79, longitude=113.68)
    client, box = as_(liaison), 'type="checkbox" name="point_sure"'
    assert box not in client.get(DESK).content.decode()
    assert box in client.post(DESK, {"point": "113.68,36.78"}).content.decode()


def test_a_saved_place_is_shown_stays_and_can_be_taken_away(as_, liaison, save):
    save(point="113.68,34.78")
    assert 'value="113.680000,34.780000"' in as_(liaison).get(DESK).content.decode()
    save(point="113.680000,34.780000", point_system="wgs84")
    assert placed() == PLACE
    save(hours="工作日")  # a client that does not know of places takes none away
    assert placed() == PLACE
    save(point="")
    assert placed() == (None, None)


def test_district_gives_a_community_its_centre_and_nothing_else(as_, district, station):
    page = as_(district).post(REGION, {"point": "113.692693,34.784683", "point_system": "bd09", "name": "改名"})
    region = Region.objects.get(pk="410105002001")
    assert (page.status_code, region.name) == (302, "甲院社区居民委员会")
    assert metres_between((region.latitude, region.longitude), PLACE) < 0.2


def test_a_centre_far_from_the_district_needs_a_tick(as_, district, station):
    factories.region("410105003", "人民路街道")
    Region.objects.filter(pk="410105003").update(latitude=34.79, longitude=113.68)
    page = as_(district).post(REGION, {"point": "113.68,36.78"})
    assert "这里离同一区县的人民路街道有 221 公里" in str(page.context["errors"])
    assert as_(district).post(REGION, {"point": "113.68,36.78", "point_sure": "on"}).status_code == 302


def test_a_division_elsewhere_is_not_the_districts_to_move(as_, district):
    factories.region("410102", "中原区")
    assert as_(district).get("/admin/accounts/region/410102/change/").status_code == 302
    assert as_(district).post("/admin/accounts/region/410102/change/", {"point": "113.68,34.78"}).status_code == 302
    assert Region.objects.get(pk="410102").latitude is None


def test_who_may_only_look_sees_the_place_in_the_admin(as_, administrator, station):
    Station.objects.filter(pk=station.pk).update(latitude=34.78, longitude=113.68)
    page = as_(administrator).get(f"/admin/stations/station/{station.pk}/change/").content.decode()
    assert "113.680000,34.780000（WGS-84）" in page
    assert "坐标来自" not in page
