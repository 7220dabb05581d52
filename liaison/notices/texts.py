"""What notices say: a text of each kind in each language, shipped here and changed by staff (`Text`).

A text names variables in braces, {时间}, by their Chinese name or by their code. A line whose variables all have
nothing to say is left out, so that no text needs an "if". Lines of a text message are joined into one.
"""

import re
from collections.abc import Iterable, Mapping
from math import ceil
from typing import NamedTuple

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from . import opinions
from .choices import Kind

PLACE = re.compile(r"\{([^{}\n]*)\}")
STRAY = re.compile(r"[{}]")
# A telephone's or an identity number: 11 and 18 digits, as people write them.
NUMBER = re.compile(r"(?<!\d)(?:1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}|\d{17}[\dXx])(?!\d)")
SMS_ALONE, SMS_PART = 70, 67  # UCS-2 characters of a text message, and of each part of a longer one (3GPP TS 23.040)
MOST_PARTS = 3
LONGEST_SUBJECT = 120


class Variable(NamedTuple):
    """Something that a text may speak of."""

    name: str  # as staff write it between braces
    example: str
    example_en: str
    may_show: bool = False  # in a subject or a text message, which a locked telephone shows to whoever passes
    is_link: bool = False  # in a text message, too, but in no subject


# By code; gateways know them by it (`{params}`).
VARIABLES: dict[str, Variable] = {
    "when": Variable("时间", "12月1日（星期二）9:00—11:00", "Tuesday 1 December, 9:00–11:00", may_show=True),
    "station": Variable("联络站", "甲院社区代表联络站", "Jiayuan community station", may_show=True),
    "where": Variable("地点", "甲院社区代表联络站 代表接待室 花园路 1 号", "Jiayuan community station, 1 Garden Road",
                      may_show=True),
    "matter": Variable("内容", "统一接待选民日：物业管理", "Common reception day: property management", may_show=True),
    "days": Variable("天数", "3", "3", may_show=True),
    "voters": Variable("接待人数", "12", "12", may_show=True),
    "people": Variable("代表", "张三、李四", "Zhang San, Li Si"),
    "awaited": Variable("未确认代表", "李四", "Li Si"),
    "answerer": Variable("答复代表", "李四", "Li Si"),
    "name": Variable("称呼", "张三", "Zhang San"),
    "change": Variable("变更", "时间：原为 11月30日 9:00—11:00", "Time: was 30 November, 9:00–11:00"),
    "reason": Variable("原因", "会场临时维修", "the hall is under repair"),
    "number": Variable("受理编号", "7K3M2-9Q2X5", "7K3M2-9Q2X5", may_show=True),
    "suggestion": Variable("建议", "2026年第12号 关于增设路灯的建议", "No. 12 of 2026, street lights", may_show=True),
    "category": Variable("类别", "物业与社区", "Property and community", may_show=True),
    "handler": Variable("办理单位", "城市管理局", "City Management Bureau", may_show=True),
    "due": Variable("期限", "2026年12月1日（星期二）", "Tuesday 1 December 2026", may_show=True),
    "said": Variable("说明", "需要与物业公司协商", "it has to be agreed with the property company"),
    "office": Variable("受理部门", "区人民法院", "District People's Court"),
    "phone": Variable("联络站电话", "0371-00000000", "0371-00000000"),
    "page": Variable("网页", "https://example.org/visits/x1y2z3/", "https://example.org/visits/x1y2z3/", is_link=True),
    "answer": Variable("答复链接", "https://example.org/a/7kq2w9/", "https://example.org/a/7kq2w9/", is_link=True),
}  # fmt: skip
CODES = {variable.name: code for code, variable in VARIABLES.items()} | {code: code for code in VARIABLES}


class Words(NamedTuple):
    """One text. `subject` is what a locked telephone shows."""

    subject: str
    body: str
    sms: str


