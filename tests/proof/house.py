"""A house to do harm to: servers, workers and beats as `make run` starts them, each of which can be killed by name."""

import random
import signal
import sys
import time
from collections.abc import Callable

import psutil
import redis
from django.conf import settings
from django.db import OperationalError, connections

from liaison.common import embedded, pulse
from liaison.common.embedded import supervisor
from liaison.common.embedded.postgres import Postgres
from liaison.common.embedded.redis import Redis
from liaison.common.embedded.supervisor import Child, Supervisor

RESTART = 0.05  # seconds; the supervisor's own second, doubled each time, is for programs that cannot start
PATIENCE = 240  # seconds
VICTIMS = ("sender", "worker", "beat", "Redis", "PostgreSQL", "connection")


class House:
    """`sender` is the process of a worker that sends, `worker` the one that keeps the senders; `connection` is the
    process of PostgreSQL that serves one sender, and PostgreSQL ends all others with it.
    """

    def __init__(self, mail_port: int, lease: float) -> None:
        supervisor.say = lambda text: None  # what is killed on purpose is no news
        self.environment = {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(mail_port), "PROOF_LEASE": str(lease)}
        self.supervisor = Supervisor([*self.pair("1")], lambda: None)

    def __enter__(self) -> "House":
        redis.Redis.from_url(settings.CACHES["default"]["LOCATION"]).flushdb()
        self.supervisor.__enter__()
        wait(lambda: None not in pulse.silences().values(), "worker and beat")
        return self

    def __exit__(self, *exception) -> None:
        self.supervisor.stop()

    def pair(self, name: str) -> list[Child]:
        celery = [sys.executable, "-m", "celery", "-A", "tests.proof.app"]
        worker = [*celery, "worker", "--concurrency", "2", "--hostname", f"{name}@%h", "--loglevel", "WARNING"]
        beat = [*celery, "beat", "--schedule", str(embedded.home() / f"beat-{name}"), "--loglevel", "WARNING"]
        return [
            Child(f"worker-{name}", "后台任务", worker, self.environment),
            Child(f"beat-{name}", "定时任务", beat, self.environment),
        ]

    def be(self, pairs: int) -> None:
        """Have so many workers and beats."""
        children = self.supervisor.children
        while len(children) < pairs * 2:
            children += self.pair(str(len(children) // 2 + 1))
        while len(children) > pairs * 2:
            child = children.pop()
            child.signal(signal.SIGKILL)
            child.process and child.process.wait()

    def look_after(self) -> None:
        """What `make run` does five times a second."""
        for child in self.supervisor.children:
            child.delay = RESTART
        self.supervisor.look_after()

    @property
    def is_stopping(self) -> bool:
        return self.supervisor.stopping

    def workers(self) -> list[psutil.Process]:
        return self.running("worker")

    def running(self, kind: str) -> list[psutil.Process]:
        children = [child for child in self.supervisor.children if child.name.startswith(kind) and child.process]
        return [psutil.Process(child.process.pid) for child in children if child.process.poll() is None]

    def senders(self) -> list[psutil.Process]:
        """The processes of the workers that send; no one's where a worker is just starting."""
        return [sender for worker in self.workers() for sender in worker.children()]

    def victim(self, name: str, caught: int | None) -> psutil.Process | None:
        """Whom to kill; what has to do with the process in the trap, where there is something."""
        if name in ("sender", "worker"):
            senders = self.senders()
            mine = [one for one in senders if one.pid == caught] or senders
            return pick(mine if name == "sender" else [one.parent() for one in mine] or self.workers())
        if name == "beat":
            beats = self.running("beat")
            return pick([one for one in beats if one.pid == caught] or beats)
        if name == "Redis":
            return pick(Redis().processes())
        main = [process for process in Postgres().processes() if Postgres().is_main(process)]
        return pick(main) if name == "PostgreSQL" else self.connection(caught) or pick(main[0].children())

    def connection(self, caught: int | None) -> psutil.Process | None:
        with Postgres().connect("postgres") as line:
            rows = line.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [f"proof-{caught}"])
            pids = [pid for (pid,) in rows]
        return psutil.Process(pids[0]) if pids else None

    def kill(self, name: str, caught: int | None) -> bool:
        """`kill -9`; whether there was somebody to kill. Comes back when the dead one is dead."""
        try:
            victim = self.victim(name, caught)
            if victim is None:
                return False
            victim.send_signal(signal.SIGKILL)
            wait(lambda: not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE, f"death of {name}")
        except psutil.NoSuchProcess:
            pass
        return True


def pick(some: list):
    return random.choice(some) if some else None


def wait(until: Callable[[], bool], what: str, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not until():
        if time.monotonic() > deadline:
            raise TimeoutError(what)
        time.sleep(0.01)


def patiently(question: Callable):
    """An answer of the database, however often it has just been killed."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return question()
        except OperationalError:
            connections.close_all()
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
