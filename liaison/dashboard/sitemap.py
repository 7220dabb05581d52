"""What search engines should read: sections of at most 50,000 addresses, each found by one index range.

No section counts its rows or skips any: stations are divided by city, people by number, visits by month, and a
month that is too full by day. So the sitemap of a nation is as quick as a district's, only longer.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from html import escape

from dateutil.relativedelta import relativedelta
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Concat
from django.urls import reverse
from django.utils import timezone

from liaison.accounts.choices import Level
from liaison.accounts.models import Region
from liaison.accounts.scoping import VISITOR
from liaison.common.estimates import expected_rows
from representatives.models import Representative
from stations.models import Station
from visits.models import Visit, VisitQuerySet

MOST = 50_000  # addresses of a file, by the protocol of sitemaps.org
NEAR = 40_000  # what the planner expects of a month that is not divided; it may be out by a quarter
BACK = timedelta(days=365)  # visits of so many days are told of; older ones stay where they are
PAGES = (
    "home", "visits:schedule", "visits:calendar", "visits:subscribe", "stations:station-list",
    "stations:station-near", "representatives:representative-list", "visits:embed-help",
    "feedback:opinion-new", "feedback:track", "feedback:outcome-list", "feedback:figures",
    "feedback:public-suggestion-list",
)  # fmt: skip
XMLNS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'

Address = tuple[str, datetime | None]  # a path, and when what it shows was changed


def sections(today: date) -> list[str]:
    """Names of all sections that hold something."""
    return [
        "pages",
        *(f"stations-{code}" for code in cities()),
        *(f"representatives-{n}" for n in range(1, chunks_of_people() + 1)),
        *(f"visits-{period}" for period in periods(today)),
    ]


def cities() -> list[str]:
    inside = Station.objects.for_user(VISITOR, "read").filter(
        code__gte=OuterRef("code"), code__lt=Concat(OuterRef("code"), Value("~"))
    )
    regions = Region.objects.for_user(VISITOR, "read").filter(Exists(inside), level=Level.CITY)
    return list(regions.order_by("code").values_list("code", flat=True))


def chunks_of_people() -> int:
    last = Representative.objects.for_user(VISITOR, "read").order_by("-id").values_list("id", flat=True).first()
    return (last or 0) // MOST + 1 if last else 0


def periods(today: date) -> Iterator[str]:
    """2026-12, or the days of a month that is too full for one file."""
    told = visits_since(today)
    ends = [told.order_by(way).values_list("starts_at", flat=True).first() for way in ("starts_at", "-starts_at")]
    if None in ends:
        return
    first, last = map(timezone.localdate, ends)
    month = first.replace(day=1)
    while month <= last:
        end = month + relativedelta(months=1) - timedelta(days=1)
        if expected_rows(told.between(month, end)) > NEAR:
            yield from (f"{month + timedelta(days=n):%Y-%m-%d}" for n in range(end.day))
        else:
            yield f"{month:%Y-%m}"
        month = end + timedelta(days=1)


def visits_since(today: date) -> VisitQuerySet:
    return Visit.objects.for_user(VISITOR, "read").since(today - BACK)


def addresses(section: str, today: date) -> list[Address] | None:
    """What stands in `section`; None where there is no such section."""
    if section == "pages":
        return [(reverse(name), None) for name in PAGES]
    kind, _dash, part = section.partition("-")
    find = {"stations": stations_in, "representatives": people_in}.get(kind)
    if find and part.isascii() and part.isdigit() and len(part) < 6:
        return find(part)
    if kind == "visits" and re.fullmatch(r"\d{4}-\d\d(-\d\d)?", part, re.ASCII):
        return visits_in(part, today)
    return None


def stations_in(city: str) -> list[Address]:
    stations = Station.objects.for_user(VISITOR, "read").filter(code__startswith=city).order_by("code")
    base = reverse("stations:station-list")
    return [(f"{base}{code}/", None) for code in stations.values_list("code", flat=True)[:MOST]]


def people_in(chunk: str) -> list[Address]:
    first = (int(chunk) - 1) * MOST
    people = Representative.objects.for_user(VISITOR, "read").filter(id__gte=first, id__lt=first + MOST)
    base = reverse("representatives:representative-list")
    return [(f"{base}{public_id}/", None) for public_id in people.order_by("id").values_list("public_id", flat=True)]


def visits_in(period: str, today: date) -> list[Address] | None:
    try:
        first = date.fromisoformat(period if len(period) > 7 else f"{period}-01")
    except ValueError:
        return None
    if not 2000 <= first.year <= 2100:
        return None
    last = first if len(period) > 7 else first + relativedelta(months=1) - timedelta(days=1)
    told = visits_since(today).between(first, last).order_by("starts_at", "id")
    base = reverse("visits:visit", args=["0"])[:-2]
    return [(f"{base}{public_id}/", at) for public_id, at in told.values_list("public_id", "changed_at")[:MOST]]


def index_xml(base: str, names: list[str]) -> str:
    files = (f"{base}{reverse('dashboard:sitemap-section', args=[name])}" for name in names)
    return _file("sitemapindex", (f"<sitemap><loc>{escape(address)}</loc></sitemap>" for address in files))


def section_xml(base: str, found: list[Address]) -> str:
    return _file("urlset", (_entry(escape(base + path), at) for path, at in found))


def _entry(address: str, at: datetime | None) -> str:
    changed = f"<lastmod>{at:%Y-%m-%dT%H:%M:%S+00:00}</lastmod>" if at else ""
    return f"<url><loc>{address}</loc>{changed}</url>"


def _file(element: str, lines) -> str:
    body = "\n".join(lines)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{element} {XMLNS}>\n{body}\n</{element}>\n'
