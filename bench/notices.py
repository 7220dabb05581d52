"""Reminders that fall due together, through one worker, against the empty task of a worker that has nothing else to do.

Both workers are those of `make run` but for their number of processes, which is one. The channel is the house's own
inbox: it answers at once, and all else is as for any channel: leased and committed, sent, settled, counted, each step
in the history.
"""

import os
import re
import signal
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import uuid4

import psutil
import redis
from celery import Celery
from django.core.management import call_command
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from liaison.common import embedded
from liaison.common.management.commands.run import children
from liaison.notices.choices import Channel, State
from liaison.notices.models import Notice

from . import data
from .lines import Line, Sizes, measures
from .tasks import empty

SHAPE = 1  # raised when the data below change
DATABASE, TABLES = "bench_notices", ("accounts_user", "notices_notice")
REDIS_DB = 9
GOAL = 3.0
MOST_GROWTH = 1.1
EMPTY, EMPTY_SMOKE = 10_000, 1_000
PATIENCE = 600  # seconds until a worker that does not finish ends the measurement

FILL = """
INSERT INTO accounts_user (id, password, username, name, phone, email, is_active, created_at)
SELECT n, '!', 'person' || n, '代表' || n, '', 'person' || n || '@example.org', true, now()
FROM generate_series(1, {people}) AS n;

INSERT INTO notices_notice (kind, about, about_version, place, recipient_id, channel, due_at, expires_at, subject, body,
                            params, state, attempt, answer, sent_at, created_at, read_at)
SELECT 'visit_tomorrow', 'visits.visit:' || n / 4, 1, {place}, 1 + n % {people},
       CASE WHEN n % 2 = 0 THEN 'inbox' ELSE 'email' END, at, at + interval '15 hours', {subject}, {body}, '{{}}',
       CASE WHEN n % 100 = 99 THEN 'failed' WHEN n % 20 = 19 THEN 'cancelled' ELSE 'sent' END, 1, '已放入站内消息',
       CASE WHEN n % 20 = 19 THEN NULL ELSE at + interval '5 seconds' END, at - interval '30 days',
       CASE WHEN n % 8 = 0 THEN at + interval '1 hour' END
FROM (SELECT n, now() - interval '1 day' - n * (interval '730 days' / {old}) AS at
      FROM generate_series(1, {old}) AS n) AS rows;
"""
PLAN = """
INSERT INTO notices_notice (kind, about, about_version, place, recipient_id, channel, due_at, expires_at, subject, body,
                            params, state, attempt, answer, created_at)
SELECT 'visit_tomorrow', '{mark}:' || n, 1, {place}, 1 + n % {people}, '{channel}', now(), now() + interval '15 hours',
       {subject}, {body}, '{{}}', 'planned', 0, '', now() - interval '6 days'
FROM generate_series(1, {due}) AS n
"""
NO_NIGHT = """
INSERT INTO policy_threshold (key, value, unit, source, valid_from)
SELECT 'notice.quiet_' || part, 0, 'hour_of_day', '', date '2020-01-01' FROM (VALUES ('from'), ('to')) AS parts(part)
"""
WORDS = {
    "place": "(110000 + n % 3000)::text || '001001-01'",
    "subject": "'明天进站：花园路第' || n || '社区代表联络站'",
    "body": "'您好：您明天上午九点在第' || n || '社区代表联络站接待选民。如有变动，请尽早告诉联络员。'",
}


