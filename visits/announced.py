"""What was announced and no longer holds, in words for public pages; triggers.py keeps it with the visit."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html, mark_safe
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from liaison.common.templatetags.face import cn_date, cn_time_range
from representatives.people import in_words
from stations.choices import RoomKind


def was(words: str) -> SafeString:
    """An old value, struck through; who does not see the stroke hears what it is."""
    heard = _("原定")
    return format_html('<del class="was"><span class="visually-hidden">{} </span>{}</del>', heard, words)


def now(words: str) -> SafeString:
    heard = _("现为")
    return format_html('<ins class="now"><span class="visually-hidden">{} </span>{}</ins>', heard, words)


def announced_hours(changed: dict) -> tuple[datetime, datetime]:
    """The hours that were announced, where they hold no longer, in the time of the place."""
    start, end = (datetime.fromisoformat(changed[name]) for name in ("starts_at", "ends_at"))
    return timezone.localtime(start), timezone.localtime(end)


def hours_before(changed: dict, starts_at: datetime) -> str:
    """The announced hours, with their day where that is another one; empty where they hold."""
    if "starts_at" not in changed:
        return ""
    old, end = announced_hours(changed)
    hours = cn_time_range(old, end)
    return hours if old.date() == timezone.localdate(starts_at) else f"{cn_date(old)} {hours}"


def place_before(changed: dict) -> tuple[str, str]:
    """What of the announced place no longer holds, and the room that is meant now; empty where the place holds."""
    if "place" not in changed:
        return "", ""
    old, new = changed["place"], changed["place_now"]
    parts = [
        old["name"] if old["station"] != new["station"] else "",
        room_words(old) if old["room"] != new["room"] else "",
        (old["place"] or old["address"]) if old["place"] != new["place"] or old["station"] != new["station"] else "",
        (_("线上") if old["online"] else _("现场")) if old["online"] != new["online"] else "",
    ]
    return " ".join(filter(None, parts)), room_words(new) if old["room"] != new["room"] else ""


def changes_of(visit, user) -> dict | None:
    """The announced values that the page of a visit shows beside the present ones; None where all holds."""
    return compared(visit, user) if visit.is_changed else None


def compared(visit, user) -> dict | None:
    """What was announced and held no longer when the visit came; None where nothing of it may be told.

    Who left and who joined is told of people whom the public may know, without a reason of theirs.
    """
    changed = visit.changed_from
    names = {person: name for person, (_rank, name) in in_words(people_in(changed), user).items()}
    left, joined = ([names[p] for p in changed.get(part, ()) if p in names] for part in ("left", "joined"))
    hours = place = ""
    if "starts_at" in changed:
        old, end = announced_hours(changed)
        hours = was(f"{cn_date(old)} {cn_time_range(old, end)}")
    if "place" in changed:
        place = was(whole_place(changed["place"]))
    if not (hours or place or left or joined):
        return None
    return {"hours": hours, "place": place, "left": in_line(left, was), "joined": in_line(joined, now),
            "reason": visit.change_reason}  # fmt: skip


def whole_place(place: dict) -> str:
    online = _("线上") if place["online"] else ""
    return " ".join(filter(None, [place["name"], room_words(place), place["place"] or place["address"], online]))


def room_words(place: dict) -> str:
    """The room of an announced place by its own name, else by its kind; empty where there was none."""
    if place["room"] is None:
        return ""
    return place["room_name"] or str(RoomKind(place["room_kind"]).label)


def in_line(names: Iterable[SafeString], mark) -> SafeString:
    """People of a line, each marked as joined or as struck through."""
    return mark_safe("".join(mark(name) for name in names))


def people_in(changed: dict | None) -> set[int]:
    """Everybody whom the announced and the present list do not share."""
    return {*changed.get("left", ()), *changed.get("joined", ())} if changed else set()
