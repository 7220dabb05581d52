import pytest

from stations.issuers import body_of, issuers_of
from tests import factories

pytestmark = pytest.mark.django_db


def test_the_issuer_is_the_streets_committee_or_the_districts_unless_a_station_has_its_own(street_region, station):
    own = factories.station("410105002-01", issuer="花园路街道代表工作站")
    trade = factories.station("410105-01")
    assert issuers_of([station, own, trade]) == {
        station.code: "花园路街道人大工委",
        own.code: "花园路街道代表工作站",
        trade.code: "金水区人大常委会",
    }


def test_issuers_cost_one_query_however_many_stations(station, other_station, django_assert_num_queries):
    for stations in ([station], [station, other_station, factories.station("410105-01")]):
        with django_assert_num_queries(1):
            issuers_of(stations)


@pytest.mark.parametrize(
    ("division", "body"),
    [
        ("花园路街道办事处", "花园路街道人大工委"),
        ("姚桥镇", "姚桥镇人大主席团"),
        ("金光乡", "金光乡人大主席团"),
        ("金水区", "区人大代工委"),
        ("", "区人大代工委"),
    ],
)
def test_a_division_is_named_with_its_own_body(settings, division, body):
    settings.SITE = settings.SITE | {"host_unit": "区人大代工委"}
    assert body_of(division) == body
