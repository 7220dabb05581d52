"""`make run`: everything the site needs, in one terminal."""

import hashlib
import os
import secrets
import sys
from pathlib import Path

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles.finders import get_finders
from django.core.management import BaseCommand, call_command, get_commands
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from liaison.common import embedded
from liaison.common.embedded import paths, supervisor
from liaison.common.embedded.supervisor import Child, Supervisor, say

DEMO_ACCOUNTS = "district street liaison neighbour representative department auditor admin"
# One long work at a time, in the process of the worker itself: the other workers are for what must not wait.
JOBS = ["--queues", "jobs", "--concurrency", "1", "--hostname", "jobs@%h"]
RESET = ".venv/bin/python manage.py changepassword 账号"


class Command(BaseCommand):
    help = "启动整个系统：数据库、Redis、网页、后台任务、定时任务"
    requires_system_checks = []

    def handle(self, *args, **options) -> None:
        host, port = os.environ.get("HOST") or "127.0.0.1", read_port()
        paths.make_home()
        with paths.open_lock("run") as lock:
            if not paths.take(lock):
                raise embedded.Fault(f"已经在运行：{embedded.home()}。另开一套请用别的 LIAISON_HOME 和 PORT")
            if count := supervisor.end_orphans():
                say(f"已清理上次遗留的 {count} 个进程")
            supervisor.check_port(host, port)
            embedded.hold()
            say(f"数据库与 Redis 已就绪；数据目录 {embedded.home()}")
            password = prepare()
            serve(host, port, password)


def read_port() -> int:
    """PORT, or 8000."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise embedded.Fault(f"PORT={text} 不是端口号（1–65535）")
    return int(text)


def prepare() -> str | None:
    """Bring tables, demo data and static files up to date; gives back the demo password when it was just made."""
    migrate()
    password = load_demo()
    collect_static()
    connections.close_all()
    return password


def migrate() -> None:
    """Apply migrations where some are missing; asking first is quicker than applying none."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("正在建立或更新数据表……")
        call_command("migrate", interactive=False, verbosity=0)


def load_demo() -> str | None:
    """Fill an empty database with the demo district; its password is known to whoever reads this terminal only."""
    from django.apps import apps

    if "load_demo" not in get_commands():
        return None
    if any(model.objects.exists() for model in (apps.get_model("accounts", "Region"), get_user_model())):
        return None
    password = os.environ.get("LIAISON_DEMO_PASSWORD") or f"{secrets.token_urlsafe(9)}-Aa1"
    os.environ["LIAISON_DEMO_PASSWORD"] = password
    say("首次运行，正在装入演示数据……")
    call_command("load_demo", verbosity=0)
    return password


def collect_static() -> None:
    """Collect static files when one of them is new or changed."""
    mark = Path(settings.STATIC_ROOT).with_name("static.sum")
    found = static_sum()
    if mark.exists() and mark.read_text() == found:
        return
    say("正在收集静态文件……")
    call_command("collectstatic", interactive=False, verbosity=0)
    mark.write_text(found)


def static_sum() -> str:
    """A digest of the names, sizes and times of all static files."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            facts = os.stat(storage.path(path))
            digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def serve(host: str, port: int, password: str | None) -> None:
    """Run web, worker and beat until told to stop."""
    with Supervisor(children(host, port), revive) as running:
        if running.wait_for(host, port):
            announce(host, port, password)
            running.keep()
        say("正在停止……")
    say("已停止")


def children(host: str, port: int) -> list[Child]:
    """The programs; two web processes with a few threads each keep two cores busy and the pool small."""
    web = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--host", host, "--port", str(port)]
    web += ["--workers", "2", "--blocking-threads", "4", "--respawn-failed-workers", "liaison.wsgi:application"]
    celery = [sys.executable, "-m", "celery", "-A", "liaison"]
    schedule = str(embedded.home() / "beat-schedule")
    return [
        Child("web", "网页服务", web, {"LIAISON_DB_POOL": os.environ.get("LIAISON_DB_POOL", "4")}),
        Child("worker", "后台任务", [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"]),
        Child("jobs", "长任务", [*celery, "worker", *JOBS, "--loglevel", "WARNING"]),
        Child("beat", "定时任务", [*celery, "beat", "--schedule", schedule, "--loglevel", "WARNING"]),
    ]


def revive() -> None:
    """Start again an embedded server that somebody killed."""
    for title in embedded.ensure():
        say(f"{title} 意外退出，已重启")


def is_demo() -> bool:
    """Whether the demo accounts are in this database; an installation with people of its own has none of them."""
    if "load_demo" not in get_commands():
        return False
    try:
        return get_user_model().objects.filter(username__in=DEMO_ACCOUNTS.split()).count() == len(DEMO_ACCOUNTS.split())
    finally:
        connections.close_all()


def announce(host: str, port: int, password: str | None) -> None:
    """Tell the address and the accounts."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)
    say(f"网页服务、后台任务、定时任务已就绪；日志在 {embedded.home()}/log/")
    if is_demo():
        say(f"演示账号：{DEMO_ACCOUNTS}")
        say(f"演示密码：{password}（只显示这一次）" if password else f"演示密码：见首次运行时的输出；重设：{RESET}")
    say(f"打开 http://{shown}:{port}/ ，按 Ctrl-C 停止")
