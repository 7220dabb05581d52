import sys
import time
from pathlib import Path

from django.core.management import BaseCommand, CommandError
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from liaison.accounts.divisions import Broken, Step, load


class Command(BaseCommand):
    help = "装入行政区划：文件夹中的 provinces、cities、areas、streets、villages（.csv 或 .csv.xz）"

    def add_arguments(self, parser) -> None:
        parser.add_argument("folder", type=Path, metavar="文件夹")

    def handle(self, *, folder: Path, verbosity: int, **options) -> None:
        began = time.monotonic()
        shown = Bars() if sys.stdout.isatty() and verbosity else Lines(self.stdout if verbosity else None)
        try:
            with shown:
                outcome = load(folder, report=shown.report)
        except Broken as broken:
            reasons = "\n".join(f"  {message}" for message in broken.messages)
            raise CommandError(f"区划文件有误，没有写入任何数据：\n{reasons}") from None
        if verbosity:
            self.stdout.write(
                f"共 {outcome.rows:,} 条区划：新增 {outcome.added:,}，更名 {outcome.changed:,}，"
                f"用时 {time.monotonic() - began:.1f} 秒"
            )


class Bars(Progress):
    """A bar per file and task, for a terminal."""

    def __init__(self) -> None:
        super().__init__(
            TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[rows]:,} 行"), TimeElapsedColumn()
        )
        self.named = {}

    def report(self, step: Step) -> None:
        name = f"{step.task} {step.file}"
        if name not in self.named:
            self.named[name] = self.add_task(name, total=step.size, rows=0)
        self.update(self.named[name], completed=step.read, rows=step.rows)


class Lines:
    """A line per file and task, for a log."""

    def __init__(self, out) -> None:
        self.out = out

    def __enter__(self):
        return self

    def __exit__(self, *exception) -> None:
        pass

    def report(self, step: Step) -> None:
        if self.out and step.done:
            self.out.write(f"{step.task} {step.file}：{step.rows:,} 行")
