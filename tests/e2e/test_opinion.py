"""An opinion handled in a browser: by keyboard, and without losing what was typed."""

import pytest

from feedback.models import Opinion
from tests import factories

from .conftest import WIDE

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def opinion(station) -> Opinion:
    return factories.opinion(station, matter="花园路的路灯坏了")


@pytest.fixture
def desk(chromium, live_server, sign_in, liaison, opinion):
    """The opinion's page on a machine with a keyboard and no touch."""
    context = chromium.new_context(viewport=WIDE, locale="zh-CN", base_url=live_server.url)
    page = context.new_page()
    page.set_default_timeout(30_000)
    sign_in(page, liaison, opinion.get_absolute_url())
    yield page
    context.close()


def test_a_letter_opens_an_act_and_ctrl_enter_sends_it(desk, opinion):
    desk.keyboard.press("n")
    desk.wait_for_url("**/note/")
    desk.locator("textarea").fill("已电话联系 n")
    desk.keyboard.press("Control+Enter")
    desk.wait_for_url(f"**{opinion.get_absolute_url()}")
    assert opinion.steps.order_by("-no").first().words == "已电话联系 n"


def test_letters_can_be_switched_off_for_good(desk):
    desk.locator("[data-keys-on]").uncheck()
    desk.reload()
    desk.keyboard.press("n")
    desk.wait_for_timeout(300)
    assert (desk.locator("h1").inner_text(), desk.locator("kbd.key:visible").count()) == ("花园路的路灯坏了", 0)


def test_words_outlive_an_ended_session(desk, opinion):
    desk.goto(f"{opinion.get_absolute_url()}note/")
    desk.locator("textarea").fill("写了一半")
    desk.goto("/desk/")
    desk.goto(f"{opinion.get_absolute_url()}note/")
    assert desk.locator("textarea").input_value() == "写了一半"
    desk.locator("main button[type=submit]").click()
    desk.wait_for_url(f"**{opinion.get_absolute_url()}")
    desk.goto(f"{opinion.get_absolute_url()}note/")
    assert desk.locator("textarea").input_value() == ""
