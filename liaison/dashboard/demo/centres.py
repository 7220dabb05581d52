"""Centres of the demo district's communities. They are invented: no such list is published, and none is loaded.

A community with a station has its centre a few minutes from it; the others lie somewhere in or around their street. Of
one that is only planned and of a few others nobody has put it on the map yet.
"""

from random import Random

from liaison.accounts.choices import Level
from liaison.accounts.models import Region

from . import station_words as words
from .stations import Place, own

SEED = 4101051  # of its own, so that the rest of the district stays as it was
CLOSE, SPREAD = 0.004, 0.018  # degrees
MISSING = 0.03  # share of communities whose centre nobody has typed in
PLANNED = "拟"  # stands in the name of a community that is only planned


def build(places: list[Place]) -> None:
    rng = Random(SEED)
    stations = {place.station.region_id: place.station for place in places}
    regions = [region for region in own(Level.COMMUNITY) if PLANNED not in region.name and rng.random() >= MISSING]
    for region in regions:
        station, (_road, latitude, longitude) = stations.get(region.code), words.STREETS[region.code[:9]]
        middle, far = ((station.latitude, station.longitude), CLOSE) if station else ((latitude, longitude), SPREAD)
        region.latitude = round(middle[0] + rng.uniform(-far, far), 6)
        region.longitude = round(middle[1] + rng.uniform(-far, far), 6)
    Region.objects.bulk_update(regions, ["latitude", "longitude"])
