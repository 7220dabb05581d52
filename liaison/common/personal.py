"""Personal numbers in free text: found before anything is published, however their digits are written or grouped.

Too much is found rather than too little, for a person looks at it; but dates, amounts, codes and numbers of doors are
left alone, else nobody would look for long.
"""

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .masks import masked


class Kind(TextChoices):
    """Those that come first win where two would stand in the same place."""

    ID_NUMBER = "id_number", _("身份证号码")
    LIKE_ID_NUMBER = "like_id_number", _("像身份证号码的数字")
    OLD_ID_NUMBER = "old_id_number", _("15 位旧身份证号码")
    EMAIL = "email", _("电子邮箱")
    BANK_CARD = "bank_card", _("银行卡号")
    MOBILE = "mobile", _("手机号码")
    LANDLINE = "landline", _("固定电话")
    ACCOUNT = "account", _("微信号或QQ号")
    PLATE = "plate", _("车牌号")


ID_NUMBERS = {Kind.ID_NUMBER, Kind.LIKE_ID_NUMBER, Kind.OLD_ID_NUMBER}


class Finding(NamedTuple):
    """Text from `start` to before `end`; `shown` is what may be shown of it."""

    kind: Kind
    start: int
    end: int
    shown: str

    @property
    def words(self) -> str:
        return gettext("这里写了%(kind)s（%(shown)s），公开前请去掉") % {"kind": self.kind.label, "shown": self.shown}


def found_in(text: str) -> list[Finding]:
    """In the order of the text; no two overlap."""
    taken, order = [], list(Kind)
    for found in sorted(_candidates(text), key=lambda found: (order.index(found.kind), found.start, -found.end)):
        if all(found.end <= other.start or other.end <= found.start for other in taken):
            taken.append(found)
    return sorted(taken, key=lambda found: found.start)


def without(text: str) -> str:
    """`text` with everything masked, also what comes to light only when its neighbour is gone."""
    while found := found_in(text):
        for number in reversed(found):
            text = text[: number.start] + number.shown + text[number.end :]
    return text


def refuse_id_numbers(text: str) -> None:
    """No ID number is kept, not even a mistyped one: nothing that is done here needs it."""
    if any(found.kind in ID_NUMBERS for found in found_in(text)):
        words = gettext("内容里好像有身份证号码。这里不需要，也不保存身份证号码，请去掉后再提交")
        raise ValidationError(words, code="id_number")


# -- How digits are written ------------------------------------------------------------------------------------------

SPOKEN = {
    letter: digit
    for digit, letters in zip(
        "0123456789",
        ["〇零○洞oO", "一幺么壹lI", "二两贰貳兩", "三叁參", "四肆", "五伍", "六陆陸", "七柒拐", "八捌", "九玖勾"],
        strict=True,
    )
    for letter in letters
}
BETWEEN = r"[ \t\u00a0\u2002-\u200d\u2060\u3000\ufeff\-‐‑‒–—―−.·]{0,3}"


def _half(letter: str) -> str:
    """A digit, letter or sign in its plain form, never longer than one character: places in the text stay true."""
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    plain = unicodedata.normalize("NFKC", letter) if letter == "\u3000" or "\uff00" <= letter <= "\uffef" else letter
    return plain if len(plain) == 1 else letter


def _row(count: int, first: str = r"\d", second: str = r"\d", last: str = r"\d") -> str:
    """So many digits, with something between any two or not."""
    return rf"{first}{BETWEEN}{second}(?:{BETWEEN}\d){{{count - 3}}}{BETWEEN}{last}"


# -- What the numbers look like --------------------------------------------------------------------------------------

ALONE, END = r"(?<![\d•])", r"(?!\d)"
AMOUNT = r"(?!(?:\.\d{1,2})?\s?(?:元|万|亿|圆|块))"
AREA = r"0(?:10|2[0-57-9]|[3-9]\d{2})"
LOCAL = rf"[2-9]\d{{2,3}}{BETWEEN}\d{{4}}"
SAID = r"(?P<said>(?:号码|号|群|ID|id)?\s*[:是为]?\s*)"
ALNUM = "A-HJ-NP-Za-hj-np-z0-9"

