from celery import shared_task
from django.utils import timezone

from . import actions


@shared_task
def hold_finished():
    actions.hold_finished(timezone.now())
