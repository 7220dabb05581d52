"""A browser solves the puzzle of a form under the strict policy of every page, and no one waits for it twice."""

import json

import pytest
from django import forms
from django.conf import settings as site

from liaison.common.puzzles import PuzzleField, Verdict, verdict

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
POLICY = "default-src 'self'; script-src 'self'; style-src 'self'"
PAGE = """<!doctype html><meta charset="utf-8"><form method="get" action="/sent/">
<label>意见 <input name="matter"></label>{puzzle}<button name="way" value="form">提交意见</button></form>
<script src="/static/js/puzzle.js"></script>"""


class Form(forms.Form):
    puzzle = PuzzleField("opinion")


@pytest.fixture
def form(phone):
    """A phone in front of such a form; `form.sent` are the parameters of what was sent."""

    def serve(route):
        body = PAGE.format(puzzle=Form()["puzzle"]) if "/form/" in route.request.url else "<p>已收到</p>"
        headers = {"Content-Security-Policy": POLICY}
        route.fulfill(body=body, content_type="text/html; charset=utf-8", headers=headers)

    phone.route("**/form/", serve)
    phone.route("**/sent/**", serve)
    phone.goto("/form/")
    return phone


def sent(page) -> dict:
    page.wait_for_url("**/sent/**")
    return json.loads(page.evaluate("JSON.stringify(Object.fromEntries(new URLSearchParams(location.search)))"))


def test_the_puzzle_is_solved_while_one_types(form):
    form.get_by_label("意见").fill("路灯不亮")
    form.wait_for_selector("input[data-ready]", state="attached")
    form.get_by_role("button").click()
    given = sent(form)
    assert verdict(given.pop("puzzle"), "opinion") is Verdict.DONE
    assert given == {"matter": "路灯不亮", "way": "form"}


def test_a_form_that_is_sent_at_once_waits_for_its_puzzle(form, settings):
    settings.PUZZLE_MOST = 2 * site.PUZZLE_MOST
    form.goto("/form/")
    form.get_by_label("意见").press("Enter")
    assert verdict(sent(form)["puzzle"], "opinion") is Verdict.DONE
