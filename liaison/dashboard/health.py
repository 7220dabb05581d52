"""Whether each part of the house works, told within two seconds whatever it is that hangs."""

import threading
from collections.abc import Callable
from typing import NamedTuple

import redis
from django.db import DatabaseError, connections
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.common import pulse
from liaison.notices.lines import moving
from liaison.notices.models import Notice

PATIENCE = 1.5  # seconds for database and Redis, asked at the same time
LATE_AFTER = 300  # seconds that a due notice may wait

_running: dict[Callable, "Asked"] = {}
_turn = threading.Lock()


class Part(NamedTuple):
    ok: bool
    detail: str = ""
    seconds: float | None = None


def parts() -> dict[str, Part]:
    """Every part that has to work, by name. What could not be asked because of another part counts as failing."""
    of_redis, of_database = ask(pulse.silences), ask(oldest_due)
    silences, redis_fault = of_redis.answer()
    age, database_fault = of_database.answer()
    return {
        "database": Part(not database_fault, database_fault),
        "redis": Part(not redis_fault, redis_fault),
        **{name: alive((silences or {}).get(name), redis_fault) for name in pulse.PARTS},
        "outbox": outbox(age, database_fault),
    }


def oldest_due() -> float:
    try:
        now = timezone.now()
        return Notice.objects.filter(moving(now)).oldest_age(now).total_seconds()
    finally:
        connections.close_all()


def alive(silence: float | None, fault: str) -> Part:
    """A process that shows itself in Redis."""
    if fault:
        return Part(False, _("无法得知：Redis 不可用"))
    if silence is None:
        return Part(False, _("从未有过音讯"))
    words = "" if silence <= pulse.SILENT_AFTER else _("已有 %(n)d 秒没有音讯") % {"n": silence}
    return Part(not words, words, round(silence, 1))


def outbox(age: float | None, fault: str) -> Part:
    if fault:
        return Part(False, _("无法得知：数据库不可用"))
    words = "" if age <= LATE_AFTER else _("最早应发的提醒已等待 %(n)d 秒") % {"n": age}
    return Part(not words, words, round(age, 1))


def ask(question: Callable) -> "Asked":
    """Put a question, or wait with whoever already put it: probes do not pile up before a server that hangs."""
    with _turn:
        running = _running.get(question)
        if running is None or not running.thread.is_alive():
            running = _running[question] = Asked(question)
            running.thread.start()
        return running


class Asked:
    """A question in a thread of its own, because a server that hangs cannot be interrupted."""

    def __init__(self, question: Callable) -> None:
        self.question, self.found, self.fault = question, None, _("没有回答")
        self.thread = threading.Thread(target=self.run, args=[_("连接失败")], daemon=True)

    def run(self, refused: str) -> None:
        try:
            self.found = self.question()
            self.fault = ""
        except (DatabaseError, redis.RedisError, OSError):
            self.fault = refused

    def answer(self) -> tuple:
        """What was found and what went wrong, one of them empty."""
        self.thread.join(PATIENCE)
        return self.found, self.fault
