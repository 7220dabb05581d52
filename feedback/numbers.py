"""Receipt numbers of opinions: nine random characters and one by which a mistyped number is known at once."""

import secrets
import unicodedata

from liaison.common.fields import ALPHABET

RANDOM, LENGTH = 9, 10
VALUES = {letter: value for value, letter in enumerate(ALPHABET)} | {"o": 0, "i": 1, "l": 1}
LONGEST = 60  # what is longer was not copied from a receipt
FIELD = 0b100101  # x⁵ + x² + 1: its root has 31 different powers, one for each place


def new_number() -> str:
    """45 random bits, so that a number tells neither order nor count and cannot be guessed."""
    values = [secrets.randbelow(len(ALPHABET)) for _ in range(RANDOM)]
    return "".join(ALPHABET[value] for value in [*values, _doubled(_sum(values))])


def shown(number: str) -> str:
    """7K3M2-9Q2X5, as it stands on a receipt."""
    return f"{number[:5]}-{number[5:]}".upper()


def read(text: str) -> str | None:
    """The number as it is stored, however somebody typed it; None when it is none."""
    if len(text) > LONGEST:
        return None
    letters = [letter for letter in unicodedata.normalize("NFKC", text).lower() if not _between(letter)]
    values = [VALUES.get(letter, -1) for letter in letters]
    if len(values) != LENGTH or -1 in values or _sum(values):
        return None
    return "".join(ALPHABET[value] for value in values)


def _between(letter: str) -> bool:
    return letter.isspace() or unicodedata.category(letter) in ("Pd", "Cf") or letter in "−_·.ー"


def _sum(values: list[int]) -> int:
    """The values as digits over the field of 32 elements; 0 for a whole number.

    Each place weighs another power, so one wrong character and any two that changed places leave a rest.
    """
    total = 0
    for value in values:
        total = _doubled(total) ^ value
    return total


def _doubled(value: int) -> int:
    value <<= 1
    return value ^ FIELD if value & len(ALPHABET) else value
