"""The link of a department without an account: what it opens, until when, and what looking at it leaves behind."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.core.signing import TimestampSigner
from django.test import Client
from django.utils import timezone

from feedback import actions, links, tasks
from feedback.models import OpinionStep
from liaison.accounts.models import Entry
from tests import factories
from tests.conftest import forget_cache

pytestmark = pytest.mark.django_db
ANSWER = {"act": "answer", "name": "李工", "outcome": "solved", "words": "路灯已经修好", "signed_by": "王局"}


@pytest.fixture
def sent(station, liaison):
    voter = factories.contact(station.code, name="欧阳清扬", phone="18612345678")
    said = factories.opinion(station, contact=voter, matter="东门路灯坏了三天。请打18612345678找我")
    return factories.referral(said, factories.department("410105", "供电公司"), by=liaison)


@pytest.fixture
def path(sent):
    return links.link_of(sent)


def made_ago(monkeypatch, referral, **ago):
    """A link that was made some time ago."""
    then = (timezone.now() - timedelta(**ago)).timestamp()
    with monkeypatch.context() as patch:
        patch.setattr("time.time", lambda: then)
        return links.link_of(referral)


def test_a_link_shows_the_matter_and_nobody_who_said_it(client, path):
    page = client.get(path).content.decode()
    assert ("东门路灯坏了三天" in page, "欧阳" in page, "5678" in page) == (True, False, False)


def test_looking_changes_nothing(client, path, sent):
    before = list(OpinionStep.objects.values_list("pk", flat=True))
    client.get(path)
    client.head(path)
    sent.refresh_from_db()
    assert (list(OpinionStep.objects.values_list("pk", flat=True)), sent.state) == (before, "sent")


def test_the_page_is_not_kept_nor_found_nor_told_to_other_sites(client, path):
    response = client.get(path)
    assert ("no-store" in response["Cache-Control"], response["X-Robots-Tag"], response["Referrer-Policy"]) == (
        True,
        "noindex, nofollow",
        "strict-origin",
    )


def test_signing_for_it_keeps_the_name_that_was_typed(client, path, sent):
    client.post(path, {"act": "sign", "name": "李工"})
    sent.refresh_from_db()
    step = sent.opinion.steps.order_by("-no").first()
    assert (sent.state, sent.received_by, step.data["name"]) == ("received", "李工", "李工")


def test_an_answer_by_link_keeps_who_gave_it(client, path, sent):
    assert client.post(path, ANSWER)["Location"] == path
    step = sent.opinion.steps.order_by("-no").first()
    assert (step.kind, step.by, step.data["name"], step.data["signed_by"]) == (
        "department_answered",
        None,
        "李工",
        "王局",
    )
    page = client.get(path).content.decode()
    assert ("路灯已经修好" in page, "李工" in page, "提交答复" in page) == (True, True, False)


def test_whoever_answers_says_who_they_are_and_loses_nothing(client, path):
    response = client.post(path, ANSWER | {"name": ""})
    assert response.context["acted"].errors == {"name": ["请填写您的姓名"]}
    assert "路灯已经修好" in response.content.decode()


def test_giving_back_by_link_needs_a_reason(client, path, sent):
    assert list(client.post(path, {"act": "return", "name": "李工"}).context["acted"].errors) == ["reason"]
    client.post(path, {"act": "return", "name": "李工", "reason": "应由住建局办理"})
    sent.refresh_from_db()
    assert (sent.state, sent.return_reason) == ("returned", "应由住建局办理")


@pytest.mark.parametrize("act", ["", "extend", "answer\0"])
def test_an_act_that_is_none_changes_nothing(act, client, path, sent):
    assert client.post(path, ANSWER | {"act": act}).status_code == 200
    sent.refresh_from_db()
    assert sent.state == "sent"


def test_somebody_else_was_quicker_and_what_was_typed_is_there_to_copy(client, path, sent, liaison):
    actions.recall(sent.opinion, reason="重复", by=liaison)
    page = client.post(path, ANSWER).content.decode()
    assert ("已收回" in page, "路灯已经修好" in page, "提交答复" in page) == (True, True, False)


def test_a_link_is_good_for_policys_days_and_no_longer(client, sent, monkeypatch):
    days = links.days_good()
    paths = [made_ago(monkeypatch, sent, days=days, hours=hours) for hours in (-1, 1)]
    assert [client.get(path).status_code for path in paths] == [200, 410]
    assert client.post(paths[1], ANSWER).status_code == 410
    assert "东门" not in client.get(paths[1]).content.decode()


def test_a_withdrawn_link_opens_nothing_and_the_next_one_does(client, as_, liaison, sent, path):
    page = as_(liaison).post(f"/desk/referrals/{sent.public_id}/link/", follow=True)
    sent.refresh_from_db()
    assert (client.get(path).status_code, client.get(links.link_of(sent)).status_code) == (410, 200)
    assert "原来的链接已作废" in page.content.decode()
    assert "已由交办单位作废" in client.get(path).content.decode()


def test_the_withdrawal_is_for_staff_within_reach(as_, department, neighbour, auditor, sent):
    department.departments.add(sent.department)
    path = f"/desk/referrals/{sent.public_id}/link/"
    assert [as_(p).post(path).status_code for p in (department, neighbour, auditor, None)] == [403, 404, 403, 302]
    sent.refresh_from_db()
    assert sent.link_version == 1


def test_the_link_of_a_matter_that_is_over_cannot_be_renewed(as_, liaison, sent):
    actions.recall(sent.opinion, reason="重复", by=liaison)
    page = as_(liaison).post(f"/desk/referrals/{sent.public_id}/link/", follow=True).content.decode()
    assert "链接已经不能用来办理" in page


def test_staff_see_the_link_and_departments_do_not(as_, liaison, department, auditor, sent):
    department.departments.add(sent.department)
    pages = [as_(p).get(f"/desk/referrals/{sent.public_id}/").content.decode() for p in (liaison, department, auditor)]
    assert ["/d/" in page for page in pages] == [True, False, False]


@pytest.mark.parametrize(
    "bend", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t.replace(".1.", ".2."), lambda t: "x"]
)
def test_a_bent_link_opens_nothing(bend, client, sent):
    forget_cache()
    assert client.get(f"/d/{bend(links.token_of(sent))}/").status_code == 404


def test_a_signature_made_for_something_else_opens_nothing(client, sent):
    forget_cache()
    token = TimestampSigner(salt="another purpose", sep=".").sign(f"{sent.public_id}.1")
    assert client.get(f"/d/{token}/").status_code == 404


def test_guesses_are_throttled_and_a_real_link_is_not(client, path, monkeypatch):
    forget_cache()
    monkeypatch.setattr("feedback.public.link.GUESSES_AT_ONCE", 2)
    codes = [client.get("/d/guess.1.x.y/").status_code for _n in range(4)]
    assert (codes, client.get(path).status_code) == ([404, 404, 429, 429], 200)


def test_a_form_from_another_site_is_refused(path):
    assert Client(enforce_csrf_checks=True).post(path, ANSWER).status_code == 403


def test_a_department_without_account_gets_the_link_by_mail(
    as_, client, liaison, sent, mailoutbox, django_capture_on_commit_callbacks
):
    sent.department.email = "office@example.org"
    sent.department.save()
    with django_capture_on_commit_callbacks(execute=True):
        page = as_(liaison).post(f"/desk/referrals/{sent.public_id}/link/", {"mail": "1"}, follow=True)
    tasks.mail_link(sent.pk, "https://example.org")
    (mail,) = mailoutbox
    path = mail.body.partition("https://example.org")[2].partition("\n")[0]
    assert ("链接已发往 office@example.org" in page.content.decode(), mail.to) == (True, ["office@example.org"])
    assert (client.get(path).status_code, "路灯" in mail.body, "路灯" in mail.subject) == (200, False, False)
    assert Entry.objects.get(action="mail_link").by == liaison


def test_without_an_address_nothing_is_mailed(as_, liaison, sent):
    page = as_(liaison).post(f"/desk/referrals/{sent.public_id}/link/", {"mail": "1"}, follow=True).content.decode()
    assert ("没有登记邮箱" in page, Entry.objects.filter(action="mail_link").exists()) == (True, False)


def test_what_is_over_is_not_mailed_any_more(sent, liaison, mailoutbox):
    sent.department.email = "office@example.org"
    sent.department.save()
    actions.recall(sent.opinion, reason="重复", by=liaison)
    tasks.mail_link(sent.pk, "https://example.org")
    assert mailoutbox == []


def test_no_log_has_the_key_of_a_link(sent):
    assert settings.SECRET_PATHS.sub(r"\g<path>…", links.link_of(sent)) == "/d/…/"
