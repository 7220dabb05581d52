from celery import shared_task
from django.utils import timezone

from . import jobs


# Acknowledged on receipt: what a dead worker leaves behind is a silent row, which `look_after_jobs` hands on.
@shared_task
def run_job(pk: int):
    jobs.run(pk)


@shared_task
def look_after_jobs():
    jobs.again(timezone.now())
