import pytest
from django.apps import apps

from liaison.accounts.choices import Role
from liaison.accounts.grants import EVERYONE, GRANTS, VERBS, noun_of, roles_that
from visits.models import Visit

READERS = {"read", "view"}


def test_every_grant_names_a_model_a_verb_and_roles_that_exist():
    nouns = {model._meta.label_lower for model in apps.get_models()}
    assert set(GRANTS) <= nouns
    assert {verb for verbs in GRANTS.values() for verb in verbs} <= set(VERBS)
    assert all(set(roles) <= EVERYONE for verbs in GRANTS.values() for roles in verbs.values())


def test_nothing_is_granted_that_is_not_written():
    assert roles_that("delete", "stations.station") == frozenset()
    assert roles_that("view", "sessions.session") == frozenset()
    assert roles_that("log", noun_of(Visit)) == {Role.DISTRICT, Role.STREET, Role.LIAISON}


def test_visitors_only_read():
    assert {verb for verbs in GRANTS.values() for verb, roles in verbs.items() if None in roles} == {"read"}


def test_auditor_only_looks_and_is_the_only_one_to_see_the_log():
    writes = {(noun, verb) for noun, verbs in GRANTS.items() for verb, roles in verbs.items()
              if Role.AUDITOR in roles and verb not in READERS}  # fmt: skip
    own = {("notices.preference", "change"), ("feedback.savedview", "add"), ("feedback.savedview", "delete")}
    assert writes == own  # how one hears of things and looks at them is nobody else's
    assert roles_that("view", "accounts.entry") == {Role.AUDITOR}


def test_nobody_is_granted_to_write_history():
    verbs = {verb for noun, verbs in GRANTS.items() if noun.endswith(("event", ".entry", ".context")) for verb in verbs}
    assert verbs == {"view"}


@pytest.mark.parametrize(
    ("perm", "answer"),
    [("visits.publish_visit", False), ("visits.change_visit", True), ("accounts.add_user", False), ("nonsense", False)],
)
def test_django_asks_the_same_grants(liaison, perm, answer):
    assert liaison.has_perm(perm) is answer


def test_admin_is_for_district_staff_and_administrators(district, administrator, street, liaison, auditor):
    people = [district, administrator, street, liaison, auditor]
    assert [person.is_staff for person in people] == [True, True, False, False, False]
    administrator.is_active = False
    assert not administrator.has_perm("accounts.view_user")
