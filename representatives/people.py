"""Representatives as rows ready to print: in their own list, on the page of a station, beside a visit."""

from collections import defaultdict
from functools import lru_cache

from django.db.models import Func, SmallIntegerField
from django.urls import reverse
from django.utils.html import format_html, mark_safe
from django.utils.safestring import SafeString

from liaison.common.templatetags.face import level_badge
from stations.models import Station

from .choices import SeatStatus
from .models import Membership, Representative, Seat

COLUMNS = ("id", "public_id", "name", "pinyin", "employer", "post")


class HighestLevel(Func):
    """The highest level at which the representative in a column sits; null when no seat is in office.

    Written as SQL: Django puts a Subquery together in as much time as PostgreSQL takes to answer it, and every page of
    the schedule asks.
    """

    template = (
        f"(SELECT min(seat.level) FROM {Seat._meta.db_table} AS seat"
        f" WHERE seat.representative_id = %(expressions)s AND seat.status = '{SeatStatus.SERVING}')"
    )
    output_field = SmallIntegerField(null=True)


@lru_cache(maxsize=4096)
def _person(name: str, post: str, badge: SafeString) -> SafeString:
    title = format_html('<span class="person-post">{}</span>', post) if post else ""
    return format_html('<span class="person">{}<span class="person-name">{}</span>{}</span> ', badge, name, title)


def in_words(name: str, post: str, level: int | None) -> SafeString:
    """A person in a line of people: level, name, post. Remembered, because a schedule names few people many times."""
    return _person(name, post, level_badge(level) if level else mark_safe(""))


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
    members = Membership.objects.for_user(user, "read").current().filter(station=station)
    people = Representative.objects.for_user(user, "read").serving().filter(pk__in=members.values("representative"))
    rows = people.with_level().order_by("level", "pinyin", "id").values(*COLUMNS, "level")
    return listed(list(rows), user)
