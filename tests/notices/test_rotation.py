"""Changing keys: what is sealed is opened by the old key and sealed by the new one, in batches, however often."""

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command

from liaison.accounts.actions import erase
from liaison.accounts.models import Contact
from liaison.notices.management.commands import rotate_secrets
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def new_key():
    return Fernet.generate_key().decode()


def test_voters_are_found_before_during_and_after(settings, station, new_key, monkeypatch):
    monkeypatch.setattr(rotate_secrets, "BATCH", 2)
    phones = [f"1380000000{n}" for n in range(5)]
    rows = [factories.contact(station.code, phone=phone) for phone in phones]
    settings.SECRETS_KEYS = [new_key]
    assert [Contact.objects.with_phone(phone).get() for phone in phones] == rows
    call_command("rotate_secrets")
    settings.SECRET_KEY = "another: what was derived from it opens nothing any more"
    assert [Contact.objects.with_phone(phone).get().opened().phone for phone in phones] == phones


def test_a_voter_who_comes_again_meanwhile_is_the_same_row(settings, station, new_key):
    row = factories.contact(station.code, name="王小明", phone="13800000001")
    settings.SECRETS_KEYS = [new_key]
    assert factories.contact(station.code, name="王小明", phone="13800000001") == row


def test_rotation_writes_no_history_and_leaves_what_is_erased(settings, station, new_key, capsys):
    gone, row = (factories.contact(station.code) for _ in range(2))
    erase(gone)
    before = row.events.count()
    settings.SECRETS_KEYS = [new_key]
    for _again in range(2):
        call_command("rotate_secrets")
        assert capsys.readouterr().out == "已换钥匙：通知渠道 0 项，选民联系方式 1 份\n"
    assert (row.events.count(), Contact.objects.get(pk=gone.pk).sealed) == (before, "")


def test_what_cannot_be_opened_is_counted_and_stays(settings, station, new_key):
    settings.SECRETS_KEYS = [new_key]
    row = factories.contact(station.code)
    settings.SECRETS_KEYS = []
    with pytest.raises(CommandError, match="选民联系方式 1 份"):
        call_command("rotate_secrets")
    assert Contact.objects.get(pk=row.pk).sealed == row.sealed
