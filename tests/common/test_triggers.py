"""The functions that every trigger calls: as quick as they can be, and meaning what their libraries mean."""

import pghistory
import pgtrigger
import pytest
from django.db import IntegrityError, connection, transaction

from liaison.notices.models import Notice
from tests import factories

CALLED = ["_pgh_attach_context", "_pgtrigger_should_ignore"]


@pytest.mark.django_db
def test_no_function_that_triggers_call_catches_errors():
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc ILIKE '%%EXCEPTION%%' FROM pg_proc WHERE proname = ANY(%s)", [CALLED])
        assert sorted(cursor.fetchall()) == [(name, False) for name in CALLED]


@pytest.mark.django_db
def test_trigger_is_ignored_where_asked_and_nowhere_else(station, liaison):
    kept, gone = factories.notice(liaison, station), factories.notice(liaison, station)
    with pgtrigger.ignore("notices.Notice:notice_kept"):
        Notice.objects.filter(pk=gone.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.filter(pk=kept.pk).delete()
    assert list(Notice.objects.values_list("pk", flat=True)) == [kept.pk]


@pytest.mark.django_db
def test_history_has_the_context_it_was_given_and_none_otherwise(station, liaison):
    before = factories.notice(liaison, station)
    with pghistory.context(url="/desk/"):
        during = factories.notice(liaison, station)
        with pghistory.context(user=liaison.pk):
            Notice.objects.filter(pk=during.pk).update(resends=1)
    [event] = before.events.all()
    assert event.pgh_context is None
    assert [event.pgh_context.metadata for event in during.events.all()] == [{"url": "/desk/", "user": liaison.pk}] * 2