VISIT = ("when", "station", "where", "matter", "people", "name", "page")
ASKED = (*VISIT, "answer")
SPEAKS_OF: dict[str, tuple[str, ...]] = {
    Kind.VISIT_CONFIRM: ASKED,
    Kind.VISIT_EARLY: ASKED,
    Kind.VISIT_NEAR: ASKED,
    Kind.VISIT_TOMORROW: ASKED,
    Kind.VISIT_TODAY: ASKED,
    Kind.VISIT_UNCONFIRMED: (*VISIT, "awaited"),
    Kind.VISIT_CHANGED: (*ASKED, "change", "reason"),
    Kind.VISIT_OFF: (*VISIT, "reason"),
    Kind.VISIT_CANCELLED: (*VISIT, "reason"),
    Kind.VISIT_LEAVE: (*VISIT, "answerer", "reason"),
    Kind.VISIT_BACK: (*VISIT, "answerer"),
    Kind.VISIT_THANKS: (*VISIT, "voters"),
    Kind.VISIT_LOG: VISIT,
    Kind.VISIT_UNLOGGED: (*VISIT, "days"),
    Kind.VISIT_UNLOGGED_LONG: (*VISIT, "days"),
} | opinions.SPEAKS_OF

_FACTS = "时间：{时间}\n地点：{地点}\n内容：{内容}\n代表：{代表}\n"
_FACTS_EN = "When: {when}\nWhere: {where}\nWhat: {matter}\nRepresentatives: {people}\n"
_ANSWER = "\n能否参加，请点这里答复：{答复链接}\n查看安排：{网页}\n"
_ANSWER_EN = "\nPlease say here whether you can come: {answer}\nThe arrangement: {page}\n"
_PAGE = "\n查看安排：{网页}\n"
_PAGE_EN = "\nThe arrangement: {page}\n"


def _ahead(lead: str, lead_en: str, subject: str, subject_en: str) -> dict[str, Words]:
    """A reminder of what is to come: the same facts under another lead."""
    return {
        "zh-hans": Words(
            subject, f"{lead}\n\n{_FACTS}{_ANSWER}", f"{subject}。\n地点：{{地点}}。\n能否参加请答复：{{答复链接}}"
        ),
        "en": Words(
            subject_en,
            f"{lead_en}\n\n{_FACTS_EN}{_ANSWER_EN}",
            f"{subject_en}.\n Where: {{where}}.\n Can you come? {{answer}}",
        ),
    }


def _plain(
    lead: str, lead_en: str, subject: str, subject_en: str, more: str = "", more_en: str = "", *, asks: bool = False
) -> dict[str, Words]:
    """What is told without being asked for anything; with `asks` a text message has the link to answer by, too."""
    sms, sms_en = ("\n能否参加请答复：{答复链接}", "\n Can you come? {answer}") if asks else ("", "")
    return {
        "zh-hans": Words(subject, f"{lead}\n\n{_FACTS}{more}{_PAGE}", f"{subject}。{sms}"),
        "en": Words(subject_en, f"{lead_en}\n\n{_FACTS_EN}{more_en}{_PAGE_EN}", f"{subject_en}.{sms_en}"),
    }


