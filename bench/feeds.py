"""Calendars that others subscribe to: a full one made anew, and what asking again costs however large the nation."""

import statistics
import time

from django.test import Client
from django.utils import timezone

from visits.feeds import ics, serving
from visits.models import Visit

from . import data
from .lines import Line, Sizes, measures
from .timing import median_ms

WHOLE = "/schedule.ics"
GOAL = 1.0  # seconds


@measures("feeds.seconds")
def seconds(sizes: Sizes):
    """Seconds of the full calendar with nothing kept of it, against the answer to who has the file already."""
    data.use(sizes.large)
    client = Client()
    response = ask(client, WHOLE)
    written = response.content.count(b"BEGIN:VEVENT")
    value = statistics.median(afresh(client, WHOLE) for _ in range(5))
    against = median_ms(lambda: ask(client, WHOLE, response["ETag"]), 5) / 1000
    yield Line("feeds.seconds", written, value, "s", against, value / against, f"≤ {GOAL:.0f} s", value <= GOAL)


@measures("feeds.growth")
def growth(sizes: Sizes):
    """Milliseconds of "not modified" for a station's calendar and the news, large table over small: the worse one."""
    times: dict[tuple[str, int], float] = {}
    for visits in (sizes.small, sizes.large):
        data.use(visits)
        client, station = Client(), Visit.objects.filter(starts_at__gt=timezone.now()).first().station_id
        for name, path in (("station", f"/stations/{station}/schedule.ics"), ("news", "/schedule.atom")):
            mark = ask(client, path)["ETag"]
            times[name, visits] = median_ms(lambda p=path, m=mark, c=client: ask(c, p, m), sizes.repeats)
    worst = max(("station", "news"), key=lambda name: times[name, sizes.large] / times[name, sizes.small])
    value, against = times[worst, sizes.large], times[worst, sizes.small]
    ratio = value / against
    yield Line("feeds.growth", sizes.large, value, "ms", against, ratio, "ratio ≤ 1.5", ratio <= 1.5)


def ask(client: Client, path: str, mark: str = ""):
    """One question through the whole stack, answered from the database; with `mark` by somebody who has the file."""
    serving.shelf.stock = b"", {}
    response = client.get(path, **({"HTTP_IF_NONE_MATCH": mark} if mark else {}))
    if response.status_code != (304 if mark else 200):
        raise SystemExit(f"{path} answered {response.status_code}")
    return response


def afresh(client: Client, path: str) -> float:
    ics.event.cache_clear()
    start = time.perf_counter()
    ask(client, path)
    return time.perf_counter() - start
