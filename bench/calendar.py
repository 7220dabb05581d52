"""The public calendar: whether a street's month costs more because the nation has visits, too."""

from django.test import Client

from liaison.common import pages

from . import data
from .lines import Line, Sizes, measures
from .timing import median_ms

MONTH = "/schedule/calendar/?street=110000001"  # six stations in either database, so the pages are alike


@measures("calendar.growth")
def growth(sizes: Sizes):
    """Milliseconds of a street's uncached month with the large table over those with the small one."""
    times, visitor = {}, Client()
    for visits in (sizes.small, sizes.large):
        data.use(visits)
        times[visits] = median_ms(lambda: uncached(visitor), sizes.repeats)
    value, against = times[sizes.large], times[sizes.small]
    yield Line(
        "calendar.growth", sizes.large, value, "ms", against, value / against, "ratio ≤ 1.5", value <= 1.5 * against
    )


def uncached(visitor: Client) -> None:
    pages.searches.stock = b"", {}
    response = visitor.get(MONTH)
    if response.status_code != 200 or response.content.count(b'class="cal-day"') < 28:
        raise SystemExit(f"{MONTH} answered {response.status_code} without its days")
