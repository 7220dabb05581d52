"""A street officer on a phone asks for a rota, takes it over, makes it public, and fetches its poster."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from liaison.accounts import jobs
from liaison.accounts.models import Job
from tests import factories
from tests.visits.rota.conftest import at, end_of, month
from tests.visits.rota.test_plans import planned
from visits.choices import State
from visits.models import RotaPlan, Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _no_broker(monkeypatch):
    monkeypatch.setattr(jobs.current_app, "send_task", lambda name, args: None)


def worker():
    """What a worker does with the job that waits."""
    jobs.run(Job.objects.get(state="waiting").pk)


def test_a_rota_is_asked_for_taken_over_published_and_printed(phone, street, station, sign_in):
    for name in ("张三", "李四"):
        factories.representative(name, station=station)
    sign_in(phone, street, "/desk/rota/")
    phone.get_by_role("link", name="编排轮值").first.click()
    phone.get_by_label("从", exact=True).fill(f"{month()}")
    phone.get_by_label("到（含当日）").fill(f"{end_of(month())}")
    phone.get_by_role("button", name="开始编排").click()
    phone.get_by_text("等待处理").wait_for()
    worker()
    phone.get_by_role("heading", name="花园路街道轮值方案").wait_for()
    assert RotaPlan.objects.get().slots.count() == 1
    phone.get_by_role("button", name="全部采用为草稿").click()
    phone.get_by_text("等待处理").wait_for()
    worker()
    phone.get_by_text("已采用 1 / 1 场").first.wait_for()
    assert Visit.objects.get().attendances.count() == 2
    phone.get_by_role("link", name="公布进站安排").click()
    phone.get_by_role("checkbox").first.check()
    phone.get_by_role("button", name="公布勾选的安排").click()
    phone.get_by_role("button", name="公布这 1 次").click()
    phone.get_by_role("heading", name="已公布 1 次进站").wait_for()
    assert Visit.objects.get().state == State.PUBLISHED
    phone.get_by_role("link", name="返回待公布的安排").click()
    phone.get_by_role("link", name="海报", exact=True).click()
    phone.get_by_label("从", exact=True).fill(f"{month()}")
    phone.get_by_label("到", exact=True).fill(f"{end_of(month())}")
    phone.get_by_role("button", name="查看").click()
    phone.get_by_role("button", name="生成海报").click()
    phone.get_by_text("等待处理").wait_for()
    worker()
    with phone.expect_download() as download:
        phone.get_by_role("link", name="下载文件").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    assert Visit.objects.get().printings.count() == 1


def test_pages_of_rotas_and_absences_are_for_everybody(phone, street, station, sign_in):
    people = [factories.representative(name, station=station) for name in ("张三", "李四")]
    factories.visit(station, starts_at=at(month().replace(day=9)), people=people[:1])
    absence = factories.absence(people[0], days=-2, length=9)
    ready = planned(fill=False).get_absolute_url()
    factories.visit(station, starts_at=at(month().replace(day=19)))
    factories.absence(people[1], from_on=month(), length=25)
    impossible = planned(fill=False).get_absolute_url()
    sign_in(phone, street, "/desk/rota/")
    wrong = {}
    for address in ("/desk/rota/", "/desk/rota/add/", ready, f"{ready}people/", f"{ready}delete/", impossible,
                    "/desk/absences/", "/desk/absences/add/", f"/desk/absences/{absence.public_id}/end/"):  # fmt: skip
        phone.goto(address, wait_until="load")
        found = [f"{v['id']}: {v['nodes'][0]['html']}" for v in Axe().run(phone).response["violations"]]
        phone.complaints.clear()  # axe draws with inline styles of its own
        if phone.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append("wider than the phone")
        wrong |= {address: found} if found else {}
    assert wrong == {}
