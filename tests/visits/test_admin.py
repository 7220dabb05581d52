from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from liaison.accounts.choices import Role
from tests import factories
from visits.choices import State
from visits.models import Visit

pytestmark = pytest.mark.django_db

LIST, ADD = "/admin/visits/visit/", "/admin/visits/visit/add/"


def change(visit) -> str:
    return f"/admin/visits/visit/{visit.pk}/change/"


def filled(station, *, days=7, people=(), there=(), **fields) -> dict:
    """A form as the browser sends it: `there` are attendances that stand already, `people` are new."""
    day = f"{timezone.localdate() + timedelta(days=days):%Y-%m-%d}"
    rows = [*((a.pk, a.representative_id) for a in there), *(("", p.pk) for p in people)]
    form = {
        "station": station.pk, "kind": "reception_day", "title": "物业服务", "starts_at_0": day, "starts_at_1": "09:00",
        "ends_at_0": day, "ends_at_1": "11:00", "attendances-TOTAL_FORMS": len(rows),
        "attendances-INITIAL_FORMS": len(there), "attendances-MIN_NUM_FORMS": 0, "attendances-MAX_NUM_FORMS": 1000,
    }  # fmt: skip
    for i, (pk, person) in enumerate(rows):
        form |= {f"attendances-{i}-id": pk, f"attendances-{i}-representative": person}
    return form | fields


def titles(response) -> list[str]:
    return [visit.title for visit in response.context["cl"].result_list]


def test_district_plans_and_publishes_a_visit(as_, district, station):
    person = factories.representative("李四", station=station)
    as_(district).post(ADD, filled(station, people=[person], _publish="1"))
    visit = Visit.objects.get()
    assert (visit.state, visit.published_by, visit.created_by) == (State.PUBLISHED, district, district)
    assert [a.representative for a in visit.attendances.all()] == [person]


def test_overlap_is_refused_with_words_and_nothing_is_lost(as_, district, station, other_station):
    person = factories.representative("李四", station=station)
    factories.visit(other_station, starts_at=factories.hour(7, 10), people=[person])
    response = as_(district).post(ADD, filled(station, people=[person], topics="电梯"))
    day = timezone.localtime(factories.hour(7))
    assert response.context["errors"] == [[f"李四在{day.year}年{day.month}月{day.day}日 10:00—12:00已有安排"]]
    assert "电梯" in response.content.decode()
    assert Visit.objects.count() == 1


def test_refused_hours_stand_at_their_field(as_, district, station):
    response = as_(district).post(ADD, filled(station, ends_at_1="08:00"))
    assert response.context["adminform"].form.errors == {"ends_at": ["结束时间应晚于开始时间"]}
    assert not Visit.objects.exists()


@pytest.mark.parametrize(("name", "ahead"), [("add", None), ("draft", 3), ("published", 3)])
def test_nothing_is_planned_for_the_past_or_moved_there(as_, district, station, name, ahead):
    visit = factories.visit(station, state=name, starts_at=factories.hour(ahead)) if ahead else None
    response = as_(district).post(change(visit) if visit else ADD, filled(station, days=-1, topics="电梯"))
    assert response.context["adminform"].form.errors == {"starts_at": ["这个日期已经过去，请选今天或以后的日期"]}
    assert response.context["adminform"].form["topics"].value() == "电梯"
    assert [v.starts_at for v in Visit.objects.all()] == ([factories.hour(ahead)] if ahead else [])


def test_form_sent_twice_makes_one_visit(as_, district, station):
    client = as_(district)
    form = filled(station, sent_as=client.get(ADD).context["adminform"].form["sent_as"].value())
    client.post(ADD, form)
    visit = Visit.objects.get()
    again = client.post(ADD, form, follow=True)
    assert again.redirect_chain == [(change(visit), 302)]
    assert "这份安排已经保存过，没有重复建立" in again.content.decode()
    client.post(ADD, form | {"_publish": "1"})
    assert list(Visit.objects.values_list("pk", "state")) == [(visit.pk, State.PUBLISHED)]


