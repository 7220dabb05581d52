"""Printed pages that were made already: whoever asks for the same words in the same form gets the same bytes."""

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.cache.backends.filebased import FileBasedCache

ROOM = 1000  # pages; when full, a third of them go
KEPT = 30 * 24 * 3600


@lru_cache(maxsize=1)
def shelf() -> FileBasedCache:
    """In files beside the other data, because in memory a few addresses asked in a row would push out everything else.

    No row knows of them: deleting the folder loses nothing.
    """
    return FileBasedCache(str(settings.HOME / "posters"), {"TIMEOUT": KEPT, "OPTIONS": {"MAX_ENTRIES": ROOM}})


@lru_cache(maxsize=1)
def edition() -> bytes:
    """Changes with every file of this package, so that a new look does not meet old pages."""
    files = sorted(path for path in Path(__file__).parent.rglob("*.*") if path.suffix in (".py", ".typ", ".docx"))
    return hashlib.blake2b(b"".join(path.read_bytes() for path in files), digest_size=16).digest()


def key_of(facts: dict, form: str) -> str:
    """Names what is printed, and thereby serves as its ETag: the words, the form, and the look."""
    words = json.dumps([facts, form], sort_keys=True, ensure_ascii=False).encode()
    return hashlib.blake2b(words, key=edition(), digest_size=16).hexdigest()


def kept(facts: dict, form: str, make: Callable[[], bytes]) -> bytes:
    """The page from the shelf, or made now and put there."""
    key = key_of(facts, form)
    page = shelf().get(key)
    if page is None:
        page = make()
        shelf().set(key, page)
    return page
