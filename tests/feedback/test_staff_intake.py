"""Staff write down what a voter says: at a visit, on the telephone, from paper."""

import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from feedback.actions.registering import register
from feedback.forms.intake import IntakeForm
from feedback.models import Opinion
from liaison.policy.choices import Key
from liaison.policy.models import Threshold
from tests import factories
from tests.pictures import jpeg

pytestmark = pytest.mark.django_db


def given(**fields) -> dict:
    today = timezone.localdate().isoformat()
    return {
        "source": "phone", "matter": "花园路的路灯坏了。三天没人修", "name": "王小明", "phone": "13812345678",
        "told": "on", "heard_on": today, "form_key": str(uuid.uuid4()),
    } | fields  # fmt: skip


@pytest.fixture
def send(as_, liaison):
    def sending(by=None, query="", **fields):
        return as_(by or liaison).post(reverse("feedback:opinion-add") + query, given(**fields))

    return sending


def test_an_opinion_by_telephone(send, station, liaison):
    answer = send()
    opinion = Opinion.objects.get()
    assert answer.url == opinion.get_absolute_url()
    assert (opinion.station, opinion.source, opinion.title, opinion.state, opinion.created_by) == (
        station, "phone", "花园路的路灯坏了", "submitted", liaison,
    )  # fmt: skip
    assert (opinion.contact.opened().name, opinion.contact.place) == ("王小明", station.code)
    assert opinion.privacy_version == opinion.contact.privacy_version != ""


def test_settled_on_the_spot_in_the_same_form(send):
    send(is_resolved="on", resolved="当场换了灯泡")
    opinion = Opinion.objects.get()
    assert list(opinion.steps.order_by("no").values_list("kind", "words")) == [
        ("received", ""), ("resolved_on_spot", "当场换了灯泡"),
    ]  # fmt: skip


def test_from_a_visit_station_day_and_person_stand_already(as_, liaison, station, representative):
    visit = factories.visit(station, starts_at=factories.hour(-2), state="held", people=[representative.representative])
    form = as_(liaison).get(reverse("feedback:opinion-add"), {"visit": visit.public_id}).context["form"]
    stands = {name: form[name].value() for name in ("source", "visit", "representative", "heard_on")}
    assert stands == {
        "source": "visit", "visit": visit.public_id, "representative": representative.representative.public_id,
        "heard_on": timezone.localdate(visit.starts_at),
    }  # fmt: skip


def test_an_opinion_at_a_visit(send, station, representative):
    person = representative.representative
    visit = factories.visit(station, starts_at=factories.hour(-2), state="held", people=[person])
    send(query=f"?visit={visit.public_id}", source="visit", visit=visit.public_id, representative=person.public_id)
    opinion = Opinion.objects.get()
    assert (opinion.visit, opinion.representative, opinion.source) == (visit, person, "visit")


def test_a_visit_out_of_reach_is_not_found(as_, liaison, other_station):
    visit = factories.visit(other_station, starts_at=factories.hour(-2), state="held")
    page = as_(liaison).get(reverse("feedback:opinion-add"), {"visit": visit.public_id})
    assert page.status_code == 404


def test_the_same_form_twice_is_one_opinion(send):
    key = str(uuid.uuid4())
    first, second = send(form_key=key, is_resolved="on", resolved="换了"), send(form_key=key, matter="另写的")
    assert first.url == second.url == Opinion.objects.get().get_absolute_url()


def test_nobody_needs_to_give_a_name_where_policy_allows_it(send):
    send(anonymous="on", name="", phone="", told="")
    opinion = Opinion.objects.get()
    assert (opinion.contact, opinion.privacy_version) == (None, "")


def test_where_policy_does_not_allow_it_a_name_is_needed(send):
    today = timezone.localdate()
    Threshold.objects.create(key=Key.ANONYMOUS, value=0, unit="yes_no", source="区里规定", valid_from=today)
    form = send(anonymous="on", name="", phone="", told="").context["form"]
    assert set(form.errors) == {"name", "phone", "told"}
    assert "anonymous" not in form.fields


def test_what_is_alike_is_offered_before_it_is_written_down_twice(send):
    send()
    there = Opinion.objects.get()
    page = send(matter="花园路路灯坏了，没人修")
    assert ([row.pk for row in page.context["form"].similar], "join" in page.context["form"].errors) == (
        [there.pk],
        True,
    )
    assert send(matter="花园路路灯坏了，没人修", join="new").status_code == 302
    assert send(matter="花园路路灯坏了，没人修好", join=there.public_id).status_code == 302
    assert list(there.taken_in.values_list("state", flat=True)) == ["merged"]


def test_one_of_those_offered_is_joined_and_has_a_number_of_its_own(station, liaison):
    into = factories.opinion(station, matter="花园路的路灯坏了")
    form = IntakeForm(given(join=into.public_id), station=station, user=liaison, similar=[into])
    assert form.is_valid(), form.errors
    joined = register(station, **form.given, by=liaison)
    assert (joined.state, joined.merged_into, joined.number != into.number) == ("merged", into, True)
    assert into.steps.order_by("-no").first().other == joined


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"matter": ""}, {"matter"}), ({"matter": "身份证号 11010519491231002X 的路灯"}, {"matter"}),
        ({"phone": "12"}, {"phone"}), ({"name": "", "phone": ""}, {"name", "phone"}), ({"told": ""}, {"told"}),
        ({"is_resolved": "on"}, {"resolved"}), ({"source": "post"}, {"source"}), ({"anonymous": "on"}, {"anonymous"}),
        ({"heard_on": (timezone.localdate() + timedelta(days=3)).isoformat()}, {"heard_on"}),
    ],
)  # fmt: skip
def test_bad_input_stands_at_its_field_and_nothing_is_lost(send, fields, wrong):
    form = send(**fields).context["form"]
    kept = given() | fields
    assert set(form.errors) == wrong
    assert {name: form[name].value() for name in ("matter", "name", "phone")} == {
        name: kept[name] for name in ("matter", "name", "phone")
    }
    assert Opinion.objects.count() == 0


def test_who_writes_down(as_, request, station):
    people = ("liaison", "district", "street", "neighbour", "representative", "department", "auditor", "administrator")
    address = reverse("feedback:opinion-add")
    found = {person: as_(request.getfixturevalue(person)).get(address).status_code for person in people}
    assert found == {
        **dict.fromkeys(("liaison", "district", "street", "neighbour"), 200),
        **dict.fromkeys(("representative", "department", "auditor", "administrator"), 403),
    }


def test_a_station_out_of_reach_is_not_found(as_, liaison, other_station):
    page = as_(liaison).get(reverse("feedback:opinion-add"), {"station": other_station.code})
    assert page.status_code == 404


def test_a_letter_on_paper_is_photographed_and_kept_with_it(send):
    answer = send(source="paper", files=[SimpleUploadedFile("信.jpg", jpeg())])
    opinion = Opinion.objects.get()
    assert answer.url == opinion.get_absolute_url()
    assert [(file.is_picture, file.added_by) for file in opinion.attachments.all()] == [(True, opinion.created_by)]
    answer = send(source="paper", files=[SimpleUploadedFile("信.jpg", b"MZ no picture")])
    assert "files" in answer.context["form"].errors
    assert answer.context["form"]["matter"].value()
