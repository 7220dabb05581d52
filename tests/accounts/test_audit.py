"""Nothing changes without a trace, and no trace can be changed: not by the administrator, not by SQL."""

import pghistory
import pytest
from django.apps import apps
from django.db import Error, connection, transaction
from pghistory.models import Context

from liaison.accounts.actions import log
from liaison.accounts.models import Entry, Posting, Region
from liaison.common.middleware import request_id
from stations.models import Station
from tests import factories

OURS = {"accounts", "policy", "notices", "stations", "representatives", "visits"}
EVENTS = [model for model in apps.get_models() if hasattr(model, "pgh_tracked_model") and model._meta.app_label in OURS]
TRACKED = {model.pgh_tracked_model for model in EVENTS}


def refused(act) -> bool:
    try:
        with transaction.atomic():
            act()
    except Error:
        return True
    return False


def labels(row) -> list[str]:
    return list(row.events.order_by("pgh_id").values_list("pgh_label", flat=True))


def test_every_table_of_ours_is_tracked():
    ours = {model for model in apps.get_models() if model._meta.app_label in OURS}
    assert ours - TRACKED - set(EVENTS) == {Entry}  # the log itself; it can only grow


def test_orm_bulk_and_sql_changes_all_leave_a_trace(station):
    station.hours = "上午"
    station.save()
    Station.objects.filter(pk=station.pk).update(hours="下午")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE stations_station SET hours = '全天'")
    assert labels(station) == ["insert", "update", "update", "update"]
    assert [event.hours for event in station.events.order_by("pgh_id")] == ["", "上午", "下午", "全天"]


def test_bulk_creation_and_deletion_leave_a_trace(station):
    rooms = station.rooms.bulk_create([factories.Room(station=station, kind="reading_room", name=n) for n in "甲乙"])
    station.rooms.all().delete()
    event = factories.Room.pgh_event_models["delete"]
    told = event.objects.filter(pgh_obj_id__in=[room.pk for room in rooms]).values_list("name", "pgh_label")
    assert sorted(told) == [("乙", "delete"), ("乙", "insert"), ("甲", "delete"), ("甲", "insert")]


def test_password_is_never_in_the_history(liaison):
    fields = {field.name for field in type(liaison).pgh_event_models["update"]._meta.get_fields()}
    assert "password" not in fields
    before = labels(liaison)
    liaison.set_password("Another-horse-8")
    liaison.save()
    assert labels(liaison) == before


@pytest.mark.parametrize("event", EVENTS, ids=lambda model: model._meta.label_lower)
def test_events_can_only_grow(db, event):
    triggers = {trigger.name: trigger.operation for trigger in event._meta.triggers}
    assert "append_only" in triggers
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_trigger WHERE tgrelid = %s::regclass AND tgname LIKE 'pgtrigger_append_only%%'"
            " AND tgenabled = 'O'", [event._meta.db_table],
        )  # fmt: skip
        assert cursor.fetchone() == (1,)


def test_nobody_changes_or_deletes_an_event(station):
    events = station.events.all()
    assert refused(lambda: events.update(name="改写"))
    assert refused(lambda: events.delete())
    assert refused(lambda: events.get().delete())
    assert events.get().name == station.name


def test_who_did_it_cannot_be_rewritten(station, liaison):
    with pghistory.context(user=None, url="/desk/"):
        Station.objects.update(hours="上午")
        with pghistory.context(user=liaison.pk):  # somebody signs in while the request runs
            Station.objects.update(hours="下午")
    contexts = Context.objects.all()
    assert refused(lambda: contexts.update(metadata={"user": 0}))
    assert refused(lambda: contexts.update(metadata={}))
    assert refused(lambda: contexts.delete())
    assert contexts.get().metadata == {"user": liaison.pk, "url": "/desk/"}


def test_log_takes_lines_and_gives_none_back(liaison, station):
    token = request_id.set("abc123")
    entry = log(liaison, "unmask", station, reason="核对")
    request_id.reset(token)
    assert (entry.about, entry.detail, entry.request_id) == (
        f"stations.station:{station.pk}",
        {"reason": "核对"},
        "abc123",
    )
    assert refused(lambda: Entry.objects.update(action="nothing"))
    assert refused(lambda: Entry.objects.all().delete())
    assert refused(entry.delete)
    assert list(Entry.objects.all()) == [entry]


def test_administrator_has_no_page_that_changes_history(as_, administrator, station):
    client = as_(administrator)
    index = client.get("/admin/").content.decode()
    for model in [*EVENTS, Context, Entry]:
        url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert client.post(f"{url}add/", {}).status_code in {403, 404}
        assert f'href="{url}add/"' not in index


def test_load_of_divisions_made_by_hand_is_traced_too(db):
    Region.objects.bulk_create([Region(code="11", name="北京市", level=1)])
    Posting.objects.create(user=factories.user("somebody"), role="auditor", code="11")
    assert labels(Region.objects.get()) == ["insert"]
    assert labels(Posting.objects.get()) == ["insert"]
