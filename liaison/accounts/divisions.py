"""Loading the divisions of the nation from csv files: all of it is read and judged before a row is written."""

import csv
import lzma
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from .actions import log
from .choices import CODE_LENGTH, Level
from .models import Region, User

STEMS = {
    Level.PROVINCE: "provinces", Level.CITY: "cities", Level.DISTRICT: "areas", Level.STREET: "streets",
    Level.COMMUNITY: "villages",
}  # fmt: skip
PARENT_COLUMN = {
    Level.CITY: "provinceCode", Level.DISTRICT: "cityCode", Level.STREET: "areaCode", Level.COMMUNITY: "streetCode",
}  # fmt: skip
LONGEST_NAME = Region._meta.get_field("name").max_length
LONGEST_LINE = 10_000  # bytes; a file without line ends must not be read into memory whole
MOST_FAULTS = 20  # enough to see a pattern; the file is refused anyway
STEP = 20_000  # rows between two reports of progress


class Fault(NamedTuple):
    """What is wrong, and where."""

    file: str
    line: int | None
    reason: str

    def __str__(self) -> str:
        return f"{self.file} 第 {self.line} 行：{self.reason}" if self.line else f"{self.file}：{self.reason}"


class Broken(ValidationError):
    """The files cannot be loaded; nothing was written."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__([str(fault) for fault in faults])


class Unreadable(Exception):
    """A file ends here: what follows cannot be read."""


class Outcome(NamedTuple):
    rows: int
    added: int
    changed: int


class Step(NamedTuple):
    """How far the load has come: rows, and bytes of the file out of its size."""

    task: str
    file: str
    rows: int
    read: int
    size: int
    done: bool = False


Report = Callable[[Step], None]


def load(folder: Path, *, by: User | None = None, report: Report = lambda step: None) -> Outcome:
    """Write the divisions in `folder`: new ones are added, renamed ones renamed, those not in the files stay.

    One line in the audit log tells of the load. Added divisions leave no history rows of their own (a nation would
    leave 664,000); a changed name does, because the old one stands nowhere else.
    """
    files = find(folder)
    check(files, report)
    with transaction.atomic(), pgtrigger.ignore("accounts.Region:insert_insert"):
        outcome = write(files, report)
        if outcome.added or outcome.changed:
            log(by, "load_divisions", str(folder)[:120], **outcome._asdict())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_region")
    return outcome


def find(folder: Path) -> dict[Level, Path]:
    """The file of each level: csv, or csv.xz. Raises Broken where one is missing."""
    if not folder.is_dir():
        raise Broken([Fault(str(folder), None, "没有这个文件夹")])
    found, faults = {}, []
    for level, stem in STEMS.items():
        there = [path for path in (folder / f"{stem}.csv", folder / f"{stem}.csv.xz") if path.is_file()]
        if there:
            found[level] = there[0]
        else:
            faults.append(Fault(f"{stem}.csv", None, "缺少文件（也没有 .csv.xz）"))
    if faults:
        raise Broken(faults)
    return found


def check(files: dict[Level, Path], report: Report) -> None:
    """Read every file once and raise Broken with all that is wrong, up to MOST_FAULTS."""
    faults: list[Fault] = []
    above: set[int] = set()
    for level, path in files.items():
        codes: set[int] = set()
        reader = Reader(path, level, report, "校验")
        try:
            for row in reader.rows():
                if reason := fault_of(row, level, codes, above):
                    faults.append(Fault(path.name, reader.line, reason))
                    if len(faults) >= MOST_FAULTS:
                        raise Broken(faults)
            if not codes:
                faults.append(Fault(path.name, None, "没有一行数据"))
        except Unreadable as error:
            faults.append(Fault(path.name, reader.line, str(error)))
            break  # what stands below would only seem to lack its parents
        above = codes
    if faults:
        raise Broken(faults)


def fault_of(row: tuple[str, str, str], level: Level, codes: set[int], above: set[int]) -> str | None:
    """What is wrong with a row, if anything. Adds its code to `codes`; `above` are the codes one level up."""
    code, name, parent = row
    if not (code.isascii() and code.isdigit()):
        return f"代码“{code[:20]}”不是数字"
    if len(code) != CODE_LENGTH[level]:
        return f"代码“{code[:20]}”应为 {CODE_LENGTH[level]} 位，实为 {len(code)} 位"
    number = int(code)  # an int takes half the room of a str, and there are 620,573 of them
    if number in codes:
        return f"代码 {code} 重复"
    codes.add(number)
    if level in PARENT_COLUMN and not (code.startswith(parent) and len(parent) == CODE_LENGTH[level - 1]):
        return f"代码 {code} 与上级代码“{parent[:20]}”不符"
    if level in PARENT_COLUMN and int(parent) not in above:
        return f"上级 {parent} 不存在"
    if not name:
        return f"{code} 没有名称"
    if len(name) > LONGEST_NAME:
        return f"{code} 的名称超过 {LONGEST_NAME} 个字"
    if any(unicodedata.category(sign) == "Cc" for sign in name):
        return f"{code} 的名称含有控制字符"
    return None


class Reader:
    """The rows of one file, streamed: code, name and parent's code. `line` is where the row at hand begins."""

    def __init__(self, path: Path, level: Level, report: Report, task: str) -> None:
        self.path, self.level, self.report, self.task = path, level, report, task
        self.columns = ["code", "name", *filter(None, [PARENT_COLUMN.get(level)])]
        self.line, self.read = 1, 0

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Every row. Raises Unreadable where the file breaks off or is not what it should be."""
        try:
            with self.path.open("rb") as raw, lzma.open(raw) if self.path.suffix == ".xz" else raw as plain:
                yield from self.parsed(plain, raw)
        except (EOFError, lzma.LZMAError):
            raise Unreadable("xz 压缩文件不完整或已损坏") from None
        except UnicodeDecodeError:
            raise Unreadable("不是 UTF-8 编码") from None
        except csv.Error:
            raise Unreadable("不是完整的 csv（引号没有成对，或文件在此中断）") from None
        except OSError as error:
            raise Unreadable(f"无法读取：{error.strerror}") from None

    def parsed(self, plain, raw) -> Iterator[tuple[str, str, str]]:
        reader = csv.reader(self.lines(plain), strict=True)
        header = [column.strip() for column in next(reader, [])]
        if missing := [column for column in self.columns if column not in header]:
            raise Unreadable(f"缺少列 {'、'.join(missing)}")
        code, name, *parent = map(header.index, self.columns)
        size, width = self.path.stat().st_size, len(header)
        count, self.line = 0, self.read + 1
        for count, fields in enumerate(reader, 1):
            if len(fields) != width:
                raise Unreadable(f"应有 {width} 列，实有 {len(fields)} 列")
            yield fields[code].strip(), fields[name].strip(), fields[parent[0]].strip() if parent else ""
            self.line = self.read + 1
            if count % STEP == 0:
                self.report(Step(self.task, self.path.name, count, raw.tell(), size))
        self.report(Step(self.task, self.path.name, count, size, size, done=True))

    def lines(self, plain) -> Iterator[str]:
        """Lines as text, decoded one by one so that a fault has its line. Some editors put a mark before the first."""
        while line := plain.readline(LONGEST_LINE):
            if len(line) == LONGEST_LINE:
                raise Unreadable("这一行过长")
            self.read += 1
            yield line.decode("utf-8" if self.read > 1 else "utf-8-sig")


def write(files: dict[Level, Path], report: Report) -> Outcome:
    """COPY all rows into a temporary table, then bring the real one up to date with one statement."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE loaded (code text, name text, level smallint)")
        with cursor.copy("COPY loaded FROM STDIN") as copy:
            for level, path in files.items():
                for code, name, _parent in Reader(path, level, report, "装入").rows():
                    copy.write_row((code, name, level.value))
        cursor.execute(
            """
            WITH written AS (
                INSERT INTO accounts_region AS region (code, name, level) SELECT code, name, level FROM loaded
                ON CONFLICT (code) DO UPDATE SET name = excluded.name WHERE region.name <> excluded.name
                RETURNING xmax = 0 AS added
            )
            SELECT (SELECT count(*) FROM loaded), count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added)
            FROM written
            """
        )
        outcome = Outcome(*cursor.fetchone())
        cursor.execute("DROP TABLE loaded")
        return outcome
