"""What was said before at the same station and is much like what somebody is writing now.

Of a station only what is of late is looked at, by its own index: it costs the same however many opinions there are.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from liaison.common.search import grams
from stations.models import Station

from .choices import STANDING
from .models import Opinion

LOOKS_BACK = timedelta(days=180)
MOST_READ, MOST = 300, 3
ALIKE = 0.3  # of the pairs of characters of the shorter text; our default: below, texts share no more than their words
SHORTEST = 6  # characters: below, everything is like everything


def similar(rows: QuerySet[Opinion], station: Station, text: str, now: datetime) -> list[Opinion]:
    """Those of `rows` (what the reader may know of) that stand at the station and are alike, the most alike first."""
    wanted = set(grams(text))
    if len("".join(text.split())) < SHORTEST:
        return []
    recent = rows.filter(station=station, created_at__gte=now - LOOKS_BACK, merged_into=None)
    recent = recent.order_by("-created_at", "-id")[:MOST_READ]
    found = [(_likeness(wanted, set(grams(row.words))), row) for row in recent if row.state in STANDING]
    alike = sorted((pair for pair in found if pair[0] >= ALIKE), key=lambda pair: (-pair[0], -pair[1].pk))
    return [row for _share, row in alike[:MOST]]


def public_rows() -> QuerySet[Opinion]:
    """What a voter may be told of: open, and with a title that staff wrote for the public."""
    return Opinion.objects.filter(state__in=STANDING).exclude(public_title="")


def _likeness(wanted: set[str], there: set[str]) -> float:
    return len(wanted & there) / min(len(wanted), len(there)) if wanted and there else 0.0
