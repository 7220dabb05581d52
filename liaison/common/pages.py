"""Pages that everybody sees alike, kept whole in local memory until something public changes.

A stamp of eight bytes stands in a file that all processes of one data folder map into memory. It is part of the key
of every kept page, so writing a new stamp forgets them all at once. It is written when a statement touches a public
table, and again when that transaction is committed; what other machines and plain SQL change, a trigger tells through
NOTIFY to a listening thread.
"""

import functools
import hashlib
import mmap
import os
import re
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

import psycopg
from django.conf import settings
from django.db import connections, transaction
from django.db.backends.signals import connection_created
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils import timezone

CHANNEL = "liaison_public"
QUARTER = 15 * 60
LONGEST = 500  # bytes of a query string; a page with a longer one is made afresh, so that keys and memory stay small
MESSAGES_COOKIE = "messages"

# A statement-level trigger: it fires once for a bulk load, and for COPY and TRUNCATE too.
CREATE_FUNCTION = f"""
CREATE OR REPLACE FUNCTION liaison_public_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('{CHANNEL}', '');
    RETURN NULL;
END
$$;
"""
DROP_FUNCTION = "DROP FUNCTION IF EXISTS liaison_public_changed() CASCADE;"


def create_trigger(table: str) -> str:
    return (
        f"CREATE OR REPLACE TRIGGER liaison_public_changed AFTER INSERT OR UPDATE OR DELETE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION liaison_public_changed(); "
        f"CREATE OR REPLACE TRIGGER liaison_public_emptied AFTER TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION liaison_public_changed();"
    )


# -- the stamp -------------------------------------------------------------------------------------------------------


class Stamp:
    """Eight bytes shared by all processes. Each change writes bytes never seen before: a count could go back to a
    number under which an older page is kept, when two processes write at once."""

    def __init__(self, file: Path):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            if os.fstat(handle).st_size < 8:
                os.ftruncate(handle, 8)
            self.bytes = mmap.mmap(handle, 8)
        finally:
            os.close(handle)

    def read(self) -> bytes:
        return self.bytes[:8]

    def renew(self) -> None:
        self.bytes[:8] = os.urandom(8)


_stamps: dict[Path, Stamp] = {}


def stamp() -> Stamp:
    """The stamp of the data folder, renewed when a process meets it first: templates may have changed since then."""
    found = _stamps.get(settings.HOME)
    if found is None:
        found = _stamps[settings.HOME] = Stamp(settings.HOME / "public-stamp")
        found.renew()
    return found


_remembered: dict[str, tuple[bytes, object]] = {}


def remembered(name: str, make: Callable):
    """What `make` gave, shared by all pages of this process until something public changes."""
    now = stamp().read()
    then, found = _remembered.get(name, (None, None))
    if then != now:
        found = make()
        _remembered[name] = now, found
    return found


# -- who writes ------------------------------------------------------------------------------------------------------

_public: re.Pattern | None = None


def watch(tables: Iterable[str]) -> None:
    """From now on a statement that writes to one of `tables` makes every kept page out of date."""
    global _public
    _public = re.compile(rf"\b(?:INTO|UPDATE|FROM|TRUNCATE|COPY|TABLE)\b[^;]*?\b(?:{'|'.join(sorted(tables))})\b", re.I)
    connection_created.connect(_attend, dispatch_uid="liaison.common.pages")


def _attend(sender, connection, **kwargs) -> None:
    # First in the list: whoever lends a wrapper for a while takes the last one away again.
    if _notice not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _notice)


def _notice(execute: Callable, sql, params, many: bool, context: dict):
    result = execute(sql, params, many, context)
    if not isinstance(sql, str) or (sql[:6] != "SELECT" and _public.search(sql)):
        changed(context["connection"])
    return result


def changed(connection) -> None:
    """Something public was written: forget the pages now, and once more when others can see it."""
    stamp().renew()
    if connection.in_atomic_block and not _is_awaited(connection):
        transaction.on_commit(_renew, using=connection.alias)


def _is_awaited(connection) -> bool:
    return bool(connection.run_on_commit) and connection.run_on_commit[-1][1] is _renew


def _renew() -> None:
    stamp().renew()


class Listener(threading.Thread):
    """Renews the stamp when the database tells of a change; comes back by itself when the connection was lost."""

    def __init__(self, wake_every: float = 30):
        super().__init__(name="liaison-pages", daemon=True)
        self.wake_every, self.ended, self.hears = wake_every, threading.Event(), threading.Event()
        self.pid = os.getpid()

    def run(self) -> None:
        while not self.ended.is_set():
            try:
                self.listen()
            except psycopg.Error:
                self.ended.wait(1)
            finally:
                self.hears.clear()

    def listen(self) -> None:
        with psycopg.connect(**connections["default"].get_connection_params(), autocommit=True) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            _renew()  # whatever was told while nobody listened
            self.hears.set()
            while not self.ended.is_set():
                for _told in connection.notifies(timeout=self.wake_every):
                    _renew()

    def stop(self) -> None:
        self.ended.set()
        self.join()