_DEAR, _DEAR_EN = "{称呼}您好：\n", "Dear {name},\n"
SHIPPED: dict[str, dict[str, Words]] = {
    Kind.VISIT_CONFIRM: _ahead(
        _DEAR + "您有一次新的进站安排，请确认能否参加。",
        _DEAR_EN + "You are expected at the station. Please say whether you can come.",
        "请确认能否参加：{时间} {联络站}",
        "Can you come? {when}, {station}",
    ),
    Kind.VISIT_EARLY: _ahead(
        _DEAR + "提醒您以下进站安排。",
        _DEAR_EN + "A reminder of this visit.",
        "进站安排：{时间} {联络站}",
        "Coming visit: {when}, {station}",
    ),
    Kind.VISIT_NEAR: _ahead(
        _DEAR + "提醒您以下进站安排。",
        _DEAR_EN + "A reminder of this visit.",
        "进站安排：{时间} {联络站}",
        "Coming visit: {when}, {station}",
    ),
    Kind.VISIT_TOMORROW: _ahead(
        _DEAR + "提醒您以下进站安排。",
        _DEAR_EN + "A reminder of this visit.",
        "进站提醒：{时间} {联络站}",
        "Reminder: {when}, {station}",
    ),
    Kind.VISIT_TODAY: _ahead(
        _DEAR + "进站即将开始。",
        _DEAR_EN + "The visit begins soon.",
        "即将开始：{时间} {联络站}",
        "Soon: {when}, {station}",
    ),
    Kind.VISIT_UNCONFIRMED: _plain(
        _DEAR + "以下进站还有代表没有答复，请联系或另行安排。",
        _DEAR_EN + "Some representatives have not answered yet. Please reach them or find others.",
        "有代表未确认：{时间} {联络站}",
        "Not confirmed yet: {when}, {station}",
        "未确认：{未确认代表}\n",
        "Not confirmed: {awaited}\n",
    ),
    Kind.VISIT_CHANGED: _plain(
        _DEAR + "以下进站安排有变更，请以此为准。",
        _DEAR_EN + "This visit has changed. What stands here holds.",
        "安排有变更：{时间} {联络站}",
        "Changed: {when}, {station}",
        "变更：{变更}\n原因：{原因}\n\n能否参加，请点这里答复：{答复链接}\n",
        "Change: {change}\nReason: {reason}\n\nPlease say here whether you can come: {answer}\n",
        asks=True,
    ),
    Kind.VISIT_OFF: _plain(
        _DEAR + "以下进站的参加名单有调整，您不再参加，请不要前往。",
        _DEAR_EN + "The list of this visit has changed. You are no longer expected; please do not come.",
        "您不再参加：{时间} {联络站}",
        "No longer expected: {when}, {station}",
        "原因：{原因}\n",
        "Reason: {reason}\n",
    ),
    Kind.VISIT_CANCELLED: _plain(
        _DEAR + "以下进站已取消，请勿前往。",
        _DEAR_EN + "This visit is cancelled. Please do not come.",
        "已取消：{时间} {联络站}",
        "Cancelled: {when}, {station}",
        "原因：{原因}\n",
        "Reason: {reason}\n",
    ),
    Kind.VISIT_LEAVE: _plain(
        _DEAR + "有代表请假，不参加以下进站，请看是否需要换人或改期。",
        _DEAR_EN + "A representative cannot come to this visit. Please see whether somebody else should.",
        "有代表请假：{时间} {联络站}",
        "Somebody cannot come: {when}, {station}",
        "请假：{答复代表}\n原因：{原因}\n",
        "On leave: {answerer}\nReason: {reason}\n",
    ),
    Kind.VISIT_BACK: _plain(
        _DEAR + "先前请假的代表改为参加以下进站。",
        _DEAR_EN + "A representative who had asked leave will come to this visit after all.",
        "请假代表改为参加：{时间} {联络站}",
        "Coming after all: {when}, {station}",
        "改为参加：{答复代表}\n",
        "Coming: {answerer}\n",
    ),
    Kind.VISIT_THANKS: _plain(
        _DEAR + "感谢您参加这次进站，记录已登记完毕。",
        _DEAR_EN + "Thank you for coming. The visit is recorded.",
        "感谢您参加 {时间} 的进站",
        "Thank you for coming on {when}",
        "接待群众：{接待人数} 人\n",
        "Voters received: {voters}\n",
    ),
    Kind.VISIT_LOG: _plain(
        _DEAR + "这次进站已结束，请登记到站代表和接待情况，一分钟即可完成。",
        _DEAR_EN + "This visit is over. Please log who came and what was said; it takes a minute.",
        "请登记：{时间} {联络站}",
        "Please log: {when}, {station}",
    ),
    Kind.VISIT_UNLOGGED: _plain(
        _DEAR + "这次进站结束已 {天数} 天，还没有登记，请尽快补上。",
        _DEAR_EN + "This visit ended {days} day(s) ago and is not logged yet.",
        "进站未登记：{时间} {联络站}",
        "Not logged: {when}, {station}",
    ),
    Kind.VISIT_UNLOGGED_LONG: _plain(
        _DEAR + "这次进站结束已 {天数} 天，仍没有登记，请尽快补上。",
        _DEAR_EN + "This visit ended {days} days ago and is still not logged.",
        "进站逾期未登记：{时间} {联络站}",
        "Overdue to be logged: {when}, {station}",
    ),
} | {kind: {language: Words(*words) for language, words in by.items()} for kind, by in opinions.written().items()}


