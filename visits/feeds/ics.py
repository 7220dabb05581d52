"""A calendar as RFC 5545 and 7986 have it.

There is no METHOD: with PUBLISH, RFC 5546 asks for an ORGANIZER, which is somebody's address, and Outlook would take
the visits for invitations. Without one a file is what it is, a calendar to subscribe to. SEQUENCE and
STATUS:CANCELLED are RFC 5546's all the same.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID, uuid5

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Component, Event, Timezone, TimezoneStandard, vDuration, vText

from .contents import Item

PRODID = "-//Liaison//代表联络站日程//ZH"
NAMESPACE = UUID("3c1f9c52-0b6e-4b0a-9d0e-7a5c2f6d8e41")  # never to change: every subscribed calendar knows its UIDs
COLOR = "firebrick"  # the nearest name that CSS has for our red
END = b"END:VCALENDAR\r\n"

_breaks = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_controls = re.compile("[\x00-\x08\x0e-\x1f\x7f]")


class Head(NamedTuple):
    """What a calendar says of itself."""

    name: str
    words: str
    page: str  # the address of a page to look at
    source: str  # the address of the calendar; empty where it is a secret
    refresh: timedelta
    changed_at: datetime | None


def written(head: Head, items: Iterable[Item], base: str) -> bytes:
    """The whole file. Each event is kept as it was written: it is a function of its item, and items seldom change."""
    opening = _head(head).to_ical(sorted=False).removesuffix(END)
    return b"".join([opening, *(event(item, base) for item in items), END])


def _head(head: Head) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    for names, words in ((("name", "x-wr-calname"), head.name), (("description", "x-wr-caldesc"), head.words)):
        for name in names:
            calendar.add(name, vText(text(words)))
    calendar.add("x-wr-timezone", vText(settings.TIME_ZONE))
    calendar.add("color", COLOR)
    calendar.add("refresh-interval", head.refresh, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(head.refresh))
    if head.changed_at:
        calendar.add("last-modified", head.changed_at)
    if head.source:
        calendar.add("source", head.source, parameters={"VALUE": "URI"})
    calendar.add("url", head.page)
    calendar.add_component(_zone())
    return calendar


@lru_cache(maxsize=1)
def _zone() -> Component:
    """China's time: eight hours ahead, without summer time since 1991."""
    zone, standard = Timezone(), TimezoneStandard()
    zone.add("tzid", settings.TIME_ZONE)
    standard.add("dtstart", datetime(1991, 9, 15))
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone.add_component(standard)
    return zone


@lru_cache(maxsize=5000)
def event(item: Item, base: str) -> bytes:
    place = timezone.get_default_timezone()
    url = f"{base}{item.path}"
    found = Event()
    found.add("uid", uid(item.public_id))
    found.add("sequence", item.version)
    found.add("dtstamp", item.changed_at)
    found.add("created", item.created_at)
    found.add("last-modified", item.changed_at)
    found.add("dtstart", item.starts_at.astimezone(place))
    found.add("dtend", item.ends_at.astimezone(place))
    found.add("summary", text(item.heading))
    found.add("description", text("\n".join((*item.lines, url))))
    found.add("location", text(item.where))
    if item.point:
        found.add("geo", tuple(round(degrees, 6) for degrees in item.point))
    found.add("status", item.state)
    found.add("categories", [item.kind])
    if item.is_private:
        found.add("class", "PRIVATE")
    found.add("transp", "OPAQUE" if item.is_busy else "TRANSPARENT")
    found.add("url", url)
    return found.to_ical(sorted=False)


def uid(public_id: str) -> str:
    """As random and as lasting as the visit's public id, which is no UUID; RFC 7986 wants no host in it."""
    return str(uuid5(NAMESPACE, public_id))


def text(words: str) -> str:
    """Without what RFC 5545 has no place for; whatever some reader takes for the end of a line becomes one."""
    return _controls.sub("", _breaks.sub("\n", words))
