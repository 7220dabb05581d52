"""A liaison with a phone: the visit of today is written down, whatever the network and the session do meanwhile."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests.pictures import jpeg
from visits.models import LogDraft, Photo, Visit

from .conftest import fill_in, until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visit(station):
    """A visit that began a moment ago, with 张三; 李四 belongs to the station, too."""
    people = [factories.representative("张三", station=station)]
    factories.representative("李四", station=station)
    start = timezone.now() - timedelta(minutes=5)
    return factories.visit(station, starts_at=start, people=people, state="published")


def test_liaison_logs_todays_visit_with_a_photo(phone, liaison, visit, sign_in):
    sign_in(phone, liaison)
    phone.get_by_role("link", name="登记").first.click()
    phone.get_by_role("button", name="多一人").click(click_count=3)
    phone.get_by_role("button", name="物业与社区").click()
    phone.keyboard.type("楼道照明")
    phone.locator("input[type=file]").set_input_files(
        {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg(800, 600)}
    )
    phone.get_by_role("button", name="删去").wait_for()
    phone.get_by_role("button", name="提交登记").click()
    phone.get_by_text("已登记，谢谢").wait_for()
    visit.refresh_from_db()
    assert (visit.state, visit.voters_received, visit.summary) == ("logged", 3, "物业与社区：楼道照明")
    assert list(visit.attendances.values_list("representative__name", "state")) == [("张三", "came")]
    assert Photo.objects.count() == 1
    until(phone, "Object.keys(localStorage).length === 0")


def test_network_drops_and_the_session_ends_and_nothing_is_lost(phone, liaison, visit, sign_in):
    log = reverse("visits:visit-log", args=[visit.public_id])
    sign_in(phone, liaison, log)
    phone.locator("[name=summary]").fill("楼道照明")
    phone.get_by_text("已保存").wait_for()
    assert LogDraft.objects.get().data["summary"] == "楼道照明"

    phone.context.set_offline(True)
    phone.locator("[name=summary]").fill("楼道照明和停车")
    phone.locator("[name=voters_received]").fill("7")
    phone.get_by_text("加上本站其他代表").click()
    phone.get_by_text("李四").click()
    phone.get_by_text("未联网，已存在本机").wait_for()
    phone.get_by_role("button", name="提交登记").click()
    phone.get_by_text("未联网，已存在本机").wait_for()

    phone.context.clear_cookies()
    phone.context.set_offline(False)
    phone.get_by_role("link", name="重新登录").click()
    fill_in(phone, liaison)
    assert phone.url.endswith(log)
    assert phone.locator("[name=summary]").input_value() == "楼道照明和停车"
    assert phone.locator("[name=voters_received]").input_value() == "7"
    assert phone.locator("[name=came]:checked").count() == 2
    phone.get_by_text("已保存").wait_for()
    phone.get_by_role("button", name="提交登记").click()
    phone.get_by_text("已登记，谢谢").wait_for()
    assert (Visit.objects.get().summary, Visit.objects.get().voters_received) == ("楼道照明和停车", 7)


def test_photo_waits_for_the_network_and_a_bad_one_says_why(phone, liaison, visit, sign_in):
    sign_in(phone, liaison, reverse("visits:visit-log", args=[visit.public_id]))
    photos = phone.locator("input[type=file]")
    photos.set_input_files({"name": "bad.jpg", "mimeType": "image/jpeg", "buffer": b"<html>"})
    phone.get_by_text("“bad.jpg”不是照片").wait_for()
    phone.get_by_role("button", name="不传了").click()
    phone.context.set_offline(True)
    photos.set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg(800, 600)})
    phone.get_by_text("没有联网，照片还没传上").wait_for()
    phone.context.set_offline(False)
    phone.get_by_role("button", name="删去").wait_for()
    assert Photo.objects.count() == 1


def test_log_works_without_javascript(chromium, live_server, liaison, visit, sign_in):
    context = chromium.new_context(
        java_script_enabled=False, base_url=live_server.url, viewport={"width": 390, "height": 844}
    )
    page = context.new_page()
    sign_in(page, liaison, reverse("visits:visit-log", args=[visit.public_id]))
    page.locator("[name=summary]").fill("停车")
    page.locator("input[type=file]").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": jpeg()})
    page.get_by_role("button", name="提交登记").click()
    assert page.get_by_text("请填写接待了多少位选民").first.is_visible()
    assert page.locator("[name=summary]").input_value() == "停车"
    page.locator("[name=voters_received]").fill("2")
    page.get_by_role("button", name="提交登记").click()
    assert page.get_by_text("已登记，谢谢").is_visible()
    assert (Photo.objects.count(), Visit.objects.get().voters_received) == (1, 2)
    context.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_desk_pages_are_open_to_everybody_and_fit_the_screen(phone, district, visit, station, sign_in, width):
    factories.room(station)
    draft = factories.visit(station)
    sign_in(phone, district)
    phone.set_viewport_size({"width": width, "height": 900})
    of = lambda name, row: reverse(f"visits:{name}", args=[row.public_id])  # noqa: E731
    pages = [
        "/desk/", "/desk/visits/", "/desk/visits/add/", f"/desk/visits/add/?station={station.code}",
        of("desk-visit", visit), of("visit-log", visit), of("visit-edit", draft), of("visit-publish", draft),
        of("visit-cancel", visit), of("visit-delete", draft), "/desk/stations/", f"/desk/stations/{station.code}/",
        f"/desk/stations/{station.code}/edit/", f"/desk/stations/{station.code}/provisions/", "/desk/roles/",
    ]  # fmt: skip
    wrong = {}
    for address in pages:
        phone.goto(address)
        found = [f"{v['id']}: {v['nodes'][0]['html']}" for v in Axe().run(phone).response["violations"]]
        wide = phone.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        wrong |= {address: (found, wide)} if found or wide else {}
    assert wrong == {}
