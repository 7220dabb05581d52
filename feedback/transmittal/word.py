"""The letter as a Word file that staff may edit before they stamp it."""

from collections.abc import Callable, Sequence
from datetime import date
from io import BytesIO
from typing import NamedTuple

from django.utils import timezone

from ..models import Referral
from ..sent import untraced
from . import FILE

NONE = "—"


class Head(NamedTuple):
    """What stands around the list; each is on the form, and staff may change it there."""

    to: str
    issuer: str
    number: str = ""
    contact: str = ""


# An official letter is Chinese whatever language its writer reads the site in, so nothing here is translated.
def letter(rows: Sequence[Referral], head: Head, today: date, told: Callable[[int], None] = lambda done: None) -> bytes:
    """`rows` with department, matter and station at hand; `told` hears how many are done."""
    from docxtpl import DocxTemplate  # takes a fifth of a second to import, which only whoever prints should wait

    lines = []
    for no, row in enumerate(rows, 1):
        lines.append(line_of(no, row))
        if no % 100 == 0:
            told(no)
    template = DocxTemplate(FILE)
    template.render(context(lines, rows, head, today), autoescape=True)
    properties = template.docx.core_properties
    properties.title, properties.author = title_of(rows), head.issuer
    made = BytesIO()
    template.save(made)
    return made.getvalue()


def context(lines: list[dict], rows: Sequence[Referral], head: Head, today: date) -> dict:
    return {
        "title": title_of(rows), "number": head.number, "to": head.to, "rows": lines, "issuer": head.issuer,
        "opening": f"现将{kinds_of(rows)}共{len(rows)}件转给贵单位办理，名单如下。",
        "asking": "请按表中所列期限书面答复，答复由单位负责人签发；答复期限内不能办结的，请说明原因和打算。"
                  "不属于贵单位职责的，请在规定期限内写明理由退回，以便另行安排。",
        "contact": f"联系人及电话：{head.contact}" if head.contact else "", "issued_on": day_of(today),
    }  # fmt: skip


def title_of(rows: Sequence[Referral]) -> str:
    return f"关于转办{kinds_of(rows)}的函"


def kinds_of(rows: Sequence[Referral]) -> str:
    kinds = [("群众意见", any(row.opinion_id for row in rows)), ("代表建议", any(row.suggestion_id for row in rows))]
    return "和".join(name for name, is_there in kinds if is_there)


def line_of(no: int, row: Referral) -> dict:
    """A row of the list: nothing in it tells who spoke up."""
    matter = row.matter
    heard = row.opinion.heard_on if row.opinion_id else timezone.localdate(matter.created_at)
    return {
        "no": no, "number": matter.shown_number or NONE, "title": untraced(matter.title), "heard": day_of(heard),
        "station": row.opinion.station.name if row.opinion_id else NONE, "due": day_of(row.due_on) or NONE,
    }  # fmt: skip


def day_of(day: date | None) -> str:
    """2026年3月5日: without leading zeros (GB/T 9704)."""
    return f"{day.year}年{day.month}月{day.day}日" if day else ""
