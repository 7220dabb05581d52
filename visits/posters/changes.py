"""What was announced and no longer holds, in words: a notice of a change names the old beside the new."""

from liaison.common.templatetags.face import cn_date, cn_time_range
from representatives.models import Representative

from ..announced import announced_hours, people_in, room_words
from ..models import Visit
from . import words


def changes_of(visit: Visit, names: dict[int, str], place: dict[str, str]) -> list[dict]:
    """Each change as label, old and new words; `old` is empty where somebody joined, `new` where somebody left.

    `visit.changed_from` is made by a trigger (visits/triggers.py); `names` are those that the public may know.
    """
    if not visit.is_changed:
        return []
    was, found = visit.changed_from, []
    if "starts_at" in was:
        old = hours(*announced_hours(was))
        found.append({"label": "时间", "old": old, "new": hours(visit.starts_at, visit.ends_at)})
    if "place" in was:
        found.append({"label": "地点", "old": place_words(was["place"]), "new": place["place"]})
    left, joined = ("、".join(names[p] for p in was.get(part, ()) if p in names) for part in ("left", "joined"))
    if left or joined:
        found.append({"label": words.people_label(visit.kind), "old": left, "new": joined})
    return found


def hours(starts_at, ends_at) -> str:
    return f"{cn_date(starts_at)}{cn_time_range(starts_at, ends_at)}"


def place_words(old: dict) -> str:
    """The announced place as facts.py words the present one."""
    if old["online"]:
        return online_words(old["place"])
    return old["place"] or " ".join(filter(None, [old["name"], room_words(old)]))


def online_words(place: str) -> str:
    return f"{place}（线上）" if place else words.ONLINE


def names_in(visits: list[Visit], user) -> dict[int, str]:
    """Names of everybody who joined or left one of `visits` after it was announced; no query where nobody did."""
    people = {person for visit in visits if visit.is_changed for person in people_in(visit.changed_from)}
    if not people:
        return {}
    return dict(Representative.objects.for_user(user, "read").filter(pk__in=people).values_list("pk", "name"))
