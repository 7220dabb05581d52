"""The public schedule: how often it can be served, how fast it is made, and whether the nation makes it slower."""

import statistics
from functools import cache
from urllib.request import urlopen

from django.template import engines
from django.test import Client
from django.utils import timezone

from liaison.common import pages
from visits.models import Visit

from . import data, web
from .lines import Line, Sizes, measures
from .timing import median_ms

PLAIN = (
    "<!doctype html><table>{% for visit in visits %}<tr><td>{{ visit.starts_at|date:'Y-m-d H:i' }}</td>"
    "<td><a href='{{ visit.get_absolute_url }}'>{{ visit.title }}</a></td><td>{{ visit.station_id }}</td>"
    "<td>{{ visit.get_kind_display }}</td><td>{{ visit.get_state_display }}</td></tr>{% endfor %}</table>"
)


@measures("schedule.rps")
def rps(sizes: Sizes):
    """Requests per second of /schedule/ against a bare view with the same bytes, in turns in the same run."""
    data.use(sizes.small)
    database = f"bench_{sizes.small}"
    page = as_served(database)
    with web.server(database, page) as port:
        web.rate(port, "/schedule/", 0.5)
        rounds = [
            (web.rate(port, "/schedule/", sizes.seconds / 6), web.rate(port, "/bench/bare/", sizes.seconds / 6))
            for _ in range(6)
        ]
    value, against = (statistics.median(column) for column in zip(*rounds, strict=True))
    ratio = statistics.median(a / b for a, b in rounds)
    yield Line("schedule.rps", sizes.small, value, "requests/s", against, ratio, "ratio ≥ 0.8", ratio >= 0.8)


def as_served(database: str) -> bytes:
    with web.server(database, b"-") as port:
        return urlopen(f"http://127.0.0.1:{port}/schedule/", timeout=10).read()


@measures("schedule.render")
def render(sizes: Sizes):
    """Pages a second of the uncached schedule with 50 visits, in one process, against a plain 300-row template."""
    data.use(sizes.small)
    page = median_ms(lambda: uncached("/schedule/"), sizes.repeats * 4)
    visits = list(Visit.objects.filter(starts_at__gte=timezone.now())[:300])
    template = engines["django"].from_string(PLAIN)
    plain = median_ms(lambda: template.render({"visits": visits}), sizes.repeats)
    value, against = 1000 / page, 1000 / plain
    yield Line("schedule.render", sizes.small, value, "pages/s", against, value / against, "value ≥ 150", value >= 150)


@measures("schedule.growth")
def growth(sizes: Sizes):
    """Milliseconds of the uncached schedule with the large table over those with the small one."""
    times = {}
    for visits in (sizes.small, sizes.large):
        data.use(visits)
        times[visits] = median_ms(lambda: uncached("/schedule/"), sizes.repeats * 2)
    value, against = times[sizes.large], times[sizes.small]
    ratio = value / against
    yield Line("schedule.growth", sizes.large, value, "ms", against, ratio, "ratio ≤ 1.5", ratio <= 1.5)


@cache
def visitor() -> Client:
    return Client()  # one for all: a new one would build the middleware anew


def uncached(path: str) -> None:
    """One visitor's request through the whole stack, made anew."""
    pages.plain.stock = b"", {}
    response = visitor().get(path)
    if response.status_code != 200 or response.content.count(b'"visit-row') < 40:
        raise SystemExit(f"{path} answered {response.status_code} without its visits")
