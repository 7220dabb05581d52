"""The house's own Celery, with ticks and leases short enough to wait for, stopping where the trap says."""

import os
from datetime import timedelta

from celery import signals
from django.conf import settings

from liaison.celery import app
from liaison.common import embedded, steps

from .traps import Trap

TICK = 0.5
LEASE = timedelta(seconds=float(os.environ["PROOF_LEASE"]))

trap = Trap(embedded.home() / "trap")
settings.EGRESS_LOCAL = True  # the providers stand on this machine
settings.QUIET_HOURS = False
app.conf.beat_schedule["send-due"]["schedule"] = TICK


@signals.worker_init.connect
def shorten(**_):
    from liaison.notices import sending

    sending.LEASE = LEASE


@signals.worker_process_init.connect
def watch(**_):
    os.environ["PGAPPNAME"] = f"proof-{os.getpid()}"  # so that the house finds this one's PostgreSQL process
    steps.listen(trap.at)
    signals.task_prerun.connect(lambda **_: trap.at("task begins"), weak=False)
    signals.task_postrun.connect(lambda **_: trap.at("task ends"), weak=False)


@signals.beat_init.connect
def watch_beat(**_):
    signals.before_task_publish.connect(lambda **_: trap.at("beat publishes"), weak=False)
    signals.after_task_publish.connect(lambda **_: trap.at("beat has published"), weak=False)
