"""Centres of divisions from a csv file: rows that make sense go in, each of the others is named with its line."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from liaison.common.coordinates import System, is_shifted, to_wgs84

from .actions import log
from .models import User

# What a column may be called; the first is how the manual names it.
COLUMNS = {
    "code": ("code", "区划代码", "代码"), "latitude": ("latitude", "纬度", "lat"),
    "longitude": ("longitude", "经度", "lng"), "system": ("system", "坐标系"),
}  # fmt: skip
NEEDED = ("code", "latitude", "longitude")


class Fault(NamedTuple):
    line: int
    reason: str

    def __str__(self) -> str:
        return f"第 {self.line} 行：{self.reason}"


class Outcome(NamedTuple):
    """What came of a file: rows read, centres that are new, moved and as they were, and the rows that stayed out."""

    rows: int
    added: int
    moved: int
    same: int
    faults: list[Fault]


class Centre(NamedTuple):
    line: int
    code: str
    latitude: float
    longitude: float


def load(path: Path, *, system: str = System.WGS84, rehearse: bool = False, by: User | None = None) -> Outcome:
    """Write the centres in `path`, whose rows are in `system` where they do not say otherwise.

    Leaves one line in the audit log. A first centre leaves no history row of its own (a nation would leave 620,000); a
    moved one does, because the old place stands nowhere else. `rehearse` judges everything and writes nothing.
    """
    centres, faults, rows = read(path, system)
    with transaction.atomic():
        outcome = Outcome(rows, *write(centres, faults), sorted(faults))
        if rehearse:
            transaction.set_rollback(True)
        elif outcome.added or outcome.moved:
            numbers = {"rows": rows, "added": outcome.added, "moved": outcome.moved, "faults": len(faults)}
            log(by, "load_centres", path.name[:120], **numbers)
    return outcome


def read(path: Path, system: str) -> tuple[list[Centre], list[Fault], int]:
    """The rows that make sense, what is wrong with the others, and how many there were."""
    found: dict[str, Centre] = {}
    faults: list[Fault] = []
    rows = 0
    for line, row in table(path):
        rows += 1
        try:
            centre = centre_of(line, row, system)
            if earlier := found.get(centre.code):
                raise ValueError(f"代码 {centre.code} 与第 {earlier.line} 行重复")
            found[centre.code] = centre
        except ValueError as error:
            faults.append(Fault(line, str(error)))
    return list(found.values()), faults, rows


def table(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Every row under our names of its columns, with its line. Raises ValidationError where there is no table."""
    try:
        lines = path.read_bytes()
    except OSError as error:
        raise ValidationError(f"无法读取 {path}：{error.strerror}") from None
    try:
        text = lines.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = lines.decode("gb18030", errors="replace")  # as Excel saves it in China
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        places = columns_of(next(reader, []))
        for row in reader:
            if any(cell.strip() for cell in row):
                cells = {name: row[place].strip() if place < len(row) else "" for name, place in places.items()}
                yield reader.line_num, cells
    except csv.Error:
        raise ValidationError(f"第 {reader.line_num} 行不是 csv（引号没有成对，或者过长）") from None


def columns_of(header: list[str]) -> dict[str, int]:
    names = [cell.strip().lower() for cell in header]
    found = {ours: names.index(name) for ours, known in COLUMNS.items() for name in known if name in names}
    if missing := [ours for ours in NEEDED if ours not in found]:
        raise ValidationError(f"第 1 行缺少列 {'、'.join(missing)}；应有 code,latitude,longitude，可以有 system")
    return found


def centre_of(line: int, row: dict[str, str], system: str) -> Centre:
    """The centre in a row, in WGS-84. Raises ValueError with the reason why there is none."""
    code, system = row["code"], row.get("system", "").lower().replace("-", "") or system
    if system not in System.values:
        raise ValueError(f"没有坐标系“{system[:20]}”，应为 wgs84、gcj02 或 bd09")
    if not (code.isascii() and code.isdigit()):
        raise ValueError(f"代码“{code[:20]}”不是数字")
    try:
        latitude, longitude = float(row["latitude"]), float(row["longitude"])
    except ValueError:
        raise ValueError(f"经纬度“{row['latitude'][:20]}，{row['longitude'][:20]}”不是数字") from None
    if is_shifted((longitude, latitude)):
        raise ValueError(f"{code} 的经度和纬度像是写反了")
    if not is_shifted((latitude, longitude)):
        raise ValueError(f"{code} 的位置不在国内")
    return Centre(line, code, *to_wgs84((latitude, longitude), system))


def write(centres: list[Centre], faults: list[Fault]) -> tuple[int, int, int]:
    """Bring the divisions up to date by COPY and two statements: added, moved, same. Unknown codes are faults."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE loaded (line int, code text, latitude float, longitude float)")
        with cursor.copy("COPY loaded FROM STDIN") as copy:
            for centre in centres:
                copy.write_row(centre)
        cursor.execute(
            "SELECT line, code FROM loaded WHERE NOT EXISTS"
            " (SELECT 1 FROM accounts_region AS region WHERE region.code = loaded.code)"
        )
        unknown = [Fault(line, f"没有代码为 {code} 的区划") for line, code in cursor]
        faults += unknown
        update = (
            "UPDATE accounts_region AS region SET latitude = loaded.latitude, longitude = loaded.longitude"
            " FROM loaded WHERE region.code = loaded.code AND "
        )
        with pgtrigger.ignore("accounts.Region:update_update"):
            cursor.execute(f"{update} region.latitude IS NULL")
            added = cursor.rowcount
        cursor.execute(f"{update} (region.latitude, region.longitude) <> (loaded.latitude, loaded.longitude)")
        moved = cursor.rowcount
        cursor.execute("DROP TABLE loaded")
    return added, moved, len(centres) - len(unknown) - added - moved