def test_visit_of_a_series_says_that_it_is_changed_alone(as_, district, station):
    series = factories.series(station)
    visit = factories.visit(station, series=series, rule_on=timezone.localdate(factories.hour(7)))
    words = f'在这里只改这一次；要改这一次和以后各次，请到<a href="/desk/visits/{visit.public_id}/edit/">工作台</a>'
    client = as_(district)
    assert words in client.get(change(visit)).content.decode()
    client.post(change(visit), filled(station, title="只这一次"))
    assert Visit.objects.filter(title="只这一次", series=series, is_apart=True).exists()
    assert "在这里只改这一次" not in client.get(change(factories.visit(station))).content.decode()


def test_people_are_exchanged(as_, district, station):
    gone, stays, comes = (factories.representative(name, station=station) for name in "甲乙丙")
    visit = factories.visit(station, people=[gone, stays])
    there = list(visit.attendances.order_by("id"))
    form = filled(station, there=there, people=[comes]) | {"attendances-0-DELETE": "on"}
    as_(district).post(change(visit), form)
    assert {a.representative for a in visit.attendances.all()} == {stays, comes}


def test_station_of_another_district_cannot_be_chosen(as_, district):
    factories.region("410102", "中原区")
    elsewhere = factories.station("410102-01")
    response = as_(district).post(ADD, filled(elsewhere))
    assert list(response.context["adminform"].form.errors) == ["station"]
    assert not Visit.objects.exists()


@pytest.mark.parametrize("page", ["change", "history", "delete"])
def test_visit_of_another_district_is_not_there(as_, district, page):
    factories.region("410102", "中原区")
    visit = factories.visit(factories.station("410102-01"))
    response = as_(district).get(f"/admin/visits/visit/{visit.pk}/{page}/", follow=True)
    assert "物业" not in response.content.decode()
    assert response.status_code == 404 or response.redirect_chain == [("/admin/", 302)]


def test_list_holds_the_reach_and_no_more(as_, district, station, other_station):
    factories.region("410102", "中原区")
    factories.visit(factories.station("410102-01"), title="远")
    factories.visit(station, title="近", starts_at=factories.hour(3))
    factories.visit(other_station, title="邻", starts_at=factories.hour(4))
    assert titles(as_(district).get(LIST)) == ["近", "邻"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?q=物业", ["物业"]), ("?q=甲院", ["电梯", "物业"]), ("?q=王小丫", ["电梯"]), ("?q=没有", []), ("?q=%25", []),
        ("?q=410105002001", ["电梯", "物业"]), ("?state__exact=published", ["电梯"]), ("?when=past", []),
        ("?q=物业&state__exact=published", []), ("?q=" + "长" * 51, ["电梯", "物业"]), ("?o=1", ["物业", "电梯"]),
        ("?last=1", ["物业", "电梯"]), ("?p=1000", ["物业", "电梯"]), ("?from=2000-01-01", ["物业", "电梯"]),
        ("?after=x", ["物业", "电梯"]), ("?o=-1", ["电梯", "物业"]), ("?o=x", ["电梯", "物业"]),
        ("?from=x", ["物业", "电梯"]), ("?p=x", ["物业", "电梯"]), ("?q=%00", ["电梯", "物业"]),
    ],
)  # fmt: skip
def test_search_and_filters(as_, district, station, query, found):
    factories.visit(station, title="物业", starts_at=factories.hour(3))
    person = factories.representative("王小丫", station=station)
    factories.visit(station, title="电梯", starts_at=factories.hour(4), people=[person], state="published")
    assert titles(as_(district).get(LIST + query)) == found


