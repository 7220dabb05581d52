"""办结公示: written by the station, approved by the street or the district, read by everybody, and naming nobody."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from feedback import actions
from feedback.erasing import erase_contact
from feedback.models import Outcome
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/outcomes/"
TEXTS = {"title": "花园路路灯亮了", "matter": "路灯长期不亮", "result": "城管局换了三盏灯"}


@pytest.fixture
def closed(station, liaison):
    """An opinion of somebody with a name, answered and closed."""
    row = factories.opinion(station, contact=factories.contact(station.code, name="王秀兰", phone="13912345678"))
    actions.resolve_on_spot(row, words="打 13912345678 说好了，已换灯", by=liaison)
    actions.close(row, by=liaison)
    row.refresh_from_db()
    return row


def address(row, name="publish"):
    return reverse(f"feedback:opinion-{name}", args=[row.public_id])


def sent(row, **fields):
    return {"seen": row.last_no, **TEXTS, **fields}


def test_the_station_writes_and_the_street_approves(as_, client, closed, liaison, street):
    form = as_(liaison).get(address(closed)).context["form"]
    assert "approved" not in form.fields
    assert form["result"].value() == "打 （号码略） 说好了，已换灯"
    assert form["matter"].value() is None  # nobody publishes a voter's own words unread
    assert "保存公示稿" in as_(liaison).get(address(closed)).content.decode()
    told = as_(liaison).post(address(closed), sent(closed, approved="on"), follow=True).content.decode()
    assert "公示稿已保存，等待审核" in told
    assert Outcome.objects.get().published_at is None
    assert TEXTS["title"] not in client.get(LIST).content.decode()
    assert closed.get_absolute_url() in as_(street).get("/desk/opinions/?view=outcomes").content.decode()

    as_(street).post(address(closed), sent(closed, approved="on"))
    closed.refresh_from_db()
    assert (closed.state, closed.steps.order_by("-no")[0].kind) == ("closed", "published")
    page = client.get(LIST)
    assert page.status_code == 200
    assert TEXTS["title"] in page.content.decode()
    told = client.get(Outcome.objects.get().get_absolute_url()).content.decode()
    assert all(words in told for words in TEXTS.values())
    assert "王秀兰" not in told


@pytest.mark.parametrize(
    ("field", "text", "words"),
    [
        ("matter", "请打 13900001111", "手机号码"),
        ("title", "王秀兰家门口的灯", "群众的姓名"),
        ("result", "身份证 110101199003078515 已登记", "身份证号码"),
    ],
)
def test_what_names_somebody_is_refused_at_its_field(as_, closed, street, field, text, words):
    page = as_(street).post(address(closed), sent(closed, approved="on", **{field: text}))
    assert set(page.context["form"].errors) == {field}
    assert words in str(page.context["form"].errors[field])
    assert page.context["form"][field].value() == text
    assert not Outcome.objects.exists()


def test_what_is_public_is_changed_by_those_who_may_approve_it(as_, closed, liaison, street):
    as_(street).post(address(closed), sent(closed, approved="on"))
    closed.refresh_from_db()
    assert as_(liaison).get(address(closed)).url == closed.get_absolute_url()
    as_(liaison).post(address(closed), sent(closed, title="别的"))
    assert Outcome.objects.get().title == TEXTS["title"]
    as_(street).post(address(closed), sent(closed, title="改好了", approved="on"))
    assert Outcome.objects.get().title == "改好了"


def test_taken_off_nobody_reads_it(as_, client, closed, liaison, street):
    as_(street).post(address(closed), sent(closed, approved="on"))
    url = Outcome.objects.get().get_absolute_url()
    closed.refresh_from_db()
    assert "take-off" not in {way.name for way in as_(liaison).get(closed.get_absolute_url()).context["ways"]}
    as_(street).post(address(closed, "take-off"), {"seen": closed.last_no, "reason": "写错了"})
    assert client.get(url).status_code == 404
    assert Outcome.objects.get().title == TEXTS["title"]
    assert as_(street).get(address(closed, "take-off")).url == closed.get_absolute_url()


def test_what_is_handled_again_is_no_result(client, closed, street):
    actions.publish_outcome(closed, **TEXTS, by=street)
    url = Outcome.objects.get().get_absolute_url()
    actions.reopen(closed, reason="灯又坏了", by=street)
    assert [step.kind for step in closed.steps.order_by("no")][-2:] == ["taken_off", "reopened"]
    assert client.get(url).status_code == 404


def test_by_category_street_and_station(client, station):
    for code in ("410105003", "410105003001"):
        factories.region(code)
    one = factories.outcome(station, title="第一件")
    other = factories.outcome(factories.station("410105003001-01", name="别处"), title="第二件")
    Outcome.objects.filter(pk=other.pk).update(category="traffic")

    def titles(query):
        page = client.get(LIST + query)
        assert page.status_code == 200
        return [row.title for row in page.context["page"].rows]

    assert titles("") == ["第二件", "第一件"]
    assert titles("?category=traffic") == ["第二件"]
    assert titles(f"?station={station.code}") == ["第一件"]
    assert titles(f"?street={one.station_id[:9]}") == ["第一件"]
    assert titles("?category=nothing") == ["第二件", "第一件"]  # told at the field
    assert client.get(f"{LIST}?station=1").status_code == 404


def test_a_draft_goes_with_its_voter(closed, liaison, district):
    actions.draft_outcome(closed, **TEXTS, by=liaison)
    erase_contact(closed.contact, reason="本人要求", by=district)
    assert not Outcome.objects.exists()
    assert not hasattr(Outcome.pgh_event_models["insert"], "title")  # no history of it either


def test_a_longer_list_costs_the_same(client, station):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert client.get(LIST).status_code == 200
        return len(queries)

    client.get("/")  # what is remembered between pages is not what is measured
    factories.outcome(station)
    one = cost()
    factories.outcome(station)
    factories.outcome(station)
    assert cost() == one
