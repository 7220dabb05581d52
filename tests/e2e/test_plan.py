"""District staff at a desk: a visit is planned, published, moved and cancelled in the browser admin."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories
from visits.models import Visit

from .conftest import WIDE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def desktop(phone):
    phone.set_viewport_size(WIDE)
    return phone


def choose(page, box, term: str):
    """Type into a box that searches, and take what it offers first."""
    box.click()
    page.locator(".select2-container--open .select2-search__field").press_sequentially(term)
    page.locator(".select2-results__option--highlighted", has_text=term).wait_for()
    page.keyboard.press("Enter")


def test_district_plans_a_visit_with_two_representatives_and_publishes_it(desktop, district, station, sign_in):
    people = [factories.representative(name, station=station) for name in ("张三", "李四")]
    sign_in(desktop, district, "/admin/visits/visit/add/")
    choose(desktop, desktop.locator(".field-station .select2-selection"), "甲院")
    desktop.get_by_label("类别").select_option("reception_day")
    day = f"{timezone.localdate() + timedelta(days=7):%Y-%m-%d}"
    for field, hour in (("starts_at", "09:00"), ("ends_at", "11:00")):
        desktop.locator(f".field-{field}").get_by_label("日期").fill(day)
        desktop.locator(f".field-{field}").get_by_label("时间").fill(hour)
    for number, person in enumerate(people):
        desktop.locator(".add-row a").click()
        choose(desktop, desktop.locator(f"#attendances-{number} .select2-selection"), person.name)
    desktop.get_by_role("button", name="保存并公布").click()
    desktop.get_by_text("已公布 1 次进站").wait_for()
    visit = Visit.objects.get()
    assert (visit.state, visit.starts_at, set(visit.representatives.all())) == (
        "published", factories.hour(7), set(people),
    )  # fmt: skip


def test_rooms_offered_are_those_of_the_chosen_station(desktop, district, station, other_station, sign_in):
    own, theirs = factories.room(station), factories.room(other_station, "council_hall")
    sign_in(desktop, district, "/admin/visits/visit/add/")
    rooms = desktop.locator(".field-room .select2-selection")
    for term, room in (("甲院", own), ("人民路", theirs)):
        choose(desktop, desktop.locator(".field-station .select2-selection"), term)
        rooms.click()
        offered = desktop.locator(".select2-results__option[aria-selected]")
        expect(offered).to_have_text([f"{room.station} · {room}"])  # those of the station before stand until these come
        desktop.keyboard.press("Enter")
        assert desktop.locator("select[name=room]").input_value() == str(room.pk)
    choose(desktop, desktop.locator(".field-station .select2-selection"), "甲院")
    assert desktop.locator("select[name=room]").input_value() == ""


def test_admin_pages_are_named_for_everybody(desktop, district, station, sign_in):
    people = [factories.representative("张三", station=station)]
    visit = factories.visit(station, state="published", people=people)
    sign_in(desktop, district, "/admin/")
    wrong = {}
    for address in ("", "visits/visit/", "visits/visit/add/", f"visits/visit/{visit.pk}/change/",
                    f"visits/visit/cancel/?ids={visit.pk}", f"representatives/representative/{people[0].pk}/change/",
                    f"stations/station/{station.pk}/change/"):  # fmt: skip
        desktop.goto(f"/admin/{address}", wait_until="load")
        violations = Axe().run(desktop).response["violations"]
        desktop.complaints.clear()  # axe draws with inline styles of its own
        found = [f"{v['id']}: {v['nodes'][0]['html']}" for v in violations]
        wrong |= {address: found} if found else {}
    assert wrong == {}
