"""Keeps the web server, the worker and the beat running, and ends all of them together."""

import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psutil

from . import paths
from .server import kill

MARK = "LIAISON_SUPERVISED"  # in the environment of all we start, and so of all that they start
STOP_SECONDS = 10
SETTLED_SECONDS = 60
CHECK_SECONDS = 2
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """A program to keep running; one that ends is started again, later each time."""

    name: str
    title: str
    command: list[str]
    environment: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen | None = None
    started: float = 0.0
    delay: float = 1.0
    due: float = 0.0

    def start(self) -> None:
        """Start it as the leader of a group of its own, so that its own children can be ended with it."""
        with paths.open_log(self.name) as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=paths.PROJECT,
                env=os.environ | {"LIAISON_HOME": str(paths.home()), MARK: mark()} | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=follow_parent_to_death,
            )
        self.started = time.monotonic()

    def look_after(self) -> None:
        """Start it again, when its time has come, if it has ended."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
        elif (code := self.process.poll()) is not None:
            self.signal(signal.SIGKILL)  # its workers may have outlived it and would hold the port
            if now - self.started > SETTLED_SECONDS:
                self.delay = 1.0
            say(f"{self.title}意外退出（代码 {code}），{self.delay:.0f} 秒后重启；日志 log/{self.name}.log")
            self.due, self.delay, self.process = now + self.delay, min(self.delay * 2, 30.0), None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it and to whatever it has started."""
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)


class Supervisor:
    """Runs children until SIGINT, SIGTERM or SIGHUP comes."""

    def __init__(self, children: list[Child], check: Callable[[], None]) -> None:
        self.children, self.check, self.stopping = children, check, False

    def __enter__(self) -> "Supervisor":
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.ask_to_stop)
        for child in self.children:
            child.start()
        return self

    def __exit__(self, *exception) -> None:
        self.stop()

    def ask_to_stop(self, *_) -> None:
        self.stopping = True

    def wait_for(self, host: str, port: int) -> bool:
        """Wait until the web server answers; false if it was asked to stop before."""
        while not self.stopping and not answers_http(host, port):
            self.look_after()
            time.sleep(0.1)
        return not self.stopping

    def keep(self) -> None:
        """Look after the children, and now and then after the embedded servers, until asked to stop."""
        checked = time.monotonic()
        while not self.stopping:
            self.look_after()
            if time.monotonic() - checked > CHECK_SECONDS:
                self.check()
                checked = time.monotonic()
            time.sleep(0.2)

    def look_after(self) -> None:
        for child in self.children:
            child.look_after()

    def stop(self) -> None:
        """End all children: first kindly, then whoever is left."""
        for child in self.children:
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        running = [child.process for child in self.children if child.process]
        while any(p.poll() is None for p in running) and time.monotonic() < deadline:
            time.sleep(0.05)
        for child in self.children:
            child.signal(signal.SIGKILL)
        for process in running:
            process.wait()


def mark() -> str:
    """What tells this data folder's processes from another's."""
    return paths.run_folder().name


def follow_parent_to_death() -> None:
    """Have the kernel end this process when the supervisor is killed (Linux only, elsewhere the next run ends it)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def end_orphans() -> int:
    """End what a killed supervisor of this data folder left running; gives back how many those were."""
    orphans = [process for process in psutil.process_iter() if is_marked(process)]
    kill(orphans, signal.SIGTERM)
    _, stubborn = psutil.wait_procs(orphans, timeout=5)
    kill(stubborn, signal.SIGKILL)
    psutil.wait_procs(stubborn, timeout=5)
    return len(orphans)


def is_marked(process: psutil.Process) -> bool:
    """Whether a supervisor of this data folder started it, or something that it started."""
    try:
        return process.pid != os.getpid() and process.environ().get(MARK) == mark()
    except (psutil.Error, OSError):  # gone by now, or not ours to look at
        return False


def check_port(host: str, port: int) -> None:
    """Fail with one line when the web server could not listen there."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as door:
            door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            door.bind(address)
            door.listen()
    except PermissionError:
        raise paths.Fault(f"没有权限使用端口 {port}，请换一个，例如 make run PORT=8001") from None
    except socket.gaierror:
        raise paths.Fault(f"HOST={host} 不是本机的地址") from None
    except OSError as error:
        text = f"{host}:{port} 不可用（{error.strerror}），请换一个端口，例如 make run PORT={port + 1}"
        raise paths.Fault(text) from None


def answers_http(host: str, port: int) -> bool:
    """Whether something there speaks HTTP."""
    try:
        with socket.create_connection((host, port), timeout=5) as line:
            line.sendall(b"GET /healthz HTTP/1.0\r\nHost: localhost\r\n\r\n")
            return line.recv(5) == b"HTTP/"
    except OSError:
        return False


def say(text: str) -> None:
    """One line for whoever sits at the terminal."""
    print(text, flush=True)
