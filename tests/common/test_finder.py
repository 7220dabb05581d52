"""Filters of a public list are written from what they say, and remembered by it."""

import re

import pytest
from django.http import QueryDict
from django.utils import translation

from liaison.common.finder import Finder, choice, day, words


class Look(Finder):
    q = words("关键词", "站名")
    kind = choice("类别", [("a", "甲"), ("b", "乙")])
    from_ = day("从")


def shown(query: str) -> str:
    return re.sub(r"\s*\n\s*", "", Look(QueryDict(query)).written)


def test_each_field_stands_once_with_its_own_value():
    page = shown("q=停车&kind=b&from=2026-12-01")
    assert re.findall(r'id="problem-(\w+)"', page) == ["q", "kind", "from"]
    assert re.findall(r'name="(\w+)" id="\w+" value="([^"]*)"', page) == [("q", "停车"), ("from", "2026-12-01")]
    assert re.findall(r'value="(\w*)" selected', page) == ["b"]


@pytest.mark.parametrize("other", ["q=&kind=b", "q=停车&kind=a", "q=停车&kind=b&from=x"])
def test_what_is_remembered_of_one_query_is_not_told_to_another(other):
    first = shown("q=停车&kind=b")
    assert shown(other) != first
    assert shown("q=停车&kind=b") == first


def test_what_was_typed_stays_text_at_its_field_and_in_its_value():
    page = shown("q=%22%3E%3Cb%3E&kind=%3Ci%3E")
    assert 'value="&quot;&gt;&lt;b&gt;"' in page
    assert re.findall(r"<[bi]>", page) == []
    assert re.findall(r'id="problem-(\w+)"[^>]*><p>(.*?)</p>', page) == [("kind", "没有这个选项，请从列表中选择")]


def test_a_reader_of_another_language_has_other_words():
    chinese = shown("from=x")
    with translation.override("en"):
        english = shown("from=x")
    assert ("全部" in chinese, "全部" in english) == (True, False)
    assert shown("from=x") == chinese


def test_what_htmx_brings_up_to_date_are_the_places_of_problems():
    assert Look(QueryDict("")).problems == "#problem-q,#problem-kind,#problem-from"
