"""Posters on paper and on the screen: the words of facts.py set by typst."""

import segno

from . import fonts, typesetting

SIZES = ("a4", "a3")
POSTER, STATION = "poster.typ", "station.typ"
PICTURE_PPI = 144  # at 540 pt this is 1080 px, what a phone's screen and the province's web hall show


def ready(facts: dict, missing: set[str] | None = None) -> dict:
    """`facts` as a template takes them: only characters that the fonts have, and the QR code drawn.

    Characters that had to be left out are added to `missing`.
    """
    code = segno.make(facts["url"], error="m", micro=False)
    svg = code.svg_inline(border=0, dark="#1f2328", omitsize=True)
    return fonts.printable(facts, set() if missing is None else missing) | {"qr": svg}


def poster(facts: dict, size: str = "a4") -> bytes:
    """One visit's poster."""
    return typesetting.set_in_turn(POSTER, [ready(facts)], size=size)


def station_poster(facts: dict, size: str = "a4") -> bytes:
    """A station's coming visits on one page."""
    return typesetting.set_in_turn(STATION, [ready(facts)], size=size)


def picture(facts: dict, template: str = POSTER) -> bytes:
    """The poster as a PNG of 1080 px, as high as its words need."""
    return typesetting.set_in_turn(template, [ready(facts)], size="png", form="png", ppi=PICTURE_PPI)


def station_picture(facts: dict) -> bytes:
    return picture(facts, STATION)
