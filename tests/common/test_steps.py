"""Steps are silent, unless a proof listens."""

import re

import pytest
from django.conf import settings

from liaison.common import steps


@pytest.fixture
def heard():
    names = []
    steps.listen(names.append)
    yield names
    steps.listen(None)


def test_step_tells_its_listener_and_without_one_is_nothing(heard):
    steps.at("claim")
    steps.listen(None)
    steps.at("send")
    assert heard == ["claim"]


def test_nothing_that_is_shipped_listens():
    apps = ["liaison", "stations", "representatives", "visits", "bench"]
    files = [file for app in apps for file in (settings.BASE_DIR / app).rglob("*.py")]
    users = {file.name for file in files if re.search(r"\bsteps\.\w+", file.read_text())}
    listeners = {file.name for file in files if re.search(r"steps\.(listen|_listener)|import listen", file.read_text())}
    assert ("sending.py" in users, listeners) == (True, set())
