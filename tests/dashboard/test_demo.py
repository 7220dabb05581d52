"""The demo district: loaded once for all tests here, because it is only looked at."""

import io
from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Q
from django.test import override_settings
from django.utils import timezone

from liaison.accounts.choices import Level, Role
from liaison.accounts.models import Entry, Posting, Region, User
from liaison.dashboard.demo import district
from liaison.notices.models import Notice
from representatives.choices import SeatLevel
from representatives.models import Membership, Representative, Seat
from stations.choices import ProvisionKind, StationKind
from stations.coverage import Coverage
from stations.models import Provision, Room, Station
from visits.choices import RotaState, State, VisitKind
from visits.forms.rota import next_quarter
from visits.models import Attendance, RotaPlan, Visit
from visits.notice import NoticeRule

SHOWN = "410105002001-01"
PASSWORD = "Correct-horse-7"
FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="module")
def _loaded(django_db_setup, django_db_blocker):
    """The district in a transaction of its own, taken back when the last of these tests is done."""
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("LIAISON_DEMO_PASSWORD", PASSWORD)
        with transaction.atomic(), override_settings(PASSWORD_HASHERS=FAST):
            call_command("load_demo", stdout=io.StringIO())
            yield
            transaction.set_rollback(True)


@pytest.fixture
def demo(_loaded, db):
    return timezone.localdate()


def test_stations_are_116_of_three_kinds(demo):
    assert Counter(Station.objects.values_list("kind", flat=True)) == {"street": 17, "community": 89, "industry": 10}
    assert Station.objects.get(code=SHOWN).name == "甲院社区代表联络站"
    assert set(Station.objects.filter(kind=StationKind.INDUSTRY).values_list("code", flat=True)) == {
        f"410105-{number:02d}" for number in range(1, 11)
    }


def test_every_station_can_be_found_and_reached(demo):
    lacking = Q(address="") | Q(hours="") | Q(feature="") | Q(latitude=None) | Q(opened_on=None)
    assert not Station.objects.filter(lacking).exists()
    box = Q(latitude__range=(34.75, 34.86), longitude__range=(113.64, 113.78))
    assert Station.objects.filter(box).count() == 116
    assert not Station.objects.annotate(rooms_there=Count("rooms")).exclude(rooms_there__in=[3, 4]).exists()


def test_most_communities_have_a_station_near_and_a_planned_one_has_no_centre_yet(demo):
    total = Coverage(User.objects.get(username="district"), "", 1000).total
    assert 60 < total.percent < 95
    assert total.far >= 5
    unknown = Region.objects.filter(level=Level.COMMUNITY, latitude=None)
    assert total.unknown == unknown.count() > unknown.filter(name__contains="拟").count() == 1


def test_every_station_has_nine_provisions_of_which_most_are_met(demo):
    assert Provision.objects.values("station").annotate(n=Count("id")).filter(n=len(ProvisionKind)).count() == 116
    met = Provision.objects.filter(met=True).count()
    assert 0.85 * 9 * 116 < met < 9 * 116
    assert not Provision.objects.filter(evidence="").exists()


def test_every_station_has_people_who_are_told(demo):
    for station in Station.objects.all():
        assert all(user.email.endswith("@example.invalid") for user in station.liaisons())
    assert Posting.objects.filter(role=Role.LIAISON).values("code").distinct().count() == 116


def test_representatives_are_366_people_however_many_seats_they_hold(demo):
    assert Representative.objects.count() == Representative.objects.serving().count() == 366
    assert len(set(Representative.objects.values_list("name", flat=True))) == 366
    highest = Counter(Representative.objects.with_level().values_list("level", flat=True))
    assert highest == {SeatLevel.NATIONAL: 4, SeatLevel.PROVINCE: 18, SeatLevel.CITY: 60, SeatLevel.DISTRICT: 284}
    assert Seat.objects.serving().count() == 366 + 25


def test_every_representative_has_one_home_station(demo):
    homes = Membership.objects.current().filter(is_home=True)
    assert homes.count() == homes.values("representative").distinct().count() == 366
    assert homes.values("station").distinct().count() == 116


def test_seats_name_a_constituency_in_the_district_and_an_electing_body_above(demo):
    in_district = Q(level=SeatLevel.DISTRICT)
    assert not Seat.objects.filter(in_district, Q(constituency="") | ~Q(electing_body="")).exists()
    assert not Seat.objects.filter(~in_district, Q(electing_body="") | ~Q(constituency="")).exists()


def test_representatives_can_be_found_by_pinyin_and_initials(demo):
    someone = Representative.objects.exclude(pinyin="").first()
    assert someone in Representative.objects.named(someone.pinyin)
    assert someone in Representative.objects.named(someone.initials)
    assert not Representative.objects.filter(Q(pinyin="") | Q(employer="") | Q(post="")).exists()


