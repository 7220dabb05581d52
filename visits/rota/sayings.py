"""Words that are kept with a plan and read in another language than they were said in.

A saying is its text as it stands in the source, which is the key to its translations, and its values. What an older
plan kept as plain words is read as it is, and so is a text that the source no longer has.
"""

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext

from liaison.common.templatetags.face import cn_date, joined


class Saying(str):
    """Words in the language of now, which know what they were made of."""

    __slots__ = ("kept",)


def say(text: str, **values) -> Saying:
    """`text`, marked by gettext_noop where it stands, with names, numbers, days, sayings, and lists of these."""
    made = {"say": text, "with": {name: kept(value) for name, value in values.items()}}
    saying = Saying(told(made))
    saying.kept = made
    return saying


def kept(value):
    """`value` as JSON keeps it."""
    if isinstance(value, Saying):
        return value.kept
    if isinstance(value, str | int):
        return value
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return [kept(item) for item in value]


def told(value):
    """What `kept` kept, in the language of now."""
    match value:
        case {"say": text, "with": values}:
            return gettext(text) % {name: told(value) for name, value in values.items()}
        case {"date": day}:
            return cn_date(date.fromisoformat(day))
        case list():
            return joined(map(told, value))
    return value


def conflicts_told(conflicts: Iterable[dict]) -> list[dict]:
    """A plan's conflicts in the language of now."""
    return [
        {"title": told(row["title"]), "lines": [told(line) for line in row["lines"]], "way": told(row["way"])}
        for row in conflicts
    ]
