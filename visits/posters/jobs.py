"""Many posters in one file, made by a worker."""

from collections import defaultdict
from datetime import date

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.jobs import deliver, report, work
from liaison.accounts.models import Job
from liaison.common.exceptions import NotAllowed
from liaison.common.templatetags.face import joined
from stations.issuers import issuers_of
from stations.models import Station

from ..actions import record_printing
from ..choices import OVER, State
from ..models import Printing, Visit
from . import pdf, typesetting
from .choices import PosterOf
from .facts import MOST_ROWS, facts_of, listed
from .sources import printed_by, stations_of

MOST = 600  # visits of one order: half a minute where the machine is busy, and no more memory than for a few
AT_ONCE = 20
SETTING = 4  # times as long as to find a visit's words takes, roughly, to set them
MOST_NAMED = 12
NOTE = 300  # characters of the sentence at the end, of 400 that a job keeps


@work("posters")
def print_posters(job: Job) -> str:
    """Set what was asked for, as far as its starter still reaches it; tells which stations had nothing to print."""
    given, missing = job.given, set()
    stations = list(stations_of(job.by).filter(code__in=given["stations"]).order_by("code"))
    visits = wanted(
        job.by, stations, date.fromisoformat(given["from"]), date.fromisoformat(given["to"]), given["drafts"]
    )
    rows, facts = gathered(job, visits)
    empty = [station.name for station in stations if station.code not in {row["station"] for row in rows}]
    if not rows:
        raise NotAllowed(_("这段时间没有可印的安排"))
    if given["what"] == PosterOf.STATIONS:
        template, facts = pdf.STATION, by_station(stations, rows, facts, given["base"])
    else:
        template = pdf.POSTER
    pages = [pdf.ready(page, missing) for page in facts]
    content = typesetting.set_in_parts(
        template, pages, size=given["size"],
        told=lambda n: report(job, len(rows) + SETTING * len(rows) * n // len(pages), (1 + SETTING) * len(rows)),
    )  # fmt: skip
    with transaction.atomic():
        keep_evidence(job, [row["pk"] for row in rows if row["state"] == State.PUBLISHED])
        deliver(job, content, f"{job.title}.pdf")
    return outcome(len(pages), empty, missing)


def wanted(user, stations: list[Station], from_: date, to: date, drafts: bool) -> QuerySet:
    """What is still to come and stands, station by station in the order of days."""
    states = [State.PUBLISHED, State.DRAFT] if drafts else [State.PUBLISHED]
    visits = printed_by(user).filter(station__in=stations, state__in=states).between(from_, to)
    return visits.exclude(state__in=OVER).order_by("station", "starts_at", "id")


def gathered(job: Job, visits: QuerySet) -> tuple[list[dict], list[dict]]:
    """Each visit's key, station and state, and its facts; told in steps, for this part asks the database."""
    rows = list(visits.values("pk", "station", "state")[: MOST + 1])
    if len(rows) > MOST:
        raise NotAllowed(_("超过 %(n)s 次进站，请缩短时间或少选几个联络站，分几次印") % {"n": MOST})
    facts = []
    for start in range(0, len(rows), AT_ONCE):
        some = [row["pk"] for row in rows[start : start + AT_ONCE]]
        chunk = visits.filter(pk__in=some).select_related("station", "room")
        facts += facts_of(chunk, job.by, job.given["base"])
        report(job, len(facts), (1 + SETTING) * len(rows))
    return rows, facts


def by_station(stations: list[Station], rows: list[dict], facts: list[dict], base: str) -> list[dict]:
    """A list for each station that has something to list."""
    found, issuers = defaultdict(list), issuers_of(stations)
    for row, words in zip(rows, facts, strict=True):
        found[row["station"]].append(words)
    today = timezone.localdate()
    return [
        listed(station, found[station.code][: MOST_ROWS + 1], issuers[station.code], base, today)
        for station in stations
        if station.code in found
    ]


def keep_evidence(job: Job, visits: list[int]) -> None:
    """Record the printing once, although a job that lost its worker runs again."""
    form, by = job.given["size"], job.by
    there = Printing.objects.filter(visit__in=visits, form=form, by=by, at__gte=job.created_at)
    rest = Visit.objects.filter(pk__in=visits).exclude(pk__in=there.values("visit")).order_by("pk")
    record_printing(list(rest), form=form, by=by)


def outcome(pages: int, empty: list[str], missing: set[str]) -> str:
    words = _("共 %(n)s 张。") % {"n": pages}
    if missing:
        words += _("字库里没有这些字，海报上印成“〓”：%s。请改用 Word 文件。") % joined(sorted(missing)[:MOST_NAMED])
    if empty:
        named = joined(empty[:MOST_NAMED])
        rest = _("等 %(n)s 个联络站") % {"n": len(empty)} if len(empty) > MOST_NAMED else ""
        words += _("这段时间没有安排的：%s。") % (named + rest)
    return words
