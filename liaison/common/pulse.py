"""What running processes tell of themselves through Redis: that they live, and what they counted.

With time-outs of its own, because whoever asks wants to know within a second that Redis is dead.
"""

import contextlib
import time
from collections.abc import Mapping

import redis
from django.conf import settings

PREFIX = "liaison:"
PARTS = ("worker", "beat")
SILENT_AFTER = 60  # seconds without a sign of life
FORGOTTEN_AFTER = 24 * 3600


def connect(timeout: float = 1) -> redis.Redis:
    """Redis, once and without patience: no second try."""
    url = settings.CACHES["default"]["LOCATION"]
    return redis.Redis.from_url(
        url, socket_timeout=timeout, socket_connect_timeout=timeout, retry=None, decode_responses=True
    )


def beat(part: str) -> None:
    """A sign of life of `part`, now. Nobody dies of not being able to give one."""
    with contextlib.suppress(redis.RedisError), connect() as line:
        line.set(f"{PREFIX}alive:{part}", time.time(), ex=FORGOTTEN_AFTER)


def silences() -> dict[str, float | None]:
    """For how many seconds each part has been silent; None where nothing was ever heard, or not for a day."""
    with connect() as line:
        heard = line.mget([f"{PREFIX}alive:{part}" for part in PARTS])
    now = time.time()
    return {part: now - float(at) if at else None for part, at in zip(PARTS, heard, strict=True)}


def count(numbers: Mapping[str, float]) -> None:
    """Add to counters that only grow; lost where Redis is away, for they are figures and not records."""
    with contextlib.suppress(redis.RedisError), connect() as line, line.pipeline(transaction=False) as pipe:
        for name, number in numbers.items():
            if number:
                pipe.hincrbyfloat(f"{PREFIX}counters", name, number)
        pipe.execute()


def counted() -> dict[str, float]:
    with connect() as line:
        return {name: float(number) for name, number in line.hgetall(f"{PREFIX}counters").items()}


def queued(queue: str = "celery") -> int:
    """How many tasks wait for a worker."""
    with connect() as line:
        return line.llen(queue)
