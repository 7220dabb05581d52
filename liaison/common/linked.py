"""What leaves the page for machines: the house's own addresses, and schema.org data as JSON-LD.

A page's data stand in a block that no browser executes, so the strict policy of the page holds. `address_of` is for
them: an address without a host is read against the page's own, so that a kept page is everybody's where LIAISON_URL is
not set. Feeds, posters and the sitemap are read away from the page and need the host: `base_of` a request gives it.
"""

import json

from django.conf import settings
from django.utils.html import mark_safe
from django.utils.safestring import SafeString

# In a script only the end of its element would matter, but this is also right in whatever reads the page carelessly.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026", 0x2028: "\\u2028", 0x2029: "\\u2029"}


def linked_data(data: dict) -> SafeString:
    """`data` as the element that stands in a page; empty values are left out."""
    text = json.dumps({"@context": "https://schema.org"} | filled(data), ensure_ascii=False, separators=(",", ":"))
    return mark_safe(f'<script type="application/ld+json">{text.translate(ESCAPES)}</script>')


def filled(value):
    """`value` without what is empty, in all its depth."""
    if isinstance(value, dict):
        return {name: filled(part) for name, part in value.items() if part not in ("", None, [], {})}
    return [filled(part) for part in value] if isinstance(value, list) else value


def address_of(path: str) -> str:
    return settings.SITE["url"].rstrip("/") + path


def base_of(request) -> str:
    """Scheme and host of the house; as this request has them where none were set."""
    return settings.SITE["url"].rstrip("/") or f"{request.scheme}://{request.get_host()}"


def full_url(path: str) -> str:
    """An address as it stands in a mail; nothing where the house has not said under which name it is found."""
    return f"{settings.SITE['url'].rstrip('/')}{path}" if settings.SITE["url"] else ""
