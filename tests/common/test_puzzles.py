"""A puzzle is solved once, in its time, for its purpose; whoever did not try is not thrown out."""

import hashlib

import pytest
from django import forms
from django.core.cache import cache
from hypothesis import given, settings
from hypothesis import strategies as st

from liaison.common.puzzles import LIFETIME, PuzzleField, Verdict, new_puzzle, verdict

NOON = 1_795_492_800.0


@pytest.fixture(autouse=True)
def _easy(settings):
    settings.PUZZLE_MOST = 50


def solved(puzzle: str) -> str:
    """As a browser does it."""
    until, salt, wanted, most, signature = puzzle.split(".")
    words = f"{until}.{salt}"
    (number,) = [n for n in range(int(most) + 1) if hashlib.sha256(f"{words}.{n}".encode()).hexdigest() == wanted]
    return f"{words}.{number}.{signature}"


def test_a_right_answer_is_taken_once():
    answer = solved(new_puzzle("opinion", NOON))
    assert [verdict(answer, "opinion", NOON + 60) for _ in range(2)] == [Verdict.DONE, Verdict.WRONG]


def test_an_answer_is_right_in_its_time_and_for_its_purpose_only():
    answer = solved(new_puzzle("opinion", NOON))
    given = [("opinion", NOON + LIFETIME), ("opinion", NOON - 1), ("booking", NOON)]
    assert [verdict(answer, purpose, at) for purpose, at in given] == [Verdict.WRONG] * 3
    assert verdict(answer, "opinion", NOON + LIFETIME - 1) is Verdict.DONE


@settings(max_examples=300)
@given(st.integers(0, 999), st.sampled_from("0123456789abcdef.-_ "))
def test_no_changed_answer_is_taken(place, letter):
    """Nor one whose digits moved from the number to the time, as they could where nothing stands between them."""
    answer = solved(new_puzzle("opinion", NOON))
    at = place % len(answer)
    before, here, after = answer[:at], answer[at], answer[at + 1 :]
    for changed in (before + letter + after, before + after, before + letter + here + after):
        assert (verdict(changed, "opinion", NOON) is Verdict.WRONG) is (changed != answer)


@given(st.text(min_size=1, max_size=120))
def test_any_text_is_answered(text):
    assert verdict(text, "opinion") is Verdict.WRONG


def test_a_form_that_is_open_while_keys_change_is_taken(settings):
    from cryptography.fernet import Fernet

    answer = solved(new_puzzle("opinion"))
    settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
    assert verdict(answer, "opinion") is Verdict.DONE


def test_without_redis_a_right_answer_is_taken_and_the_log_says_so(monkeypatch, caplog):
    from django.core.cache.backends.redis import RedisCache

    monkeypatch.setattr("liaison.common.puzzles.cache", RedisCache("redis://127.0.0.1:1/0", {}))
    assert verdict(solved(new_puzzle("opinion")), "opinion") is Verdict.DONE
    assert caplog.messages == ["A puzzle was taken unseen, for Redis is away (ConnectionError)"]


def test_a_field_says_what_the_answer_is_worth_and_draws_a_new_puzzle_each_time():
    class Form(forms.Form):
        puzzle = PuzzleField("opinion")

    answers = [solved(new_puzzle("opinion")), "", "x"]
    sent = [Form({"puzzle": answer}) for answer in answers]
    assert [form.is_valid() and form.cleaned_data["puzzle"] for form in sent] == [*Verdict]
    drawn = {str(form["puzzle"]) for form in [sent[0], sent[0], Form()]}
    assert (len(drawn), [html for html in drawn if "value=" in html]) == (3, [])
    assert Form()["puzzle"].is_hidden


def test_what_the_cache_keeps_of_an_answer_goes_with_it():
    answer = solved(new_puzzle("opinion"))
    verdict(answer, "opinion")
    redis = cache._cache.get_client(write=True)
    (key,) = redis.keys(cache.make_key(f"puzzle:{answer.rpartition('.')[2]}"))
    assert 0 < redis.ttl(key) <= LIFETIME
