import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.fixture
def count_queries(db):
    """How many queries an act takes, for lists that must not cost more per row."""

    def count(act) -> int:
        with CaptureQueriesContext(connection) as captured:
            response = act()
        assert response.status_code == 200
        return len(captured)

    return count


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch):
    """Tests ask faster than visitors do; the limit has its own test."""
    monkeypatch.setattr("rest_framework.throttling.AnonRateThrottle.THROTTLE_RATES", {"anon": None})
