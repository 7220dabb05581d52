"""`manage.py run`, with a site of two pages in place of ours, which would take longer to start."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import psutil
import pytest

from liaison.common.embedded import PROJECT
from tests.common.test_embedded import environment, free_port, manage, one_line, run_folder

pytestmark = pytest.mark.slow

SITE = """
from django.http import HttpResponse
from django.urls import path
from liaison.common import embedded
SECRET_KEY, ROOT_URLCONF, ALLOWED_HOSTS = "x", "site_for_run", ["*"]
INSTALLED_APPS = ["liaison.common", "django.contrib.contenttypes", "django.contrib.staticfiles"]
DATABASES = {"default": embedded.database()}
CELERY_BROKER_URL = embedded.celery_broker_url()
STATIC_URL, STATIC_ROOT = "/static/", embedded.home() / "static"
urlpatterns = [path("", lambda request: HttpResponse("here"))]
"""


class Run:
    """A running `manage.py run` and what it says."""

    def __init__(self, home: Path, site: Path) -> None:
        self.home, self.port, self.tag = home, free_port(), run_folder(home).name
        self.more = {"PYTHONPATH": str(site), "DJANGO_SETTINGS_MODULE": "site_for_run", "PORT": str(self.port)}
        self.start()

    def start(self) -> None:
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        command = [sys.executable, "manage.py", "run"]
        self.process = subprocess.Popen(command, cwd=PROJECT, env=environment(self.home, **self.more), **pipes)
        self.wait_for("Ctrl-C")

    def wait_for(self, words: str) -> str:
        said = ""
        for line in self.process.stdout:
            said += line
            if re.search(words, line):
                return line
        raise AssertionError(said)

    def page(self) -> str:
        """The front page, waited for while the web server is being started again."""
        for _ in range(600):
            with contextlib.suppress(OSError):
                return urllib.request.urlopen(f"http://127.0.0.1:{self.port}/", timeout=60).read().decode()
            time.sleep(0.1)
        raise AssertionError("no page")

    def family(self) -> list[psutil.Process]:
        """All that belongs to this data folder: supervisor, its children and the servers."""
        return [p for p in psutil.process_iter() if self.is_ours(p)]

    def is_ours(self, process: psutil.Process) -> bool:
        try:
            return self.tag in " ".join(process.cmdline()) or process.environ().get("LIAISON_SUPERVISED") == self.tag
        except psutil.Error:
            return False


@pytest.fixture
def run(tmp_path):
    (tmp_path / "site_for_run.py").write_text(SITE)
    running = Run(tmp_path / "var", tmp_path)
    yield running
    running.process.kill()
    for process in running.family():
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    shutil.rmtree(run_folder(running.home), ignore_errors=True)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything(run, number):
    assert run.page() == "here"
    assert len(run.family()) > 10
    run.process.send_signal(number)
    assert run.process.wait(timeout=120) == 0
    assert run.family() == []


def test_a_second_run_and_other_commands_beside_the_first(run):
    assert "已经在运行" in one_line(manage(run.home, "run", **(run.more | {"PORT": str(free_port())})))
    assert manage(run.home, "migrate", "--check", **run.more).returncode == 0
    assert run.page() == "here"


def test_what_dies_is_started_again(run):
    web = min((p for p in run.family() if "granian" in p.cmdline()), key=lambda p: p.pid)
    web.kill()
    run.wait_for("网页服务意外退出（代码 -9），1 秒后重启")
    os.kill(int((run.home / "postgres" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    run.wait_for("PostgreSQL 意外退出，已重启")
    assert run.page() == "here"


def test_a_killed_run_is_put_right_by_the_next(run):
    for process in [run.process, *run.family()]:
        process.kill()
    run.process.wait()
    run.start()
    assert run.page() == "here"
    run.process.kill()
    run.process.wait()
    run.start()
    assert run.page() == "here"
