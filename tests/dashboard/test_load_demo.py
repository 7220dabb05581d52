"""When `manage.py load_demo` refuses, and what it says of the password."""

import io

import pytest
from django.core.management import CommandError, call_command

from liaison.accounts.models import Region, User
from liaison.dashboard.demo import district
from stations.models import Station
from tests import factories


def test_database_with_people_of_its_own_is_refused(db):
    factories.user("someone")
    with pytest.raises(CommandError, match="已有账号、联络站或代表"):
        call_command("load_demo")
    assert not Region.objects.exists()


def test_divisions_alone_are_nobodys_data_and_foreign_streets_get_no_station(db, monkeypatch):
    """With the nation loaded, streets that another district runs stand under Jinshui's code."""
    factories.region("410105014", "龙子湖街道")
    factories.region("410105014001", "磨李社区居民委员会")
    monkeypatch.setattr(district.visits, "build", lambda *args: None)
    call_command("load_demo", stdout=io.StringIO())
    assert Station.objects.count() == 116
    assert not Station.objects.filter(code__startswith="410105014").exists()


@pytest.mark.parametrize("scale", ["0", "10", "-1"])
def test_scale_out_of_range_is_refused(db, scale):
    with pytest.raises(CommandError, match="应为 1 到 9"):
        call_command("load_demo", scale=int(scale))


def test_password_is_shown_only_when_it_was_made_up(db, monkeypatch):
    """Loading itself is another test's matter."""
    monkeypatch.setattr(district, "load", lambda **kwargs: {"联络站": 116})
    monkeypatch.setenv("LIAISON_DEMO_PASSWORD", "Given-to-all-7")
    assert "Given-to-all-7" not in said()
    monkeypatch.delenv("LIAISON_DEMO_PASSWORD")
    assert "（只显示这一次）" in said()
    assert said() != said()


def said() -> str:
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


def test_broken_load_leaves_nothing(db, monkeypatch):
    """A first run that was cut short must find an empty database the next time."""
    monkeypatch.setattr(district.visits, "build", broken)
    with pytest.raises(RuntimeError):
        call_command("load_demo", stdout=io.StringIO())
    assert not Region.objects.exists()
    assert not User.objects.exists()
    assert not district.is_loaded()


def broken(*args):
    raise RuntimeError