@measures("notices.rate", "notices.memory")
def notices(sizes: Sizes) -> Iterator[Line]:
    """Rows a second against empty tasks a second, in turns; the worker's memory after a tenth and after all of them."""
    is_whole = sizes.small >= 10_000
    due, old, tasks, rounds = (100_000, 2_000_000, EMPTY, 3) if is_whole else (5_000, 20_000, EMPTY_SMOKE, 1)
    use(old, people=max(1_000, old // 100))
    pairs = [(tasks_a_second(tasks), burst(due, Channel.INBOX)) for _ in range(rounds)]
    against, value = statistics.median(bare for bare, _ in pairs), statistics.median(run["rate"] for _, run in pairs)
    ratio = statistics.median(run["rate"] / bare for bare, run in pairs)
    mail = burst(due // 50, Channel.EMAIL)
    print(f"beside it: {mail['rate']:,.0f} rows/s by e-mail into files, each a lease of its own", flush=True)
    is_met = ratio >= GOAL or not is_whole
    yield Line("notices.rate", due, value, "rows/s", against, ratio, f"ratio ≥ {GOAL}", is_met)
    worst = max((run for _, run in pairs), key=lambda run: run["after"] / run["early"])
    growth = worst["after"] / worst["early"]
    goal = f"ratio ≤ {MOST_GROWTH}"
    yield Line("notices.memory", due, worst["after"], "MB", worst["early"], growth, goal, growth <= MOST_GROWTH)


def use(old: int, people: int) -> None:
    """Point Django at a database with so many notices of the two years before, made afresh when none is from today."""
    data.point_at("postgres")
    mark = f"shape {SHAPE}, {old}, {timezone.localdate()}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [DATABASE])
        is_there = cursor.fetchone() == (mark,)
        if not is_there:
            cursor.execute(f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
            cursor.execute(f"CREATE DATABASE \"{DATABASE}\" ENCODING 'UTF8' TEMPLATE template0")
    data.point_at(DATABASE)
    call_command("migrate", verbosity=0)
    if not is_there:
        fill(mark, old, people)
    Notice.objects.filter(state=State.PLANNED).update(state=State.CANCELLED)


def fill(mark: str, old: int, people: int) -> None:
    print(f"preparing {old:,} notices ...", flush=True)
    started = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        with data.without_indexes(cursor, TABLES):
            for statement in FILL.format(**WORDS, old=old, people=people).split(";\n\n"):
                cursor.execute(statement)
        cursor.execute(NO_NIGHT)
        cursor.execute("SELECT setval(pg_get_serial_sequence('accounts_user', 'id'), %s)", [people])
        cursor.execute("VACUUM (ANALYZE) notices_notice, accounts_user")
        cursor.execute(f"COMMENT ON DATABASE \"{DATABASE}\" IS '{mark}'")
    connection.close()
    print(f"prepared in {time.monotonic() - started:.0f} s", flush=True)


def line_to_redis() -> redis.Redis:
    return redis.Redis.from_url(redis_url())


def redis_url() -> str:
    return re.sub(r"\d+$", str(REDIS_DB), embedded.redis_url())


def publisher() -> Celery:
    """What beat would publish with, on the Redis of the measurement."""
    return Celery("bench", broker=redis_url().replace("unix://", "redis+socket://").replace("?db=", "?virtual_host="))


@contextmanager
def worker(app: str) -> Iterator[psutil.Process]:
    """The worker of `make run` with one process, over the measured database; gives that process."""
    [command] = [child.command for child in children("", 0) if child.name == "worker"]
    command = [{"liaison": app}.get(word, word) for word in command]
    command[command.index("--concurrency") + 1] = "1"
    environment = os.environ | {
        "DATABASE_URL": embedded.database_url().rpartition("/")[0] + "/" + DATABASE, "REDIS_URL": redis_url(),
    }  # fmt: skip
    with (embedded.home() / "log" / "bench-worker.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, start_new_session=True)
    try:
        yield psutil.Process(process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def tasks_a_second(tasks: int) -> float:
    """Empty tasks a second that one process takes from a full queue, publishing not counted.

    From the first to the last that left the queue, so that the worker's start is not counted either.
    """
    line = line_to_redis()
    line.flushdb()
    with publisher() as app:
        for _ in range(tasks):
            app.send_task(empty.name)
    with worker("bench.tasks"):
        left = lambda: line.llen("celery") + line.hlen("unacked")  # noqa: E731
        wait_until(lambda: left() < tasks * 0.95)
        begun, first = time.perf_counter(), left()
        wait_until(lambda: not left())
        return first / (time.perf_counter() - begun)


def burst(due: int, channel: Channel) -> dict[str, float]:
    """So many notices due now: rows a second from the tick of the clock to the last row settled, and the memory.

    One tick only: where its time ends before the notices, the runs that follow are those of the house itself.
    """
    line = line_to_redis()
    line.flushdb()
    mark = f"bench:{uuid4()}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM accounts_user")
        [people] = cursor.fetchone()
        cursor.execute(PLAN.format(**WORDS, mark=mark, due=due, people=people, channel=channel.value))
    planned = Notice.objects.filter(about__startswith=mark)
    last = planned.aggregate(last=Max("pk"))["last"]
    with worker("liaison") as main, publisher() as app:
        app.send_task("liaison.heartbeat")
        wait_until(lambda: line.exists("liaison:alive:worker"))
        [process] = main.children()
        begun = time.perf_counter()
        app.send_task("liaison.notices.tasks.send_due", expires=10)
        wait_until(lambda: is_sent(last - due * 9 // 10))  # they leave in the order of their numbers
        early = process.memory_info().rss
        wait_until(lambda: is_sent(last) and not planned.exclude(state=State.SENT).exists())
        seconds = time.perf_counter() - begun
        after = process.memory_info().rss
    return {"rate": due / seconds, "early": early / 2**20, "after": after / 2**20}


def is_sent(pk: int) -> bool:
    return Notice.objects.filter(pk=pk, state=State.SENT).exists()


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        if time.monotonic() > deadline:
            raise SystemExit("notices: the worker did not finish")
        time.sleep(0.02)
