"""Where the database and Redis are: the environment's addresses, else those of the embedded servers."""

import os
import re
from urllib.parse import urlsplit

from . import paths, postgres
from .redis import Redis

DATABASE_SCHEMES = {"postgres", "postgresql"}
REDIS_SCHEMES = {"redis", "rediss", "unix"}


def database() -> dict:
    """The entry for Django's DATABASES."""
    if url := os.environ.get("DATABASE_URL"):
        return parse_database(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": postgres.NAME,
        "USER": postgres.USER,
        "PASSWORD": "",
        "HOST": str(paths.run_folder()),
        "PORT": postgres.PORT,
    }


def database_url() -> str:
    """The database's address as pg_dump and psql take it."""
    host = str(paths.run_folder()).replace("/", "%2F")
    return os.environ.get("DATABASE_URL") or f"postgresql://{postgres.USER}@{host}:{postgres.PORT}/{postgres.NAME}"


def redis_url() -> str:
    """Redis's address as Django's cache takes it."""
    return checked_redis_url() or f"unix://{Redis().socket}?db=0"


def celery_broker_url() -> str:
    """Redis's address as Celery takes it, which spells a socket its own way."""
    return redis_url().replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=")


def parse_database(url: str) -> dict:
    """Read a DATABASE_URL; a malformed one is told in one line, without the password that may stand in it."""
    import dj_database_url

    form = "postgresql://用户:密码@主机:5432/库名"
    try:
        if urlsplit(url).scheme not in DATABASE_SCHEMES:
            raise ValueError
        found = dj_database_url.parse(url)
    except Exception:  # the parser raises several kinds, and its texts quote the address
        raise paths.Fault(f"DATABASE_URL 写法有误，应形如 {form}") from None
    if "@" in found["NAME"]:  # the end of the password stands there; in a message it would be shown
        raise paths.Fault("DATABASE_URL 写法有误：密码里的 @ / : 等要写成 %40 %2F %3A")
    if not found["NAME"]:
        raise paths.Fault(f"DATABASE_URL 缺少库名，应形如 {form}")
    return found


def checked_redis_url() -> str | None:
    """REDIS_URL when it is set; a malformed one is told in one line."""
    url = os.environ.get("REDIS_URL")
    if url:
        try:
            parts = urlsplit(url)
            well_formed = parts.scheme in REDIS_SCHEMES and parts.port != 0
            if parts.scheme != "unix":  # Celery knows the database as a number in the path; the cache is laxer
                well_formed &= re.fullmatch(r"/?\d*", parts.path) is not None and "db=" not in parts.query
        except ValueError:
            well_formed = False
        if not well_formed:
            raise paths.Fault("REDIS_URL 写法有误，应形如 redis://:密码@主机:6379/0")
    return url or None


def check_database() -> None:
    """Fail with one line when the database of DATABASE_URL cannot be reached."""
    import psycopg

    where = database()
    options = {key: value for key, value in where.get("OPTIONS", {}).items() if key.startswith("ssl")}
    try:
        psycopg.connect(
            host=where["HOST"] or None,
            port=where["PORT"] or None,
            user=where["USER"] or None,
            password=where["PASSWORD"] or None,
            dbname=where["NAME"],
            connect_timeout=5,
            **options,
        ).close()
    except psycopg.OperationalError as error:
        name = f"{where['HOST']}:{where['PORT'] or 5432}/{where['NAME']}"
        raise paths.Fault(f"连不上 DATABASE_URL 所指的数据库 {name}：{one_line(error)}") from None


def check_redis() -> None:
    """Fail with one line when the server of REDIS_URL cannot be reached."""
    import redis

    try:
        redis.from_url(redis_url(), socket_connect_timeout=5, socket_timeout=5).ping()
    except (redis.RedisError, ValueError) as error:
        parts = urlsplit(redis_url())
        name = f"{parts.hostname}:{parts.port or 6379}" if parts.hostname else parts.path
        raise paths.Fault(f"连不上 REDIS_URL 所指的 Redis {name}：{one_line(error)}") from None


def one_line(error: Exception) -> str:
    """The last line of an error's text, which is where drivers put the cause."""
    return (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
