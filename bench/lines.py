"""One line of the table, and how it is printed and kept."""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"


@dataclass
class Line:
    """A measured value, what it was compared with in the same run, and whether the goal is met.

    `rows` is the size of the largest table in play; `against` is the compared value in the same `unit`; `goal` is a
    sentence such as "ratio ≥ 0.8".
    """

    name: str
    rows: int
    value: float
    unit: str
    against: float
    ratio: float
    goal: str
    ok: bool


REGISTRY: list[tuple[tuple[str, ...], Callable[["Sizes"], Iterator[Line]]]] = []


@dataclass
class Sizes:
    """How many visits the small and the large database hold, and how long a measurement lasts."""

    small: int
    large: int
    seconds: float
    repeats: int


SIZES = {"full": Sizes(10_000, 10_000_000, 18, 30), "small": Sizes(1_000, 20_000, 1, 5)}


def measures(*names: str):
    """Registers a function that yields the lines `names`."""

    def register(function):
        REGISTRY.append((names, function))
        return function

    return register


def show(lines: list[Line]) -> str:
    rows = [
        "| line | rows | value | unit | against | ratio | goal | |",
        "| --- | ---: | ---: | --- | ---: | ---: | --- | --- |",
    ]
    for x in lines:
        figures = f"{x.rows:,} | {x.value:,.2f} | {x.unit} | {x.against:,.2f} | {x.ratio:.2f}"
        rows.append(f"| {x.name} | {figures} | {x.goal} | {'met' if x.ok else 'NOT met'} |")
    return "\n".join(rows)


def keep(lines: list[Line]) -> None:
    """Write results.json; lines that this run did not measure stay as they were."""
    old = {row["name"]: row for row in json.loads(RESULTS.read_text())} if RESULTS.exists() else {}
    new = {line.name: rounded(line) for line in lines}
    rows = ",\n".join("  " + json.dumps(row, ensure_ascii=False) for row in (old | new).values())
    RESULTS.write_text(f"[\n{rows}\n]\n")


def rounded(line: Line) -> dict:
    return {key: round(value, 3) if isinstance(value, float) else value for key, value in asdict(line).items()}
