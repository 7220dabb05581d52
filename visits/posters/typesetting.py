"""Typst at work: a template of this folder and its data in, bytes out. Knows neither Django nor visits.

Typst keeps what it has set in memory for ten more runs: little for a poster now and then, much for a whole district's
(docs/scale.md). So many pages are set by processes of their own, which take their memory along when they end, and in
parts, which tell how far the work is: `python -m visits.posters.typesetting` reads an order as JSON and writes a file.
"""

import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path

from . import fonts

TEMPLATES = Path(__file__).parent / "templates"
ROOT = Path(__file__).resolve().parent.parent.parent
PART = 20  # pages of one order
LONGEST = 300  # seconds of one order; a part takes less than one
LOOK_EVERY = 1.0
JOINED = "joined.typ"
KEPT = ("title", "station", "date", "issuer")  # of a page, for who looks for the file or does not see it
_turn = threading.BoundedSemaphore(1)  # typst lets other threads run meanwhile: one core of the web at most is its


class Busy(Exception):
    """Too many ask for a page at once; the next may come in a moment."""


@lru_cache(maxsize=1)
def known_fonts():
    import typst

    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(fonts.folder())])


def set_pages(template: str, data: list[dict], *, size: str, form: str = "pdf", ppi: float = 144,
              root: str = "") -> bytes:  # fmt: skip
    """`data` set by `template`. What is in it stays text: it goes in as JSON, not as markup.

    A template that stands for itself may have another folder as its `root`, where the files are that it names.
    """
    import typst

    source = (TEMPLATES / template).read_bytes() if root else str(TEMPLATES / template)
    compiler = typst.Compiler(source, root=root or str(TEMPLATES), font_paths=known_fonts(),
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


def set_in_parts(template: str, data: list[dict], *, size: str, told: Callable[[int], None]) -> bytes:
    """As `set_pages`, in PDF, by as many processes in turn as there are parts.

    `told` hears how many pages are set: after each part, and each second meanwhile; it may raise to end the work.
    """
    with tempfile.TemporaryDirectory() as folder:
        for start in range(0, len(data), PART):
            some = data[start : start + PART]
            part = set_apart(template, some, size=size, waiting=partial(told, start))
            Path(folder, f"{start // PART}.pdf").write_bytes(part)
            told(start + len(some))
        pages = [
            {"file": f"{n // PART}.pdf", "number": n % PART + 1} | {name: page.get(name, "") for name in KEPT}
            for n, page in enumerate(data)
        ]
        return set_apart(JOINED, pages, size=size, root=folder, waiting=partial(told, len(data)))


def set_apart(template: str, data: list[dict], *, waiting: Callable[[], None] = lambda: None, **how) -> bytes:
    """As `set_pages`, in a process of its own; `waiting` is called each second and may raise to end it."""
    order: bytes | None = json.dumps({"template": template, "data": data} | how).encode()
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
