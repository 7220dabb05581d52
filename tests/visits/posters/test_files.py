"""Every form of a public notice at its address: who reaches it, and how long it is kept."""

import re

import pytest
from django.urls import reverse

from tests import factories
from visits.actions import cancel_visit
from visits.models import Printing
from visits.posters import typesetting

pytestmark = pytest.mark.django_db


def test_the_public_page_names_the_issuer_and_leads_to_every_form(client, reception):
    path = f"/visits/{reception.public_id}/"
    page = client.get(path).content.decode()
    assert "<dt>发布单位</dt><dd>花园路街道人大工委</dd>" in page
    links = re.findall(rf'href="({path}[^"]+)"', page)
    names = ["poster.pdf", "poster.pdf?size=a3", "poster.png", "notice.docx", "notice.txt"]
    assert [(link.removeprefix(path), client.get(link).status_code) for link in links] == [(n, 200) for n in names]


def test_a_draft_has_no_public_notice_in_any_form(client, station, first):
    draft = factories.visit(station, people=[first])
    names = ("poster.pdf", "poster.png", "notice.docx", "notice.txt")
    assert {client.get(f"/visits/{draft.public_id}/{name}").status_code for name in names} == {404}


def test_a_public_print_is_kept_until_its_words_change(client, reception, street, monkeypatch):
    path, made = f"/visits/{reception.public_id}/poster.pdf", []
    monkeypatch.setattr(typesetting, "set_pages", lambda *a, **how: made.append(how["size"]) or b"%PDF")
    first = client.get(path)
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get(path).content == b"%PDF"
    client.get(f"{path}?size=a3")
    cancel_visit(reception, reason="停电", by=street)
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert made == ["a4", "a3", "a4"]
    assert Printing.objects.count() == 0


def test_an_unknown_size_is_no_page(client, reception):
    assert client.get(f"/visits/{reception.public_id}/poster.pdf?size=a0").status_code == 404


def test_when_too_many_print_the_page_says_come_again(client, reception, monkeypatch):
    monkeypatch.setattr(typesetting, "_turn", type("Taken", (), {"acquire": lambda self, timeout: False})())
    response = client.get(f"/visits/{reception.public_id}/poster.png")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "请过一会儿再打开" in response.content.decode()


def test_the_desks_picture_waits_for_its_turn_too(as_, street, reception, monkeypatch):
    monkeypatch.setattr(typesetting, "_turn", type("Taken", (), {"acquire": lambda self, timeout: False})())
    response = as_(street).get(reverse("visits:visit-preview", args=[reception.public_id]))
    assert (response.status_code, response["Retry-After"]) == (503, "5")
