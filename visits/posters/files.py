"""Every form in which a notice leaves the house: its file's type and name, and who makes it."""

from collections.abc import Callable
from typing import NamedTuple

from django.http import HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header

from ..choices import PrintForm
from . import pdf, shelf, text, word

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Form(NamedTuple):
    ending: str
    type: str
    make: Callable[[dict], bytes]


FORMS = {
    PrintForm.A3: Form("A3.pdf", "application/pdf", lambda facts: pdf.poster(facts, "a3")),
    PrintForm.A4: Form("A4.pdf", "application/pdf", lambda facts: pdf.poster(facts, "a4")),
    PrintForm.WORD: Form("docx", WORD, word.notice),
    PrintForm.TEXT: Form("txt", "text/plain; charset=utf-8", lambda facts: text.notice(facts).encode()),
    PrintForm.PICTURE: Form("png", "image/png", pdf.picture),
}
STATION_FORMS = {
    PrintForm.A3: Form("A3.pdf", "application/pdf", lambda facts: pdf.station_poster(facts, "a3")),
    PrintForm.A4: Form("A4.pdf", "application/pdf", lambda facts: pdf.station_poster(facts, "a4")),
    PrintForm.WORD: Form("docx", WORD, word.station),
    PrintForm.TEXT: Form("txt", "text/plain; charset=utf-8", lambda facts: text.station(facts).encode()),
    PrintForm.PICTURE: Form("png", "image/png", pdf.station_picture),
}


def file_name(facts: dict, form: Form) -> str:
    """2026年12月1日 甲院社区代表联络站 人大代表接待选民公告 A4.pdf: what it is, in a folder full of them."""
    day = facts.get("date", facts["issued_on"]).partition("（")[0]
    gap = " " if form.ending.startswith("A") else "."
    return f"{day} {facts['station']} {facts['title']}{gap}{form.ending}".replace("/", "／")


def answer(request, facts: dict, form: Form, *, download: bool = False) -> HttpResponse:
    """The file for a browser, which may keep it but asks each time whether it still holds."""
    etag = f'"{shelf.key_of(facts, form.ending)}"'
    if etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
        response = HttpResponseNotModified()
    else:
        content = shelf.kept(facts, form.ending, lambda: form.make(facts))
        response = HttpResponse(content, content_type=form.type)
        response["Content-Disposition"] = content_disposition_header(download, file_name(facts, form))
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Cookie"])
    return response
