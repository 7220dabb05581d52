import pytest
from django.db import IntegrityError

from tests import factories


@pytest.mark.parametrize(
    "centre", [(34.78, None), (None, 113.68), (91, 113.68), (34.78, -181), (float("nan"), 113.68)]
)  # fmt: skip
def test_half_a_centre_or_one_off_the_earth_is_refused(street_region, centre):
    street_region.latitude, street_region.longitude = centre
    with pytest.raises(IntegrityError, match="region_centre_on_earth"):
        street_region.save()


def test_a_division_has_a_centre_or_none(street_region):
    assert (street_region.latitude, street_region.longitude) == (None, None)
    street_region.latitude, street_region.longitude = 34.78, 113.68
    street_region.save()
    assert (factories.region("410105002").latitude, type(street_region).objects.get(pk="41").latitude) == (34.78, None)
