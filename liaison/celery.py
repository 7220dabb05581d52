"""Celery and its schedule. Whatever must wait long is a row with a date; beat only looks who is due."""

import os

from celery import Celery, signals
from celery.schedules import crontab
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "liaison.settings")

from liaison.common import pulse

JOBS = "jobs"
app = Celery("liaison")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# A tick that nobody took before the next one came is worth nothing: it expires. Two beats at once do no harm.
app.conf.beat_schedule = {
    "heartbeat": {"task": "liaison.heartbeat", "schedule": 10, "options": {"expires": 30}},
    "send-due": {"task": "liaison.notices.tasks.send_due", "schedule": 10, "options": {"expires": 10}},
    "hold-finished": {"task": "visits.tasks.hold_finished", "schedule": 300, "options": {"expires": 300}},
    "plan-reminders": {"task": "visits.tasks.plan_reminders", "schedule": 300, "options": {"expires": 300}},
    # Idempotent: the first of the day does the work, the others what came late. Urging by rule keeps to working days.
    "urge-overdue": {
        "task": "feedback.tasks.urge_overdue", "schedule": crontab(minute=10, hour="8-17"), "options": {"expires": 3000}
    },
    "close-answered": {
        "task": "feedback.tasks.close_answered", "schedule": crontab(minute=40), "options": {"expires": 3000}
    },
    "erase-expired": {
        "task": "feedback.tasks.erase_expired", "schedule": crontab(minute=20, hour=3), "options": {"expires": 20000}
    },
    "look-after-jobs": {"task": "liaison.accounts.tasks.look_after_jobs", "schedule": 20, "options": {"expires": 20}},
}  # fmt: skip
# Long works have a queue and a worker of their own: a reminder does not wait behind a street's posters.
app.conf.task_routes = {"liaison.accounts.tasks.run_job": {"queue": JOBS}}


@app.task(name="liaison.heartbeat")
def heartbeat():
    """Does nothing: that a worker took it is the sign of life."""


@signals.task_prerun.connect
def worker_lives(**_):
    pulse.beat("worker")


@signals.task_prerun.connect
def look_at_the_line(task, **_):
    """A connection that PostgreSQL dropped when it was restarted is made anew.

    Celery's Django fixup keeps connections from task to task (CELERY_DB_REUSE_MAX) and never looks at them: without
    this a worker fails at every task, a thousand times over.
    """
    if not task.request.is_eager:
        close_old_connections()


@signals.beat_init.connect
@signals.beat_embedded_init.connect
def listen_to_beat(**_):
    """Beat lives as long as it publishes; connected here, so that other publishers do not speak for it."""
    signals.after_task_publish.connect(beat_lives)


def beat_lives(**_):
    pulse.beat("beat")
