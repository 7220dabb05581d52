"""Voters' names and telephones: sealed, found by a keyed hash, seen whole by permission, and forgotten for good."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from liaison.accounts.actions import come_back, erase, leave, unmask
from liaison.accounts.contacts import Particulars, particulars, plain_phone
from liaison.accounts.models import Contact, Entry
from liaison.common.exceptions import NotAllowed
from tests import factories

WANG = Particulars("王小明", "13800000001", "wang@example.org")


def keep(station, **fields):
    return factories.contact(station.code, **(WANG._asdict() | fields))


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("138 0000 0001", "13800000001"), ("138-0000-0001", "13800000001"), ("+86 13800000001", "13800000001"),
        ("008613800000001", "13800000001"), ("8613800000001", "13800000001"), ("１３８００００００01", "13800000001"),
        ("0371-6555 0001", "037165550001"), ("(0371) 65550001", "037165550001"), ("+86 371 6555 0001", "037165550001"),
        ("+852 6123 4567", "+85261234567"), ("0085261234567", "+85261234567"),
    ],
)  # fmt: skip
def test_one_telephone_is_one_however_it_is_written(typed, kept):
    assert plain_phone(typed) == kept
    assert particulars("王", typed).phone == kept


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"phone": "6555 0001"}, "phone"), ({"phone": "1380000000"}, "phone"), ({"phone": ""}, "phone"),
        ({"phone": "13800000001 王"}, "phone"), ({"name": "  "}, "name"), ({"name": "王" * 41}, "name"),
        ({"email": "wang@"}, "email"),
    ],
)  # fmt: skip
def test_what_nobody_can_be_reached_by_is_refused_at_its_field(given, field):
    with pytest.raises(ValidationError) as refused:
        particulars(**({"name": "王小明", "phone": "13800000001"} | given))
    assert list(refused.value.message_dict) == [field]
    assert "1380" not in str(refused.value)


@pytest.mark.django_db
class TestKeeping:
    def test_the_same_voter_at_the_same_place_is_one_row(self, station):
        first = keep(station, privacy_version="1")
        again = keep(station, phone="+86 138-0000-0001", name=" 王小明 ", privacy_version="2", language="en")
        assert (again.pk, again.privacy_version, again.language) == (first.pk, "2", "en")
        assert again.consented_at > first.consented_at

    def test_whoever_types_somebodys_number_changes_nothing_that_stands(self, station, other_station):
        mine = keep(station)
        leave(mine)
        others = [keep(station, name="王大明"), keep(station, email=""), keep(other_station)]
        mine.refresh_from_db()
        assert len({mine.pk, *(one.pk for one in others)}) == 4
        assert (mine.opened(), bool(mine.unsubscribed_at)) == (WANG, True)

    def test_a_telephone_is_found_without_opening_a_row(self, station, django_assert_num_queries):
        mine = keep(station)
        keep(station, phone="13800000002")
        Contact.objects.update(sealed="x")
        with django_assert_num_queries(1):
            assert list(Contact.objects.with_phone("+86 138 0000 0001")) == [mine]

    def test_agreeing_again_does_not_bring_messages_back(self, station):
        mine = keep(station)
        leave(mine)
        assert keep(station).unsubscribed_at is not None
        come_back(mine)
        assert keep(station).unsubscribed_at is None

    @pytest.mark.parametrize("fields", [{"phone": "1380", "name": "王"}, {"phone": "13800000001", "name": ""}])
    def test_nothing_is_kept_of_what_is_refused(self, station, fields):
        with pytest.raises(ValidationError):
            keep(station, **fields)
        assert not Contact.objects.exists()


@pytest.mark.django_db
class TestSecrecy:
    def test_no_table_holds_a_name_or_a_number(self, station, liaison):
        mine = keep(station)
        unmask(mine, by=liaison)
        leave(mine)
        assert not [table for table in connection.introspection.table_names() if tells(table)]

    def test_a_row_speaks_without_telling(self, station):
        mine = keep(station)
        assert (str(mine), mine.masked) == (f"选民联系方式 {mine.pk}", "王** 138••••0001")
        assert not set(repr(mine)) & set("王小明")

    def test_the_hash_needs_the_key(self, station, settings):
        first = keep(station).phone_hash
        settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
        assert keep(station, name="王二").phone_hash != first

    def test_a_lost_key_is_said_in_words(self, station, settings, liaison):
        settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
        mine = keep(station)
        settings.SECRETS_KEYS = [Fernet.generate_key().decode()]
        assert mine.masked == "联系方式打不开"
        with pytest.raises(NotAllowed, match="钥匙已更换"):
            unmask(mine, by=liaison)


@pytest.mark.django_db
class TestUnmasking:
    @pytest.mark.parametrize(
        ("who", "may"),
        [
            ("district", True), ("street", True), ("liaison", True), ("neighbour", False), ("representative", False),
            ("department", False), ("auditor", False), ("administrator", False),
        ],
    )  # fmt: skip
    def test_the_whole_is_for_those_who_handle_it(self, request, station, who, may):
        mine, by = keep(station), request.getfixturevalue(who)
        if may:
            assert unmask(mine, by=by) == WANG
        else:
            with pytest.raises(PermissionDenied):
                unmask(mine, by=by)
        assert Entry.objects.filter(action="unmask", by=by).exists() is may

    def test_each_look_is_a_line_in_the_log(self, station, liaison):
        mine, visit = keep(station), factories.visit(station)
        unmask(mine, by=liaison, of=visit)
        unmask(mine, by=liaison)
        lines = list(Entry.objects.filter(about=f"accounts.contact:{mine.pk}").order_by("id"))
        assert [(line.action, line.by, line.detail) for line in lines] == [
            ("unmask", liaison, {"of": f"visits.visit:{visit.pk}"}), ("unmask", liaison, {}),
        ]  # fmt: skip

    def test_the_auditor_sees_who_looked_and_not_what(self, as_, station, liaison, auditor):
        unmask(keep(station), by=liaison)
        page = as_(auditor).get("/desk/history/").content.decode()
        assert "查看选民完整联系方式" in page
        assert "13800000001" not in page
        assert "王小明" not in page


@pytest.mark.django_db
class TestErasing:
    def test_what_is_erased_is_gone_and_the_row_stays(self, station, district):
        mine = keep(station)
        assert erase(mine, by=district)
        assert (mine.sealed, mine.phone_hash, mine.masked) == ("", "", "联系方式已清除")
        assert not Contact.objects.with_phone(WANG.phone).exists()
        assert (erase(mine, by=district), Entry.objects.filter(action="erase_contact").count()) == (False, 1)
        with pytest.raises(NotAllowed, match="已按期清除"):
            unmask(mine, by=district)

    def test_coming_again_is_a_new_row(self, station):
        mine = keep(station)
        erase(mine)
        assert keep(station).pk != mine.pk

    @pytest.mark.parametrize(
        "change",
        [{"erased_at": None}, {"erased_at": None, "sealed": "x", "phone_hash": "x"}, {"sealed": "x"}],
    )
    def test_the_database_brings_nothing_back(self, station, change):
        mine = keep(station)
        erase(mine)
        with pytest.raises(IntegrityError), transaction.atomic():
            Contact.objects.filter(pk=mine.pk).update(**change)

    def test_the_database_deletes_no_row_and_seals_nothing_half(self, station):
        mine = keep(station)
        for act in (
            lambda: Contact.objects.all().delete(),
            lambda: Contact.objects.filter(pk=mine.pk).update(phone_hash=""),
            lambda: Contact.objects.filter(pk=mine.pk).update(erased_at=timezone.now() - timedelta(days=1)),
        ):
            with pytest.raises(IntegrityError), transaction.atomic():
                act()


def tells(table: str) -> bool:
    """Whether any row of a table has the voter's name, telephone or address in any column."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT EXISTS (SELECT FROM "{table}" t WHERE t::text ~ %s)', ["|".join(WANG)])
        return cursor.fetchone()[0]
