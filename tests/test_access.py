"""Every address as every role, and as nobody. A new address fails here until somebody has said who may open it."""

import itertools
import re

import pytest
from django.contrib import admin
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from feedback import actions as feedback
from feedback.attachments import Prepared, attach
from feedback.links import token_of
from feedback.models import SavedView
from feedback.public.opinion import receipt_of
from liaison.accounts.models import Job
from liaison.notices.models import ChannelSetting
from visits.feeds.keys import address_of, make_key
from visits.models import Invitation, Photo

from . import factories
from .conftest import PASSWORD
from .pictures import jpeg

CAST = ("district", "street", "liaison", "neighbour", "representative", "department", "auditor", "administrator")
NOBODY = "nobody"
ALL = frozenset({*CAST, NOBODY})
SIGNED_IN = frozenset(CAST)
# The addresses are about 甲院社区's station, which these three reach and the neighbour does not.
PLANNERS = frozenset({"district", "street", "liaison"})
WATCHERS = frozenset({*PLANNERS, "auditor", "administrator"})
ADMINS = frozenset({"district", "administrator"})

# Who gets in by GET, or by POST where that is all there is. Whoever is not named is refused: 403 or 404 when signed
# in, the sign-in page when not.
WHO = {
    "home": ALL,
    "visits:schedule": ALL,
    "visits:calendar": ALL,
    "visits:embed": ALL,
    "visits:embed-help": ALL,
    "visits:subscribe": ALL,
    "visits:schedule-ics": ALL,
    "visits:schedule-atom": ALL,
    "visits:station-ics": ALL,
    "visits:station-atom": ALL,
    "visits:representative-ics": ALL,
    "visits:private-ics": ALL,  # whoever has the address
    "visits:feed": {*PLANNERS, "neighbour", "representative"},
    "visits:feed-renew": {*PLANNERS, "neighbour", "representative"},
    "visits:feed-revoke": {*PLANNERS, "neighbour", "representative"},
    "visits:visit": ALL,
    "visits:answer": ALL,  # whoever has the key
    "visits:desk-answer": {*PLANNERS, "representative"},
    "visits:reminder-rules": {*WATCHERS, "neighbour"},
    "visits:reminder-rules-edit": ADMINS,
    "stations:station-list": ALL,
    "stations:station-near": ALL,
    "stations:station": ALL,
    "stations:short": ALL,
    "representatives:representative-list": ALL,
    "representatives:representative": ALL,
    "dashboard:healthz": ALL,
    "dashboard:readyz": ALL,
    "dashboard:metrics": ALL,
    "dashboard:robots": ALL,
    "dashboard:sitemap": ALL,
    "dashboard:sitemap-section": ALL,
    "desk": SIGNED_IN,
    "visits:visit-list": SIGNED_IN,
    "visits:desk-calendar": SIGNED_IN,
    "visits:visit-add": {*PLANNERS, "neighbour"},
    "visits:desk-visit": {*WATCHERS, "representative"},
    "visits:visit-edit": PLANNERS,
    "visits:visit-publish": {"district", "street"},
    "visits:visit-cancel": {"district", "street"},
    "visits:visit-delete": PLANNERS,
    "visits:visit-log": PLANNERS,
    "visits:log-draft": PLANNERS,
    "visits:series-list": {*WATCHERS, "neighbour"},
    "visits:series-add": {*PLANNERS, "neighbour"},
    "visits:series-together": {*PLANNERS, "neighbour"},
    "visits:series-together-made": {"liaison"},
    "visits:series-moves": {*PLANNERS, "neighbour"},
    "visits:series": WATCHERS,
    "visits:series-edit": PLANNERS,
    "visits:series-end": PLANNERS,
    "visits:series-fill": PLANNERS,
    "visits:photo-add": PLANNERS,
    "visits:pinned-add": PLANNERS,
    "visits:photo": {*WATCHERS, "representative"},
    "visits:photo-thumbnail": {*WATCHERS, "representative"},
    "visits:photo-delete": PLANNERS,
    "feedback:opinion-list": {*PLANNERS, "neighbour", "auditor", "representative", "department"},
    "feedback:opinions-together": {*PLANNERS, "neighbour"},
    "feedback:opinion-add": {*PLANNERS, "neighbour"},
    "feedback:opinion": {*PLANNERS, "auditor", "representative"},
    "feedback:opinion-answer": {*PLANNERS, "representative"},
    "feedback:opinion-accept": PLANNERS,
    "feedback:opinion-resolve": PLANNERS,
    "feedback:opinion-promise": PLANNERS,
    "feedback:opinion-forward": PLANNERS,
    "feedback:opinion-assist": PLANNERS,
    "feedback:opinion-recall": PLANNERS,
    "feedback:opinion-refuse": PLANNERS,
    "feedback:opinion-pass": PLANNERS,
    "feedback:opinion-pass-back": {*PLANNERS, "representative"},  # is led back where there is nothing to hand back
    "feedback:opinion-close": PLANNERS,
    "feedback:opinion-reopen": PLANNERS,
    "feedback:opinion-merge": PLANNERS,
    "feedback:opinion-split": PLANNERS,
    "feedback:opinion-withdraw": PLANNERS,
    "feedback:opinion-urge": PLANNERS,
    "feedback:opinion-publish": PLANNERS,
    "feedback:opinion-take-off": {"district", "street"},
    "feedback:view-save": SIGNED_IN - {"department", "administrator"},
    "feedback:view-delete": {"liaison"},  # whose own it is
    "feedback:contact": {*PLANNERS, "auditor"},
    "feedback:contact-open": PLANNERS,
    "feedback:contact-export": PLANNERS,
    "feedback:contact-erase": {"district"},
    "feedback:outcome-list": ALL,
    "feedback:public-suggestion-list": ALL,
    "feedback:public-suggestion": ALL,
    "feedback:suggestion-list": SIGNED_IN - {"administrator"},
    "feedback:suggestion-report": SIGNED_IN - {"administrator"},
    "feedback:suggestion-add": {*PLANNERS, "neighbour", "representative"},
    "feedback:suggestion": {*PLANNERS, "auditor", "representative", "department"},
    "feedback:suggestion-revise": {*PLANNERS, "representative"},
    "feedback:suggestion-ask": {*PLANNERS, "representative"},
    "feedback:suggestion-confirm": {*PLANNERS, "representative"},
    "feedback:suggestion-decline": {*PLANNERS, "representative"},
    "feedback:suggestion-submit": {*PLANNERS, "representative"},
    "feedback:suggestion-view": {*PLANNERS, "representative"},
    "feedback:suggestion-note": {*PLANNERS, "representative"},
    "feedback:suggestion-withdraw": {*PLANNERS, "representative"},
    "feedback:suggestion-send-back": {"district"},
    "feedback:suggestion-approve": {"district"},
    "feedback:suggestion-assign": {"district"},
    "feedback:suggestion-assist": {"district"},
    "feedback:suggestion-urge": {"district"},
    "feedback:suggestion-redo": {"district"},
    "feedback:suggestion-close": {"district"},
    "feedback:suggestion-priority": {"district"},
    "feedback:suggestion-publish": {"district"},
    "feedback:suggestion-take-off": {"district"},
    "feedback:suggestion-merge": {"district"},
    "feedback:outcome": ALL,
    "feedback:figures": ALL,
    "feedback:opinion-form-pdf": {*PLANNERS, "auditor", "representative"},
    "feedback:opinion-form-docx": {*PLANNERS, "auditor", "representative"},
    "feedback:blank-form-pdf": {*PLANNERS, "neighbour"},
    "feedback:blank-form-docx": {*PLANNERS, "neighbour"},
    "feedback:due": {*PLANNERS, "auditor", "representative"},
    "feedback:due-extend": PLANNERS,
    "feedback:due-pause": PLANNERS,
    "feedback:due-resume": PLANNERS,
    "feedback:due-ask": {"department"},
    "feedback:opinion-note": PLANNERS,
    "feedback:opinion-change": PLANNERS,
    "feedback:opinion-rate": PLANNERS,
    "feedback:opinion-clear": PLANNERS,
    "feedback:opinion-discard": PLANNERS,
    "feedback:department-list": {*WATCHERS, "neighbour", "representative", "department"},
    "feedback:referral-list": {*PLANNERS, "neighbour", "auditor", "department"},
    "feedback:referral": {*PLANNERS, "auditor", "department"},
    "feedback:referral-sign": {"department"},
    "feedback:referral-return": {"department"},
    "feedback:referral-answer": {"department"},
    "feedback:referral-link": PLANNERS,
    "feedback:transmittal": {*PLANNERS, "neighbour"},
    "feedback:opinion-new": ALL,
    "feedback:opinion-similar": ALL,
    "feedback:receipt": ALL,  # whoever has the address that the form led to
    "feedback:track": ALL,
    "feedback:attachment": {*PLANNERS, "auditor", "representative"},
    "feedback:attachment-thumbnail": {*PLANNERS, "auditor", "representative"},
    "feedback:link": ALL,  # whoever has the link
    "visits:rota-list": SIGNED_IN,
    "visits:rota-add": {"district", "street"},
    "visits:rota": {"district", "street", "auditor", "administrator"},
    "visits:rota-people": {"district", "street", "auditor", "administrator"},
    "visits:rota-accept": {"district", "street"},
    "visits:rota-delete": {"district", "street"},
    "representatives:absence-list": SIGNED_IN,
    "representatives:absence-add": {*PLANNERS, "neighbour", "representative"},
    "representatives:absence-end": {*PLANNERS, "representative"},
    "visits:poster": ALL,
    "visits:poster-picture": ALL,
    "visits:notice-word": ALL,
    "visits:notice-text": ALL,
    "visits:station-poster": ALL,
    "visits:station-poster-picture": ALL,
    "visits:station-notice-word": ALL,
    "visits:station-notice-text": ALL,
    "visits:visit-notices": WATCHERS,
    "visits:visit-notice": {*WATCHERS, "representative"},
    "visits:visit-preview": {*WATCHERS, "representative"},
    "visits:visit-print": PLANNERS,
    "visits:poster-list": {*PLANNERS, "neighbour"},
    "stations:desk-station-list": SIGNED_IN,
    "stations:coverage": {*WATCHERS} - {"liaison"},
    "stations:desk-station": WATCHERS,
    "stations:desk-station-edit": PLANNERS,
    "visits:publish-list": {"district", "street"},
    "stations:desk-provisions": PLANNERS,
    "notices:notice-list": SIGNED_IN,
    "notices:mail-list": SIGNED_IN,
    "notices:mail": {*WATCHERS, "representative"},
    "accounts:roles": SIGNED_IN,
    "accounts:history": {"auditor"},
    "notices:inbox": SIGNED_IN,
    "notices:inbox-read": SIGNED_IN,
    "notices:inbox-read-one": {"representative"},
    "notices:preferences": SIGNED_IN,
    "notices:channel-list": {"district", "auditor", "administrator"},
    "notices:notice": {*WATCHERS, "representative"},
    "notices:notice-resend": {*PLANNERS, "administrator"},
    "notices:notice-resend-all": {"district", "street", "liaison", "neighbour", "administrator"},
    "notices:person": {*WATCHERS, "representative"},
    "notices:text-list": {"district", "auditor", "administrator"},
    "notices:text-edit": {"district", "auditor", "administrator"},
    "notices:text-restore": ADMINS,
    "notices:receipts": ALL,
    "notices:unsubscribe": ALL,  # whoever has the address
    "accounts:job": {"liaison"},
    "accounts:job-stop": {"liaison"},
    "accounts:job-file": {"liaison"},
    "api:schema": ALL,
    "api:docs": ALL,
    "api:region-list": ALL,
    "api:region-detail": ALL,
    "api:station-list": ALL,
    "api:station-detail": ALL,
    "api:representative-list": ALL,
    "api:representative-detail": ALL,
    "api:visit-list": ALL,
    "api:visit-detail": ALL,
    "api:visit-publish": {"district", "street"},
    "api:visit-cancel": {"district", "street"},
    "api:visit-log": PLANNERS,
    "api:opinion-list": SIGNED_IN,
    "api:opinion-track": ALL,
    "api:opinion-detail": {*PLANNERS, "auditor"},
    "api:opinion-accept": PLANNERS,
    "api:opinion-resolve": PLANNERS,
    "api:opinion-promise": PLANNERS,
    "api:opinion-forward": PLANNERS,
    "api:opinion-assist": PLANNERS,
    "api:opinion-recall": PLANNERS,
    "api:opinion-refuse": PLANNERS,
    "api:opinion-answer": PLANNERS,
    "api:opinion-representative-answer": PLANNERS,
    "api:opinion-rate": PLANNERS,
    "api:opinion-close": PLANNERS,
    "api:opinion-reopen": PLANNERS,
    "api:root": ALL,
    "api:nothing": frozenset(),
    # allauth's: signing in and out is for everybody, one's own password for whoever signed in, signing up for nobody.
    "account_login": ALL,
    "account_logout": ALL,
    "account_inactive": ALL,
    "account_signup": ALL,
    "account_reset_password": ALL,
    "account_reset_password_done": ALL,
    "account_reset_password_from_key": ALL,
    "account_reset_password_from_key_done": ALL,
    "account_email_verification_sent": ALL,
    "account_confirm_email": ALL,
    "account_confirm_login_code": SIGNED_IN,  # signing in by a mailed code is off; it leads away
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,
    "account_email": SIGNED_IN,
}


