"""A notice as a Word file that staff may edit before they stamp it."""

from io import BytesIO
from pathlib import Path

import segno

from . import words
from .text import person_words, refused_words

FILE = Path(__file__).parent / "templates" / "notice.docx"  # made by notice_template.py
NUMERALS = "一二三四五六七八九十"
CODE_MM = 30


def notice(facts: dict) -> bytes:
    from docx.shared import Mm  # these two take a fifth of a second to import, which only whoever prints should wait
    from docxtpl import DocxTemplate, InlineImage

    template = DocxTemplate(FILE)
    code = BytesIO()
    segno.make(facts["url"], error="m", micro=False).save(code, kind="png", scale=10, border=0)
    picture = InlineImage(template, code, width=Mm(CODE_MM))
    template.render(context(facts) | {"code": picture}, autoescape=True)
    properties = template.docx.core_properties
    properties.title, properties.author = facts["title"], facts["issuer"]
    file = BytesIO()
    template.save(file)
    return file.getvalue()


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
