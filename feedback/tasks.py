import smtplib

from celery import shared_task
from django.utils import timezone

from . import closing, erasing, mailing, urging


@shared_task
def urge_overdue():
    urging.urge_overdue(timezone.localdate())


@shared_task
def close_answered():
    closing.close_answered(timezone.now())


@shared_task
def erase_expired():
    for _certificate in erasing.erase_expired(timezone.now()):
        pass


@shared_task(autoretry_for=(smtplib.SMTPException, OSError), retry_backoff=30, max_retries=4)
def mail_link(referral: int, base: str):
    mailing.mail_link(referral, base)