def addresses(resolver=None, before="", namespace=""):
    """(name, route) of every address of the site but the admin's, which answers by its models."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield ":".join(filter(None, [namespace, pattern.name or route])), route
        elif route != "admin/":
            yield from addresses(pattern, route, ":".join(filter(None, [namespace, pattern.namespace])))


ADDRESSES = sorted(dict(addresses()))


@pytest.fixture
def world(request, settings, station, representative):
    """The cast as signed-in clients, and what the variable part of each address stands for."""
    person = representative.representative
    draft = factories.visit(station, people=[person])
    public = factories.visit(station, starts_at=factories.hour(8), state="published", people=[person])
    held = factories.visit(station, starts_at=factories.hour(-1), state="held", people=[person])
    picture = ContentFile(jpeg(), "p.jpg")
    photo = Photo.objects.create(visit=held, position=1, image=picture, thumbnail=ContentFile(jpeg(), "t.jpg"))
    settings.EMAIL_BACKEND = "liaison.notices.mail.FolderBackend"  # else there is no mailbox to look at
    letter = factories.notice(representative, station, state="sent", sent_at=timezone.now())
    job = Job.objects.create(kind="x", title="海报", by=request.getfixturevalue("liaison"), file=picture)
    given = {"stations": [], "said": {}, "key": "1b4e28ba-2fa1-11d2-883f-0016d3cca427"}
    together = Job.objects.create(kind="series-together", by=job.by, given=given, state="done")
    series = factories.series(station)
    rota = factories.rota_plan(station.code[:9])
    absence = factories.absence(person)
    message = factories.notice(representative, station, channel="inbox", state="sent", sent_at=timezone.now())
    asked = Invitation.objects.create(visit=public, representative=person)
    gateway = ChannelSetting.objects.create(channel="sms", is_on=True)
    said = factories.opinion(station, representative=person, contact=factories.contact(station.code))
    file = attach(said, Prepared("p.jpg", ContentFile(jpeg()), ContentFile(jpeg())), by=None)
    office = factories.department("410105", members=[request.getfixturevalue("department")])
    sent = factories.referral(factories.opinion(station), office)
    proposed = factories.approved_suggestion(station, person, by=request.getfixturevalue("district"))
    answer = feedback.assign(proposed, lead=office, by=None)
    feedback.answer_referral(answer, words="办好了", outcome="solved", signed_by="李局", by=None)
    feedback.close_suggestion(proposed, by=None)
    feedback.publish_report(proposed, report="办好了", by=None)
    kept = SavedView.objects.create(user=job.by, name="路灯", query="q=路灯")
    parts = {
        "feedback:contact": str(said.contact_id), "feedback:view-delete": str(kept.pk),
        "feedback:suggestion": proposed.public_id, "feedback:public-suggestion": proposed.public_id,
        "feedback:referral": sent.public_id, "feedback:link": token_of(sent),
        "feedback:due": str(said.due_dates.get().pk),
        "feedback:due-ask": str(sent.due_dates.get(kind="handle").pk), "feedback:opinion": said.public_id,
        "feedback:attachment": file.public_id, "feedback:outcome": factories.outcome(station).public_id,
        "feedback:receipt": receipt_of(said).split("/")[-2],
        "notices:unsubscribe": factories.contact(station.code).leave_token,
        "visits:answer": asked.key, "visits:desk-answer": asked.public_id,
        "visits:series-together-made": together.public_id,
        "visits:series": series.public_id, "visits:rota": rota.public_id,
        "representatives:absence": absence.public_id,
        "accounts:job": job.public_id, "dashboard:sitemap-section": "pages",
        "notices:text-": ("visit_log", "zh-hans"),
        "notices:person": str(representative.pk), "notices:": str(letter.pk),
        "notices:inbox-": str(message.pk), "notices:receipts": gateway.receipt_token,
        "visits:station": station.code, "visits:representative": person.public_id,
        "visits:private-ics": address_of(make_key(by=representative)),
        "visits:visit": public.public_id, "visits:visit-cancel": public.public_id, "api:visit": public.public_id,
        "api:opinion": factories.opinion(station).public_id,
        "visits:visit-log": held.public_id, "visits:log-draft": held.public_id, "visits:photo-add": held.public_id,
        "visits:photo": photo.public_id, "visits:photo-thumbnail": photo.public_id,
        "visits:photo-delete": photo.public_id, "visits:": draft.public_id, "stations:": station.code,
        "visits:poster": public.public_id, "visits:notice": public.public_id, "visits:station-poster": station.code,
        "representatives:": person.public_id, "api:representative": person.public_id, "api:station": station.code,
        "api:region": station.region_id, "": "x",
    }  # fmt: skip
    clients = {NOBODY: Client()}
    for name in CAST:
        somebody = request.getfixturevalue(name)
        somebody.set_password(PASSWORD)
        somebody.save()
        clients[name] = Client()
        clients[name].force_login(somebody, backend="liaison.accounts.backends.GrantsBackend")
    return clients, parts


def path_of(name: str, parts: dict[str, str | tuple]) -> str:
    """A real address for `name`: each variable part filled with the id that fits the name best, or one after another
    where several are given."""
    exact = name.removesuffix("-detail")
    best = exact if exact in parts else max((p for p in parts if name.startswith(p)), key=len)
    route = re.sub(r"<[^>]+>(?=\))", "", dict(addresses())[name])
    found = parts[best] if isinstance(parts[best], tuple) else itertools.repeat(parts[best])
    values = iter(found)
    route = re.sub(r"\(\?P?[^)]*\)|<[^>]+>", lambda _: next(values), route)
    return "/" + re.sub(r"[\^$]|\\Z", "", route).replace("\\", "")


def ask(client: Client, path: str):
    """The answer to a GET, or to an empty POST where that is all there is. Nothing that it does stays."""
    with transaction.atomic():
        response = client.get(path)
        if response.status_code == 405:
            response = client.post(path, {}, content_type="application/json")
        if response.status_code == 302 and response["Location"].startswith("/admin/login/"):
            response = client.get(response["Location"])
        transaction.set_rollback(True)
    return response


INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S|<style|<[^>]+\s(?:style|on[a-z]+)=[\"']", re.I)
DATA_SCRIPT = re.compile(r'<script[^>]+type="application/(?:ld\+)?json"[^>]*>.*?</script>', re.S)


def holds_strict_policy(response) -> bool:
    """A policy without unsafe words, and a page that needs none: no script, style or handler inside it."""
    policy = response.headers.get("Content-Security-Policy", "")
    page = response.content.decode() if "html" in response.headers.get("Content-Type", "") else ""
    return "default-src 'self'" in policy and "unsafe" not in policy and not INLINE.search(DATA_SCRIPT.sub("", page))


def answer(client: Client, path: str) -> str:
    """in, refused, or sign in: what `path` says to this person."""
    response = ask(client, path)
    assert response.streaming or holds_strict_policy(response), path
    if response.status_code in (403, 404):
        return "refused"
    if response.status_code == 302 and response["Location"].startswith("/accounts/login/"):
        return "sign in"
    assert response.status_code in (200, 301, 302, 400, 409, 503), (path, response.status_code)
    return "in"


@pytest.mark.parametrize("name", ADDRESSES)
def test_an_address_answers_each_role_as_written(name, world):
    clients, parts = world
    path = path_of(name, parts)
    wanted = {
        person: "in"
        if person in WHO[name]
        else "refused"
        if person != NOBODY or path.startswith("/api/")
        else "sign in"
        for person in clients
    }
    assert {person: answer(client, path) for person, client in clients.items()} == wanted


def test_nothing_is_listed_that_is_not_an_address():
    assert set(WHO) - set(ADDRESSES) == set()


def admin_pages():
    """Each model's list and add page, with the roles that the admin lets in at all."""
    for model, page in admin.site._registry.items():
        start = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        yield start, page
        yield f"{start}add/", page


@pytest.mark.parametrize("path", ["/admin/", *sorted(path for path, _page in admin_pages())])
def test_the_admin_is_for_district_staff_and_administrators(path, world):
    clients, _parts = world
    refused = {person: answer(client, path) for person, client in clients.items() if person not in ADMINS}
    assert refused == {person: "sign in" if person == NOBODY else "refused" for person in ALL - ADMINS}


def test_a_neighbour_finds_nothing_of_this_station(world):
    """Out of reach is 404, not 403: not even that it exists is told."""
    clients, parts = world
    wrong = {}
    for name in ADDRESSES:
        if name.startswith(("visits:", "stations:desk")) and "<" in dict(addresses())[name] and WHO[name] != ALL:
            wrong[name] = ask(clients["neighbour"], path_of(name, parts)).status_code
    assert set(wrong.values()) == {404}
