"""A district's posters in one file: from the rows to the stored PDF, by the work that a worker does."""

import statistics
import time

from django.contrib.auth import get_user_model
from django.utils import timezone

from liaison.accounts import jobs
from liaison.accounts.choices import JobState, Role
from liaison.accounts.models import Job
from visits.choices import State
from visits.models import Printing, Visit
from visits.posters import pdf, typesetting
from visits.posters.choices import PosterOf, PosterSize
from visits.posters.facts import facts_of

from . import data
from .lines import Line, Sizes, measures

POSTERS = 116  # one for each station of the district
SMOKE = 20
GOAL = 20.0  # seconds
ROUNDS = 3
BASE = "https://example.cn"


@measures("posters.seconds")
def seconds(sizes: Sizes):
    """Seconds for all posters in one PDF, against setting each poster by itself in the same run, in turns."""
    data.use(sizes.small)
    wanted = POSTERS if sizes.small >= 10_000 else SMOKE
    user, visits = printer(), chosen(wanted)
    rounds = [(together(user, visits), one_by_one(user, visits)) for _ in range(ROUNDS)]
    value, against = (statistics.median(column) for column in zip(*rounds, strict=True))
    yield Line("posters.seconds", wanted, value, "s", against, value / against, f"≤ {GOAL:.0f} s", value <= GOAL)


def printer():
    """District staff of the whole nation, so that the stations need not be of one street."""
    users = get_user_model().objects
    user = users.filter(username="bench-printer").first()
    if user is None:
        user = users.create_user("bench-printer", name="bench")
        user.postings.create(role=Role.DISTRICT, code="", since="2020-01-01")
    return user


def chosen(wanted: int) -> list[Visit]:
    """The next published visits, one of each station: a station has one in two weeks."""
    ahead = Visit.objects.filter(state=State.PUBLISHED, starts_at__gt=timezone.now())
    return list(ahead.select_related("station", "room").order_by("starts_at", "id")[:wanted])


def together(user, visits: list[Visit]) -> float:
    """Seconds of the whole work: scope, words, QR codes, setting, the stored file and the evidence."""
    days = [timezone.localdate(visit.starts_at).isoformat() for visit in visits]
    given = {
        "stations": [visit.station_id for visit in visits], "from": min(days), "to": max(days), "drafts": False,
        "what": PosterOf.VISITS, "size": PosterSize.A4, "base": BASE,
    }  # fmt: skip
    job = Job.objects.create(kind="posters", title="bench", by=user, given=given)
    start = time.perf_counter()
    jobs.run(job.pk)
    taken = time.perf_counter() - start
    job.refresh_from_db()
    printed = Printing.objects.filter(by=user, at__gte=job.created_at)
    if job.state != JobState.DONE or printed.count() != len(visits):
        raise SystemExit(f"posters: {job.state} {job.words} {printed.count()} of {len(visits)}")
    job.file.delete()
    printed.delete()
    return taken


def one_by_one(user, visits: list[Visit]) -> float:
    """Seconds of the same posters as so many files, set in this process, from words that are already there."""
    facts = [pdf.ready(words) for words in facts_of(visits, user, BASE)]
    start = time.perf_counter()
    for words in facts:
        typesetting.set_pages(pdf.POSTER, [words], size="a4")
    return time.perf_counter() - start