ID_18 = re.compile(rf"{ALONE}{_row(18, last='[0-9Xx]')}(?![0-9A-Za-z])")
ID_15 = re.compile(rf"{ALONE}{_row(15)}{END}{AMOUNT}")
CARDS = [re.compile(rf"{ALONE}{_row(count)}{END}{AMOUNT}") for count in (19, 18, 17, 16)]
MOBILE = re.compile(rf"{ALONE}(?:\(?(?:\+|00)?86\)?{BETWEEN}\(?)?0?(?P<number>{_row(11, '1', '[3-9]')}){END}{AMOUNT}")
LANDLINE = re.compile(
    rf"{ALONE}(?<!\d\.)(?:\+?86{BETWEEN})?\(?(?P<number>{AREA}\)?{BETWEEN}{LOCAL})(?:(?:-|转|\s?ext\.?\s?)\d{{1,5}})?"
    rf"{END}{AMOUNT}"
)
LOCAL_LINE = re.compile(
    rf"(?:电话|座机|固话|[Tt][Ee][Ll])(?:号码|号)?[:.是为\s]{{0,3}}(?P<number>{LOCAL}){END}{AMOUNT}"
)
SPOKEN_MOBILE, SPOKEN_ID = re.compile(_row(11, "1", "[3-9]")), re.compile(_row(18, last="[0-9Xx]"))
EMAIL = re.compile(r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]+ ?@ ?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}")
WECHAT = re.compile(
    rf"(?:微信|威信|薇信|V信|[Ww]e[Cc]hat|[Ww]eixin|[Vv][Xx]){SAID}(?P<number>[A-Za-z][A-Za-z0-9_-]{{5,19}})"
)
QQ = re.compile(
    rf"(?:[Qq][Qq]|扣扣|微信|威信|薇信|[Vv][Xx]){SAID}(?P<number>[1-9]\d{{4,11}})(?![\d.])(?!\s?[元万亿人户个次年月日名条])"
)
PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Za-z][ ·.•-]?(?=[A-Za-z]{0,4}\d)"
    rf"(?:[{ALNUM}]{{4}}[挂学警港澳]|[{ALNUM}]{{5,6}})(?![A-Za-z0-9])"
)

# GB/T 2260: the first two digits of a division's code.
PROVINCE_RANGES = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65))
PROVINCES = {*map(str, [*range(11, 16), 21, 22, 23, *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66)])}
ELSEWHERE = {"71", "81", "82", "83"}  # Taiwan, Hong Kong, Macau, and residence permits of Taiwan's people
FOREIGN = "9"  # residence permits of foreigners begin with it, and codes of companies as well
TYPED_WRONG_BEFORE = 2020  # numbers of files begin like an ID number too: a region, a day; a day of these years
WEIGHTS = [pow(2, 17 - at, 11) for at in range(18)]  # GB 11643-1999, which is ISO 7064 MOD 11-2
ISSUED = re.compile(r"(?:62\d{14,17}|[45]\d{15}|35\d{14}|(?:60|68|69)\d{14,17}|9558\d{12,15})")


def _is_checked(number: str) -> bool:
    values = [10 if letter in "Xx" else int(letter) for letter in number]
    return sum(value * weight for value, weight in zip(values, WEIGHTS, strict=True)) % 11 == 1


