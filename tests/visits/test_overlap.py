"""One person in one place and one visit in a room, whatever the door and however close the moment.

Threads of their own connections meet at a barrier just before the database is written: every look beforehand has
found the hour free by then, so what refuses the second writer is the database.
"""

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, connections
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from tests import factories
from visits import actions
from visits.models import Attendance, Visit

pytestmark = pytest.mark.django_db(transaction=True)

TAKEN_PERSON = "有代表在这段时间已安排在另一处"
TAKEN_ROOM = "该房间在这段时间已有安排"


@pytest.fixture
def at_once(monkeypatch):
    """`at_once(act, act, …)`: the results of acts in threads that reach the database together."""
    wait_for_turn = actions.wait_for_turn

    def meet(acts, *, in_turn=True):
        barrier = threading.Barrier(len(acts))

        def waiting(*args):
            try:
                barrier.wait(timeout=60)
            except threading.BrokenBarrierError:
                pytest.fail("somebody was refused before the database was asked")
            if in_turn:
                wait_for_turn(*args)

        monkeypatch.setattr(actions, "wait_for_turn", waiting)
        with ThreadPoolExecutor(len(acts)) as pool:
            return [future.result() for future in [pool.submit(closing, act) for act in acts]]

    return meet


def closing(act):
    try:
        return act()
    finally:
        connections.close_all()


# -- Doors: each gives back whether it won, and what it was told otherwise --------------------------------------------


class Plan:
    """The same visit, a week ahead, as each door wants it."""

    def __init__(self, station, *, person=None, room=None, minutes=0):
        self.station, self.person, self.room = station, person, room
        self.start = factories.hour(7) + timedelta(minutes=minutes)
        self.end = self.start + timedelta(hours=2)

    def by_page(self, client):
        start, end = timezone.localtime(self.start), timezone.localtime(self.end)
        response = client.post(reverse("visits:visit-add"), {
            "station": self.station.code, "kind": "reception_day", "title": "接待选民", "date": start.date(),
            "starts": f"{start:%H:%M}", "ends": f"{end:%H:%M}", "room": self.room.pk if self.room else "",
            "representatives": [self.person.public_id] if self.person else [], "form_key": uuid.uuid4(),
        })  # fmt: skip
        return response.status_code == 302, response.status_code, response.content.decode()

    def by_api(self, client):
        body = {
            "station": self.station.code, "kind": "reception_day", "starts_at": self.start.isoformat(),
            "ends_at": self.end.isoformat(), "representatives": [self.person.public_id] if self.person else [],
            "room": {"kind": self.room.kind} if self.room else None,
        }  # fmt: skip
        response = client.post("/api/v1/visits/", body, content_type="application/json")
        return response.status_code == 201, response.status_code, response.content.decode()

    def by_admin(self, client):
        url = reverse("admin:visits_visit_add")
        page = client.get(url).context_data
        forms = [
            page["adminform"].form,
            *(formset.formset.management_form for formset in page["inline_admin_formsets"]),
        ]
        data = {field.html_name: field.value() for form in forms for field in form if field.value() is not None}
        data |= {"station": self.station.pk, "kind": "reception_day", "title": "接待选民"}
        for name, moment in (("starts_at", self.start), ("ends_at", self.end)):
            local = timezone.localtime(moment)
            data |= {f"{name}_0": local.date(), f"{name}_1": f"{local:%H:%M}"}
        if self.person:
            people = page["inline_admin_formsets"][0].formset.prefix
            data |= {f"{people}-TOTAL_FORMS": 1, f"{people}-0-representative": self.person.pk}
        if self.room:
            data["room"] = self.room.pk
        response = client.post(url, data)
        return response.status_code == 302, response.status_code, response.content.decode()


DOORS = {"page": Plan.by_page, "admin": Plan.by_admin, "api": Plan.by_api}


@pytest.fixture
def open_door(as_, district):
    """`open_door(plan, "page")`: the act of planning through that door as district staff."""

    def act(plan, door):
        try:
            reverse("admin:visits_visit_add")
        except NoReverseMatch:
            if door == "admin":
                pytest.skip("the admin has no page for visits")
        client = as_(district)
        client.get("/api/v1/")  # the session notes its first moment before the race
        return lambda: DOORS[door](plan, client)

    return act


# -- Proofs ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("doors", [("page", "page"), ("admin", "admin"), ("api", "api"), ("page", "admin", "api")])
def test_person_is_in_one_place_whatever_the_door(open_door, at_once, station, other_station, doors):
    person = factories.representative("张三", station=station)
    places = [station, other_station, station]
    plans = [Plan(place, person=person, minutes=30 * n) for n, place in enumerate(places[: len(doors)])]
    results = at_once([open_door(plan, door) for plan, door in zip(plans, doors, strict=True)])
    losers = [text for won, _status, text in results if not won]
    assert [won for won, _status, _text in results].count(True) == 1, results
    assert all(TAKEN_PERSON in text for text in losers)
    assert {status for _won, status, _text in results} <= {200, 201, 302, 409}
    assert (Visit.objects.count(), Attendance.objects.count()) == (1, 1)


@pytest.mark.parametrize("doors", [("page", "page"), ("admin", "admin"), ("api", "api"), ("page", "admin", "api")])
def test_room_holds_one_visit_whatever_the_door(open_door, at_once, station, doors):
    room = factories.room(station)
    results = at_once([open_door(Plan(station, room=room, minutes=30 * n), door) for n, door in enumerate(doors)])
    losers = [text for won, _status, text in results if not won]
    assert [won for won, _status, _text in results].count(True) == 1, results
    assert all(TAKEN_ROOM in text for text in losers)
    assert Visit.objects.count() == 1


