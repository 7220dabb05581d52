"""办理数字: every figure is counted from what was recorded, with its numerator and denominator."""

from datetime import timedelta

import pytest
from django.utils import timezone

from feedback import actions
from feedback.figures import Figure, figures
from feedback.models import DueDate
from tests import factories

pytestmark = pytest.mark.django_db


def told(place="410105"):
    today = timezone.localdate()
    found = figures(today.year, place, today)
    return found, {row.label: (row.part, row.whole) for row in [*found.opinions, *found.ratings, *found.suggestions]}


def test_what_is_counted(station, liaison):
    spot, sent, late, waiting = (factories.opinion(station) for _n in range(4))
    actions.resolve_on_spot(spot, words="换了灯", by=liaison)
    actions.rate(spot, values={"station": "basically"})
    actions.close(spot, by=liaison)
    referral = factories.referral(sent, factories.department("410105"), by=liaison)
    actions.answer_referral(referral, words="办好了", outcome="solved", by=None, name="李工")
    DueDate.objects.filter(opinion=late).update(due_on=timezone.localdate() - timedelta(days=1))
    actions.refuse(factories.opinion(station), ground="诉讼", office="法院", by=liaison)
    actions.discard(factories.opinion(station), reason="广告", by=liaison)
    factories.region("410106001001")
    factories.opinion(factories.station("410106001001-01"))

    found, by_label = told()
    assert found.received == 5
    assert found.sources == [("网上提交", 5)]
    assert by_label["受理"] == (3, 5)
    assert by_label["当场解决"] == (1, 4)
    assert by_label["转办答复"] == (1, 1)
    assert by_label["转办按期答复"] == (1, 1)
    assert by_label["办结"] == (1, 4)
    assert by_label["对联络站答复满意"] == (1, 1)
    assert by_label["对承办单位答复满意"] == (0, 0)
    part, whole = by_label["按期受理"]
    assert (part, whole) == (2, 3)  # one of three whose day has come was not accepted in time
    assert waiting.state == "submitted"
    assert told("410106")[0].received == 1
    assert told("")[0].received == 6
    assert told(station.code[:9])[0].received == 5
    assert told("410105999")[0].received == 0


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(0, 0, None), (1, 3, 33), (999, 1000, 99), (1, 1000, 1), (3, 3, 100), (0, 5, 0)]
)
def test_rounding_never_makes_all_or_nothing_of_it(part, whole, percent):
    assert Figure("", part, whole, "").percent == percent


def test_the_page(client, station, liaison):
    factories.opinion(station)
    page = client.get("/figures/")
    words = page.content.decode()
    assert page.status_code == 200
    assert "1 件里的 0 件" in words
    assert client.get("/figures/?place=410106").context["form"].errors  # no such place here
    assert client.get("/figures/?year=1999").context["year"] == timezone.localdate().year


def test_where_there_is_too_much_a_place_is_asked_for(client, station, monkeypatch):
    factories.opinion(station)
    monkeypatch.setattr("feedback.public.figures.MOST_COUNTED", 0)
    assert "请先选一个地方" in client.get("/figures/?place=").content.decode()
