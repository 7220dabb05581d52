"""转办函: the list of what a department was sent, as a letter in the layout of offices."""

from datetime import date, timedelta
from io import BytesIO

import docx
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from feedback import actions
from feedback.transmittal import word
from feedback.views import transmittal
from liaison.accounts import jobs
from liaison.accounts.models import Job
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/desk/referrals/letter/"
HEAD = {"to": "城市管理局", "issuer": "花园路街道人大工委"}


@pytest.fixture
def office(street_region):
    return factories.department("410105", "城市管理局")


@pytest.fixture
def sent(station, office, liaison):
    voter = factories.contact(station.code, name="欧阳清扬", phone="18612345678")
    said = factories.opinion(station, contact=voter, matter="路灯坏了18612345678。", heard_on=date(2026, 3, 5))
    return factories.referral(said, office, by=liaison, due_on=timezone.localdate() + timedelta(days=9))


def asked(office, **more):
    return {"department": office.public_id} | more


def opened(response):
    return docx.Document(BytesIO(b"".join(response)))


def rows_of(document):
    return [[cell.text for cell in row.cells] for row in document.tables[0].rows]


def test_the_letter_lists_number_matter_and_dates_and_nobody(as_, liaison, sent, office, station):
    response = as_(liaison).post(f"{PAGE}?department={office.public_id}", HEAD | {"referrals": [sent.public_id]})
    document, due = opened(response), sent.due_on
    assert rows_of(document) == [
        ["序号", "受理编号", "事项", "反映时间", "联络站", "答复期限"],
        ["1", sent.opinion.shown_number, "路灯坏了（号码略）", "2026年3月5日", station.name, word.day_of(due)],
    ]
    words = "\n".join(paragraph.text for paragraph in document.paragraphs)
    assert ("关于转办群众意见的函" in words, "城市管理局：" in words, "共1件" in words) == (True, True, True)
    assert ("欧阳" in words, "5678" in words, "{" in words) == (False, False, False)


def test_the_letter_is_laid_out_as_offices_expect(as_, liaison, sent, office):
    response = as_(liaison).post(f"{PAGE}?department={office.public_id}", HEAD | {"referrals": [sent.public_id]})
    document = opened(response)
    page = document.sections[0]
    margins = [page.top_margin, page.bottom_margin, page.left_margin, page.right_margin]
    assert [round(m.mm) for m in (page.page_width, page.page_height, *margins)] == [210, 297, 37, 35, 28, 26]
    assert [document.styles[name].font.size.pt for name in ("公告标题", "公告正文")] == [22, 16]


def test_the_page_offers_what_is_open_ticked(as_, liaison, sent, office, station):
    done = factories.referral(factories.opinion(station, matter="已经答复的事"), office)
    actions.answer_referral(done, words="好了", outcome="solved", by=None)
    client = as_(liaison)
    found = {
        which: [row.shown_title for row in client.get(PAGE, asked(office, which=which)).context["rows"]]
        for which in ("open", "all")
    }
    assert found == {"open": ["路灯坏了（号码略）"], "all": ["路灯坏了（号码略）", "已经答复的事"]}


def test_only_days_that_were_asked_for(as_, liaison, sent, office):
    yesterday = timezone.localdate() - timedelta(days=1)
    response = as_(liaison).get(PAGE, asked(office, from_=yesterday.isoformat(), to=yesterday.isoformat()))
    assert response.context["rows"] == []
    assert "这段时间没有转给这个单位的事项" in response.content.decode()


@pytest.mark.parametrize(
    ("bad", "field"),
    [({"department": "x"}, "department"), ({"from_": "2026-02-30"}, "from_"), ({"to": "0001-01-01"}, "to"),
     ({"which": "x"}, "which"), ({"department": ""}, "department")],
)  # fmt: skip
def test_what_cannot_be_asked_is_told_at_its_field(bad, field, as_, liaison, sent, office):
    form = as_(liaison).get(PAGE, asked(office) | bad).context["filter_form"]
    assert list(form.errors) == [field]


def test_nothing_ticked_is_told_and_keeps_what_was_typed(as_, liaison, sent, office):
    response = as_(liaison).post(f"{PAGE}?department={office.public_id}", HEAD | {"contact": "张工 65550000"})
    assert response.context["form"].errors == {"referrals": ["请至少勾选一件"]}
    assert "张工 65550000" in response.content.decode()


def test_the_office_of_the_writer_signs(as_, liaison, district, sent, office):
    issuers = [as_(p).get(PAGE, asked(office)).context["form"]["issuer"].value() for p in (liaison, district)]
    assert issuers == ["花园路街道人大工委", "金水区人大常委会"]


def test_a_neighbour_writes_no_letter_about_another_station(as_, neighbour, liaison, sent, office):
    client = as_(neighbour)
    assert client.get(PAGE, asked(office)).context["rows"] == []
    assert (
        client.post(f"{PAGE}?department={office.public_id}", HEAD | {"referrals": [sent.public_id]})
        .context["form"]
        .errors
    )


def test_departments_and_auditors_write_none(as_, department, auditor, representative):
    assert [as_(p).get(PAGE).status_code for p in (department, auditor, representative, None)] == [403, 403, 403, 302]


def test_a_long_list_is_written_by_a_worker(as_, liaison, sent, office, station, monkeypatch):
    monkeypatch.setattr(transmittal, "MOST_LISTED", 1)
    factories.referral(factories.opinion(station), office)
    response = as_(liaison).post(f"{PAGE}?department={office.public_id}", HEAD)
    job = Job.objects.get()
    assert response["Location"] == job.get_absolute_url()
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.words, job.file_name) == ("done", "共 2 件。", "转办函 城市管理局.docx")
    assert len(rows_of(docx.Document(job.file.open()))) == 3


def test_a_worker_writes_only_what_its_starter_still_reaches(liaison, neighbour, sent):
    job = jobs.start("transmittal", title="转办函", by=neighbour, referrals=[sent.pk], head=word.Head(**HEAD)._asdict())
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.words) == ("failed", "这些转办件已不在您的范围内")


def test_the_page_asks_as_often_for_one_as_for_three(as_, liaison, sent, office, station, django_assert_num_queries):
    client = as_(liaison)
    client.get(PAGE, asked(office))
    with CaptureQueriesContext(connection) as once:
        client.get(PAGE, asked(office))
    for _n in range(2):
        factories.referral(factories.opinion(station), office)
    with django_assert_num_queries(len(once)):
        client.get(PAGE, asked(office))
