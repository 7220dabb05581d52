"""Notices at the desk: who may print them, and what becomes evidence."""

import pytest

from tests import factories
from visits.choices import PrintForm
from visits.models import Printing

from .conftest import facts, queries_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("form", PrintForm.values)
def test_printing_at_the_desk_is_evidence(as_, street, reception, form):
    response = as_(street).post(f"/desk/visits/{reception.public_id}/print/", {"form": form})
    assert response["Content-Disposition"].startswith("attachment")
    assert [(p.visit, p.form, p.by) for p in Printing.objects.all()] == [(reception, form, street)]


def test_a_drafts_print_is_marked_and_no_evidence(as_, street, station, first):
    draft = factories.visit(station, people=[first])
    words = as_(street).post(f"/desk/visits/{draft.public_id}/print/", {"form": "txt"}).content.decode()
    assert words.startswith("【草稿，未公布】人大代表接待选民公告\n（公布后编号）\n")
    assert facts(draft, street)["is_draft"] is True
    assert not Printing.objects.exists()


def test_a_form_that_is_none_leads_back_and_is_no_evidence(as_, street, reception):
    response = as_(street).post(f"/desk/visits/{reception.public_id}/print/", {"form": "a0"}, follow=True)
    assert "请选择要哪一种：海报、Word 文件、文字或图片" in response.content.decode()
    assert not Printing.objects.exists()


def test_who_only_looks_on_may_look_but_not_print(as_, auditor, neighbour, reception):
    page = as_(auditor).get(f"/desk/visits/{reception.public_id}/notice/").content.decode()
    assert "人大代表接待选民公告" in page
    assert 'value="a4"' not in page
    print_ = f"/desk/visits/{reception.public_id}/print/"
    assert [as_(reader).post(print_, {"form": "a4"}).status_code for reader in (auditor, neighbour)] == [403, 404]
    assert not Printing.objects.exists()


def test_the_notice_page_names_characters_that_cannot_be_printed(as_, street, station):
    odd = factories.visit(station, people=[factories.representative("张\U0003134a", station=station)])
    page = as_(street).get(f"/desk/visits/{odd.public_id}/notice/").content.decode()
    assert "字库里没有这些字：\U0003134a。" in page
    assert "张\U0003134a（区人大代表）" in page  # the text is another machine's to show


def test_the_notice_page_costs_the_same_with_one_and_three_printings(as_, street, reception):
    client, path = as_(street), f"/desk/visits/{reception.public_id}/"
    client.post(f"{path}print/", {"form": "txt"})
    one = queries_of(client, f"{path}notice/")
    for _time in range(2):
        client.post(f"{path}print/", {"form": "txt"})
    assert queries_of(client, f"{path}notice/") == one