def _is_luhn(number: str) -> bool:
    values = [int(letter) * (1 + at % 2) for at, letter in enumerate(reversed(number))]
    return sum(value // 10 + value % 10 for value in values) % 10 == 0


def _is_day(year: int, month: str, day: str) -> bool:
    try:
        return 1900 <= date(year, int(month), int(day)).year < 2100
    except ValueError:
        return False


def _id_kind(number: str) -> Kind | None:
    year = int(number[6:10])
    if not _is_day(year, number[10:12], number[12:14]):
        return None
    if _is_checked(number):
        is_known = number[:2] in PROVINCES | ELSEWHERE or number[0] == FOREIGN
        return Kind.ID_NUMBER if is_known else None
    return Kind.LIKE_ID_NUMBER if number[:2] in PROVINCES and year < TYPED_WRONG_BEFORE else None


def _is_old_id(number: str) -> bool:
    return number[:2] in PROVINCES and _is_day(1900 + int(number[6:8]), number[8:10], number[10:12])


def _is_card(number: str) -> bool:
    return bool(ISSUED.fullmatch(number)) and _is_luhn(number)


def _is_one(row: str) -> bool:
    """Said digit by digit, or in groups of which none is shorter than three: else it is many numbers in a row."""
    sizes = [len(group) for group in re.findall(r"\d+", row)]
    return set(sizes) == {1} or min(sizes) > 2 or sizes == [3, 2, 2, 2, 2]


# -- All of them -----------------------------------------------------------------------------------------------------


def _candidates(text: str) -> Iterator[Finding]:
    plain = "".join(map(_half, text))
    yield from _written(plain)
    yield from _said(plain, "".join(SPOKEN.get(letter, letter) for letter in plain))
    for match in EMAIL.finditer(plain):
        yield Finding(Kind.EMAIL, *match.span(), masked(match[0].replace(" ", "")))
    for pattern in (WECHAT, QQ):
        for match in pattern.finditer(plain):
            if match["said"].strip() or re.search(r"[\d_]", match["number"]):
                yield Finding(Kind.ACCOUNT, *match.span("number"), f"{match['number'][0]}•••••")
    for match in PLATE.finditer(plain):
        yield Finding(Kind.PLATE, *match.span(), f"{match[0][:2]}•••••")


def _written(plain: str) -> Iterator[Finding]:
    for match in _every(ID_18, plain):
        number = _digits(match[0])
        if _is_one(match[0].rstrip("Xx")) and (kind := _id_kind(number)):
            yield Finding(kind, *match.span(), _shown_id(number))
    for match in _every(ID_15, plain):
        number = _digits(match[0])
        if _is_one(match[0]) and _is_old_id(number):
            yield Finding(Kind.OLD_ID_NUMBER, *match.span(), _shown_id(number))
    for pattern in CARDS:
        for match in _every(pattern, plain):
            if _is_one(match[0]) and _is_card(_digits(match[0])):
                yield Finding(Kind.BANK_CARD, *match.span(), masked(_digits(match[0])))
    for kind, pattern in [(Kind.MOBILE, MOBILE), (Kind.LANDLINE, LANDLINE), (Kind.LANDLINE, LOCAL_LINE)]:
        for match in _every(pattern, plain):
            if _is_one(match["number"]):
                yield Finding(kind, *match.span(), masked(_digits(match["number"])))


def _said(plain: str, spoken: str) -> Iterator[Finding]:
    """Numbers of which at least one digit is a word. Words around them may be digits too: 万一, 一直."""
    for match in _every(SPOKEN_MOBILE, spoken):
        if _has_words(plain, match) and _is_one(match[0]):
            yield Finding(Kind.MOBILE, *match.span(), masked(_digits(match[0])))
    for match in _every(SPOKEN_ID, spoken):
        number = _digits(match[0])
        if _has_words(plain, match) and _id_kind(number) == Kind.ID_NUMBER:
            yield Finding(Kind.ID_NUMBER, *match.span(), _shown_id(number))


def _has_words(plain: str, match: re.Match) -> bool:
    start, end = match.span()
    around = plain[max(0, start - 1) : start] + plain[end : end + 1]
    return plain[start:end] != match[0] and not re.search(r"[\d•]", around)


def _every(pattern: re.Pattern, text: str) -> Iterator[re.Match]:
    """Those that begin inside another as well: a number need not begin where the row of digits does."""
    match = pattern.search(text)
    while match:
        yield match
        match = pattern.search(text, match.start() + 1)


def _digits(row: str) -> str:
    return re.sub(r"[^0-9X]", "", row.upper())


def _shown_id(number: str) -> str:
    """Of the place nothing but the province, of the birthday nothing."""
    return f"{number[:2]}••••••"
