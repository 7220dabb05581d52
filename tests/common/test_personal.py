"""Whoever says their number in a text is noticed, however they write it; dates, sums and codes are left alone."""

import time
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from liaison.common.personal import Kind, found_in, refuse_id_numbers, without

WORDS = "〇一二三四五六七八九"
OTHER_WORDS = "洞幺两叁肆伍陆拐捌勾"
WIDE = "０１２３４５６７８９"
BETWEEN = ["", " ", "-", ".", "－", "\u3000", "·", " - "]
AROUND = st.sampled_from(["{}", "我是张三，电话{}。", "打{}找我", "（{}）", "1.{}", "tel:{}", "第3号楼{}"])

MOBILES = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
GROUPS = st.sampled_from([(11,), (3, 4, 4), (4, 3, 4), (3, 8), (5, 6), (3, 3, 5), (1,) * 11, (3, 2, 2, 2, 2)])
REGIONS = st.sampled_from(["110105", "410105", "440305", "810000", "650102"])
BIRTHDAYS = st.dates(date(1920, 1, 1), date(2019, 12, 31))


def in_groups(number, sizes, between):
    starts = [sum(sizes[:at]) for at in range(len(sizes))]
    return between.join(number[start : start + size] for start, size in zip(starts, sizes, strict=True))


@st.composite
def id_numbers(draw):
    """As GB 11643 says it, by its own formula: the sum of all, each at its weight, leaves 1."""
    first = draw(REGIONS) + f"{draw(BIRTHDAYS):%Y%m%d}" + f"{draw(st.integers(0, 999)):03}"
    total = sum(int(digit) * 2 ** (17 - at) for at, digit in enumerate(first))
    return first + "0123456789X"[(12 - total) % 11]


@st.composite
def cards(draw):
    first = draw(st.from_regex(r"(62[0-9]{13,16}|4[0-9]{14})", fullmatch=True))
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in first[::-1][::2])
    return first + str(-(doubled + sum(map(int, first[::-1][1::2]))) % 10)


def kinds(text):
    return [found.kind for found in found_in(text)]


@given(MOBILES, GROUPS, st.sampled_from(BETWEEN), AROUND)
def test_a_mobile_is_found_however_it_is_grouped(number, sizes, between, around):
    written = in_groups(number, sizes, between)
    shown = f"{number[:3]}••••{number[-4:]}"
    assert [found.shown for found in found_in(around.format(written))] == [shown]
    assert without(around.format(written)) == around.format(shown)


@given(MOBILES, st.lists(st.sampled_from(["0123456789", WORDS, OTHER_WORDS, WIDE]), min_size=11, max_size=11))
def test_a_mobile_is_found_in_words_and_wide_digits(number, ways):
    written = "".join(way[int(digit)] for way, digit in zip(ways, number, strict=True))
    for text in (written, f"万一有事打{written}一直在"):
        assert [(found.kind, found.shown) for found in found_in(text)] == [("mobile", f"{number[:3]}••••{number[-4:]}")]


@given(MOBILES, st.sampled_from(["+86", "+86 ", "86", "0086-", "(+86)", "0"]))
def test_the_code_of_the_country_goes_with_the_mobile(number, code):
    assert without(f"打{code}{number}。") == f"打{number[:3]}••••{number[-4:]}。"


@given(id_numbers(), AROUND, st.sampled_from([(18,), (6, 8, 4)]), st.sampled_from(BETWEEN), st.booleans())
def test_an_id_number_is_found_and_refused(number, around, sizes, between, is_small):
    text = around.format(in_groups(number.lower() if is_small else number, sizes, between))
    assert (kinds(text), without(text)) == ([Kind.ID_NUMBER], around.format(f"{number[:2]}••••••"))
    with pytest.raises(ValidationError, match="不保存身份证号码"):
        refuse_id_numbers(text)


@given(id_numbers(), st.integers(14, 17), st.integers(1, 9))
def test_a_mistyped_id_number_looks_like_one(number, place, more):
    digit = (int(number[place].replace("X", "0")) + more) % 10
    wrong = number[:place] + str(digit) + number[place + 1 :]
    assert kinds(wrong) == ([Kind.LIKE_ID_NUMBER] if number[:2] != "81" else kinds(wrong))
    assert Kind.ID_NUMBER not in kinds(wrong)


