"""What every request carries: a reference number, and the reader's language and type size."""

import logging
import re
import secrets
from contextvars import ContextVar

from django.conf import settings
from django.db import DataError
from django.http import HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.http import escape_leading_slashes

request_id: ContextVar[str] = ContextVar("request_id", default="-")

LARGE_COOKIE = "liaison_large"
YEAR = 365 * 24 * 3600


class RequestIdMiddleware:
    """Gives each request a short number that the error page shows, the log repeats and the history keeps.

    A number that comes along is taken from a proxy of ours alone: a client that chose its own could put its acts under
    somebody else's number.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        asked = request.headers.get("X-Request-ID", "") if settings.PROXIES else ""
        request.id = asked if re.fullmatch(r"[A-Za-z0-9-]{6,64}", asked) else secrets.token_hex(6)
        token = request_id.set(request.id)
        try:
            response = self.get_response(request)
        finally:
            request_id.reset(token)
        response["X-Request-ID"] = request.id
        return response


class RequestIdFilter(logging.Filter):
    """Puts the reference number of the current request into each log line."""

    def filter(self, record):
        record.request_id = request_id.get()
        return True


class SecretsFilter(logging.Filter):
    """Leaves out of each log line what an address keeps secret: what follows the `path` of SECRET_PATHS."""

    def filter(self, record):
        words = record.getMessage()
        hidden = settings.SECRET_PATHS.sub(r"\g<path>…", words)
        if hidden != words:
            record.msg, record.args = hidden, ()
        return True


class PreferencesMiddleware:
    """Chinese unless the reader chose otherwise by `?lang=`; large type by `?large=1` (长者模式). Both are cookies.

    The browser's own language is not asked: a Chinese office page must not turn English because a phone was set up so.
    """

    def __init__(self, get_response):
        self.get_response = get_response
        self.codes = {code for code, _ in settings.LANGUAGES}

    def __call__(self, request):
        if request.method == "GET" and ("lang" in request.GET or "large" in request.GET):
            return self.remember(request)
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
        request.LANGUAGE_CODE = chosen if chosen in self.codes else settings.LANGUAGE_CODE
        request.large_type = request.COOKIES.get(LARGE_COOKIE) == "1"
        translation.activate(request.LANGUAGE_CODE)
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", request.LANGUAGE_CODE)
        return response

    def remember(self, request):
        """Keep the choice in a cookie and come back to the same address without it."""
        rest = request.GET.copy()
        lang, large = rest.pop("lang", [None])[-1], rest.pop("large", [None])[-1]
        query = rest.urlencode()
        # An address that begins with two slashes would be another site's.
        response = HttpResponseRedirect(escape_leading_slashes(request.path) + (f"?{query}" if query else ""))
        cookie = {"max_age": YEAR, "samesite": "Lax", "secure": settings.HTTPS, "httponly": True}
        if lang in self.codes:
            response.set_cookie(settings.LANGUAGE_COOKIE_NAME, lang, **cookie)
        if large in {"0", "1"}:
            response.set_cookie(LARGE_COOKIE, large, **cookie)
        return response


class BadInputMiddleware:
    """What the database cannot hold (a NUL byte, 30 digits) is bad input, wherever a page let it through."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if not isinstance(exception, DataError):
            return None
        # The error's own words quote what was typed, which may be somebody's name or number.
        logging.getLogger(__name__).warning("%s: %s", request.path, type(exception.__cause__).__name__)
        return render(request, "400.html", status=400)
