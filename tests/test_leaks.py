"""No name, telephone or address of a voter where it does not belong: log, page, history, cache, metrics, error.

What is done with voters is listed in DONE, one function each; whoever adds something that is done with them (a
booking, an opinion) adds a function, and all the tests below look at what it left behind.
"""

import json
import logging
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client

from feedback import actions as feedback
from feedback.models import Opinion
from liaison.accounts.actions import leave, unmask
from liaison.accounts.contacts import Particulars
from liaison.accounts.models import Contact
from liaison.notices import actions, leaving
from liaison.notices.channels import Email
from liaison.notices.choices import Channel, Kind, State
from liaison.notices.letters import Letter
from liaison.notices.models import ChannelSetting, Notice
from liaison.notices.sending import send_due
from tests.notices.fakes import Gateway

from . import factories
from .test_access import ADDRESSES, ALL, WHO, admin_pages, ask, path_of, world  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
VOTER = Particulars("欧阳清扬", "18612345678", "qingyang@example.org")
SPOKEN = [*VOTER, "186 1234 5678", "186-1234-5678", VOTER.email.replace("@", "%40")]
DONE = []


def done(act):
    DONE.append(act)
    return act


@done
def left_their_name(scene):
    scene.voter = Contact.objects.keep(place=scene.station.code, privacy_version="1", **VOTER._asdict())


@done
def mistyped(scene):
    wrong = VOTER._replace(phone=VOTER.phone + "9", email=VOTER.email + "@")
    with pytest.raises(ValidationError) as refused:
        Contact.objects.keep(place=scene.station.code, privacy_version="1", **wrong._asdict())
    scene.said.append(str(refused.value))


@done
def told_by_a_gateway_that_echoes(scene):
    """And a title that says what it should not."""
    scene.plan(Kind.VISIT_CHANGED, matter=f"预约（{VOTER.phone}，{VOTER.email}）")
    send_due()
    assert VOTER.phone in scene.gateway.asked[-1].body.decode()  # it really went out


@done
def reported_by_a_receipt(scene):
    notice = Notice.objects.get(contact=scene.voter, channel=Channel.SMS)
    receipt = {"id": notice.reference, "ok": "no", "why": f"UNDELIV 186-1234-5678 {VOTER.phone}"}
    path = f"/notices/receipts/{scene.setting.receipt_token}/"
    scene.client.post(path, json.dumps(receipt), content_type="application/json")


