"""A street officer on a phone plans a series and sees its days before saving it."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from liaison.policy.models import CalendarDay
from tests import factories
from tests.visits.test_series import weekly
from visits.models import Series
from visits.series import save_series

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_the_preview_follows_what_is_typed_and_the_series_is_saved(phone, street, station, sign_in):
    factories.representative("张三", station=station)
    sign_in(phone, street, f"/desk/series/add/?station={station.pk}")
    phone.get_by_label("每周，或每隔几周").check()
    phone.get_by_label("几周一次").fill("1")
    phone.get_by_text("星期三", exact=True).click()
    phone.locator("#preview .series-days li").first.wait_for()
    assert phone.locator("#id_month_days").is_hidden()
    phone.get_by_label("开始时间").fill("09:00")
    phone.get_by_label("结束时间").fill("11:00")
    phone.get_by_label("张三").check()
    phone.get_by_role("button", name="保存为草稿").click()
    phone.get_by_text("已保存：新建").wait_for()
    assert Series.objects.get().weekdays == [3]


def test_pages_of_series_are_for_everybody(phone, street, station, sign_in):
    day = timezone.localdate(factories.hour(8))
    planned = weekly(station, day, 3, weekdays=[day.isoweekday()])
    series = save_series(planned, representatives=[], by=street).series
    CalendarDay.objects.update_or_create(date=day, defaults={"kind": "holiday", "name": "某节"})
    sign_in(phone, street, "/desk/series/")
    own = series.get_absolute_url()
    wrong = {}
    for address in ("/desk/series/", f"/desk/series/add/?station={station.pk}", own, f"{own}edit/", f"{own}end/",
                    "/desk/series/moves/", "/desk/series/together/"):  # fmt: skip
        phone.goto(address, wait_until="load")
        found = [f"{v['id']}: {v['nodes'][0]['html']}" for v in Axe().run(phone).response["violations"]]
        phone.complaints.clear()  # axe draws with inline styles of its own
        wrong |= {address: found} if found else {}
    assert wrong == {}


@pytest.mark.parametrize("scripts", [True, False])
def test_a_district_plans_its_common_day_by_keyboard_with_or_without_scripts(
    chromium, district, station, other_station, sign_in, live_server, scripts
):
    size = {"width": 390, "height": 844}
    page = chromium.new_context(base_url=live_server.url, java_script_enabled=scripts, viewport=size).new_page()
    sign_in(page, district, "/desk/series/add/")
    page.get_by_role("link", name="为几个联络站一起建").press("Enter")
    page.get_by_label("每年同一天").press("Space")
    day = timezone.localdate(factories.hour(60))
    page.locator("[name=year_month]").select_option(str(day.month))
    page.locator("[name=year_day]").select_option(str(day.day))
    page.get_by_label("开始时间").fill("09:00")
    page.get_by_label("结束时间").fill("11:00")
    page.get_by_label("花园路街道 全部").press("Space")
    page.locator("summary", has_text="人民路街道").press("Enter")
    page.get_by_label(other_station.name).press("Space")
    page.get_by_role("button", name="预览").press("Enter")
    page.get_by_text("2 个联络站，共").wait_for()
    page.get_by_role("button", name="为各站保存为草稿").press("Enter")
    page.get_by_text("2 个联络站已建好").wait_for()
    assert set(Series.objects.values_list("station", flat=True)) == {station.code, other_station.code}
    page.context.close()