def shipped(kind: str, language: str) -> Words:
    """The text that holds where staff wrote none."""
    return SHIPPED[kind].get(language) or SHIPPED[kind][settings.LANGUAGE_CODE]


def fill(text: str, values: Mapping[str, str]) -> list[str]:
    """The lines of `text` with its variables; what stands inside a value is never looked at again."""

    def value(found) -> str:
        code = CODES.get(found.group(1).strip())
        return str(values.get(code, "")) if code else found.group(0)

    kept = []
    for line in text.strip().splitlines():
        names = [CODES.get(name.strip()) for name in PLACE.findall(line)]
        if not names or any(values.get(name) for name in names):
            kept.append(PLACE.sub(value, line).rstrip())
    return kept


def compose(words: Words, values: Mapping[str, str]) -> Words:
    """The text as it goes out."""
    subject = " ".join(" ".join(fill(words.subject, values)).split())[:LONGEST_SUBJECT]
    body = re.sub(r"\n{3,}", "\n\n", "\n".join(fill(words.body, values))).strip() + "\n"
    return Words(subject, body, "".join(fill(words.sms, values)).strip() or subject)


def examples(kind: str, language: str) -> dict[str, str]:
    """What a preview shows in place of the variables."""
    return {
        code: VARIABLES[code].example_en if language == "en" else VARIABLES[code].example for code in SPEAKS_OF[kind]
    }


def sms_parts(text: str, sign: str = "") -> tuple[int, int]:
    """Characters of a text message with its signature (【…】 before it), and into how many it is cut.

    Counted as phones do: a character beyond U+FFFF takes two.
    """
    whole = f"【{sign}】{text}" if sign else text
    length = len(whole.encode("utf-16-le")) // 2
    return length, 1 if length <= SMS_ALONE else ceil(length / SMS_PART)


def faults(kind: str, words: Words, language: str = settings.LANGUAGE_CODE, sign: str = "") -> dict[str, str]:
    """What is wrong with a text, by field: unknown variables, stray braces, what a locked telephone must not show.

    How long a text message is, is counted with the examples in place of its variables, and with its signature.
    """
    found = {}
    for field, text in words._asdict().items():
        if fault := fault_of(kind, field, text):
            found[field] = fault
    if "sms" not in found:
        length, parts = sms_parts(compose(words, examples(kind, language)).sms, sign)
        if parts > MOST_PARTS:
            found["sms"] = _("短信太长：按例子填好共 %(length)s 字，要按 %(parts)s 条计费，最多 %(n)s 条") % {
                "length": length, "parts": parts, "n": MOST_PARTS}  # fmt: skip
    return found


def fault_of(kind: str, field: str, text: str) -> str:
    names = [name.strip() for name in PLACE.findall(text)]
    for name in names:
        if CODES.get(name) not in SPEAKS_OF[kind]:
            return _("没有 {%(name)s} 这个变量；可用的有 %(all)s") % {"name": name, "all": all_of(SPEAKS_OF[kind])}
    if STRAY.search(PLACE.sub("", text)):
        return _("花括号应成对，写成 %(name)s 这样") % {"name": all_of(["when"])}
    if field == "subject" and "\n" in text.strip():
        return _("标题只能写一行")
    if field == "body":
        return ""
    if NUMBER.search(text):
        return _("这一行锁屏时也看得到，不能写电话号码或身份证号")
    for name in names:
        variable = VARIABLES[CODES[name]]
        if not variable.may_show and not (field == "sms" and variable.is_link):
            return _("这一行锁屏时也看得到，不能用 {%(name)s}") % {"name": name}
    return ""


def all_of(codes: Iterable[str]) -> str:
    return " ".join(f"{{{VARIABLES[code].name}}}" for code in codes)