@pytest.mark.parametrize(("order", "days"), [("", "01234"), ("o=1", "01234"), ("o=-1", "43210")])
def test_pages_run_through_every_visit(as_, district, station, monkeypatch, order, days):
    monkeypatch.setattr("visits.admin.VisitAdmin.list_per_page", 2)
    for day in range(5):
        factories.visit(station, title=str(day), starts_at=factories.hour(day + 1))
    client, seen = as_(district), ""
    cl = client.get(f"{LIST}?{order}").context["cl"]
    assert client.get(f"{LIST}?p=2&{order}").context["cl"].result_list[0].title == "2"
    while True:
        seen += "".join(visit.title for visit in cl.result_list)
        if not cl.next_url:
            break
        cl = client.get(LIST + cl.next_url).context["cl"]
    assert seen == days
    back = client.get(LIST + cl.previous_url).context["cl"]
    assert "".join(visit.title for visit in back.result_list) == days[2:4]
    assert titles(client.get(f"{LIST}?last=1&{order}")) == [*days[3:]]


def test_list_begins_today_and_leads_back_to_the_past(as_, district, station, monkeypatch):
    monkeypatch.setattr("visits.admin.VisitAdmin.list_per_page", 2)
    for day in (-3, -2, -1, 0, 5, 300):
        factories.visit(station, title=str(day), starts_at=factories.hour(day))
    client = as_(district)
    page = client.get(LIST)
    assert titles(page) == ["0", "5"]
    assert titles(client.get(LIST + page.context["cl"].next_url)) == ["300"]
    before = client.get(LIST + page.context["cl"].previous_url)
    assert titles(before) == ["-2", "-1"]
    assert titles(client.get(LIST + before.context["cl"].first_url)) == ["0", "5"]
    assert titles(client.get(LIST + before.context["cl"].previous_url)) == ["-3", "-2"]


def test_one_click_turns_the_list_and_filters_show_the_latest_first(as_, district, station):
    for day in (-1, 2, 300):
        factories.visit(station, title=str(day), starts_at=factories.hour(day))
    client = as_(district)
    page = client.get(LIST)
    (today, words, is_taken), (latest, more_words, is_other) = page.context["cl"].ways
    assert (words, is_taken, more_words, is_other) == ("从今天起，先近后远", True, "全部，最晚的在前", False)
    assert titles(client.get(LIST + latest)) == ["300", "2", "-1"]
    assert titles(client.get(LIST + today)) == ["2", "300"]
    filtered = client.get(LIST + "?state__exact=draft")
    assert (titles(filtered), filtered.context["cl"].ways) == (["300", "2", "-1"], [])


def test_without_anything_to_come_the_list_shows_the_last_page(as_, district, station):
    factories.visit(station, title="昨天", starts_at=factories.hour(-1))
    assert titles(as_(district).get(LIST)) == ["昨天"]


def test_window_is_looked_through_page_by_page(as_, administrator, station, monkeypatch):
    """What no index answers is found a window at a time, and nothing is passed over."""
    monkeypatch.setattr("liaison.common.sources.WINDOW", 2)
    for day in range(6):
        factories.visit(
            station,
            title="要" if day in (0, 3) else "不",
            starts_at=factories.hour(day + 1),
            kind="training",
            state="published" if day in (0, 3) else "draft",
        )
    client, url, seen = as_(administrator), LIST + "?state__exact=published", []
    for _page in range(5):
        cl = client.get(url).context["cl"]
        seen += [visit.title for visit in cl.result_list]
        if not cl.next_url:
            break
        url = LIST + cl.next_url
    assert seen == ["要", "要"]


def test_list_asks_the_same_number_of_queries_for_one_and_three(as_, district, station):
    client = as_(district)
    counts = []
    for rows in (1, 2):
        for _ in range(rows):
            person = factories.representative(station=station)
            factories.visit(station, starts_at=factories.hour(Visit.objects.count() + 1), people=[person])
        client.get(LIST)
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_bulk_publish_at_once_when_in_time(as_, district, station):
    visits = [factories.visit(station, starts_at=factories.hour(day)) for day in (6, 7)]
    data = {"action": "publish", "_selected_action": [visit.pk for visit in visits], "index": 0}
    response = as_(district).post(LIST, data, follow=True)
    assert [str(m) for m in response.context["messages"]] == ["已公布 2 次进站"]
    assert set(Visit.objects.values_list("state", "late_reason")) == {("published", "")}


