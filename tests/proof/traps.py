"""A trap: the first process that comes to a named step for the nth time stops there until it is let go, or killed.

Files in one folder, because the processes that meet there have nothing else in common that is not killed now and then.
"""

import itertools
import os
import time
from collections.abc import Callable
from pathlib import Path

LOOK = 0.005  # seconds


class Trap:
    def __init__(self, folder: Path) -> None:
        self.folder, self.seen = folder, ("", 0)
        self.numbers = itertools.count()

    @property
    def armed(self) -> Path:
        return self.folder / "armed"

    def arm(self, step: str, passes: int) -> None:
        """Let a process pass `step` so many times, then stop it."""
        fresh = self.folder / "fresh"
        fresh.write_text(f"{next(self.numbers)}|{step}|{passes}")
        fresh.rename(self.armed)

    def at(self, step: str, whose: Callable[[], int] = os.getpid) -> None:
        """Called at every step of every process; `whose` gives the process that the step belongs to."""
        try:
            number, wanted, passes = self.armed.read_text().split("|")
        except FileNotFoundError:
            return
        if wanted != step:
            return
        self.seen = (number, self.seen[1] + 1 if self.seen[0] == number else 1)
        if self.seen[1] <= int(passes):
            return
        caught = self.folder / f"caught.{whose()}"
        try:
            self.armed.rename(caught)
        except FileNotFoundError:  # another was quicker
            return
        while caught.exists():
            time.sleep(LOOK)

    def caught(self) -> int | None:
        """The process that stands in the trap."""
        found = next(self.folder.glob("caught.*"), None)
        return int(found.suffix[1:]) if found else None

    def release(self) -> None:
        """Let go whoever stands in it, and take it away."""
        for file in (self.armed, *self.folder.glob("caught.*")):
            file.unlink(missing_ok=True)
