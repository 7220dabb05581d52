"""Celery and its schedule. Whatever must wait long is a row with a date; beat only looks who is due."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

app = Celery("liaison")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

app.conf.beat_schedule = {
    "heartbeat": {"task": "liaison.notices.tasks.heartbeat", "schedule": 10, "options": {"expires": 10}},
    "send-due": {"task": "liaison.notices.tasks.send_due", "schedule": 15, "options": {"expires": 15}},
    "hold-finished": {"task": "visits.tasks.hold_finished", "schedule": 300, "options": {"expires": 300}},
}
