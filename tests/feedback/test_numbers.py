"""A receipt number is known again however it is typed, and never taken for another."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from feedback.numbers import new_number, read, shown
from liaison.common.fields import ALPHABET


def completed(nine: str) -> str:
    (number,) = [nine + letter for letter in ALPHABET if read(nine + letter)]
    return number


NUMBERS = st.text(ALPHABET, min_size=9, max_size=9).map(completed)


@given(NUMBERS)
def test_a_number_is_ten_characters_and_its_own_reading(number):
    assert (len(number), set(number) - set(ALPHABET), read(number)) == (10, set(), number)


def test_new_numbers_differ_and_read():
    numbers = [new_number() for _ in range(200)]
    assert len(set(numbers)) == 200
    assert [read(number) for number in numbers] == numbers


@given(NUMBERS)
def test_every_wrong_character_is_caught(number):
    wrong = [number[:at] + other + number[at + 1 :] for at in range(10) for other in ALPHABET if other != number[at]]
    assert [text for text in wrong if read(text)] == []


@given(NUMBERS)
def test_every_swap_is_caught(number):
    """Of neighbours, and of any two besides."""
    for one, other in itertools.combinations(range(10), 2):
        letters = list(number)
        letters[one], letters[other] = letters[other], letters[one]
        swapped = "".join(letters)
        assert (read(swapped) is None) is (swapped != number)


@given(NUMBERS, st.sampled_from(["{}", " {} ", "{}\n", "\u3000{}"]), st.sampled_from("-－—– \u00a0\u3000"))
def test_a_number_is_read_as_people_type_it(number, around, between):
    typed = shown(number).replace("-", between)
    wide = "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in typed)
    alike = typed.replace("0", "O").replace("1", "l")
    assert {read(around.format(text)) for text in (typed, typed.lower(), wide, alike, " ".join(number))} == {number}


def test_a_number_is_shown_in_two_halves():
    assert shown("7k3m29q2x5") == "7K3M2-9Q2X5"


@given(st.text(max_size=80))
def test_any_text_is_no_number_or_one_that_reads_itself(text):
    number = read(text)
    assert number is None or read(shown(number)) == number


def test_what_is_no_number_is_none():
    assert [read(text) for text in ("", "0", "uuuuuuuuuu", "0" * 9, "0" * 11, "-" * 100 + "0" * 10)] == [None] * 6
