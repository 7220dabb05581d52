"""What the embedded PostgreSQL and Redis have in common: one start, adoption after a crash, one stop."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import IO

import psutil

from . import paths

# Two minutes: crash recovery of a large database reads its log before it answers.
START_SECONDS = 120
STOP_SECONDS = 30


class Server:
    """A server that any number of processes share; callers of start and stop hold the start lock.

    The server inherits a lock of its own and so do all processes it makes: while one of them lives the lock is held,
    whatever pid files say. That is how leftovers are told from a recycled pid, in containers too.
    """

    name: str  # of its data folder, its log and its lock
    program: str  # as the kernel names the process
    title: str  # as we name it to people
    stop_signal = signal.SIGTERM

    def __init__(self) -> None:
        self.child: subprocess.Popen | None = None

    @property
    def data(self) -> Path:
        """The data folder."""
        return paths.home() / self.name

    @property
    def socket(self) -> Path:
        """The socket it listens on."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it serves."""
        raise NotImplementedError

    def prepare(self) -> list[str]:
        """Make the data folder and whatever else it needs; gives back the command line."""
        raise NotImplementedError

    def start(self) -> bool:
        """Make it serve: adopt the one that runs, end what a crash left over, or start it (then true)."""
        started, deadline = None, time.monotonic() + START_SECONDS
        with paths.open_lock(self.name) as lock:
            while not self.answers():
                if started is None and paths.take(lock):
                    self.child = started = self.spawn(lock)
                    lock.close()  # from here on only the server's own processes hold it
                elif started and started.poll() is not None:
                    raise paths.Fault(f"{self.title} 未能启动：{self.last_words()}")
                elif started is None:
                    self.end_leftovers()
                if time.monotonic() > deadline:
                    raise paths.Fault(f"{self.title} 在 {START_SECONDS} 秒内没有就绪：{self.last_words()}")
                time.sleep(0.02)
        return started is not None

    def spawn(self, lock: IO) -> subprocess.Popen:
        """Start it in its data folder and in a session of its own, so that Ctrl-C reaches us alone."""
        command = self.prepare()
        with paths.open_log(self.name) as log:
            log.write(f"--- {time.strftime('%F %T')}\n".encode())
            log.flush()
            return self.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=[lock.fileno()],
                start_new_session=True,
            )

    def run(self, command: list[str], folder: Path | None = None, **options) -> subprocess.Popen:
        """Run a program as the servers' account inside the data folder.

        We enter the folder before root's rights are dropped, and the program is given `/proc/self/cwd` or `.` for it:
        so it works below folders that its account may not pass, and with a name of any length and any letters.
        """
        who = paths.account()
        if os.geteuid() == 0:
            options |= {"user": who.uid, "group": who.gid, "extra_groups": []}
        # A clean environment: PGPORT, PGDATA or LC_ALL of whoever starts us are not meant for this server.
        clean = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
        return subprocess.Popen(command, cwd=folder or self.data, env=clean, **options)

    def processes(self) -> list[psutil.Process]:
        """All its processes, known by the run folder's name that each carries in its title."""
        return [p for p in psutil.process_iter(["name", "cmdline"]) if self.owns(p.info["name"], p.info["cmdline"])]

    def owns(self, name: str, cmdline: list[str] | None) -> bool:
        """Whether a process of this name and command line is one of this home's server."""
        return name == self.program and paths.run_folder().name in " ".join(cmdline or ())

    def is_main(self, process: psutil.Process) -> bool:
        """Whether it is the server itself, not one of its helpers."""
        return True

    def end_leftovers(self) -> None:
        """Kill helpers that outlived their server; while the server itself lives, leave all of them be."""
        leftovers = self.processes()
        if not any(self.is_main(p) for p in leftovers):
            kill(leftovers, signal.SIGKILL)

    def stop(self) -> None:
        """End it and wait until none of its processes is left."""
        kill([p for p in self.processes() if self.is_main(p)], self.stop_signal)
        deadline = time.monotonic() + STOP_SECONDS
        with paths.open_lock(self.name) as lock:
            while not paths.take(lock):
                if time.monotonic() > deadline:
                    kill(self.processes(), signal.SIGKILL)
                time.sleep(0.02)
        if self.child:
            self.child.wait()

    def last_words(self) -> str:
        """Where the log is and the line of it that says most."""
        path = paths.home() / "log" / f"{self.name}.log"
        lines = path.read_text(errors="replace").strip().splitlines() if path.exists() else []
        fatal = [line for line in lines if "FATAL" in line]
        return f"{(fatal or lines or ['没有日志'])[-1].strip()}（日志：{path}）"


def kill(processes: list[psutil.Process], number: signal.Signals) -> None:
    """Send a signal to those that still live."""
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            process.send_signal(number)
