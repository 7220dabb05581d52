"""Pages that no other browser test reads to the end: on a phone nothing is wider than it, and axe finds nothing."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from feedback import actions as feedback
from liaison.notices.choices import Channel
from liaison.policy.models import CalendarDay
from stations.models import Station
from tests import factories
from tests.visits.test_series import weekly
from visits.series import save_series

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PUBLIC = ("/schedule/subscribe/", "/stations/near/", "/stations/near/?street=410105002")
STREET = (
    "/desk/", "/desk/calendar-feed/", "/desk/visits/", "/desk/visits/publish/", "/desk/visits/calendar/",
    "/desk/stations/coverage/", "/desk/posters/", "/desk/absences/", "/desk/absences/?when=past", "/desk/series/moves/",
    "/desk/notices/inbox/", "/desk/preferences/",
)  # fmt: skip


@pytest.fixture
def plan(station, other_station, street):
    """Drafts late and soon, somebody away, a day that became a holiday, a community without a station, a reminder."""
    person = factories.representative("张三", station=station)
    factories.region("410105002002", "乙院社区居民委员会")
    Station.objects.update(latitude=34.78, longitude=113.68)
    factories.visit(station, starts_at=factories.hour(1), people=[person])
    factories.visit(station, starts_at=factories.hour(3), state="published", people=[person])
    for days in (-9, 9):
        factories.absence(person, days=days, length=2, reason="出差")
    day = timezone.localdate(factories.hour(8))
    save_series(weekly(station, day, 3, weekdays=[day.isoweekday()]), representatives=[], by=street)
    CalendarDay.objects.update_or_create(date=day, defaults={"kind": "holiday", "name": "某节"})
    factories.notice(street, station, channel=Channel.INBOX, state="sent", sent_at=timezone.now())


def wrong_with(page, addresses) -> dict:
    wrong = {}
    for address in addresses:
        status = page.goto(address, wait_until="load").status
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        complaints = list(page.complaints)
        found = [f"{v['id']}: {v['nodes'][0]['html']}" for v in Axe().run(page).response["violations"]]
        page.complaints[:] = complaints  # axe draws with inline styles of its own
        wrong |= {address: (status, wide, found)} if (status, wide, found) != (200, 0, []) else {}
    return wrong


def test_public_and_street_pages_fit_a_phone_and_axe_finds_nothing(phone, plan, street, sign_in):
    assert wrong_with(phone, PUBLIC) == {}
    sign_in(phone, street)
    assert wrong_with(phone, STREET) == {}
    phone.goto("/desk/calendar-feed/")
    phone.get_by_role("button", name="开通日历订阅").click()
    phone.get_by_role("heading", name="您的订阅地址").wait_for()
    assert wrong_with(phone, ["/desk/calendar-feed/"]) == {}


def test_the_tab_that_one_is_on_is_in_sight(phone, plan, street, sign_in):
    sign_in(phone, street, "/desk/absences/")
    tab = phone.locator(".tabs [aria-current]")
    assert tab.text_content() == "请假"
    box = tab.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390


def test_pages_of_what_voters_say_and_representatives_propose(phone, station, representative, district, sign_in):
    """Opinions, outcomes, figures, suggestions in several states, and a voter's contact."""
    person, bureau = representative.representative, factories.department("410105", "城市管理局")
    said = factories.opinion(station, contact=factories.contact(station.code), representative=person)
    closed = factories.outcome(station).opinion
    draft = factories.suggestion(station, person, opinions=[factories.opinion(station)], by=district)
    done = factories.approved_suggestion(station, person, by=district)
    answer = feedback.assign(done, lead=bureau, by=district)
    feedback.answer_referral(answer, words="办好了", outcome="solved", signed_by="李局", by=None)
    feedback.give_view(done.signers.get(), value="satisfied", by=district)
    feedback.publish_report(done, report="办好了", by=district)
    assert wrong_with(phone, [
        "/outcomes/", closed.outcome.get_absolute_url(), "/figures/", "/suggestions/",
        f"/suggestions/{done.public_id}/", "/opinions/track/", f"/opinions/new/?station={station.code}",
    ]) == {}  # fmt: skip
    sign_in(phone, district)
    assert wrong_with(phone, [
        "/desk/opinions/?q=路灯", said.get_absolute_url(), f"{said.get_absolute_url()}accept/",
        f"{closed.get_absolute_url()}publish/", f"/desk/contacts/{said.contact_id}/", "/desk/suggestions/?view=all",
        "/desk/suggestions/new/", "/desk/suggestions/report/", draft.get_absolute_url(), done.get_absolute_url(),
        f"{draft.get_absolute_url()}revise/", f"{draft.get_absolute_url()}confirm/",
        said.due_dates.get().get_absolute_url(), answer.get_absolute_url(),
    ]) == {}  # fmt: skip
    phone.context.clear_cookies()
    sign_in(phone, representative, draft.get_absolute_url())
    assert wrong_with(phone, ["/desk/", draft.get_absolute_url()]) == {}
