import smtplib

from celery import shared_task

from . import mailing


@shared_task(autoretry_for=(smtplib.SMTPException, OSError), retry_backoff=30, max_retries=4)
def mail_link(referral: int, base: str):
    mailing.mail_link(referral, base)
