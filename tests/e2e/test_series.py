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
                    "/desk/series/moves/"):  # fmt: skip
        phone.goto(address, wait_until="load")
        found = [f"{v['id']}: {v['nodes'][0]['html']}" for v in Axe().run(phone).response["violations"]]
        phone.complaints.clear()  # axe draws with inline styles of its own
        wrong |= {address: found} if found else {}
    assert wrong == {}
