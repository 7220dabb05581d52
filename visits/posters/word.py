"""A notice, or the list of a station, as a Word file that staff may edit before they stamp it."""

from io import BytesIO
from pathlib import Path

import segno

from . import words
from .text import change_words, off_words, person_words, refused_words, what_words

FILE = Path(__file__).parent / "templates" / "notice.docx"  # both made by notice_template.py
LIST_FILE = FILE.with_name("station.docx")
NUMERALS = "一二三四五六七八九十"
CODE_MM = 30


def notice(facts: dict) -> bytes:
    return filled(FILE, facts, context(facts))


def station(facts: dict) -> bytes:
    """A station's coming visits, as a table."""
    return filled(LIST_FILE, facts, list_context(facts))


def filled(file: Path, facts: dict, values: dict) -> bytes:
    from docx.shared import Mm  # these two take a fifth of a second to import, which only whoever prints should wait
    from docxtpl import DocxTemplate, InlineImage

    template = DocxTemplate(file)
    code = BytesIO()
    segno.make(facts["url"], error="m", micro=False).save(code, kind="png", scale=10, border=0)
    picture = InlineImage(template, code, width=Mm(CODE_MM))
    template.render(values | {"code": picture}, autoescape=True)
    properties = template.docx.core_properties
    properties.title, properties.author = facts["title"], facts["issuer"]
    made = BytesIO()
    template.save(made)
    return made.getvalue()


def context(facts: dict) -> dict:
    """The notice in the order of an official document: what, when, where, who, about what."""
    is_off = facts["mark"] == words.CANCELLED
    alarm = ""
    if is_off:
        alarm = f"本次安排已取消，请不要前往。原因：{facts['reason']}"
    elif facts["changes"]:
        alarm = "安排有变更，以本公告为准。" + (f"原因：{facts['reason']}" if facts["reason"] else "")
    return {
        "title": facts["title"] + ("（草稿）" if facts["is_draft"] else ""),
        "number": facts["number"],
        "alarm": alarm,
        "changes": [change | {"middle": middle_of(change)} for change in facts["changes"]],
        "opening": f"现将{facts['station']}{facts['kind']}的{'原定' if is_off else ''}安排公告如下。",
        "items": numbered(items_of(facts)),
        "issuer": facts["issuer"],
        "issued_on": facts["issued_on"],
        "code_words": f"扫码或打开 {facts['url']} 查看本次安排，临时有变动时以网页为准。",
    }


def middle_of(change: dict) -> str:
    """What stands between the struck old value and the new one."""
    if not change["old"]:
        return "增加 "
    return " 改为 " if change["new"] else " 不参加"


def items_of(facts: dict):
    if facts["theme"]:
        yield "主题", facts["theme"]
    yield "时间", facts["date"] + facts["time"]
    yield "地点", facts["place"] + (f"（{facts['address']}）" if facts["address"] else "")
    people = "；".join(person_words(person) for person in facts["people"])
    more = f"；{facts['people_more']}" if facts["people_more"] else ""
    yield facts["people_label"], people + more or facts["people_none"]
    yield "可以反映", facts["topics"]
    yield "不予受理", refused_words(facts)
    if facts["phone"]:
        yield "联络站电话", facts["phone"]


def numbered(items) -> list[dict[str, str]]:
    """一、主题：…"""
    pairs = zip(NUMERALS, items, strict=False)
    return [{"head": f"{numeral}、{head}：", "text": text} for numeral, (head, text) in pairs]


def list_context(facts: dict) -> dict:
    """The list in the order of an official document; of each visit a row."""
    matters = [("可以反映", facts["topics"]), ("不予受理", refused_words(facts))]
    told = [("联络站地址", facts["address"]), ("开放时间", facts["hours"]), ("联络站电话", facts["phone"])]
    return {
        "title": facts["title"] + ("（草稿）" if facts["is_draft"] else ""),
        "opening": facts["none"] or f"现将{facts['station']}近期进站安排公告如下。",
        "rows": [row_of(row) for row in facts["rows"]],
        "more": facts["more"],
        "items": numbered([*matters, *(pair for pair in told if pair[1])]),
        "issuer": facts["issuer"],
        "issued_on": facts["issued_on"],
        "code_words": f"扫码或打开 {facts['url']} 查看本站最新安排。",
    }


def row_of(row: dict) -> dict:
    """A visit's cells; what is struck out once it was cancelled has a name of its own. A name not given stays empty."""
    flag, when, what = f"【{row['flag']}】" if row["flag"] else "", row["date"] + row["time"], what_words(row)
    if row["mark"] == words.CANCELLED:
        return {"flag": flag, "off_when": when, "off_what": what, "notes": [off_words(row)]}
    notes = [change_words(change) for change in row["changes"]]
    return {"flag": flag, "when": when, "what": what, "notes": notes, "spot": row["spot"], "who": row["who"]}
