import pytest
from django.contrib.staticfiles.storage import HashedFilesMixin

from liaison.common.statics import StaticFiles


@pytest.fixture
def files(settings, tmp_path):
    (tmp_path / "staticfiles.json").write_text(
        '{"version": "1.1", "paths": {"css/a.css": "css/a.0123.css"}, "hash": ""}'
    )
    settings.DEBUG = False
    return StaticFiles(location=tmp_path, base_url="/static/")


def test_an_address_carries_the_mark_of_its_file_and_is_worked_out_once(files, monkeypatch):
    assert files.url("css/a.css") == "/static/css/a.0123.css"
    monkeypatch.setattr(HashedFilesMixin, "_url", lambda *given: pytest.fail("worked out again"))
    assert files.url("css/a.css") == "/static/css/a.0123.css"


def test_a_file_that_nobody_collected_is_told(files):
    with pytest.raises(ValueError, match=r"css/b\.css"):
        files.url("css/b.css")
