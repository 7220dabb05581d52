"""Figures for Prometheus, read from database and Redis when asked for: every web process gives the same answer."""

import os

import psutil
import redis
from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily

from liaison.accounts.choices import JobState
from liaison.accounts.models import Job
from liaison.common import pulse
from liaison.notices.choices import Channel, State
from liaison.notices.lines import in_use
from liaison.notices.models import Notice

from . import health

COUNTED_TO = 10_000
# Sent and cancelled ones grow for ever and are not counted in the table; their counters stand in Redis.
SMALL_STATES = (State.PLANNED, State.LEASED, State.FAILED, State.UNKNOWN)
ENDS = (State.SENT, State.PLANNED, State.FAILED, State.UNKNOWN, State.CANCELLED)


class Collector:
    """One scrape. A part that is away leaves its figures out; the rest is told."""

    def collect(self):
        parts = health.parts()
        yield gauge("liaison_up", "Whether a part works", "part", {name: part.ok for name, part in parts.items()})
        yield gauge(
            "liaison_silent_seconds",
            "Seconds since the last sign of life",
            "part",
            {name: parts[name].seconds for name in pulse.PARTS if parts[name].seconds is not None},
        )
        if parts["database"].ok:
            yield from from_database(parts["outbox"].seconds)
        if parts["redis"].ok:
            yield from from_redis()
        yield from of_process()


def gauge(name: str, text: str, label: str, values: dict) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def from_database(oldest: float):
    try:
        counts = {state: Notice.objects.filter(state=state).order_by()[:COUNTED_TO].count() for state in SMALL_STATES}
        jobs = Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING]).values_list("state", "created_at")
        jobs = list(jobs.order_by("created_at")[:COUNTED_TO])
        due = Notice.objects.due(timezone.now()).order_by()[:COUNTED_TO].count()
        lines = [(line.channel, line.place, line.is_paused(timezone.now())) for line in in_use()]
    except DatabaseError:
        return
    text = f"Notices by state; counted up to {COUNTED_TO}"
    yield gauge("liaison_notices", text, "state", {state.value: count for state, count in counts.items()})
    yield GaugeMetricFamily("liaison_notices_due", f"Notices due and not sent; counted up to {COUNTED_TO}", due)
    paused = GaugeMetricFamily(
        "liaison_channel_paused", "Whether a channel rests after failures", labels=["channel", "place"]
    )
    for channel, place, is_paused in lines:
        paused.add_metric([channel, place], is_paused)
    yield paused
    yield GaugeMetricFamily("liaison_notices_oldest_due_seconds", "Waiting time of the oldest due notice", oldest)
    counts = {state.value: sum(other == state for other, _at in jobs) for state in (JobState.WAITING, JobState.RUNNING)}
    yield gauge("liaison_jobs", f"Long works by state; counted up to {COUNTED_TO}", "state", counts)
    waiting = [at for state, at in jobs if state == JobState.WAITING]
    age = (timezone.now() - waiting[0]).total_seconds() if waiting else 0
    yield GaugeMetricFamily("liaison_jobs_oldest_waiting_seconds", "Waiting time of the oldest long work", age)


def from_redis():
    try:
        counted, queued = pulse.counted(), pulse.queued()
    except redis.RedisError:
        return
    yield GaugeMetricFamily("liaison_tasks_queued", "Background tasks waiting for a worker", queued)
    ends = CounterMetricFamily(
        "liaison_notice_attempts", "Attempts to send, by how they ended", labels=["channel", "end"]
    )
    dwell = SummaryMetricFamily("liaison_notice_dwell_seconds", "From being due to being sent", labels=["channel"])
    for channel in Channel.values:
        for end in ENDS:
            ends.add_metric([channel, end.value], counted.get(f"notices:{channel}:{end}", 0))
        sent = int(counted.get(f"notices:{channel}:{State.SENT}", 0))
        dwell.add_metric([channel], count_value=sent, sum_value=counted.get(f"notices:{channel}:dwell", 0))
    yield ends
    yield dwell
    for name, text in {
        "expired": "Dropped for coming too late",
        "stranded": "Leases that ended without an answer",
        "off": "Called off because their channel was switched off",
    }.items():
        yield CounterMetricFamily(f"liaison_notices_{name}", text, counted.get(f"notices:{name}", 0))


def of_process():
    """The process that answers; the number tells it from its siblings."""
    process = psutil.Process()
    pid = str(os.getpid())
    with process.oneshot():
        yield gauge("process_resident_memory_bytes", "Memory in use", "pid", {pid: process.memory_info().rss})
        yield gauge("process_threads", "Threads", "pid", {pid: process.num_threads()})
        yield gauge("process_start_time_seconds", "When it began", "pid", {pid: process.create_time()})
        times = process.cpu_times()
    cpu = CounterMetricFamily("process_cpu_seconds", "Processor time used", labels=["pid"])
    cpu.add_metric([pid], times.user + times.system)
    yield cpu


registry = CollectorRegistry(auto_describe=False)
registry.register(Collector())
