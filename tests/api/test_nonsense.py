"""Whatever stands in the address, the answer is a list or a sentence, never a fall."""

import pytest

from liaison.accounts.filters import RegionFilter
from representatives.filters import RepresentativeFilter
from stations.filters import StationFilter
from tests import factories
from visits.filters import VisitFilter

LISTS = {
    "regions": RegionFilter,
    "stations": StationFilter,
    "representatives": RepresentativeFilter,
    "visits": VisitFilter,
}
PAGING = ["page", "page_size", "after", "before"]
NONSENSE = [
    "", " ", "%", "_", "\\", "'", '"', "\0", "\ud7ff", "𠮷", "ｱ", "-1", "0", "1e9", "NaN", "9" * 400, "²", "٣", "zs'--",
    "2026-02-30", "9999-12-31", "0001-01-01", "2026-12-01T00:00", "410105002", "[]", "{}", "a b", "''",
]  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_no_filter_falls_over_any_value(client, station, name):
    factories.visit(station, state="published", people=[factories.representative("张三", station=station)])
    asked = {(field, value) for field in [*LISTS[name].base_filters, *PAGING] for value in NONSENSE}
    statuses = {}
    for field, value in asked:
        response = client.get(f"/api/v1/{name}/", {field: value})
        statuses[response.status_code] = (field, value)
        assert response["Content-Type"] == "application/json"
    assert set(statuses) <= {200, 400, 404}, statuses


@pytest.mark.parametrize("path", ["stations/%00/", "visits/%F0%9F%98%80/", "regions/41'/", "visits/../../", "a/b/c/d/"])
def test_no_path_falls_over(client, station, path):
    response = client.get(f"/api/v1/{path}")
    assert response.status_code in {404, 301}