@done
def failed_with_an_error_of_ours(scene):
    def fail(self, notice):
        raise RuntimeError(f"{VOTER.phone} {VOTER.email}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Email, "compose", fail)
        factories.notice(None, scene.station, contact=scene.voter, channel=Channel.EMAIL)
        send_due()


@done
def looked_at(scene):
    unmask(scene.voter, by=scene.liaison)


@done
def left_and_came_back(scene):
    path = leaving.address_for([factories.notice(None, scene.station, contact=scene.voter)])
    for act in ("leave", "come_back"):
        scene.said.append(scene.client.post(path, {"act": act}).content.decode())
    scene.said.append(scene.client.get(path + "x").content.decode())
    leave(scene.voter)


@done
def said_something_on_the_public_form(scene):
    """With and without mistakes, followed by its number, rated, and erased with what came along."""
    page = f"/opinions/new/?station={scene.station.code}"
    given = {"name": VOTER.name, "phone": VOTER.phone, "email": VOTER.email, "agrees": "on", "matter": "路灯坏了好几天"}
    scene.client.post(page, given | {"matter": ""})
    answer = scene.client.post(page, given)
    scene.said.append(scene.client.get(answer.url).content.decode())
    opinion = Opinion.objects.latest("pk")
    feedback.clear(opinion, by=scene.liaison)
    feedback.resolve_on_spot(opinion, words="已经换了灯泡", by=scene.liaison)
    asked = {"number": opinion.shown_number, "digits": VOTER.phone[-4:]}
    for more in ({"digits": "0000"}, {}, {"rate": "1", "rate-station": "satisfied"}):
        scene.said.append(scene.client.post("/opinions/track/", asked | more).content.decode())
    send_due()


@pytest.fixture
def scene(settings, station, liaison, monkeypatch):
    """Everything in DONE has happened, one after the other."""
    settings.SITE = settings.SITE | {"url": "http://testserver"}
    scene = SimpleNamespace(station=station, liaison=liaison, client=Client(), said=[], gateway=Gateway())
    scene.gateway.answer = lambda asked: (200, {"Code": "OK", "Message": f"to {asked.data['to']}: +86{VOTER.phone}"})
    config = {
        "url": scene.gateway.url, "method": "POST", "format": "json", "ok_path": "Code", "ok_pattern": "OK",
        "body": '{"to": "{phone}", "text": "{content}"}', "words_path": "Message", "receipt_reference": "id",
        "receipt_path": "ok", "receipt_pattern": "yes", "receipt_words": "why",
    }  # fmt: skip
    scene.setting = ChannelSetting.objects.create(channel=Channel.SMS, place=station.code, is_on=True, config=config)

    def plan(kind, **values):
        due = factories.hour(0, 0)
        letter = Letter(kind, [scene.voter], due, factories.hour(2), lambda: {"when": "12月1日", "where": "x"} | values)
        actions.plan(about="visits.visit:7", about_version=1, place=station.code, letters=[letter])

    scene.plan = plan
    for act in DONE:
        act(scene)
    yield scene
    scene.gateway.stop()


def leaks(text: str) -> list[str]:
    return [word for word in SPOKEN if word in text]


def test_what_was_done_reached_the_voter(scene):
    """Else the others would find nothing because nothing happened."""
    assert scene.voter.opened() == VOTER
    states = set(Notice.objects.filter(contact=scene.voter).values_list("channel", "state"))
    assert {("sms", State.FAILED), ("email", State.SENT), ("email", State.UNKNOWN)} <= states


def test_no_log_line_and_no_answer_tells(scene, caplog):
    lines = "\n".join(map(logging.Formatter().format, caplog.get_records("setup")))
    assert "RuntimeError: 186••••5678" in lines
    assert leaks(lines) == []
    assert leaks(" ".join(scene.said)) == []


def test_no_table_tells_history_and_audit_log_included(scene):
    """The sealed column included: it is not the words that stand there."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            if told := leaks(" ".join(row for (row,) in cursor)):
                found[table] = told
    assert found == {}


def test_no_key_and_no_value_in_redis_tells(scene):
    redis = cache._cache.get_client(write=True)
    kept = []
    for key in redis.scan_iter("*"):
        kept += [key, (redis.get(key) if redis.type(key) == b"string" else redis.dump(key)) or b""]
    assert leaks(b" ".join(kept).decode(errors="replace")) == []


@pytest.mark.parametrize(("reader", "is_shown"), [("nobody", False), ("district", True), ("auditor", True)])
def test_no_page_tells(scene, world, reader, is_shown):  # noqa: F811 - pytest's way
    """Every page that the reader gets into: everybody's as nobody, the house's as whoever reaches the station."""
    clients, parts = world
    paths = [path_of(name, parts) for name in ADDRESSES if reader in WHO[name] and (WHO[name] == ALL) is not is_shown]
    paths += [path for path, _page in admin_pages()] if reader == "district" else []
    paths += [f"/desk/history/?kind={kind}" for kind in ("accounts.contact", "notices.notice")] * (reader == "auditor")
    paths += [f"/desk/notices/{pk}/" for pk in Notice.objects.values_list("pk", flat=True)] * is_shown
    answers = {path: ask(clients[reader], path) for path in paths}
    pages = {path: answer.content.decode(errors="replace") for path, answer in answers.items() if not answer.streaming}
    assert {path: told for path, page in pages.items() if (told := leaks(page))} == {}
    assert any("欧** 186••••5678" in page for page in pages.values()) is is_shown  # it was there to be seen