def test_bulk_publish_asks_the_late_ones_for_a_reason(as_, district, station):
    late, early = factories.visit(station, starts_at=factories.hour(1)), factories.visit(station)
    gone = factories.visit(station, starts_at=factories.hour(-1))
    client = as_(district)
    data = {"action": "publish", "_selected_action": [late.pk, early.pk, gone.pk], "index": 0}
    page = client.post(LIST, data, follow=True)
    assert page.context["late"] == 2
    assert set(Visit.objects.values_list("state", flat=True)) == {"draft"}
    empty = client.post("/admin/visits/visit/publish/", {"ids": page.context["ids"], "reason": " "})
    assert empty.context["form"].errors == {"reason": ["请写明原因"]}
    done = client.post("/admin/visits/visit/publish/", {"ids": page.context["ids"], "reason": "临时通知"}, follow=True)
    assert [str(m) for m in done.context["messages"]] == [
        f"没有办成：{gone}——开始时间已过，不能再公布", "已公布 2 次进站",
    ]  # fmt: skip
    assert dict(Visit.objects.values_list("pk", "late_reason")) == {late.pk: "临时通知", early.pk: "", gone.pk: ""}


def test_bulk_cancel_keeps_its_reason(as_, district, station):
    visit = factories.visit(station, state="published")
    as_(district).post("/admin/visits/visit/cancel/", {"ids": str(visit.pk), "reason": "大雪"})
    visit.refresh_from_db()
    assert (visit.state, visit.cancel_reason) == (State.CANCELLED, "大雪")


@pytest.mark.parametrize("ids", ["", "x", "1,2;3", "9" * 30, "\0"])
def test_bulk_page_with_bent_ids_goes_back_with_words(as_, district, ids):
    response = as_(district).get("/admin/visits/visit/publish/", {"ids": ids}, follow=True)
    assert response.redirect_chain == [(LIST, 302)]
    assert "没有可以办理的进站" in response.content.decode()


def test_bulk_acts_reach_no_other_district(as_, district):
    factories.region("410102", "中原区")
    visit = factories.visit(factories.station("410102-01"), state="published")
    as_(district).post("/admin/visits/visit/cancel/", {"ids": str(visit.pk), "reason": "大雪"})
    visit.refresh_from_db()
    assert visit.state == State.PUBLISHED


def test_administrator_sees_visits_and_may_not_act(as_, administrator, station):
    visit = factories.visit(station)
    client = as_(administrator)
    assert client.get(change(visit)).context["has_change_permission"] is False
    assert client.post("/admin/visits/visit/publish/", {"ids": str(visit.pk), "reason": "x"}).status_code == 403
    assert client.post(ADD, filled(station)).status_code == 403
    assert Visit.objects.get().state == State.DRAFT


def test_draft_is_deleted_and_a_published_visit_is_not(as_, district, station):
    draft, published = (
        factories.visit(station),
        factories.visit(station, state="published", starts_at=factories.hour(8)),
    )
    client = as_(district)
    for visit in (draft, published):
        client.post(f"/admin/visits/visit/{visit.pk}/delete/", {"post": "yes"})
    assert list(Visit.objects.all()) == [published]


def test_logged_visit_is_only_shown(as_, district, station):
    visit = factories.visit(station, state="logged", starts_at=factories.hour(-7), summary="路灯不亮")
    response = as_(district).get(change(visit))
    assert "路灯不亮" in response.content.decode()
    assert response.context["has_change_permission"] is False
    assert as_(district).post(change(visit), filled(station, title="改写")).status_code == 403


