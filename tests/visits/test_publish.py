"""Publishing by station, by series and as chosen; numbers of notices; evidence; two people at one plan."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.common.templatetags.face import cn_date, cn_moment
from tests import factories
from tests.pictures import jpeg
from visits.actions import cancel_visit, log_visit, publish_visit, publish_visits, record_printing, save_visit
from visits.choices import Frequency, PhotoKind, State, VisitKind
from visits.models import Photo, Printing, Series, Visit
from visits.notice import Standing

pytestmark = pytest.mark.django_db

LIST = "/desk/visits/publish/"


def series_at(station) -> Series:
    today = timezone.localdate()
    return Series.objects.create(
        station=station, kind=VisitKind.RECEPTION_DAY, title="每周接待", starts=time(9), ends=time(11), weekdays=[1],
        frequency=Frequency.WEEKLY, from_on=today, to_on=today + timedelta(days=60),
    )  # fmt: skip


def send(client, visits, **given):
    return client.post(LIST, {"visits": [visit.public_id for visit in visits], **given})


def states(*visits) -> list[str]:
    return [Visit.objects.get(pk=visit.pk).state for visit in visits]


# The list


def test_drafts_stand_in_groups_by_their_last_day(as_, street, station):
    days = {1: Standing.LATE, 3: Standing.TODAY, 5: Standing.SOON, 6: Standing.LATER, 9: Standing.LATER}
    rows = {day: factories.visit(station, starts_at=factories.hour(day)) for day in days}
    factories.visit(station, starts_at=factories.hour(-2))
    factories.visit(station, starts_at=factories.hour(12), state="published")
    groups = as_(street).get(LIST).context["groups"]
    assert groups == [
        (Standing.LATE, [rows[1]]), (Standing.TODAY, [rows[3]]), (Standing.SOON, [rows[5]]),
        (Standing.LATER, [rows[6], rows[9]]),
    ]  # fmt: skip


def test_list_is_for_whoever_publishes_and_shows_the_own_reach(as_, street, liaison, station, other_station):
    mine = factories.visit(station)
    factories.visit(other_station)
    assert [rows for _standing, rows in as_(street).get(LIST).context["groups"]] == [[mine]]
    assert as_(liaison).get(LIST).status_code == 403


@pytest.mark.parametrize("by", ["street", "station", "series"])
def test_a_street_a_station_or_a_series_is_narrowed_to(as_, district, station, other_station, by):
    series = series_at(station)
    mine = factories.visit(station, series=series, rule_on=timezone.localdate())
    factories.visit(other_station)
    value = {"street": "410105002", "station": station.code, "series": series.public_id}[by]
    context = as_(district).get(LIST, {by: value}).context
    assert [rows for _standing, rows in context["groups"]] == [[mine]]
    assert context["ticked"] is (by != "street")  # one series is meant to be published together


def test_series_without_drafts_says_so_and_does_not_offer_others(as_, district, station):
    factories.visit(station)
    page = as_(district).get(LIST, {"series": series_at(station).public_id})
    assert page.context["groups"] == []
    assert "没有待公布的安排" in page.content.decode()


def test_list_asks_as_often_for_three_as_for_one(as_, street, station):
    client, counts = as_(street), []
    client.get(LIST)  # a session's first page writes it down
    for more in (1, 2):
        for n in range(more):
            person = factories.representative(station=station)
            factories.visit(station, starts_at=factories.hour(7 + more + n), people=[person])
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]


# Many at once


def test_chosen_ones_are_shown_then_published_and_numbered(as_, street, station):
    late, early, other = (factories.visit(station, starts_at=factories.hour(day)) for day in (9, 8, 10))
    client = as_(street)
    assert set(send(client, [late, early]).context["visits"]) == {late, early}
    assert states(late, early, other) == [State.DRAFT] * 3
    outcome = send(client, [late, early], sure="1").context["outcome"]
    assert (outcome.done, outcome.refused) == ([early, late], [])
    assert states(late, early, other) == [State.PUBLISHED, State.PUBLISHED, State.DRAFT]
    assert list(Visit.objects.order_by("starts_at").values_list("notice_no", flat=True)) == [1, 2, None]


def test_late_ones_ask_one_reason_which_the_others_do_not_keep(as_, street, station):
    late, timely = (factories.visit(station, starts_at=factories.hour(day)) for day in (1, 9))
    client = as_(street)
    form = send(client, [late, timely], sure="1").context["form"]
    assert list(form.errors) == ["reason"]
    send(client, [late, timely], sure="1", reason="临时安排")
    assert [Visit.objects.get(pk=v.pk).late_reason for v in (late, timely)] == ["临时安排", ""]


def test_refused_ones_are_named_with_their_reason_and_the_others_go(as_, street, station, other_station):
    begun = factories.visit(station, starts_at=timezone.now() - timedelta(minutes=1))
    fine, cancelled, foreign = factories.visit(station), factories.visit(station), factories.visit(other_station)
    cancel_visit(cancelled, reason="天气原因", by=street)
    page = send(as_(street), [begun, fine, cancelled, foreign], sure="1", reason="忘了")
    outcome, text = page.context["outcome"], page.content.decode()
    assert outcome.done == [fine]
    assert outcome.refused == [(begun, "开始时间已过，不能再公布"), (cancelled, "只有草稿可以公布")]
    assert "另有 1 次已被删除，或者不归您公布" in text


def test_nothing_ticked_is_told(as_, street, station):
    factories.visit(station)
    assert "还没有勾选" in as_(street).post(LIST, {}).content.decode()


def test_draft_deleted_meanwhile_is_named(station, street):
    gone, fine = factories.visit(station), factories.visit(station, starts_at=factories.hour(9))
    Visit.objects.filter(pk=gone.pk).delete()
    assert publish_visits([gone, fine], by=street) == ([fine], [(gone, "这份草稿刚才已被删除")])


# Numbers


def test_numbers_count_by_station_and_year_and_stay(station, other_station, street):
    rows = [publish_visit(factories.visit(place), by=street) for place in (station, other_station)]
    rows.append(publish_visit(factories.visit(station, starts_at=factories.hour(9)), by=street))
    cancel_visit(rows[0], reason="停电", by=street)
    rows.append(publish_visit(factories.visit(station, starts_at=factories.hour(10)), by=street))
    year = timezone.localdate().year
    assert [row.notice_number for row in rows] == [f"〔{year}〕第{n}号" for n in (1, 1, 2, 3)]


def test_numbered_visit_keeps_its_station_for_every_writer(as_, district, station, other_station):
    visit, words = (
        publish_visit(factories.visit(station), by=district),
        "已公布的进站不能换到别的联络站，请取消后另行安排",
    )
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(station=other_station)
    url, given = f"/api/v1/visits/{visit.public_id}/", {"station": other_station.code}
    assert as_(district).patch(url, given, content_type="application/json").json() == {"station": [words]}
    draft = factories.visit(station, starts_at=factories.hour(9))
    draft.station = other_station
    assert save_visit(draft, by=district).version == 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_and_no_double_when_many_publish_at_once(station, street):
    rows = [factories.visit(station, starts_at=factories.hour(8 + n)) for n in range(8)]
    start = threading.Barrier(4)

    def publish(mine):
        start.wait(120)
        try:
            publish_visits(mine, by=street)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(publish, [rows[n::4] for n in range(4)]))
    assert sorted(Visit.objects.values_list("notice_no", flat=True)) == [1, 2, 3, 4, 5, 6, 7, 8]


# Evidence


def test_evidence_tells_when_by_whom_and_in_which_forms(as_, liaison, street, station):
    visit = publish_visit(factories.visit(station, starts_at=factories.hour(1)), late_reason="临时安排", by=street)
    record_printing([visit], form="a3", by=liaison)
    page = as_(liaison).get(f"/desk/visits/{visit.public_id}/")
    evidence, published = page.context["evidence"], f"{cn_moment(Visit.objects.get().published_at)} {street.name}"
    assert [(row.get_form_display(), row.by) for row in evidence.printings] == [("A3 海报", liaison)]
    text = page.content.decode()
    due = cn_date(evidence.due_on)
    assert f"<dt>公布</dt><dd>{published}" in text  # when, and who did it
    for part in ("逾期公布", "临时安排", visit.notice_number, f"按此最晚于{due}公布", "还没有张贴照片"):
        assert part in text


def test_draft_says_until_when_and_by_which_rule(as_, liaison, station):
    page = as_(liaison).get(f"/desk/visits/{factories.visit(station).public_id}/").content.decode()
    assert f"最晚于{cn_date(factories.hour(4))}公布，还剩 4 天" in page
    assert "至少提前 3 天公布，依据：地方工作规范" in page


def pin(client, visit, content: bytes | None = None):
    photo = SimpleUploadedFile("p.jpg", content or jpeg())
    return client.post(f"/desk/visits/{visit.public_id}/pinned/", {"photo": photo}, follow=True).content.decode()


def test_pinned_notice_is_photographed_before_the_visit_and_counted_apart(as_, liaison, station):
    visit = factories.visit(station, state="published")
    client = as_(liaison)
    told = [pin(client, visit) for _ in range(4)]
    assert ["张贴照片已保存" in text for text in told] == [True, True, True, False]
    assert "最多 3 张照片" in told[3]
    photos = list(Photo.objects.order_by("position"))
    assert [(p.kind, p.position, p.added_by) for p in photos] == [(PhotoKind.POSTER, n, liaison) for n in (1, 2, 3)]
    page = client.get(f"/desk/visits/{visit.public_id}/").content.decode()
    assert all(f'<span class="row-meta">{cn_moment(p.added_at)} {liaison.name}</span>' in page for p in photos)


def test_neither_a_draft_nor_what_is_logged_takes_or_gives_up_a_photo(as_, liaison, station):
    client, draft = as_(liaison), factories.visit(station)
    assert "张贴照片在公布以后、登记以前增删" in pin(client, draft)
    visit = factories.visit(station, starts_at=timezone.now() - timedelta(hours=1), state="published")
    pin(client, visit)
    log_visit(visit, came=[], voters_received=1, summary="路灯", by=liaison)
    assert "张贴照片在公布以后、登记以前增删" in pin(client, visit)
    photo = Photo.objects.get()
    client.post(f"/desk/photos/{photo.public_id}/delete/")
    assert list(Photo.objects.all()) == [photo]


def test_what_is_no_picture_is_refused_in_words(as_, liaison, station):
    visit = factories.visit(station, state="published")
    assert "alert-error" in pin(as_(liaison), visit, b"no picture")
    assert not Photo.objects.exists()


def test_printings_are_written_for_each_visit(station, liaison):
    rows = [factories.visit(station, starts_at=factories.hour(day), state="published") for day in (7, 8)]
    record_printing(rows, form="docx", by=liaison)
    assert set(Printing.objects.values_list("visit", "form", "by")) == {(v.pk, "docx", liaison.pk) for v in rows}


# Two people at one plan


def typed(client, visit, **changes) -> dict:
    """The editing form as it came, with changes."""
    form = client.get(f"/desk/visits/{visit.public_id}/edit/").context["form"]
    return {f.html_name: f.value() if f.value() is not None else "" for f in form} | changes


def test_second_writer_is_told_who_was_quicker_and_loses_nothing(as_, liaison, street, station):
    visit, client = factories.visit(station), as_(liaison)
    form = typed(client, visit, title="物业管理")
    as_(street).post(f"/desk/visits/{visit.public_id}/edit/", typed(as_(street), visit, place="文化广场"))
    page = client.post(f"/desk/visits/{visit.public_id}/edit/", form)
    told, again = page.context["form"].non_field_errors(), page.context["form"]
    assert [words.partition("。")[0] for words in told] == ["street刚才改过这次安排：修改了其他地点"]
    assert (again["title"].value(), Visit.objects.get().title) == ("物业管理", "接待选民")
    client.post(f"/desk/visits/{visit.public_id}/edit/", form | {"seen_at": again["seen_at"].value()})
    assert (Visit.objects.get().title, Visit.objects.get().place) == ("物业管理", "")


@pytest.mark.parametrize("seen", ["", "x", "2026-11-24", "9999-99-99T00:00:00"])
def test_mark_that_means_nothing_is_none(as_, liaison, station, seen):
    visit, client = factories.visit(station), as_(liaison)
    client.post(f"/desk/visits/{visit.public_id}/edit/", typed(client, visit, title="物业管理", seen_at=seen))
    assert Visit.objects.get().title == "物业管理"


def test_reason_of_a_late_change_is_asked_for_at_its_field(as_, liaison, station):
    visit, client = factories.visit(station, starts_at=factories.hour(1), state="published"), as_(liaison)
    page = client.post(f"/desk/visits/{visit.public_id}/edit/", typed(client, visit, place="文化广场"))
    assert list(page.context["form"].errors) == ["change_reason"]
    client.post(f"/desk/visits/{visit.public_id}/edit/", typed(client, visit, place="文化广场", change_reason="停电"))
    assert list(Visit.objects.values_list("place", "change_reason")) == [("文化广场", "停电")]


def test_api_asks_for_the_reason_and_takes_it(as_, liaison, station):
    visit, client = factories.visit(station, starts_at=factories.hour(1), state="published"), as_(liaison)
    url, given = f"/api/v1/visits/{visit.public_id}/", {"place": "文化广场"}
    refused = client.patch(url, given, content_type="application/json")
    assert (refused.status_code, list(refused.json())) == (400, ["change_reason"])
    body = client.patch(url, given | {"change_reason": "停电"}, content_type="application/json").json()
    assert (body["place"], body["change_reason"]) == ("文化广场", "停电")


def test_late_change_in_the_admin_asks_why_and_stale_forms_are_told(as_, district, station):
    visit, client = factories.visit(station, starts_at=factories.hour(1), state="published"), as_(district)
    url = f"/admin/visits/visit/{visit.pk}/change/"
    page = client.get(url).context
    form = {f.html_name: f.value() or "" for f in page["adminform"].form}
    for name in ("starts_at", "ends_at"):
        moment = timezone.localtime(getattr(visit, name))
        form |= {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M}"}
    form |= {f"attendances-{part}": n for part, n in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0))}
    told = client.post(url, form | {"place": "文化广场"}).context["adminform"].form.errors
    assert list(told) == ["why_changed"]
    save_visit(Visit.objects.get(), change_reason="", by=district)
    stale = client.post(url, form | {"place": "文化广场", "why_changed": "停电"}).context["adminform"].form
    assert "刚才改过这次安排" in stale.non_field_errors()[0] or "刚才有人改过" in stale.non_field_errors()[0]
    client.post(url, form | {"place": "文化广场", "why_changed": "停电", "seen_at": stale["seen_at"].value()})
    assert list(Visit.objects.values_list("place", "change_reason")) == [("文化广场", "停电")]


def test_verb_refuses_a_stale_copy_only_where_it_is_asked_to(station, liaison):
    visit = factories.visit(station)
    seen = visit.changed_at
    save_visit(visit, by=liaison)
    with pytest.raises(ValidationError, match="刚才"):
        save_visit(visit, seen_at=seen, by=liaison)
    save_visit(visit, by=liaison)
