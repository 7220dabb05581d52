"""Leaving on a phone, by keyboard, without a sign-in; and what the page looks like to axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from liaison.notices import leaving
from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_voter_leaves_and_comes_back_by_keyboard(phone, station):
    voter = factories.contact(station.code, phone="13800000001", email="wang@example.org")
    phone.goto(f"/unsubscribe/{voter.leave_token}/")
    for button, state in (("退订", "已退订"), ("恢复接收", "正在接收")):
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
        assert Axe().run(phone).response["violations"] == []
        phone.get_by_role("button", name=button).focus()
        phone.keyboard.press("Enter")
        phone.get_by_role("status").get_by_text(state).wait_for()
        voter.refresh_from_db()
        assert bool(voter.unsubscribed_at) is (state == "已退订")


def test_staff_leave_and_find_the_way_to_their_choices(phone, station, liaison, settings):
    settings.SITE = settings.SITE | {"url": "http://testserver"}
    liaison.email = "liaison@example.org"
    liaison.save()
    address = leaving.address_for([factories.notice(liaison, station)])
    phone.goto(address.removeprefix("http://testserver"))
    phone.get_by_role("button", name="退订").click()
    phone.get_by_text("不再用邮件发送“进站安排”的提醒").wait_for()
    assert Axe().run(phone).response["violations"] == []
    assert phone.get_by_role("link", name="登录后选择提醒方式").get_attribute("href") == "/desk/preferences/"
