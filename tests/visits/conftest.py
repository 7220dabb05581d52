"""What several tests of visits need."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from liaison.policy.models import CalendarDay, CalendarYear


@pytest.fixture
def monday(db) -> date:
    """The first Monday that is a week away at least, in a stretch of days without holidays."""
    CalendarDay.objects.all().delete()
    CalendarYear.objects.update(announced=True)
    CalendarYear.objects.bulk_create(
        [CalendarYear(year=y, announced=True) for y in range(2027, 2100)], ignore_conflicts=True
    )
    today = timezone.localdate()
    return today + timedelta(days=7 + (7 - today.weekday()) % 7)
