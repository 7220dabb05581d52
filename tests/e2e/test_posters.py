"""An officer with a phone: the words of a notice are copied, its poster is fetched twice, a street's are ordered."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from liaison.accounts.models import Job
from tests import factories
from visits.models import Printing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visit(station):
    person = factories.representative("张三", station=station)
    return factories.visit(station, state="published", people=[person])


def printed() -> list[str]:
    return list(Printing.objects.order_by("id").values_list("form", flat=True))


def test_words_are_copied_and_a_poster_can_be_fetched_twice(phone, street, visit, sign_in):
    phone.context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(phone, street, f"/desk/visits/{visit.public_id}/notice/")
    with phone.expect_response("**/print/"):
        phone.get_by_role("button", name="复制文字").click()
    phone.get_by_text("已复制，可以粘贴到别处").wait_for()
    assert phone.evaluate("navigator.clipboard.readText()").startswith("人大代表接待选民公告\n")
    for _time in range(2):
        with phone.expect_download() as download:
            phone.get_by_role("button", name="A4 海报").click()
        assert download.value.suggested_filename.endswith("甲院社区代表联络站 人大代表接待选民公告 A4.pdf")
    assert printed() == ["txt", "a4", "a4"]


def test_a_street_is_ordered_and_its_pages_are_named_for_everybody(phone, street, visit, sign_in, monkeypatch):
    monkeypatch.setattr("liaison.accounts.jobs.current_app.send_task", lambda *given: None)
    wrong = {}
    sign_in(phone, street, "/desk/posters/")
    addresses = ("/desk/posters/", f"/desk/visits/{visit.public_id}/notice/", f"/visits/{visit.public_id}/")
    for address in addresses:
        phone.goto(address, wait_until="load")
        violations = Axe().run(phone).response["violations"]
        phone.complaints.clear()  # axe draws with inline styles of its own
        found = [f"{v['id']}: {v['nodes'][0]['html']}" for v in violations]
        wrong |= {address: found} if found else {}
        assert phone.evaluate("document.documentElement.scrollWidth") == 390
    assert wrong == {}
    phone.goto("/desk/posters/")
    phone.get_by_role("button", name="生成海报").click()
    phone.get_by_text("等待处理").wait_for()
    assert Job.objects.get().given["stations"] == [visit.station_id]
