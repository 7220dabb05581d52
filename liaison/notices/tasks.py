from celery import shared_task

from . import sending


# Acknowledged on receipt: a run that dies is not delivered again, the next tick of the clock brings another.
@shared_task
def send_due():
    sending.send_due()
