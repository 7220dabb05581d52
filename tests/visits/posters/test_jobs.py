"""A street's posters in one file, and the page that orders them."""

import pytest

from liaison.accounts import jobs
from liaison.accounts.choices import JobState
from liaison.accounts.models import Job
from tests import factories
from visits.models import Printing
from visits.posters import jobs as poster_jobs
from visits.posters import typesetting

from .conftest import BASE, queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch):
    """Jobs run at once, in place of a worker."""
    monkeypatch.setattr(jobs.current_app, "send_task", lambda name, args: jobs.run(*args))


def ordered(client, codes, django_capture_on_commit_callbacks, **given) -> Job:
    """The job that the page starts for these stations, done."""
    with django_capture_on_commit_callbacks(execute=True):
        response = client.post("/desk/posters/", {"stations": codes, "what": "visits", "size": "a4"} | given)
    assert response.status_code == 302, response.content.decode()
    return Job.objects.get()


def test_a_streets_posters_become_one_file_with_evidence_for_each(
    as_, street, station, reception, sent, django_capture_on_commit_callbacks
):
    quiet = factories.station("410105002-01", name="花园路街道代表联络站")
    second = factories.visit(station, starts_at=factories.hour(3), state="published")
    factories.visit(station, starts_at=factories.hour(4))
    job = ordered(as_(street), [station.code, quiet.code], django_capture_on_commit_callbacks)
    assert (job.state, job.words) == (JobState.DONE, "共 2 张。这段时间没有安排的：花园路街道代表联络站。")
    assert (job.done, job.total, job.file_name.rpartition(" ")[2]) == (10, 10, "A4.pdf")
    assert job.file.read()[:5] == b"%PDF-"
    assert {(p.visit, p.form, p.by) for p in Printing.objects.all()} == {
        (reception, "a4", street), (second, "a4", street)
    }  # fmt: skip


def test_a_job_that_runs_again_leaves_no_second_evidence(
    as_, street, station, reception, sent, django_capture_on_commit_callbacks
):
    job = ordered(as_(street), [station.code], django_capture_on_commit_callbacks)
    Job.objects.filter(pk=job.pk).update(state=JobState.WAITING)
    jobs.run(job.pk)
    job.refresh_from_db()
    assert (job.state, Printing.objects.count()) == (JobState.DONE, 1)


def test_progress_moves_with_every_part_that_is_set(
    as_, street, station, reception, sent, django_capture_on_commit_callbacks, monkeypatch
):
    for days in (3, 4):
        factories.visit(station, starts_at=factories.hour(days), state="published")
    told, report = [], poster_jobs.report
    monkeypatch.setattr(poster_jobs, "report", lambda *how: told.append(how[1:]) or report(*how))
    monkeypatch.setattr(typesetting, "PART", 1)
    job = ordered(as_(street), [station.code], django_capture_on_commit_callbacks)
    # A machine that is busy elsewhere tells the same twice, as a sign of life; never less than before.
    assert [told == sorted(told), list(dict.fromkeys(told))] == [True, [(3, 15), (7, 15), (11, 15), (15, 15)]]
    assert (job.state, job.words) == (JobState.DONE, "共 3 张。")


def test_drafts_are_printed_for_proof_reading_only(
    as_, street, station, reception, sent, django_capture_on_commit_callbacks, monkeypatch
):
    factories.visit(station, starts_at=factories.hour(3))
    seen = []
    monkeypatch.setattr(typesetting, "set_in_parts", lambda template, data, **how: seen.extend(data) or b"%PDF")
    job = ordered(as_(street), [station.code], django_capture_on_commit_callbacks, drafts="on")
    assert (job.words, [page["is_draft"] for page in seen]) == ("共 2 张。", [True, False])
    assert [p.visit for p in Printing.objects.all()] == [reception]


def test_one_list_for_each_station(
    as_, street, station, reception, sent, django_capture_on_commit_callbacks, monkeypatch
):
    factories.visit(station, starts_at=factories.hour(3), state="published")
    seen = []
    monkeypatch.setattr(
        typesetting, "set_in_parts", lambda template, data, **how: seen.append((template, data)) or b"%PDF"
    )
    job = ordered(as_(street), [station.code], django_capture_on_commit_callbacks, what="stations", size="a3")
    [(template, [page])] = seen
    assert (template, page["station"], len(page["rows"])) == ("station.typ", "甲院社区代表联络站", 2)
    assert (job.words, page["url"]) == ("共 1 张。", f"{BASE}/s/{station.code}")
    assert set(Printing.objects.values_list("form", flat=True)) == {"a3"}


def test_a_job_with_nothing_to_print_says_so(as_, street, station, sent, django_capture_on_commit_callbacks):
    job = ordered(as_(street), [station.code], django_capture_on_commit_callbacks)
    assert (job.state, job.words, bool(job.file)) == (JobState.FAILED, "这段时间没有可印的安排", False)


def test_too_many_posters_are_refused_in_words(
    as_, street, station, reception, sent, django_capture_on_commit_callbacks, monkeypatch
):
    monkeypatch.setattr(poster_jobs, "MOST", 0)
    job = ordered(as_(street), [station.code], django_capture_on_commit_callbacks)
    assert (job.state, job.words) == (
        JobState.FAILED, "超过 0 次进站，请缩短时间或少选几个联络站，分几次印"
    )  # fmt: skip


def test_another_streets_station_cannot_be_ordered(as_, liaison, station, other_station):
    response = as_(liaison).post(
        "/desk/posters/", {"stations": [station.code, other_station.code], "what": "visits", "size": "a4"}
    )
    assert "列表里没有这个联络站，请重新勾选" in response.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from_=2026-12-02&to=2026-12-01", "结束日期早于开始日期"),
        ("from_=2026-12-02&to=2028-12-01", "一次最多一年，请缩短时间"),
        ("from_=x", "输入一个有效的日期"),
    ],
)
def test_a_period_that_makes_no_sense_is_told_at_its_field(as_, street, station, query, words):
    assert words in as_(street).get(f"/desk/posters/?{query}").content.decode()


def test_stations_with_nothing_on_are_named_before_anything_is_printed(as_, district, station, other_station):
    factories.visit(station, starts_at=factories.hour(3), state="published")
    page = as_(district).get("/desk/posters/?street=410105003").content.decode()
    assert "人民路社区代表联络站" in page
    assert "没有安排" in page
    assert "甲院社区代表联络站" not in page


def test_the_list_costs_the_same_for_one_station_and_three(as_, district, station):
    client = as_(district)
    one = queries_of(client, "/desk/posters/")
    for number in (2, 3):
        factories.visit(factories.station(f"410105002001-0{number}"), state="published")
    assert queries_of(client, "/desk/posters/") == one
