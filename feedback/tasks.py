from celery import shared_task
from django.utils import timezone

from . import closing, urging


@shared_task
def urge_overdue():
    urging.urge_overdue(timezone.localdate())


@shared_task
def close_answered():
    closing.close_answered(timezone.now())
