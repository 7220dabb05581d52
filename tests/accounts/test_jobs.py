import signal
import subprocess
import sys
import textwrap
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone

from liaison.accounts import jobs
from liaison.accounts.choices import JOB_SILENCE, JOB_TRIES, JobState
from liaison.accounts.models import Job
from liaison.common.exceptions import NotAllowed
from tests.notices.test_sending import environment

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch):
    """Messages to the workers, in place of a broker."""
    messages = []
    monkeypatch.setattr(jobs.current_app, "send_task", lambda name, args: messages.append((name, args)))
    return messages


@pytest.fixture
def count(monkeypatch):
    """A work of three steps that notes which of them it reached."""
    steps = []

    def work(job):
        for step in (1, 2, 3):
            jobs.report(job, step, 3)
            steps.append(step)
        return "数完了"

    monkeypatch.setitem(jobs.WORKS, "count", work)
    return steps


def test_a_job_is_sent_once_its_row_is_certain(liaison, sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = jobs.start("count", title="数到三", by=liaison, upto=3)
        assert sent == []
    assert sent == [(jobs.TASK, [job.pk])]
    assert job.given == {"upto": 3}


def test_messages_go_by_our_own_celery_from_whatever_process():
    """The web does not load liaison/celery.py by itself; without it a job would wait for the next look of beat."""
    asked = "import liaison.wsgi; from celery import current_app; print(current_app.main, current_app.conf.broker_url)"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, timeout=300)
    assert told.stdout.split() == ["liaison", settings.CELERY_BROKER_URL]


def test_a_job_is_done_once(liaison, count):
    job = Job.objects.create(kind="count", title="数到三", by=liaison)
    jobs.run(job.pk)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.words, job.percent, count) == (JobState.DONE, "数完了", 100, [1, 2, 3])


def test_a_stopped_job_ends_at_its_next_report(liaison, monkeypatch):
    job = Job.objects.create(kind="count", title="数到三", by=liaison)
    monkeypatch.setitem(jobs.WORKS, "count", lambda job: (jobs.stop(job, by=liaison), jobs.report(job, 1, 3)))
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done) == (JobState.STOPPED, 0)


@pytest.mark.parametrize(
    ("error", "words"), [(NotAllowed("没有可排的人"), "没有可排的人"), (RuntimeError("x"), "处理中出现故障")]
)
def test_a_job_that_fails_says_so_in_words(liaison, monkeypatch, error, words):
    def work(job):
        raise error

    monkeypatch.setitem(jobs.WORKS, "bad", work)
    job = Job.objects.create(kind="bad", title="坏的", by=liaison)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.words.startswith(words)


def test_a_silent_job_goes_to_another_worker_and_the_first_one_no_longer_counts(
    liaison, sent, count, django_capture_on_commit_callbacks
):
    job = Job.objects.create(kind="count", title="数到三", by=liaison, state=JobState.RUNNING)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.again(timezone.now() + JOB_SILENCE + timedelta(seconds=1))
    assert sent == [(jobs.TASK, [job.pk])]
    with pytest.raises(jobs.Stopped):
        jobs.report(job, 1, 3)
    jobs.run(job.pk)
    assert Job.objects.get().state == JobState.DONE


def test_a_job_whose_workers_fall_silent_again_and_again_is_given_up(liaison, sent):
    at = timezone.now()
    job = Job.objects.create(kind="count", title="数到三", by=liaison)
    for _ in range(JOB_TRIES):
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
        at += JOB_SILENCE + timedelta(seconds=1)
        jobs.again(at)
    job.refresh_from_db()
    assert (job.state, job.words) == (JobState.FAILED, "处理多次中断，没有完成；请稍后再试，或联系管理员")


def test_a_job_that_only_waits_is_never_given_up(liaison, sent):
    at = timezone.now()
    job = Job.objects.create(kind="count", title="数到三", by=liaison)
    for _ in range(JOB_TRIES + 1):
        at += JOB_SILENCE + timedelta(seconds=1)
        jobs.again(at)
    job.refresh_from_db()
    assert (job.state, job.tries) == (JobState.WAITING, 0)


STUCK = """
    import time, django
    django.setup()
    from liaison.accounts import jobs
    from liaison.accounts.models import Job

    @jobs.work("count")
    def work(job):
        jobs.report(job, 1, 3)
        print("one", flush=True)
        time.sleep(60)

    jobs.run(Job.objects.get().pk)
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_what_a_killed_worker_began_another_one_ends(liaison, sent, count, tmp_path):
    job = Job.objects.create(kind="count", title="数到三", by=liaison)
    command = [sys.executable, "-c", textwrap.dedent(STUCK)]
    with subprocess.Popen(command, env=environment(tmp_path), stdout=subprocess.PIPE, text=True) as worker:
        assert worker.stdout.readline().strip() == "one"
        worker.send_signal(signal.SIGKILL)
    jobs.run(job.pk)  # its row still says that somebody has it
    assert count == []
    jobs.again(timezone.now() + JOB_SILENCE + timedelta(seconds=1))
    jobs.run(*sent[0][1])
    job.refresh_from_db()
    assert (job.state, job.done, job.tries, count) == (JobState.DONE, 3, 1, [1, 2, 3])


def test_too_many_open_jobs_are_refused(liaison, sent):
    for _ in range(jobs.OPEN_JOBS_EACH):
        jobs.start("count", title="数", by=liaison)
    with pytest.raises(ValidationError, match="您已有 5 项任务在处理"):
        jobs.start("count", title="数", by=liaison)


def test_the_page_of_a_job_tells_how_far_it_is(as_, liaison):
    job = Job.objects.create(kind="count", title="数到三", by=liaison, state=JobState.RUNNING, done=1, total=4)
    page = as_(liaison).get(job.get_absolute_url()).content.decode()
    assert "25%" in page
    assert "正在处理" in page


def test_a_finished_job_leads_on_to_what_it_made(as_, liaison):
    job = Job.objects.create(kind="count", title="数到三", by=liaison, state=JobState.DONE, result_url="/desk/")
    assert as_(liaison).get(job.get_absolute_url())["Location"] == "/desk/"
    polled = as_(liaison).get(job.get_absolute_url(), headers={"HX-Request": "true"})
    assert polled["HX-Refresh"] == "true"
