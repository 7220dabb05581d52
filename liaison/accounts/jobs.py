"""Long works that somebody asked for: a row first, then a message to a worker.

An app registers its work under a name (`@work("posters")`); `start` makes the row and sends the message once the row is
certain. The work calls `report` as it goes: that is its sign of life, and how it learns that it was stopped. Where a
worker dies, `again` hands the silent row to another, so a work must do no harm when it runs twice.
"""

import logging
from collections.abc import Callable
from datetime import datetime

import pghistory
from celery import current_app
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.common.exceptions import NotAllowed, verb
from liaison.common.fields import random_id

from .choices import JOB_TRIES, JobState
from .models import Job, User

logger = logging.getLogger(__name__)
TASK = "liaison.accounts.tasks.run_job"  # by name: the task imports this module
WORKS: dict[str, Callable[[Job], str | None]] = {}
OPEN_JOBS_EACH = 5  # of one person at a time


class Stopped(Exception):
    """The job was stopped by its starter, or handed to another worker."""


def work(kind: str):
    """Registers a function that does a job of `kind`; it returns the sentence that its page shows at the end."""

    def register(function: Callable[[Job], str | None]):
        WORKS[kind] = function
        return function

    return register


@verb
def start(kind: str, *, title: str, by: User, **given) -> Job:
    """Make the job and hand it to a worker once this transaction is certain."""
    if Job.objects.filter(by=by, state__in=[JobState.WAITING, JobState.RUNNING]).count() >= OPEN_JOBS_EACH:
        raise NotAllowed(_("您已有 %(n)s 项任务在处理，请等其中一项完成") % {"n": OPEN_JOBS_EACH})
    job = Job.objects.create(kind=kind, title=title[:200], by=by, given=given)
    hand_over(job)
    return job


def hand_over(job: Job) -> None:
    """Send the message once the row is certain; where Redis is away, `again` sends it later."""
    transaction.on_commit(lambda: current_app.send_task(TASK, [job.pk]), robust=True)


def run(pk: int) -> None:
    """Do the job, unless another worker has it or it was stopped."""
    claim = {"state": JobState.RUNNING, "beat_at": timezone.now()}
    if not Job.objects.filter(pk=pk, state=JobState.WAITING).update(**claim):
        return
    job = Job.objects.select_related("by").get(pk=pk)
    try:
        with pghistory.context(user=job.by_id):  # history names who asked, as it does of a request
            words = WORKS[job.kind](job)
    except Stopped:
        return
    except ValidationError as error:
        end(job, JobState.FAILED, " ".join(error.messages))
    except Exception:
        logger.exception("job %s %s", job.kind, job.public_id)
        end(job, JobState.FAILED, _("处理中出现故障，已记录；请稍后再试，或联系管理员（编号 %s）") % job.public_id)
    else:
        end(job, JobState.DONE, words or "")


def report(job: Job, done: int, total: int) -> None:
    """Tell how far the work is. Raises Stopped where it is no longer this worker's."""
    here = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, tries=job.tries)
    if not here.update(done=done, total=total, beat_at=timezone.now()):
        raise Stopped


def deliver(job: Job, content: bytes, name: str) -> None:
    """Keep the file that the job made; it is fetched under `name` from the job's page."""
    job.file.save(f"{random_id(20)}{name[name.rfind('.') :]}", ContentFile(content), save=False)
    Job.objects.filter(pk=job.pk, tries=job.tries).update(file=job.file.name, file_name=name[:120])


def lead_to(job: Job, url: str) -> None:
    """Let the job's page lead on to `url` when it is done."""
    Job.objects.filter(pk=job.pk).update(result_url=url)


def end(job: Job, state: str, words: str) -> None:
    mine = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, tries=job.tries)
    mine.update(state=state, words=words[:400], ended_at=timezone.now(), beat_at=timezone.now())


@verb
def stop(job: Job, *, by: User) -> Job:
    """End a job that is not done yet; its worker notices at its next report."""
    job = Job.objects.select_for_update().get(pk=job.pk)
    if not job.is_open:
        raise NotAllowed(_("这项任务已经结束"))
    job.state, job.ended_at = JobState.STOPPED, timezone.now()
    job.save(update_fields=["state", "ended_at"])
    return job


def again(at: datetime) -> None:
    """Hand silent jobs to another worker; one whose workers fell silent too often is given up, in words.

    A job that waits is only sent for once more: it may be its message that was lost, or the queue that is long.
    """
    for pk in Job.objects.stalled(at).values_list("pk", flat=True):
        with transaction.atomic():
            job = Job.objects.stalled(at).select_for_update(skip_locked=True).filter(pk=pk).first()
            if job is not None:
                _once_more(job, at)


def _once_more(job: Job, at: datetime) -> None:
    if job.state == JobState.RUNNING:
        job.tries += 1
    if job.tries >= JOB_TRIES:
        job.state, job.ended_at = JobState.FAILED, at
        job.words = _("处理多次中断，没有完成；请稍后再试，或联系管理员")
    else:
        job.state, job.beat_at = JobState.WAITING, at
        hand_over(job)
    job.save(update_fields=["state", "tries", "beat_at", "words", "ended_at"])