_listener: Listener | None = None
_starting = threading.Lock()


def listen() -> None:
    """Have one listener in this process. A fork has its parent's variable but not its thread."""
    global _listener
    with _starting:
        if _listener is None or _listener.pid != os.getpid():
            _listener = Listener()
            _listener.start()


# -- the shelves -----------------------------------------------------------------------------------------------------


class Kept(NamedTuple):
    """A page as it was sent; without content only the name under which it would be kept."""

    etag: str
    content: bytes = b""
    content_type: str = ""


class Shelf:
    """Pages of one stamp, at most `room` of them: when the stamp changes all are gone, and so is their memory.

    A dict, because Django's local-memory cache pickles 60 KB, takes a lock and looks through the key at each hit, a
    tenth of the whole request.
    """

    def __init__(self, room: int):
        self.room, self.stock = room, (b"", {})

    def get(self, key: tuple, at: bytes) -> Kept | None:
        stamp, pages = self.stock
        if stamp != at:
            self.stock = at, {}  # one assignment: no thread sees pages of another stamp
            return None
        return pages.get(key)

    def put(self, key: tuple, page: Kept, at: bytes) -> None:
        """Keep a page that was begun at `at`; one that a change overtook is not kept."""
        stamp, pages = self.stock
        if stamp != at:
            return
        if len(pages) >= self.room:
            pages.pop(next(iter(pages), None), None)
        pages[key] = page


plain = Shelf(500)
searches = Shelf(200)  # apart, so that whoever invents query strings pushes out other inventors' pages only


# -- the pages -------------------------------------------------------------------------------------------------------


def public_page(view: Callable) -> Callable:
    """A view for everybody. Its answer to a reader who is not signed in is kept until something public changes.

    A view whose answer is one reader's own says `Cache-Control: no-store` and is not kept.
    """

    @functools.wraps(view)
    def page(request: HttpRequest, *args, **kwargs) -> HttpResponse:
        if not is_common(request):
            return for_browser(view(request, *args, **kwargs))
        at, shelf = stamp().read(), searches if request.META.get("QUERY_STRING") else plain
        key = key_of(request)
        kept = shelf.get(key, at) or Kept(etag_of(key, at))
        if kept.etag in request.META.get("HTTP_IF_NONE_MATCH", ""):
            return for_browser(HttpResponseNotModified(), kept)
        if kept.content:
            return for_browser(HttpResponse(kept.content, content_type=kept.content_type), kept)
        if settings.PAGES_LISTEN and (_listener is None or _listener.pid != os.getpid()):
            listen()
        response = view(request, *args, **kwargs)
        if not may_keep(request, response):
            return for_browser(response)
        shelf.put(key, kept._replace(content=response.content, content_type=response["Content-Type"]), at)
        return for_browser(response, kept)

    return page


def is_common(request: HttpRequest) -> bool:
    """Whether the page is nobody's in particular: no session, no message waiting, an address of sensible length."""
    return (
        request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and MESSAGES_COOKIE not in request.COOKIES
        and len(request.META.get("QUERY_STRING", "")) <= LONGEST
    )


def may_keep(request: HttpRequest, response: HttpResponse) -> bool:
    return (
        response.status_code == 200
        and not response.streaming
        and not response.cookies
        and "CSRF_COOKIE_NEEDS_UPDATE" not in request.META
        and b"csrfmiddlewaretoken" not in response.content  # the token of one reader, who had its cookie already
        and "no-store" not in response.get("Cache-Control", "")
    )


@functools.lru_cache(maxsize=1)
def day_at(quarter: int) -> str:
    """Today, worked out once in a quarter of an hour: days begin at quarters in every time zone."""
    return timezone.localdate().isoformat()


def key_of(request: HttpRequest) -> tuple:
    """What the page depends on beside the stamp: the day, the reader's language and type size, and the address."""
    day = day_at(int(time.time()) // QUARTER)
    return day, request.LANGUAGE_CODE, request.large_type, request.path, request.META.get("QUERY_STRING", "")


def etag_of(key: tuple, at: bytes) -> str:
    return f'"{hashlib.blake2b(repr(key).encode(), key=at, digest_size=16).hexdigest()}"'


def for_browser(response: HttpResponse, kept: Kept | None = None) -> HttpResponse:
    """A browser may keep the page but asks each time whether it still holds; a shared cache keeps nothing."""
    response.headers.setdefault("Cache-Control", "private, no-cache")
    response.headers["Vary"] = "Cookie"
    if kept:
        response.headers["ETag"] = kept.etag
    return response
