from celery import shared_task
from django.utils import timezone

from . import actions, reminders


@shared_task
def hold_finished():
    actions.hold_finished(timezone.now())


@shared_task
def plan_reminders():
    reminders.plan_again(timezone.now())
