"""Representatives as rows ready to print: in their own list, on the page of a station, beside a visit."""

from collections import defaultdict

from django.urls import reverse
from django.utils.html import format_html, mark_safe
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from liaison.common.pages import remembered
from liaison.common.templatetags.face import level_badge
from stations.models import Station

from .models import Membership, Representative, Seat

MOST_REMEMBERED = 20_000  # people; docs/scale.md has what they weigh
LAST = 9  # the rank of somebody without a seat in office
COLUMNS = ("id", "public_id", "name", "pinyin", "employer", "post")


def in_words(people: set[int], user) -> dict[int, tuple[int, SafeString]]:
    """Rank of people, and how a line of people names them. Remembered: every page of the schedule names the same."""
    known = remembered(f"people in {get_language()}", dict)
    found = {person: known[person] for person in people if person in known}
    if missing := people - found.keys():
        rows = Representative.objects.for_user(user, "read").filter(pk__in=missing).with_level()
        new = {
            pk: (level or LAST, _person(*rest, level))
            for pk, level, *rest in rows.values_list("pk", "level", "name", "post")
        }
        found |= new
        if len(known) + len(new) <= MOST_REMEMBERED:
            known |= new
    return found


def _person(name: str, post: str, level: int | None) -> SafeString:
    badge = level_badge(level) if level else ""
    title = format_html('<span class="person-post">{}</span>', post) if post else ""
    return format_html('<span class="person">{}<span class="person-name">{}</span>{}</span> ', badge, name, title)


def listed(rows: list[dict], user) -> list[dict]:
    """`rows` with COLUMNS made ready: each with the badges of all its levels and its home station."""
    people = [row["id"] for row in rows]
    levels, homes = levels_of(people, user), homes_of(people, user)
    base = reverse("representatives:representative-list")
    return [
        row
        | {
            "url": f"{base}{row['public_id']}/",
            "levels": levels[row["id"]],
            "home": homes.get(row["id"], ""),
            "first": row["name"][:1],
        }
        for row in rows
    ]


def levels_of(people: list[int], user) -> dict[int, SafeString]:
    """Badges of the seats in office, the highest first."""
    seats = Seat.objects.for_user(user, "read").serving().filter(representative__in=people).order_by("level")
    badges = defaultdict(lambda: mark_safe(""))
    for person, level in seats.values_list("representative", "level").distinct():
        badges[person] += level_badge(level)
    return badges


def homes_of(people: list[int], user) -> dict[int, str]:
    """Names of the stations that are people's own."""
    homes = Membership.objects.for_user(user, "read").current().filter(representative__in=people, is_home=True)
    return dict(homes.filter(station__is_open=True).values_list("representative", "station__name"))


def people_of(station: Station, user) -> list[dict]:
    """Who belongs to a station today, the highest level first."""
    people = Representative.objects.for_user(user, "read").serving().belonging_to(station)
    rows = people.with_level().order_by("level", "pinyin", "id").values(*COLUMNS, "level")
    return listed(list(rows), user)
