"""The fonts that notices are set in, which a wheel carries, and whether they have every character that is printed.

Typst prints an empty box for a character that no font has and says nothing; a name with a hole in it would be pinned up
before anybody saw it. So each text is asked for first.
"""

import re
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

FILES = ("NotoSerifCJKsc-Regular.otf", "NotoSansCJKsc-Regular.otf")  # OFL; no other font of the wheel is used
MISSING = "〓"  # the printer's mark for a character that the case has not
# What is not meant to be seen: controls, joiners, marks of direction, variation selectors.
UNSEEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff"
                    "\U000e0000-\U000e0fff]")  # fmt: skip


@lru_cache(maxsize=1)
def folder() -> Path:
    """Where the wheel keeps its fonts; found without importing it, which would bring a plotting library along."""
    return Path(find_spec("mplfonts").submodule_search_locations[0]) / "fonts"


@lru_cache(maxsize=1)
def characters() -> frozenset[int]:
    """Code points that at least one of the two fonts has: what the serif lacks, typst takes from the sans."""
    from fontTools.ttLib import TTFont  # a tenth of a second that only whoever prints should wait

    found: set[int] = set()
    for name in FILES:
        with TTFont(folder() / name, lazy=True) as font:
            found.update(font.getBestCmap())
    return frozenset(found)


def missing_in(text: str) -> set[str]:
    """The characters of `text` that would be printed as an empty box."""
    return {sign for sign in text if not sign.isspace() and ord(sign) not in characters()}


def printable(value, missing: set[str]):
    """`value` (words, or lists and dicts of them) as it can be printed; what cannot is added to `missing`."""
    if isinstance(value, str):
        text = UNSEEN.sub("", value)
        holes = missing_in(text)
        missing |= holes
        return "".join(MISSING if sign in holes else sign for sign in text) if holes else text
    if isinstance(value, dict):
        return {key: printable(item, missing) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [printable(item, missing) for item in value]
    return value
