"""The nearest stations: the same speed among the nation's 200,000 as among a district's."""

from functools import cache

from django.test import Client

from . import data
from .lines import Line, Sizes, measures
from .timing import median_ms

HERE = {"lat": "20.1003", "lng": "85.1004"}  # among the first stations, which both databases have


@measures("near.growth")
def growth(sizes: Sizes):
    """Milliseconds of the page of the nearest 20 with the large table over those with the small one."""
    times = {}
    for visits in (sizes.small, sizes.large):
        data.use(visits)
        times[visits] = median_ms(nearest, sizes.repeats * 2)
    value, against = times[sizes.large], times[sizes.small]
    yield Line("near.growth", sizes.large, value, "ms", against, value / against, "ratio ≤ 1.5", value / against <= 1.5)


@cache
def visitor() -> Client:
    return Client()


def nearest() -> None:
    response = visitor().post("/stations/near/", HERE)
    if response.status_code != 200 or response.content.count(b'"distance"') != 20:
        raise SystemExit(f"/stations/near/ answered {response.status_code} without the nearest twenty")
