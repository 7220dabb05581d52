"""What is left of a voter when their time has come: figures, a matter without persons, and a certificate."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from feedback import actions, erasing
from feedback.attachments import Prepared, attach
from feedback.models import Erasure, Opinion
from liaison.accounts.models import Job
from liaison.common.exceptions import NotAllowed
from liaison.notices.models import Notice
from tests import factories
from tests.pictures import jpeg

pytestmark = pytest.mark.django_db
VOTER = {"name": "欧阳清扬", "phone": "18612345678"}
LATER = timedelta(days=2 * 366)


@pytest.fixture
def voter(station):
    return factories.contact(station.code, **VOTER)


@pytest.fixture
def closed(station, voter, liaison):
    opinion = factories.opinion(station, contact=voter, matter="我是欧阳清扬，路灯坏了，请打 186 1234 5678")
    actions.resolve_on_spot(opinion, words="换了灯泡", by=liaison)
    actions.close(opinion, by=liaison)
    return opinion


def test_nothing_is_erased_before_its_time(closed):
    assert list(erasing.erase_expired(timezone.now() + timedelta(days=300))) == []


def test_name_number_and_files_go_and_the_rest_stays_true(closed, voter, liaison, django_capture_on_commit_callbacks):
    row = attach(closed, Prepared("信.jpg", ContentFile(jpeg()), ContentFile(jpeg())), by=None)
    with django_capture_on_commit_callbacks(execute=True):
        (certificate,) = erasing.erase_expired(timezone.now() + LATER)
    closed.refresh_from_db()
    voter.refresh_from_db()
    assert not any(word in f"{closed.title}{closed.matter}{closed.words}" for word in ("欧阳清扬", "5678"))
    assert "路灯坏了" in closed.matter
    assert (voter.sealed, voter.phone_hash, bool(voter.erased_at)) == ("", "", True)
    assert not row.file.storage.exists(row.file.name)
    assert not row.thumbnail.storage.exists(row.thumbnail.name)
    assert {name: n for name, n in certificate.counts.items() if name != "notices"} == {
        "contacts": 1, "opinions": 1, "texts": 1, "files": 1,
    }  # fmt: skip
    assert certificate.counts["notices"] > 0
    assert (Opinion.objects.count(), closed.steps.count()) == (1, 3)


def test_again_erases_nothing(closed):
    now = timezone.now() + LATER
    assert len(list(erasing.erase_expired(now))) == 1
    assert (list(erasing.erase_expired(now)), Erasure.objects.count()) == ([], 1)


def test_voter_with_anything_open_is_kept(closed, station, voter):
    factories.opinion(station, contact=voter)
    assert list(erasing.erase_expired(timezone.now() + LATER)) == []


def test_whoever_joined_is_kept_as_long_as_the_matter_is_open(station, voter):
    into = factories.opinion(station)
    actions.join(into, matter="路灯", contact=voter)
    assert list(erasing.erase_expired(timezone.now() + LATER)) == []


def test_erased_voter_cannot_be_found_by_the_digits_any_more(closed, client):
    list(erasing.erase_expired(timezone.now() + LATER))
    answer = client.post("/opinions/track/", {"number": closed.shown_number, "digits": "5678"})
    assert "没有查到" in answer.content.decode()


def test_on_request_it_goes_at_once_but_not_while_something_is_open(closed, voter, station, district):
    waits = factories.opinion(station, contact=voter)
    with pytest.raises(NotAllowed, match="还有没办完的意见"):
        erasing.erase_contact(voter, reason="本人要求", by=district)
    actions.withdraw(waits)
    certificate = erasing.erase_contact(voter, reason="本人要求", by=district)
    assert (certificate.counts["contacts"], certificate.counts["opinions"], certificate.by) == (1, 2, district)


def test_command_counts_first_and_tells_what_it_did(closed, monkeypatch):
    later, out = timezone.now() + LATER, StringIO()
    monkeypatch.setattr("feedback.management.commands.erase_expired.timezone.now", lambda: later)
    call_command("erase_expired", preview=True, stdout=out)
    call_command("erase_expired", stdout=out)
    assert ("到期 1 人" in out.getvalue(), "已清除 1 人" in out.getvalue()) == (True, True)


def test_what_was_written_in_the_course_names_nobody_either(closed, voter, liaison, district):
    actions.reopen(closed, reason="欧阳清扬来电 18612345678：灯又坏了", by=liaison)
    actions.change(closed, title="欧阳清扬家的灯", by=liaison)
    actions.answer_as_station(closed, words="已告知欧阳清扬", by=liaison)
    actions.rate(closed, values={"station": "basically"}, words="我是欧阳清扬")
    actions.close(closed, by=liaison)
    erasing.erase_contact(voter, reason="本人要求", by=district)
    closed.refresh_from_db()
    steps = list(closed.steps.order_by("no"))
    left = " ".join(f"{step.words} {step.data}" for step in steps) + closed.title
    left += " ".join(rating.words for rating in closed.ratings.all())
    left += " ".join(Notice.objects.filter(about__startswith="feedback.opinionstep:").values_list("body", flat=True))
    assert not any(word in left for word in ("欧阳清扬", "5678"))
    assert "灯又坏了" in left
    assert closed.ratings.get().value == "basically"


def test_nobody_changes_a_step_of_a_voter_who_is_there(closed, voter, district):
    step = closed.steps.order_by("no")[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        closed.steps.filter(pk=step.pk).update(words="别的")
    erasing.erase_contact(voter, reason="本人要求", by=district)
    for change in ({"kind": "closed"}, {"at": timezone.now()}, {"by": district}):
        with pytest.raises(IntegrityError), transaction.atomic():
            closed.steps.filter(pk=step.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        closed.steps.filter(pk=step.pk).delete()


def test_letters_that_list_the_matter_go_and_others_stay(
    station, voter, liaison, district, django_capture_on_commit_callbacks
):
    opinion = factories.opinion(station, contact=voter)
    mine = factories.referral(opinion, factories.department("410105"), by=liaison)
    other = factories.referral(factories.opinion(station), mine.department, by=liaison)
    kept = [
        Job.objects.create(kind="transmittal", title="函", by=liaison, state="done", given={"referrals": [row.pk, 0]})
        for row in (mine, other)
    ]
    for job in kept:
        job.file.save("函.docx", ContentFile(b"PK"))
    actions.withdraw(opinion, by=liaison)
    with django_capture_on_commit_callbacks(execute=True):
        certificate = erasing.erase_contact(voter, reason="本人要求", by=district)
    assert certificate.counts["exports"] == 1
    stored = kept[0].file.storage
    assert [stored.exists(job.file.name) for job in kept] == [False, True]
    assert [bool(Job.objects.get(pk=job.pk).file) for job in kept] == [False, True]
