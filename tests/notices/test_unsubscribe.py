"""Leaving by the address at the end of a message: without a sign-in, in one step, and back again."""

import base64
import logging
import re

import pytest
from django.core import mail
from django.test import Client

from liaison.accounts.actions import erase
from liaison.common.middleware import SecretsFilter
from liaison.notices import leaving
from liaison.notices.choices import Channel, Group, Kind, State, Word
from liaison.notices.models import Notice, Preference
from liaison.notices.sending import send_due
from tests import factories

pytestmark = pytest.mark.django_db
SITE = "https://liaison.example.org"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture(autouse=True)
def _at_home(settings):
    settings.SITE = settings.SITE | {"url": f"{SITE}/"}


@pytest.fixture
def outside():
    """Somebody at a mail program: no session, and cross-site checks as they are in earnest."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def voter(station):
    return factories.contact(station.code, name="王小明", phone="13800000001", email="wang@example.org")


@pytest.fixture
def staff(liaison):
    liaison.email = "liaison@example.org"
    liaison.save()
    return liaison


def path_for(*notices) -> str:
    return leaving.address_for(notices).removeprefix(SITE)


def to_voter(voter, station, **fields):
    return factories.notice(None, station, contact=voter, **fields)


def test_mail_carries_the_way_out_in_its_head_and_at_its_end(staff, make_notice):
    make_notice()
    send_due()
    [letter] = mail.outbox
    [html, _kind] = letter.alternatives[0]
    address = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(rf"{SITE}/unsubscribe/[\w-]+/", address)
    assert letter.body.endswith(f"\n-- \n不想用邮件接收这类提醒，请打开：\n{address}\n")
    assert f'<a href="{address}">退订</a>' in html


@pytest.mark.parametrize(("url", "heads"), [("", set()), ("http://10.0.0.5", {"List-Unsubscribe"})])
def test_without_an_address_of_ones_own_there_is_none_to_leave_by(settings, staff, make_notice, url, heads):
    settings.SITE = settings.SITE | {"url": url}
    make_notice()
    send_due()
    [letter] = mail.outbox
    assert {name for name in letter.extra_headers if name.startswith("List-")} == heads
    assert ("请打开" in letter.body) is bool(url)


def test_looking_changes_nothing(outside, voter, staff, station, make_notice):
    for path in (path_for(to_voter(voter, station)), path_for(make_notice())):
        answer = outside.get(path)
        assert (answer.status_code, "正在接收" in answer.content.decode()) == (200, True)
        assert outside.head(path).status_code == 200
    voter.refresh_from_db()
    assert (voter.unsubscribed_at, Preference.objects.exists()) == (None, False)


def test_a_mail_provider_leaves_for_its_reader_without_token_or_redirect(outside, voter, station):
    path = path_for(to_voter(voter, station))
    for _twice in range(2):
        assert outside.post(path, ONE_CLICK).status_code == 200
        voter.refresh_from_db()
        assert voter.unsubscribed_at


def test_voter_who_left_hears_nothing_and_staff_see_why(outside, voter, station):
    planned = to_voter(voter, station)
    page = outside.post(path_for(planned), {"act": "leave"}).content.decode()
    send_due()
    planned.refresh_from_db()
    assert (planned.state, planned.answer, mail.outbox) == (State.CANCELLED, Word.LEFT, [])
    assert "已退订" in page
    assert "138••••0001、wa•••@example.org" in page


def test_voter_comes_back_on_the_same_page(outside, voter, station):
    path = path_for(to_voter(voter, station, due_at=factories.hour(1), expires_at=factories.hour(2)))
    outside.post(path, {"act": "leave"})
    assert "正在接收" in outside.post(path, {"act": "come_back"}).content.decode()
    to_voter(voter, station)
    send_due()
    assert len(mail.outbox) == 1


def test_staff_leave_mail_of_a_group_and_keep_the_inbox(outside, staff, make_notice):
    about_visits, about_logs, inbox = make_notice(), make_notice(kind=Kind.VISIT_LOG), make_notice(channel="inbox")
    outside.post(path_for(about_visits), ONE_CLICK)
    assert Preference.objects.get(user=staff).channels == {Group.VISITS: []}
    send_due()
    states = [Notice.objects.get(pk=one.pk).state for one in (about_visits, about_logs, inbox)]
    assert states == [State.CANCELLED, State.SENT, State.SENT]


def test_staff_come_back_to_what_they_had(outside, staff, make_notice):
    had = {"visits": ["sms", "email"], "logs": ["sms"]}
    Preference.objects.create(user=staff, channels=had, has_digest=True, language="en")
    path = path_for(make_notice())
    assert "E-mail" not in outside.post(path, {"act": "leave"}).content.decode()
    assert Preference.objects.get(user=staff).channels == had | {"visits": ["sms"]}
    outside.post(path, {"act": "come_back"})
    row = Preference.objects.get(user=staff)
    assert (row.channels, row.has_digest, row.language) == (had, True, "en")


def test_mail_of_the_day_is_left_with_all_that_it_told_of(outside, staff, make_notice):
    Preference.objects.create(user=staff, channels={}, has_digest=True)
    for kind in (Kind.VISIT_TOMORROW, Kind.VISIT_LOG):
        make_notice(kind=kind, in_digest=True)
    send_due()
    [letter] = mail.outbox
    outside.post(letter.extra_headers["List-Unsubscribe"].strip("<>").removeprefix(SITE), ONE_CLICK)
    assert Preference.objects.get(user=staff).channels == {"visits": [], "logs": []}


def test_address_tells_neither_number_nor_name_and_is_not_guessed(outside, staff, voter, station, make_notice):
    path = path_for(make_notice())
    assert path != path_for(make_notice())  # the same person and group, and nobody can see that
    assert staff.username.encode() not in base64.urlsafe_b64decode(path.split("/")[2] + "==")
    tokens = [path.split("/")[2][::-1], "u1", "x" * 20, staff.username, str(staff.pk), voter.leave_token[:-1]]
    assert {outside.get(f"/unsubscribe/{token}/").status_code for token in tokens} == {404}


def test_what_was_sealed_for_another_purpose_opens_nothing(outside):
    from liaison.common import sealing

    for secrets in ({"secret": "x"}, {"leave": [1, ["nonsense"]]}, {"leave": [10**9, ["visits"]]}):
        assert outside.get(f"/unsubscribe/{sealing.seal(secrets).rstrip('=')}/").status_code == 404


def test_erased_voter_has_no_page(outside, voter, station):
    path = path_for(to_voter(voter, station))
    erase(voter)
    assert (outside.get(path).status_code, outside.post(path, ONE_CLICK).status_code) == (404, 404)


def test_reader_in_english_gets_the_page_in_english(outside, station):
    reader = factories.contact(station.code, language="en")
    path = path_for(to_voter(reader, station))
    assert path.endswith("/?lang=en")
    assert outside.get(path, follow=True).headers["Content-Language"] == "en"


def test_log_and_history_do_not_repeat_the_address(outside, voter, station):
    path = path_for(to_voter(voter, station))
    record = logging.LogRecord("x", logging.WARNING, "", 0, "Not Found: %s", (path,), None)
    assert SecretsFilter().filter(record)
    assert record.getMessage() == "Not Found: /unsubscribe/…/"
    outside.post(path, ONE_CLICK)
    assert {event.pgh_context.metadata["url"] for event in voter.events.filter(pgh_label="update")} == {
        "/unsubscribe/…/"
    }


def test_mail_kept_as_a_file_is_shown_without_its_key(as_, settings, tmp_path, staff, district, make_notice):
    settings.EMAIL_BACKEND, settings.MAIL_FOLDER = "liaison.notices.mail.FolderBackend", tmp_path
    notice = make_notice(channel=Channel.EMAIL)
    send_due()
    page = as_(district).get(f"/desk/mail/{notice.pk}/").content.decode()
    assert "您好" in page
    assert "/unsubscribe/" not in page
