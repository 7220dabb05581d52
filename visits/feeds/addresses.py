"""The address of a feed as a person needs it: to copy, to tap, to scan."""

from typing import NamedTuple, Self

import segno
from django.http import HttpRequest

from liaison.common.linked import base_of


class Address(NamedTuple):
    https: str
    webcal: str
    picture: str  # a QR code of `webcal`, as an address that needs no file

    @classmethod
    def at(cls, request: HttpRequest, path: str) -> Self:
        https = base_of(request) + path
        webcal = "webcal" + https[https.index(":") :]
        return cls(https, webcal, qr_code(webcal))


def qr_code(words: str) -> str:
    """A QR code as a data address; the page's policy lets images be that."""
    return segno.make(words, error="m", micro=False).svg_data_uri(scale=4, border=2, dark="#000", light="#fff")
