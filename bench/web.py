"""The server as `make run` starts it, and a plain client that keeps its connections open."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from multiprocessing import get_context
from urllib.request import urlopen

from liaison.common.embedded import database_url
from liaison.common.management.commands.run import children

CLIENTS = 48  # the kernel deals connections to the two processes by chance; a few would often fall unevenly


def free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        return listener.getsockname()[1]


@contextmanager
def server(database: str, bare: bytes) -> Iterator[int]:
    """The web server on a free port over `database`, with /bench/bare/ answering `bare`; gives the port."""
    port = free_port()
    web = next(child for child in children("127.0.0.1", port) if child.name == "web")
    with tempfile.NamedTemporaryFile() as file:
        file.write(bare)
        file.flush()
        environment = os.environ | web.environment | {
            "DJANGO_SETTINGS_MODULE": "bench.settings", "BENCH_BARE": file.name,
            "DATABASE_URL": database_url().rpartition("/")[0] + "/" + database,
        }  # fmt: skip
        process = subprocess.Popen(web.command, env=environment, stdout=subprocess.DEVNULL, start_new_session=True)
        try:
            wait(port)
            yield port
        finally:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(20)


def wait(port: int) -> None:
    for _ in range(150):
        try:
            urlopen(f"http://127.0.0.1:{port}/bench/bare/", timeout=2).close()
            return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("the server did not come up")


def rate(port: int, path: str, seconds: float) -> float:
    """Requests per second of CLIENTS connections in one client process beside the server."""
    context = get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(drive, (port, path, seconds))


def drive(port: int, path: str, seconds: float) -> float:
    """Ask on every connection, then read every answer, round after round, until the time is up."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
    connections = [socket.create_connection(("127.0.0.1", port)) for _ in range(CLIENTS)]
    readers = [connection.makefile("rb", 1 << 17) for connection in connections]
    done, started = 0, time.monotonic()
    while time.monotonic() - started < seconds:
        for connection in connections:
            connection.sendall(request)
        for reader in readers:
            read_answer(reader)
        done += len(connections)
    elapsed = time.monotonic() - started
    for connection in connections:
        connection.close()
    return done / elapsed


def read_answer(reader) -> bytes:
    """The body of one answer; anything but 200 with a known length ends the measurement."""
    status = reader.readline()
    if b" 200 " not in status:
        sys.exit(f"the server answered {status!r}")
    length = 0
    while (line := reader.readline().strip()) != b"":
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return reader.read(length)