def test_history_says_who_did_what_and_takes_no_post(as_, district, station):
    as_(district).post(ADD, filled(station))
    visit = Visit.objects.get()
    page = as_(district).get(reverse("admin:visits_visit_history", args=[visit.pk]))
    assert [(step.by, step.what) for step in page.context["steps"]] == [("district", ["建立了这次安排"])]
    before = Visit.pgh_event_models["update"].objects.count()
    as_(district).post(reverse("admin:visits_visit_history", args=[visit.pk]), {"delete": "1"})
    assert Visit.pgh_event_models["update"].objects.count() == before


def test_people_to_choose_are_the_districts_own(as_, district, station):
    factories.representative("王芳", station=station)
    factories.region("410102", "中原区")
    factories.representative("王芳", station=factories.station("410102-01"))
    ask = {"app_label": "visits", "model_name": "attendance", "field_name": "representative", "term": "王"}
    results = as_(district).get("/admin/autocomplete/", ask).json()["results"]
    assert [row["text"] for row in results] == ["王芳（区人大代表，甲院社区代表联络站）"]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"station": "410105002001-01"}, ["议", "接"]), ({"station": "410105002001-01", "term": "接待"}, ["接"]),
        ({"station": "410105002001-01", "term": "没有"}, []), ({"station": "410105003001-01"}, ["邻"]),
        ({"station": "x"}, []), ({"term": "甲院"}, ["议", "接"]), ({}, ["议", "接", "邻"]),
    ],
)  # fmt: skip
def test_rooms_to_choose_are_those_of_the_visits_station(as_, district, station, other_station, asked, found):
    marks = {
        factories.room(station, "council_hall").pk: "议", factories.room(station).pk: "接",
        factories.room(other_station).pk: "邻",
    }  # fmt: skip
    ask = {"app_label": "visits", "model_name": "visit", "field_name": "room", "term": "", **asked}
    results = as_(district).get("/admin/autocomplete/", ask).json()["results"]
    assert [marks[int(row["id"])] for row in results] == found


def test_rooms_of_a_station_out_of_reach_are_not_offered(as_, district, station):
    factories.region("410102", "中原区")
    factories.room(factories.station("410102-01"))
    ask = {"app_label": "visits", "model_name": "visit", "field_name": "room", "station": "410102-01", "term": ""}
    assert as_(district).get("/admin/autocomplete/", ask).json()["results"] == []


def test_posting_of_a_whole_province_is_looked_through(as_, station):
    factories.visit(station, title="近")
    factories.region("11", "北京市"), factories.region("1101", "市辖区"), factories.region("110101", "东城区")
    factories.visit(factories.station("110101-01"), title="远")
    person = factories.user("henan", Role.DISTRICT, "41")
    assert titles(as_(person).get(LIST)) == ["近"]
    assert titles(as_(person).get(LIST + "?q=近")) == ["近"]


def test_draft_offers_no_public_page_and_no_cancelling(as_, district, station):
    draft, shown = factories.visit(station), factories.visit(station, state="published", starts_at=factories.hour(8))
    offers = {visit: as_(district).get(change(visit)).content.decode() for visit in (draft, shown)}
    assert [("取消这次进站" in page, "/admin/r/" in page) for page in offers.values()] == [(False, False), (True, True)]


def test_titles_are_words_without_gaps(as_, district, station):
    visit = factories.visit(station, state="logged", starts_at=factories.hour(-7))
    client = as_(district)
    pages = [client.get(ADD), client.get(change(factories.visit(station))), client.get(change(visit))]
    assert [page.context["title"] for page in pages] == ["新增进站", "修改进站", "查看进站"]
    assert "<title>请更正：新增进站" in client.post(ADD, filled(station, ends_at_1="08:00")).content.decode()
    assert "新增进站</a>" in client.get(LIST).content.decode()
