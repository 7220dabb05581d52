"""Texts of notices: their variables, what a locked telephone may show, and how long a text message is."""

import pytest
from django.conf import settings

from liaison.notices.choices import Kind
from liaison.notices.models import Text
from liaison.notices.texts import SHIPPED, SPEAKS_OF, VARIABLES, Words, compose, examples, faults, shipped, sms_parts

GOOD = Words("进站 {时间}", "{称呼}您好\n地点：{where}", "进站 {时间}，{答复链接}")
LANGUAGES = [language for language, _name in settings.LANGUAGES]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", Kind)
def test_every_kind_ships_with_a_sound_text_in_every_language(kind, language):
    assert faults(kind, SHIPPED[kind][language]) == {}
    filled = compose(shipped(kind, language), examples(kind, language))
    assert not any("{" in text or "}" in text for text in filled)
    assert sms_parts(filled.sms, "金水人大")[1] <= 3


def test_line_without_anything_to_say_is_left_out_and_others_stay():
    words = Words("{时间}", "您好\n\n代表：{代表}\n\n原因：{原因}\n地点：{地点}", "在{地点}\n，原因{原因}\n。")
    assert compose(words, {"where": "甲院", "when": "明天"}) == Words("明天", "您好\n\n地点：甲院\n", "在甲院。")


def test_what_stands_in_a_value_is_not_looked_at_again():
    assert compose(GOOD, {"when": "{地点}", "where": "x", "name": ""}).subject == "进站 {地点}"


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("body", "{电话}", "没有 {电话}"), ("body", "{时间", "花括号应成对"), ("body", "{天数}", "没有 {天数}"),
        ("subject", "进站 {称呼}", "锁屏"), ("subject", "进站 {答复链接}", "锁屏"), ("subject", "一\n二", "只能写一行"),
        ("subject", "请拨 138 1234 5678", "不能写电话号码"), ("sms", "{代表}", "锁屏"),
        ("sms", "证号 41010519491231002X", "身份证号"), ("sms", "长" * 202, "短信太长"),
    ],
)  # fmt: skip
def test_fault_is_named_at_its_field(field, text, words):
    found = faults(Kind.VISIT_CONFIRM, GOOD._replace(**{field: text}))
    assert list(found) == [field]
    assert words in str(found[field])


@pytest.mark.parametrize(
    ("text", "sign", "counted"),
    [("字" * 70, "", (70, 1)), ("字" * 71, "", (71, 2)), ("字" * 64, "金水人大", (70, 1)), ("𠮷" * 36, "", (72, 2)),
     ("字" * 135, "", (135, 3)), ("", "", (0, 1))],
)  # fmt: skip
def test_text_message_is_counted_as_telephones_do(text, sign, counted):
    assert sms_parts(text, sign) == counted


def test_variables_have_one_name_each_and_every_kind_speaks_of_known_ones():
    names = [variable.name for variable in VARIABLES.values()]
    assert len(names) == len(set(names) - set(VARIABLES))
    assert {code for codes in SPEAKS_OF.values() for code in codes} <= set(VARIABLES)
    assert set(SPEAKS_OF) == set(SHIPPED) == set(Kind)


@pytest.mark.django_db
def test_text_of_the_nearest_place_holds(station, other_station):
    for place in ("", station.code[:6], station.code):
        Text.objects.create(kind=Kind.VISIT_LOG, language="en", place=place, subject=f"at {place}", body="b", sms="s")
    found = [Text.objects.nearest(place)[Kind.VISIT_LOG, "en"].subject for place in (station.code, other_station.code)]
    assert found == [f"at {station.code}", f"at {station.code[:6]}"]
    assert Text.objects.nearest("11")[Kind.VISIT_LOG, "en"].subject == "at "
