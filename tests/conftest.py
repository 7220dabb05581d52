"""The cast: everybody who signs in, around two stations, so that a leak has something to leak."""

import hypothesis
import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import translation

from liaison.accounts.choices import Role

from . import factories

PASSWORD = "Correct-horse-7"

hypothesis.settings.register_profile("house", deadline=None)  # a busy machine is no error
hypothesis.settings.load_profile("house")


@pytest.fixture(autouse=True)
def _fast_and_clean(settings, tmp_path_factory):
    """Cheap passwords, files and mail in a folder of their own, and no page remembered from another test."""
    from liaison.common import pages

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path_factory.mktemp("files")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    pages.stamp().renew()  # a rollback is no change that anybody tells


@pytest.fixture(autouse=True)
def _own_language():
    """The language of the last page that a test before asked for stays with its thread; here it is the house's."""
    translation.deactivate()


@pytest.fixture(scope="session", autouse=True)
def _own_stamp(tmp_path_factory):
    """The processes of one test run share a data folder; a change in one must not make another's pages afresh."""
    from django.conf import settings

    from liaison.common import pages

    pages._stamps[settings.HOME] = pages.Stamp(tmp_path_factory.mktemp("stamp") / "public-stamp")


@pytest.fixture(scope="session", autouse=True)
def _sown_again():
    """A test that commits empties every table at its end; what the migrations put into them comes back at once."""
    from importlib import import_module

    from django.apps import apps
    from django.db.models.signals import post_migrate

    def sow(sender, **kwargs):
        if not apps.get_model("policy", "CalendarYear").objects.exists():
            for name in ("0002_defaults", "0014_opinion_defaults"):
                import_module(f"liaison.policy.migrations.{name}").seed(apps, None)
        if not apps.get_model("feedback", "Category").objects.exists():
            import_module("feedback.migrations.0002_categories").seed(apps, None)

    post_migrate.connect(sow, sender=apps.get_app_config("feedback"), weak=False)
    yield
    post_migrate.disconnect(sow, sender=apps.get_app_config("feedback"))


def forget_cache() -> None:
    """Empty this process's part of the cache. `cache.clear` empties all of Redis: another process would lose the
    sessions of the test that it is in, and ask the database for them."""
    from django.core.cache import cache

    redis = cache._cache.get_client(write=True)
    if keys := redis.keys(cache.make_key("*")):
        redis.delete(*keys)


@pytest.fixture
def street_region(db):
    """花园路街道 in 金水区, with everything above it."""
    for code, name in [("41", "河南省"), ("4101", "郑州市"), ("410105", "金水区")]:
        factories.region(code, name)
    return factories.region("410105002", "花园路街道")


@pytest.fixture
def station(street_region):
    """甲院社区's station, the liaison's own."""
    factories.region("410105002001", "甲院社区居民委员会")
    return factories.station("410105002001-01", name="甲院社区代表联络站")


@pytest.fixture
def other_station(street_region):
    """A station in another street, the neighbour's."""
    factories.region("410105003", "人民路街道")
    factories.region("410105003001", "人民路社区居民委员会")
    return factories.station("410105003001-01", name="人民路社区代表联络站")


@pytest.fixture
def district(street_region):
    return factories.user("district", Role.DISTRICT, "410105")


@pytest.fixture
def street(street_region):
    return factories.user("street", Role.STREET, "410105002")


@pytest.fixture
def liaison(station):
    return factories.user("liaison", Role.LIAISON, station.code)


@pytest.fixture
def neighbour(other_station):
    return factories.user("neighbour", Role.LIAISON, other_station.code)


@pytest.fixture
def department(street_region):
    return factories.user("department", Role.DEPARTMENT, "410105")


@pytest.fixture
def auditor(street_region):
    return factories.user("auditor", Role.AUDITOR, "410105")


@pytest.fixture
def administrator(db):
    return factories.user("admin", Role.ADMIN, "")


@pytest.fixture
def visitor():
    return AnonymousUser()


@pytest.fixture
def representative(station):
    """A person who is a representative of the liaison's station; `representative.representative` is the row."""
    person = factories.user("representative", Role.REPRESENTATIVE, "410105")
    factories.representative("张三", station=station, user=person)
    return person


@pytest.fixture
def as_(client):
    """`as_(liaison).get(...)`: a client signed in as somebody; `as_(None)` is a visitor."""
    from django.test import Client

    def sign_in(user):
        fresh = Client()
        if user is not None and user.is_authenticated:
            fresh.force_login(user, backend="liaison.accounts.backends.GrantsBackend")
        return fresh

    return sign_in
