"""A voter on a phone asks for the nearest station: the browser's point is used, and stands nowhere afterwards."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from stations.models import Station

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEAR = "/stations/near/"


@pytest.fixture
def points(station, other_station):
    Station.objects.filter(pk=station.pk).update(latitude=34.78, longitude=113.68)
    Station.objects.filter(pk=other_station.pk).update(latitude=34.79, longitude=113.68)


def titles(page) -> list[str]:
    return page.locator(".row-title a").all_text_contents()


def test_the_nearest_station_comes_first_and_the_address_stays(phone, points):
    phone.context.grant_permissions(["geolocation"])
    phone.context.set_geolocation({"latitude": 34.7893, "longitude": 113.6812})
    phone.goto(NEAR)
    asked = []
    phone.on("request", lambda request: asked.append((request.method, request.url)))
    phone.get_by_role("button", name="用我现在的位置").click()
    phone.locator(".station-rows").wait_for()
    assert titles(phone) == ["人民路社区代表联络站", "甲院社区代表联络站"]
    assert phone.url.endswith(NEAR)
    assert [method for method, url in asked if NEAR in url] == ["POST"]
    assert not any("113" in url for _method, url in asked)
    kept = phone.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie, history.state])")
    assert "113" not in kept
    assert Axe().run(phone).response["violations"] == []


def test_refusal_is_told_and_the_list_is_still_there(phone, points):
    phone.context.clear_permissions()
    phone.goto(NEAR)
    phone.get_by_role("button", name="用我现在的位置").click()
    phone.get_by_text("浏览器没有允许使用位置").wait_for()
    assert phone.get_by_role("button", name="用我现在的位置").is_enabled()


@pytest.mark.parametrize(("code", "words"), [(2, "现在确定不了位置"), (3, "等了十秒还没有得到位置")])
def test_other_failures_have_words_of_their_own(phone, points, code, words):
    phone.add_init_script(f"navigator.geolocation.getCurrentPosition = (found, failed) => failed({{ code: {code} }});")
    phone.goto(NEAR)
    phone.get_by_role("button", name="用我现在的位置").click()
    phone.get_by_text(words).wait_for()


def test_a_lost_network_and_a_rough_point_are_told(phone, points):
    told = "{ coords: { latitude: 34.78, longitude: 113.68, accuracy: 5200 } }"
    phone.add_init_script(f"navigator.geolocation.getCurrentPosition = (found) => found({told});")
    phone.goto(NEAR)
    button = phone.get_by_role("button", name="用我现在的位置")
    phone.context.set_offline(True)
    button.click()
    phone.get_by_text("没有连上网站").wait_for()
    phone.context.set_offline(False)
    button.click()
    phone.get_by_text("可能差 5 公里").wait_for()
    assert titles(phone)[0] == "甲院社区代表联络站"


def test_street_and_community_are_chosen_by_keyboard(phone, points):
    phone.goto(NEAR)
    phone.locator("#near-street").focus()
    phone.keyboard.press("ArrowDown")
    phone.locator("#near-community").wait_for()
    assert phone.evaluate("document.activeElement.id") == "near-street"
    phone.get_by_text("离花园路街道最近的联络站").wait_for()
    assert phone.url.endswith("?street=410105002")
