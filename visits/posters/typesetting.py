"""Typst at work: a template of this folder and its data in, bytes out. Knows neither Django nor visits.

Typst keeps what it has set in memory for ten more runs, some 3 MB a page: nothing for a poster now and then, half a
gigabyte after a whole district's. So many pages are set by a process of their own, which takes its memory along when it
ends: `python -m visits.posters.typesetting` reads the order as JSON and writes the file.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from . import fonts

TEMPLATES = Path(__file__).parent / "templates"
ROOT = Path(__file__).resolve().parent.parent.parent
LONGEST = 300  # seconds; a district's posters take one or two
LOOK_EVERY = 1.0
_turn = threading.BoundedSemaphore(1)  # typst lets other threads run meanwhile: one core of the web at most is its


class Busy(Exception):
    """Too many ask for a page at once; the next may come in a moment."""


@lru_cache(maxsize=1)
def known_fonts():
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.folder())])


def set_pages(template: str, data: list[dict], *, size: str, form: str = "pdf", ppi: float = 144) -> bytes:
    """`data` set by `template`. What is in it stays text: it goes in as JSON, not as markup."""
    import typst

    compiler = typst.Compiler(str(TEMPLATES / template), root=str(TEMPLATES), font_paths=known_fonts(),
                              sys_inputs={"data": json.dumps(data, ensure_ascii=False), "size": size})  # fmt: skip
    return compiler.compile(format=form, ppi=ppi)


def set_in_turn(template: str, data: list[dict], *, wait: float = 4, **how) -> bytes:
    """As `set_pages`, one after the other in a process. Raises Busy where the turn does not come in `wait` seconds."""
    if not _turn.acquire(timeout=wait):
        raise Busy
    try:
        return set_pages(template, data, **how)
    finally:
        _turn.release()


def set_apart(template: str, data: list[dict], *, size: str, waiting: Callable[[], None] = lambda: None) -> bytes:
    """As `set_pages`, in a process of its own; `waiting` is called each second and may raise to end it."""
    order: bytes | None = json.dumps({"template": template, "data": data, "size": size}).encode()
    command = [sys.executable, "-m", "visits.posters.typesetting"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            for _second in range(int(LONGEST / LOOK_EVERY)):
                try:
                    pages, _nothing = process.communicate(order, timeout=LOOK_EVERY)
                    break
                except subprocess.TimeoutExpired:
                    order = None  # what was not read yet is still on its way
                    waiting()
            else:
                raise TimeoutError(f"{template}: {LONGEST} s")
        except BaseException:
            process.kill()
            raise
    if process.returncode:
        raise RuntimeError(f"{template}: {process.returncode}")
    return pages


if __name__ == "__main__":
    sys.stdout.buffer.write(set_pages(**json.load(sys.stdin)))
