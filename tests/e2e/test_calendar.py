"""A reader at the calendar with a keyboard and with a phone; a street's own site with the schedule inside."""

from datetime import date, datetime

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from tests import factories

from .conftest import until

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def visit(station):
    start = timezone.make_aware(datetime(2026, 12, 3, 9))
    return factories.visit(station, title="供暖", state="published", starts_at=start)


def here(page) -> str:
    """The day that has the keyboard."""
    return page.evaluate("document.activeElement.id")


def test_arrow_keys_go_from_day_to_day_and_over_the_edge(phone, visit):
    phone.goto("/schedule/calendar/?on=2026-12-03")
    phone.locator("#d20261203").focus()
    for key, day in [
        ("ArrowRight", "d20261204"), ("ArrowDown", "d20261211"), ("ArrowLeft", "d20261210"), ("ArrowUp", "d20261203"),
        ("Home", "d20261130"), ("End", "d20261206"),
    ]:  # fmt: skip
        phone.keyboard.press(key)
        assert here(phone) == day
    for key, day in [("PageDown", "d20270103"), ("PageUp", "d20261203")]:
        phone.keyboard.press(key)
        until(phone, f"document.activeElement.id === '{day}'")
    phone.locator("#d20261130").focus()
    phone.keyboard.press("ArrowUp")
    until(phone, "document.activeElement.id === 'd20261123'")


def test_only_the_day_that_has_the_keyboard_stops_the_tab_key(phone, visit):
    phone.goto("/schedule/calendar/?on=2026-12-03")
    stops = "[...document.querySelectorAll('.cal-day')].filter((day) => day.tabIndex === 0).map((day) => day.id)"
    assert phone.evaluate(stops) == ["d20261203"]
    phone.locator("#d20261203").focus()
    phone.keyboard.press("ArrowRight")
    assert phone.evaluate(stops) == ["d20261204"]
    phone.keyboard.press("Enter")
    phone.wait_for_url("**on=2026-12-04#chosen")
    assert here(phone) == "chosen"


def test_choosing_a_filter_keeps_month_and_keyboard(phone, visit, station):
    phone.set_viewport_size({"width": 1280, "height": 900})
    phone.goto("/schedule/calendar/?on=2026-12-03")
    phone.get_by_label("联络站").select_option(station.code)
    phone.wait_for_url(f"**station={station.code}*")
    phone.locator("#d20261203").focus()
    phone.keyboard.press("ArrowRight")
    assert (here(phone), date(2026, 12, 3).isoformat() in phone.url) == ("d20261204", True)


@pytest.mark.parametrize("width", [390, 1280])
def test_calendar_fits_and_axe_finds_nothing(phone, visit, width):
    phone.set_viewport_size({"width": width, "height": 844})
    wrong = {}
    for address in ("/schedule/calendar/?on=2026-12-03", "/schedule/calendar/?view=week&on=2026-12-03",
                    "/schedule/calendar/?view=list&on=2026-12-03", "/embed/", "/embed/schedule/",
                    visit.get_absolute_url()):  # fmt: skip
        phone.goto(address, wait_until="load")
        wide = phone.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
        complaints = list(phone.complaints)
        found = [f"{v['id']}: {v['nodes'][0]['html']}" for v in Axe().run(phone).response["violations"]]
        phone.complaints[:] = complaints  # axe draws with inline styles of its own
        wrong |= {address: (wide, found)} if wide or found else {}
    assert wrong == {}


def test_a_street_s_own_site_shows_the_schedule_and_links_open_outside(phone, station, live_server, settings):
    other = live_server.url.replace("localhost", "127.0.0.1")  # another origin on the same machine
    settings.EMBED_ANCESTORS, settings.ALLOWED_HOSTS = ["'self'", other], ["localhost", "127.0.0.1"]
    visit = factories.visit(station, title="供暖", state="published")
    frames = "".join(f'<iframe src="{live_server.url}{path}"></iframe>' for path in ("/embed/schedule/", "/schedule/"))
    phone.goto(f"{other}/static/css/embed.css")  # a page without a policy, to be filled
    phone.evaluate("(frames) => { document.body.innerHTML = frames; }", frames)
    inside = phone.frame_locator("iframe >> nth=0")
    inside.get_by_role("link", name="供暖").wait_for()
    assert phone.frame_locator("iframe >> nth=1").get_by_text("供暖").count() == 0
    assert "frame-ancestors 'none'" in "".join(phone.complaints)  # the second one is refused
    phone.complaints.clear()
    inside.get_by_role("link", name="供暖").click()
    phone.wait_for_url(f"{live_server.url}{visit.get_absolute_url()}")
