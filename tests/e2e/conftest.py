"""A real browser against the running site. Skipped, loudly, where no Chromium is found."""

import os
import shutil
import warnings
from contextlib import suppress

import pytest
from django.db import connections

from tests.conftest import PASSWORD

# Playwright's own loop runs in this thread; without this Django would refuse every query beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
PHONE, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="session")
def chromium():
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        warnings.warn("没有找到 Chromium，浏览器测试没有运行", stacklevel=1)
        pytest.skip("没有找到 Chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()
        # Beside a running loop Django keeps other connections than without it; nobody would close these later.
        connections.close_all()


@pytest.fixture
def phone(chromium, live_server):
    """A page of 390 px. Whatever the page's own console calls an error fails the test."""
    context = chromium.new_context(viewport=PHONE, locale="zh-CN", base_url=live_server.url, has_touch=True)
    page = context.new_page()
    page.set_default_timeout(30_000)  # a machine may be busy
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("console", lambda line: page.complaints.append(line.text) if "Content Security" in line.text else None)
    yield page
    context.close()
    assert page.complaints == []


@pytest.fixture
def sign_in():
    """`sign_in(page, liaison)`: through the sign-in page, as a person does."""

    def signing_in(page, user, next_: str = "/desk/"):
        user.set_password(PASSWORD)
        user.save()
        page.goto(f"/accounts/login/?next={next_}")
        fill_in(page, user)

    return signing_in


def fill_in(page, user):
    page.locator("input[name=login]").fill(user.username)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").click()
    page.wait_for_load_state()


def until(page, words: str) -> None:
    """Wait until `words`, in JavaScript, are true of the page. Playwright's own waiting evaluates text inside the page,
    which our policy forbids from its second look on."""
    from playwright.sync_api import Error

    for _look in range(300):
        with suppress(Error):  # a page that is just being left has no answer
            if page.evaluate(words):
                return
        page.wait_for_timeout(100)
    pytest.fail(f"never came true: {words}")
