"""Answering a program that asks again and again: with a mark, and with nothing more where it has the file already."""

import hashlib
from datetime import date
from typing import NamedTuple

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date

from liaison.accounts.models import User
from liaison.common import pages
from liaison.common.linked import base_of

from ..models import day_start
from . import atom, ics
from .choosing import REFRESH, REFRESH_OWN, Feed, own_contents, own_words
from .contents import Contents
from .ics import Head

WRITERS = {"ics": ics.written, "atom": atom.written}
TYPES = {"ics": "text/calendar; charset=utf-8", "atom": "application/atom+xml; charset=utf-8"}
FORMAT = 1  # raised when files are written in another way, so that those who have the old one get the new one
shelf = pages.Shelf(30)  # whole files of public feeds, until something public changes


class Made(NamedTuple):
    """A file; without content only its marks, where nobody needs the file."""

    etag: str
    modified: int
    content: bytes = b""


def public(request: HttpRequest, feed: Feed, form: str) -> HttpResponse:
    """A public feed as `form`: ics or atom. From the shelf, else from one look at the database."""
    today, base, at = timezone.localdate(), base_of(request), pages.stamp().read()
    path = feed.path(form)
    key = (today, base, path)
    made = shelf.get(key, at)
    if made is None:
        if settings.PAGES_LISTEN:
            pages.listen()
        contents = feed.contents(today) if form == "ics" else feed.news()
        head = Head(feed.name, feed.words, base + feed.page, base + path, REFRESH, contents.changed_at)
        made = make(request, head, contents, base, today, form)
        if made.content:
            shelf.put(key, made, at)
    response = answer(request, made, form, f"{feed.file}.{form}")
    response["Cache-Control"] = "public, max-age=60"
    return response


def own(request: HttpRequest, user: User, page: str) -> HttpResponse:
    """The private calendar of `user`; its address is a secret, so it stands nowhere in the file."""
    today, base = timezone.localdate(), base_of(request)
    contents = own_contents(user, today)
    head = Head(*own_words(user), base + page, "", REFRESH_OWN, contents.changed_at)
    response = answer(request, make(request, head, contents, base, today, "ics"), "ics", "liaison.ics")
    response["Cache-Control"] = "private, no-cache"
    return response


def make(request: HttpRequest, head: Head, contents: Contents, base: str, today: date, form: str) -> Made:
    """The file with its marks; the marks alone where whoever asks has just this file.

    No file is older than its day: what is over leaves it at midnight. So a changed name, which has no time of its own,
    reaches those who only ask by time within a day.
    """
    facts = repr((FORMAT, form, base, head, contents)).encode()
    etag = f'"{hashlib.blake2b(facts, digest_size=16).hexdigest()}"'
    modified = int(max(day_start(today), head.changed_at or day_start(today)).timestamp())
    if get_conditional_response(request, etag, modified) is not None:
        return Made(etag, modified)
    return Made(etag, modified, WRITERS[form](head, contents.items(), base))


def answer(request: HttpRequest, made: Made, form: str, file: str) -> HttpResponse:
    response = HttpResponse(made.content, content_type=TYPES[form])
    response["ETag"], response["Last-Modified"] = made.etag, http_date(made.modified)
    response["Content-Disposition"] = content_disposition_header(False, file)
    response["Content-Language"] = settings.LANGUAGE_CODE
    return get_conditional_response(request, made.etag, made.modified, response)
