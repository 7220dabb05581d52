"""PostgreSQL and Redis for machines that have neither; `DATABASE_URL` and `REDIS_URL` switch to real servers.

Any number of processes share the servers of one data folder. Each holds a shared lock for as long as it lives; the
first starts them, the last stops them. A killed process drops its lock by itself, and what it left running is taken
over by the next.
"""

import atexit
import contextlib
import fcntl
import os
import shutil
import signal
import sys
import threading
from typing import IO

from . import paths
from .addresses import celery_broker_url, check_database, check_redis, database, database_url, redis_url
from .paths import PROJECT, Fault, home
from .postgres import Postgres
from .redis import Redis
from .server import Server

__all__ = ["PROJECT", "Fault", "celery_broker_url", "database", "database_url", "ensure", "hold", "home", "redis_url"]

# What each variable, when set, makes needless.
EMBEDDED: dict[str, type[Server]] = {"DATABASE_URL": Postgres, "REDIS_URL": Redis}

_users: IO | None = None
_servers: list[Server] = []


def hold() -> None:
    """Make sure that database and Redis are there until this process ends; again is as good as once."""
    global _users
    if _users:
        return
    paths.make_home()
    _servers.extend(server() for key, server in EMBEDDED.items() if not os.environ.get(key))
    _die_tidily()
    users = paths.open_lock("users")
    with paths.alone("start"):
        fcntl.flock(users, fcntl.LOCK_SH)
        _users = users
        atexit.register(_release, os.getpid())
        _start()
    if os.environ.get("DATABASE_URL"):
        check_database()
    if os.environ.get("REDIS_URL"):
        check_redis()


def ensure() -> list[str]:
    """Start again whichever embedded server has died; gives back their names."""
    if all(server.answers() for server in _servers):
        return []
    with paths.alone("start"):
        return _start()


def _start() -> list[str]:
    try:
        return [server.title for server in _servers if server.start()]
    except OSError as error:
        raise Fault(f"内置服务未能启动：{error.strerror}（{error.filename}）") from None


def _release(holder: int) -> None:
    """Stop the servers if nobody else uses them."""
    if os.getpid() != holder:  # a fork runs our exit handlers too, but the lock is its parent's
        return
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C must not leave them half stopped
    with contextlib.suppress(Fault), paths.alone("start"):
        if paths.take(_users):
            for server in reversed(_servers):
                server.stop()
            shutil.rmtree(paths.run_folder(), ignore_errors=True)
        _users.close()


def _die_tidily() -> None:
    """Let SIGTERM and a closed terminal end the process by way of its exit handlers."""
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, lambda number, _: sys.exit(128 + number))
