"""选民联系方式: masked, opened with a line in the log, given to the voter as a copy, erased on request."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from feedback import actions
from liaison.accounts.models import Entry
from tests import factories

pytestmark = pytest.mark.django_db
NAME, PHONE = "欧阳清扬", "18612345678"


@pytest.fixture
def opinion(station):
    return factories.opinion(station, contact=factories.contact(station.code, name=NAME, phone=PHONE))


def url(opinion, act=""):
    return reverse(f"feedback:contact{act}", args=[opinion.contact_id])


def test_masked_until_it_is_opened_and_each_look_is_written_down(as_, opinion, liaison, auditor):
    assert url(opinion) in as_(liaison).get(opinion.get_absolute_url()).content.decode()
    page = as_(liaison).get(url(opinion)).content.decode()
    assert not any(word in page for word in (NAME, PHONE))
    assert as_(liaison).get(url(opinion, "-open")).status_code == 405  # a link must not open it
    page = as_(liaison).post(url(opinion, "-open"))
    assert all(word in page.content.decode() for word in (NAME, PHONE))
    assert "no-store" in page["Cache-Control"]
    entry = Entry.objects.get(action="unmask")
    assert (entry.by, entry.about, entry.detail) == (
        liaison, f"accounts.contact:{opinion.contact_id}", {"of": f"feedback.opinion:{opinion.pk}"},
    )  # fmt: skip
    assert str(liaison) in as_(auditor).get(url(opinion)).content.decode()


def test_a_copy_for_the_voter_has_all_of_it(as_, opinion, liaison):
    actions.resolve_on_spot(opinion, words="换了灯", by=liaison)
    actions.rate(opinion, values={"station": "basically"}, words="还行")
    actions.note(opinion, words="此人多次来访", by=liaison)
    told = as_(liaison).post(url(opinion, "-export"), {"format": "json"})
    found = json.loads(told.content)
    assert (found["姓名"], found["电话"]) == (NAME, PHONE)
    [one] = found["反映的意见"]
    assert one["反映的事项"] == opinion.matter
    assert any("换了灯" in line for line in one["办理经过"])
    assert "还行" in one["您的评价"][0]
    assert "此人多次来访" not in told.content.decode()  # said among colleagues
    page = as_(liaison).post(url(opinion, "-export")).content.decode()
    assert all(word in page for word in (NAME, PHONE, opinion.shown_number, "换了灯"))
    assert Entry.objects.filter(action="export_contact").count() == 2


def test_erased_on_request_once_everything_is_done(as_, opinion, liaison, district):
    sent = {"reason": "本人来站要求", "sure": "on"}
    page = as_(district).post(url(opinion, "-erase"), sent)
    assert "还有没办完的意见" in page.content.decode()
    assert page.context["form"]["reason"].value() == "本人来站要求"
    actions.withdraw(opinion, by=liaison)
    page = as_(district).post(url(opinion, "-erase"), {"reason": "本人来站要求"})
    assert set(page.context["form"].errors) == {"sure"}
    as_(district).post(url(opinion, "-erase"), sent)
    page = as_(district).get(url(opinion)).content.decode()
    assert "联系方式已清除" in page
    assert as_(liaison).post(url(opinion, "-open")).url == url(opinion)


def test_a_voter_with_more_matters_costs_the_same(as_, opinion, station, liaison):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(url(opinion)).status_code == 200
        return len(queries)

    reader = as_(liaison)
    cost()
    one = cost()
    for _n in range(2):
        factories.opinion(station, contact=opinion.contact)
    cost()  # what is remembered between pages may have run out meanwhile
    assert cost() == one