def test_visits_fill_a_year_with_every_kind(demo):
    assert set(Visit.objects.values_list("kind", flat=True)) == set(VisitKind)
    assert set(Visit.objects.values_list("state", flat=True)) == set(State)
    for ahead in (0, 1):
        day = demo + timedelta(days=ahead)
        assert Visit.objects.between(day, day).filter(state__in=["published", "held", "logged"]).count() >= 5
    assert Visit.objects.between(demo - timedelta(days=240), demo - timedelta(days=13)).filter(state=State.LOGGED)
    assert Visit.objects.between(demo + timedelta(days=30), demo + timedelta(days=120)).count() > 200


def test_visits_are_consistent_in_time(demo):
    assert not Visit.objects.filter(published_at__gt=F("starts_at")).exists()
    assert not Visit.objects.filter(published_at__lt=F("created_at")).exists()
    assert not Visit.objects.filter(logged_at__lt=F("ends_at")).exists()
    now = timezone.now()
    assert not Visit.objects.filter(Q(published_at__gt=now) | Q(logged_at__gt=now) | Q(created_at__gt=now)).exists()
    over = Visit.objects.filter(ends_at__lte=now - timedelta(minutes=5))
    assert set(over.values_list("state", flat=True)) <= {State.HELD, State.LOGGED, State.CANCELLED}


def test_logged_visits_tell_who_came_and_what_about(demo):
    logged = Visit.objects.filter(state=State.LOGGED)
    assert not logged.filter(Q(summary="") | Q(result="") | Q(logged_by=None)).exists()
    assert not logged.exclude(pk__in=Attendance.objects.filter(state="came").values("visit")).exists()
    assert not Attendance.objects.filter(visit__in=logged, state="expected").exists()
    assert len(set(logged.values_list("summary", flat=True))) > 500


def test_something_needs_attention(demo):
    first = (demo.replace(day=1) + timedelta(days=32)).replace(day=1)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    without = Station.objects.exclude(pk__in=Visit.objects.standing().between(first, last).values("station"))
    assert without.count() == 5
    assert Visit.objects.to_publish(demo, NoticeRule.on(demo)).count() >= 3
    assert Visit.objects.to_log(demo, 3).filter(station=SHOWN).count() == 1


def test_demo_liaison_can_log_todays_visit_at_once(demo):
    visit = Visit.objects.between(demo, demo).get(station=SHOWN)
    assert visit.can_log(timezone.now())
    liaison = User.objects.get(username="liaison")
    assert Visit.objects.for_user(liaison, "log").filter(pk=visit.pk).exists()
    assert not Visit.objects.for_user(User.objects.get(username="neighbour"), "log").filter(pk=visit.pk).exists()


def test_reminders_of_tomorrows_visit_are_planned_for_representative_and_liaison(demo):
    visit = Visit.objects.between(demo + timedelta(days=1), demo + timedelta(days=1)).get(station=SHOWN)
    people = set(Notice.objects.filter(about=f"visits.visit:{visit.pk}").values_list("recipient__username", flat=True))
    assert {"liaison", "representative"} <= people
    assert Attendance.objects.filter(visit=visit, representative__user__username="representative").exists()


def test_demo_accounts_sign_in_and_nobody_else_can(demo):
    able = [user for user in User.objects.all() if user.has_usable_password()]
    assert {user.username for user in able} == set(district.ACCOUNTS)
    assert all(user.check_password(PASSWORD) and user.name for user in able)
    posted = {user.username: [(p.role, p.code) for p in user.current_postings] for user in able}
    assert posted == {name: [(role, code)] for name, (_name, role, code) in district.ACCOUNTS.items()}


def test_a_rota_of_half_a_year_waits_for_the_street(demo, as_):
    plan = RotaPlan.objects.get()
    assert (plan.state, plan.created_by.username) == (RotaState.READY, "street")
    assert (plan.from_on, plan.to_on) == (next_quarter(demo)[0], next_quarter(next_quarter(demo)[1])[1])
    shown = as_(plan.created_by).get(plan.get_absolute_url()).context["shown"]
    stations = set(Station.objects.filter(code__startswith=plan.code).values_list("code", flat=True))
    assert {slot.station_id for slot in shown.slots if slot.is_new} == stations
    assert {slot.is_new for slot in shown.slots} == {True, False}
    assert shown.accepted == 0


def test_loading_again_says_so_and_changes_nothing(demo):
    before = [model.objects.count() for model in (User, Station, Representative, Visit, Attendance, Entry)]
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    assert "已经装入" in out.getvalue()
    assert [model.objects.count() for model in (User, Station, Representative, Visit, Attendance, Entry)] == before


def test_rooms_and_people_are_never_in_two_places(demo):
    """The constraints hold it; this proves that the loader did not work around them."""
    taken = Visit.objects.standing().exclude(room=None).values_list("room", "starts_at", "ends_at")
    assert not overlapping(taken)
    held = Attendance.objects.filter(holds=True).values_list("representative", "visit__starts_at", "visit__ends_at")
    assert not overlapping(held)
    assert Room.objects.filter(visits__isnull=False).exists()


def overlapping(rows) -> list:
    """Pairs of neighbours, sorted by thing and start, of which the second begins before the first ends."""
    ordered = sorted(rows)
    return [(a, b) for a, b in pairwise(ordered) if a[0] == b[0] and b[1] < a[2]]