def test_many_at_one_moment_leave_one(open_door, at_once, station):
    person = factories.representative("张三", station=station)
    results = at_once([open_door(Plan(station, person=person), "api") for _ in range(6)])
    assert sorted(status for _won, status, _text in results) == [201, 409, 409, 409, 409, 409]


def test_constraint_alone_holds_where_nobody_queues(at_once, station, district):
    """Without the queue two writers may find each other as a deadlock: even then one wins and the rest get words."""
    person = factories.representative("张三", station=station)

    def plan():
        visit = Visit(
            station=station, kind="reception_day", starts_at=factories.hour(7), ends_at=factories.hour(7, at=11)
        )
        try:
            actions.save_visit(visit, representatives=[person], by=district)
        except ValidationError as refusal:
            return refusal.messages
        return "won"

    results = at_once([plan] * 4, in_turn=False)
    assert results.count("won") == 1
    assert {words for told in results if told != "won" for words in told} <= {
        TAKEN_PERSON, "刚好有人同时在改同样的内容，请再试一次",
    }  # fmt: skip
    assert Attendance.objects.count() == 1


def test_move_meets_the_same_person_elsewhere(at_once, station, other_station, district):
    person = factories.representative("张三", station=station)
    moving = factories.visit(station, starts_at=factories.hour(7, at=14), people=[person], state="published")

    def move():
        moving.starts_at, moving.ends_at = factories.hour(7), factories.hour(7, at=11)
        return attempt(moving, None)

    def add():
        return attempt(Visit(station=other_station, kind="research", starts_at=factories.hour(7, at=10),
                             ends_at=factories.hour(7, at=12)), [person])  # fmt: skip

    def attempt(visit, people):
        try:
            actions.save_visit(visit, representatives=people, by=district)
        except ValidationError as refusal:
            return refusal.messages
        return "won"

    results = at_once([move, add])
    assert sorted(results, key=str) == [[TAKEN_PERSON], "won"]
    hours = [
        (held.lower, held.upper) for held in Attendance.objects.filter(holds=True).values_list("during", flat=True)
    ]
    assert len([h for h in hours if h[0] < factories.hour(7, at=12)]) == 1


def test_same_form_at_the_same_moment_makes_one_visit(at_once, as_, district, station):
    plan, key = Plan(station), str(uuid.uuid4())
    body = {"station": station.code, "kind": "research", "starts_at": plan.start.isoformat(),
            "ends_at": plan.end.isoformat(), "form_key": key}  # fmt: skip
    clients = [as_(district) for _ in range(2)]
    acts = [lambda c=c: c.post("/api/v1/visits/", body, content_type="application/json") for c in clients]
    first, second = at_once(acts)
    assert {first.status_code, second.status_code} == {200, 201}
    assert first.json() == second.json()
    assert Visit.objects.count() == 1


# -- What is free, and what no back door opens ------------------------------------------------------------------------


def test_visit_may_start_when_another_ends(station, other_station):
    person, room = factories.representative("张三", station=station), factories.room(station)
    factories.visit(station, people=[person], room=room)
    factories.visit(station, starts_at=factories.hour(7, at=11), room=room)
    factories.visit(other_station, starts_at=factories.hour(7, at=11), people=[person])
    assert Visit.objects.count() == 3


def test_cancelled_visit_and_person_on_leave_hold_nothing(station, other_station):
    person, room = factories.representative("张三", station=station), factories.room(station)
    factories.visit(station, people=[person], room=room, state="cancelled")
    busy = factories.visit(station, people=[person], room=room)
    busy.attendances.update(state="leave")
    factories.visit(other_station, people=[person])
    with pytest.raises(IntegrityError, match="attendance_one_place"):
        busy.attendances.update(state="expected")


def test_sql_and_bulk_updates_cannot_double_book(station, other_station):
    person, room = factories.representative("张三", station=station), factories.room(station)
    factories.visit(station, people=[person], room=room)
    later = factories.visit(station, starts_at=factories.hour(9), people=[person], room=room)
    back = {"starts_at": factories.hour(7, at=10), "ends_at": factories.hour(7, at=12)}
    with pytest.raises(IntegrityError, match="visit_room_free"):
        Visit.objects.filter(pk=later.pk).update(**back)
    with pytest.raises(IntegrityError, match="attendance_one_place"):
        Visit.objects.filter(pk=later.pk).update(room=None, **back)
    with connection.cursor() as cursor, pytest.raises(IntegrityError, match="visit_room_free"):
        cursor.execute("UPDATE visits_visit SET starts_at = %s, ends_at = %s", [*back.values()])
    other = factories.visit(other_station)
    with pytest.raises(IntegrityError, match="attendance_one_place"):
        Attendance.objects.bulk_create([Attendance(visit=other, representative=person)])


def test_hours_that_an_attendance_carries_cannot_be_forged(station, other_station):
    person = factories.representative("张三", station=station)
    factories.visit(station, people=[person])
    other = factories.visit(other_station)
    with pytest.raises(IntegrityError, match="attendance_one_place"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO visits_attendance (visit_id, representative_id, state, note, during, holds)"
            " VALUES (%s, %s, 'expected', '', '[2001-01-01, 2001-01-02)', false)",
            [other.pk, person.pk],
        )
