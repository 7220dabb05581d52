"""What stands on the form. It is an official paper, Chinese whatever language its reader has; nobody's name but masked.

A row is a dict: `cells` are label and words by turns, two or four of them; `height` (mm) is what a blank one leaves.
"""

from collections.abc import Iterable

from django.utils import timezone

from ..actions.rating import ANSWERS
from ..choices import AnswerOutcome, Party, Satisfaction, Step
from ..models import Opinion, OpinionStep, Referral
from ..sent import untraced

TITLE = "选民意见反馈表"
LONGEST = {"matter": 700, "answer": 420, "way": 240}  # characters of one page; the rest stands in the system
REST = "……（全文见系统）"


def blank() -> dict:
    """The form without an opinion."""
    return _form("", {})


def filled(opinion: Opinion, voter: str) -> dict:
    """`opinion` with station, category and representative at hand; `voter` is masked, or says that there is none."""
    steps = list(opinion.steps.select_related("department", "representative").order_by("no"))
    accepted = next((step for step in steps if step.kind == Step.ACCEPTED), None)
    answers = {party: step for step in steps if (party := ANSWERS.get(step.kind))}
    rated = {rating.party: rating for rating in opinion.ratings.order_by("at", "pk")}
    values = {
        "voter": voter, "heard": day(opinion.heard_on), "source": opinion.get_source_display(),
        "category": str(opinion.category or "未分类"), "station": opinion.station.name,
        "representative": str(opinion.representative or ""), "matter": short(untraced(opinion.matter), "matter"),
        "accepted": day(timezone.localdate(accepted.at)) if accepted else "",
        "due": "、".join(day(due.due_on) for due in opinion.due_dates.filter(kind="answer").order_by("-pk")[:1]),
        "way": short(way_of(opinion.referrals.select_related("department").order_by("pk"), steps), "way"),
        **{f"answer of {party.value}": _answer(answers.get(party)) for party in Party},
        "rating": "；".join(_rating(party, rated[party]) for party in Party if party in rated),
        "closed": day(timezone.localdate(opinion.closed_at)) if opinion.closed_at else "",
        "state": opinion.get_state_display(),
    }  # fmt: skip
    return _form(opinion.shown_number, values)


def way_of(referrals: Iterable[Referral], steps: Iterable[OpinionStep]) -> str:
    """Where it went, each department with its part and dates; else what the station said that it would do."""
    lines = [
        f"{day(timezone.localdate(row.sent_at))}转{row.department}（{row.get_part_display()}），{row.get_state_display()}"
        for row in referrals
    ]
    told = {Step.PROMISED: "说明情况并约定答复", Step.REFUSED: "不予受理", Step.PASSED: "提请其他层级代表"}
    lines += [f"{told[step.kind]}：{untraced(step.words)}" for step in steps if step.kind in told]
    return "\n".join(lines)


def short(text: str, kind: str) -> str:
    most = LONGEST[kind]
    return text if len(text) <= most else text[: most - len(REST)] + REST


def day(value) -> str:
    """2026年3月5日: without leading zeros (GB/T 9704)."""
    return f"{value.year}年{value.month}月{value.day}日" if value else ""


def _answer(step: OpinionStep | None) -> str:
    if step is None:
        return ""
    outcome = str(AnswerOutcome(step.data["outcome"]).label) if step.data.get("outcome") else ""
    who = str(step.department or step.representative or "")
    signed = f"签发：{step.data['signed_by']}" if step.data.get("signed_by") else ""
    foot = "　".join(filter(None, [outcome, who, signed, day(timezone.localdate(step.at))]))
    return f"{short(untraced(step.words), 'answer')}\n{foot}"


def _rating(party: str, rating) -> str:
    words = f"（{short(untraced(rating.words), 'way')}）" if rating.words else ""
    return f"{Party(party).label}答复：{Satisfaction(rating.value).label}{words}"


def _form(number: str, values: dict) -> dict:
    def value(name: str) -> str:
        return values.get(name, "")

    rows = [
        _row(0, "反映人", value("voter"), "反映日期", value("heard")),
        _row(0, "来源", value("source"), "类别", value("category")),
        _row(0, "联络站", value("station"), "接待代表", value("representative")),
        _row(48, "反映事项", value("matter")),
        _row(0, "受理日期", value("accepted"), "答复期限", value("due")),
        _row(22, "办理方式", value("way")),
        _row(24, "联络站答复", value(f"answer of {Party.STATION.value}")),
        _row(24, "代表答复", value(f"answer of {Party.REPRESENTATIVE.value}")),
        _row(30, "承办单位答复", value(f"answer of {Party.DEPARTMENT.value}")),
        _row(14, "群众评价", value("rating") or ("" if number else "□满意　□基本满意　□不满意")),
        _row(0, "办理状态", value("state"), "办结日期", value("closed")),
        _row(0, "填表人", "", "填表日期", ""),
    ]
    size = 10.5 if sum(len(cell) for row in rows for cell in row["cells"]) < 900 else 9
    return {"title": TITLE, "number": f"受理编号：{number}", "rows": rows, "size": size}


def _row(height: int, *cells: str) -> dict:
    return {"cells": [str(cell) for cell in cells], "height": height}