@given(REGIONS, st.dates(date(1920, 1, 1), date(1999, 12, 31)), st.integers(0, 999))
def test_an_old_id_number_is_found_and_refused(region, born, serial):
    number = f"{region}{born:%y%m%d}{serial:03}"
    assert kinds(number) == ([Kind.OLD_ID_NUMBER] if region != "810000" else [])
    if region != "810000":
        with pytest.raises(ValidationError, match="请去掉后再提交"):
            refuse_id_numbers(f"证号{number}。")


@given(cards(), AROUND, st.sampled_from(BETWEEN))
def test_a_bank_card_is_found_by_its_check_digit(number, around, between):
    assert kinds(around.format(in_groups(number, (4, 4, 4, 4, len(number) - 16), between).rstrip(between))) == [
        Kind.BANK_CARD
    ]
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert Kind.BANK_CARD not in kinds(wrong)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请打0371-65012345转801", "请打037••••2345"),
        ("（0371）6501 2345", "037••••2345"),
        ("010 65012345", "010••••2345"),
        ("家里电话：6501 2345", "家里650••••2345"),
        ("写信到 zhang.san@example.com 或 li＠example.cn", "写信到 zh•••@example.com 或 l•••@example.cn"),
        ("微信号：zhangsan、QQ群 123456", "微信号：z•••••、QQ群 1•••••"),
        ("加VX zhang_88", "加VX z•••••"),
        ("豫A12345、豫A·D12345、粤B1234学挡住了门", "豫A•••••、豫A•••••、粤B•••••挡住了门"),
        ("身份证一一零一零五一九四九一二三一零零二X", "身份证11••••••"),
        ("13800138000、13900139000", "138••••8000、139••••9000"),
    ],
)
def test_what_else_leads_to_a_person_is_masked(text, masked):
    assert without(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "2026年11月24日9:00—11:30", "2026-11-24 09:30:00", "2026.11.24-2026.12.01", "410105002001-01", "410105002001",
        "100000元", "15000000000元", "13800138000.00元", "15000000000 万元", "3号楼2单元1501室", "甲院路18号院13-14-15号",
        "13-14 15-16 17-18", "门牌15 16 17 18 19 20号", "7K3M2-9Q2X5", "豫ICP备2026012345号-1", "12345热线、12315、110",
        "郑人常〔2026〕13号", "410105202611240012", "202611240930001", "20261124093000123", "邮编450000", "0.37165012345",
        "微信支付100000元，微信小程序", "微信Android版", "一三五、二四六限行", "一九四九年至一九七八年", "QQ2026年", "坐K1234次车",
        "新建楼A12345栋", "@所有人", "比例3.1415926535897932",
    ],
)  # fmt: skip
def test_dates_sums_codes_and_doors_are_left_alone(text):
    assert found_in(text) == []
    refuse_id_numbers(text)


@given(st.text(st.sampled_from([*"0123456789 13586-.·xX@aq元微信号京AO:，\n•", *WORDS])))
def test_nothing_is_found_in_what_was_masked(text):
    findings = found_in(text)
    assert found_in(without(text)) == []
    assert all(0 <= found.start < found.end <= len(text) for found in findings)
    assert all(one.end <= other.start for one, other in zip(findings, findings[1:], strict=False))


@given(st.text())
def test_any_text_can_be_asked_and_only_what_is_found_changes(text):
    assert without(text) == text or found_in(text)


def test_a_sentence_says_what_was_found():
    (found,) = found_in("电话13800138000")
    assert (found.start, found.end) == (2, 13)
    assert found.words == "这里写了手机号码（138••••8000），公开前请去掉"


def test_a_long_text_is_read_in_a_moment():
    """Rows that begin like a number everywhere: no way through them is walked twice."""
    began = time.process_time()
    for text in ("1 " * 5000, "a.a@" * 5000, "1" * 20000, "一" * 20000, "x@" + "a." * 9999, " " * 20000, "+86" * 9999):
        found_in(text)
    assert time.process_time() - began < 10  # seconds; about half of one
