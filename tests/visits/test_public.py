"""The schedule, a visit's page and the home page, as anybody sees them."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from representatives.choices import SeatLevel
from representatives.models import Representative
from tests import factories
from visits import schedule
from visits.choices import AttendanceState
from visits.models import Visit


def text(response) -> str:
    """The page's words without its markup."""
    page = re.sub(r"<script.*?</script>|<[^>]*>", " ", response.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", unescape(page))


def found(client, **query) -> list[str]:
    """The themes that the schedule lists for `query`."""
    page = client.get("/schedule/?" + urlencode(query))
    return re.findall(r'<p class="visit-theme"><a href="[^"]*">([^<]*)</a>', page.content.decode())


def problems(client, address: str) -> dict[str, str]:
    """What is told at each field of the filters."""
    page = client.get(address)
    assert page.status_code == 200
    told = re.findall(r'id="problem-(\w+)"[^>]*><p>(.*?)</p>', page.content.decode())
    return {name: unescape(words) for name, words in told}


@pytest.fixture
def plan(station, other_station):
    """Three published visits that differ in everything, and a draft that nobody may see."""
    zhang = factories.representative("张三", station=station, level=SeatLevel.CITY, post="主任")
    li = factories.representative("李四", station=other_station)
    make = factories.visit
    make(station, title="停车与出行", people=[zhang], state="published", starts_at=factories.hour(1))
    make(other_station, title="供暖", people=[li], state="published", kind="lecture", starts_at=factories.hour(2))
    make(station, title="物业", people=[li], state="published", starts_at=factories.hour(-3), kind="theme_day")
    make(station, title="还是草稿", people=[zhang], starts_at=factories.hour(5))


def test_schedule_begins_today_and_hides_drafts(client, plan):
    assert found(client) == ["停车与出行", "供暖"]


def test_row_says_who_when_and_where(client, plan):
    words = text(client.get("/schedule/"))
    for part in ["9:00—11:00", "甲院社区代表联络站", "花园路街道 · 花园路 1 号", "市 市人大代表", "张三 主任", "明天"]:
        assert part in words


@pytest.mark.parametrize(
    ("query", "themes"),
    [
        ({"street": "410105002"}, ["停车与出行"]),
        ({"station": "410105003001-01"}, ["供暖"]),
        ({"kind": "lecture"}, ["供暖"]),
        ({"representative": "李四"}, ["供暖"]),
        ({"representative": "zs"}, ["停车与出行"]),
        ({"theme": "停车"}, ["停车与出行"]),
        ({"q": "供暖"}, ["供暖"]),
        ({"q": "甲院"}, ["停车与出行"]),
        ({"q": "李四"}, ["供暖"]),
        ({"q": "人民路 供"}, ["供暖"]),
        ({"q": "%"}, []),
        ({"q": "_"}, []),
        ({"q": "' OR 1=1 --"}, []),
    ],
)
def test_each_filter_leaves_what_fits(client, plan, query, themes):
    assert found(client, **query) == themes


def test_days_bound_the_schedule(client, plan):
    day = timezone.localdate()
    assert found(client, **{"from": day - timedelta(days=5)}) == ["物业", "停车与出行", "供暖"]
    assert found(client, **{"from": day - timedelta(days=5), "to": day + timedelta(days=1)}) == ["物业", "停车与出行"]
    assert found(client, day=day + timedelta(days=2)) == ["供暖"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("from=2026-12-05&to=2026-12-01", {"to": "结束日期早于开始日期，没有按它筛选"}),
        ("from=2026-13-01&to=x", {"from": "日期应像 2026-12-01 这样填写", "to": "日期应像 2026-12-01 这样填写"}),
        ("from=0001-01-01", {"from": "请填写 2000 年至 2100 年之间的日期"}),
        ("to=9999-12-31", {"to": "请填写 2000 年至 2100 年之间的日期"}),
        ("street=999", {"street": "没有这个选项，请从列表中选择"}),
        ("station=x&kind=y", {"station": "没有这个选项，请从列表中选择", "kind": "没有这个选项，请从列表中选择"}),
        ("q=" + "长" * 10_000, {"q": "最多 50 个字，请缩短后再查（现在 10000 个字）"}),
        ("after=nonsense&after=%00", {}),
    ],
)
def test_bad_input_is_told_at_its_field_and_the_rest_is_kept(client, plan, query, told):
    assert problems(client, f"/schedule/?{query}&theme=停车") == told
    assert 'value="停车"' in client.get(f"/schedule/?{query}&theme=停车").content.decode()


@pytest.mark.parametrize("name", ["q", "from", "street", "station", "kind", "representative", "theme", "after", "day"])
def test_null_byte_is_no_server_error(client, plan, name):
    assert client.get(f"/schedule/?{name}=%00a").status_code == 200


def test_markup_in_names_stays_text(client, station):
    person = factories.representative("<b>张</b>", station=station, post="<i>")
    factories.visit(station, title="<script>x</script>", people=[person], state="published")
    page = client.get("/schedule/").content.decode()
    assert "&lt;script&gt;x&lt;/script&gt;" in page
    assert "<b>张" not in page
    assert "<i>" not in page


def test_whatever_people_typed_of_a_visit_stays_text(client, station):
    type(station).objects.filter(pk=station.pk).update(name="<b>站</b>", address="<b>路</b>")
    sign = "<b>x</b>"
    factories.visit(station, title=sign, place=sign, state="cancelled", cancel_reason=sign, starts_at=factories.hour(1))
    factories.visit(station, state="published", starts_at=factories.hour(2))
    page = client.get("/schedule/").content.decode()
    assert "<b>" not in page
    said = text(client.get("/schedule/"))  # the station's name is a choice of the filters, too
    assert [said.count(words) for words in (sign, "<b>站</b>", "<b>路</b>")] == [3, 3, 1]


def test_what_one_reader_asks_for_narrows_nobody_elses_schedule(client, plan):
    assert found(client, theme="停车", kind="reception_day") == ["停车与出行"]
    assert found(client, q="供暖") == ["供暖"]
    assert found(client) == ["停车与出行", "供暖"]


def test_people_are_those_whom_the_rule_of_reach_gives(visitor, station):
    people = [factories.representative(name, station=station) for name in ("张三", "李四", "王五")]
    visit = factories.visit(station, people=people, state="published")
    visit.attendances.filter(representative=people[1]).update(state=AttendanceState.LEAVE)
    Representative.objects.filter(pk=people[2].pk).update(is_public=False)
    asked = [schedule.public_people(), schedule.people_of(visitor, "read")]
    assert [Visit.objects.values_list(who).get() for who in asked] == [([people[0].pk],)] * 2


def test_cancelled_visit_is_struck_through_with_its_reason(client, station):
    visit = factories.visit(station, title="供暖", state="cancelled", cancel_reason="站内停电")
    assert "visit-row cancelled" in client.get("/schedule/").content.decode()
    assert "已取消 站内停电" in text(client.get("/schedule/"))
    page = client.get(visit.get_absolute_url())
    assert "<s>" in page.content.decode()
    assert "原因： 站内停电" in text(page).replace("原因：站", "原因： 站")


def test_representative_on_leave_or_hidden_is_not_announced(client, station):
    people = [factories.representative(name, station=station) for name in ("张三", "李四", "王五")]
    visit = factories.visit(station, people=people, state="published")
    visit.attendances.filter(representative=people[1]).update(state=AttendanceState.LEAVE)
    type(people[2]).objects.filter(pk=people[2].pk).update(is_public=False)
    for address in ["/schedule/", visit.get_absolute_url()]:
        words = text(client.get(address))
        assert {name for name in ("张三", "李四", "王五") if name in words} == {"张三"}


@pytest.mark.parametrize("state", [AttendanceState.LEAVE, AttendanceState.ABSENT])
def test_who_stayed_away_is_not_found_by_name_either(client, station, state):
    """Else the filters would tell what the page does not: that this person was to come, and did not."""
    person = factories.representative("张三", station=station)
    visit = factories.visit(station, people=[person], state="published")
    assert [found(client, representative="张三"), found(client, q="张三")] == [["接待选民"]] * 2
    visit.attendances.update(state=state)
    assert [found(client, representative="张三"), found(client, q="张三")] == [[], []]
    rows = client.get("/api/v1/visits/", {"representative": person.public_id}).json()["results"]
    assert rows == []


def test_line_of_many_people_is_cut_with_their_number(client, station):
    people = [factories.representative(f"代表甲{n}", station=station) for n in range(10)]
    visit = factories.visit(station, people=people, state="published")
    words = text(client.get("/schedule/"))
    assert words.count("代表甲") == schedule.MOST_NAMED
    assert "等 10 位代表" in words
    assert text(client.get(visit.get_absolute_url())).count("代表甲") == 10


def test_pages_follow_each_other_without_gap_or_repeat(client, station, monkeypatch):
    monkeypatch.setattr(schedule, "PAGE", 2)
    for n in range(5):
        factories.visit(station, title=f"主题{n}", state="published", starts_at=factories.hour(1 + n // 2), room=None)
    themes, address = [], "/schedule/?theme=主题"
    while address:
        page = client.get(address).content.decode()
        themes += re.findall(r'visit-theme"><a href="[^"]*">([^<]*)', page)
        more = re.search(r'rel="next" href="([^"]*)"', page)
        address = more and "/schedule/" + unescape(more[1])
    assert themes == [f"主题{n}" for n in range(5)]


def test_search_that_stops_early_says_so_and_leads_on(client, station, monkeypatch):
    monkeypatch.setattr(schedule, "WINDOW", 2)
    for n, title in enumerate(["甲", "乙", "丙", "停车"]):
        factories.visit(station, title=title, state="published", starts_at=factories.hour(1 + n))
    page = client.get("/schedule/?q=停车")
    assert "接着往后查" in text(page)
    more = re.search(r'rel="next" href="([^"]*)"', page.content.decode())[1]
    assert "停车" in re.findall(
        r'visit-theme"><a href="[^"]*">([^<]*)', client.get("/schedule/" + unescape(more)).content.decode()
    )


def test_schedule_costs_the_same_queries_for_one_and_three(client, plan, station):
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            client.get("/schedule/")
        return len(queries)

    Visit.objects.filter(title="供暖").update(state="cancelled", cancel_reason="停电")
    before = count()
    for days in (11, 12, 13):
        person = factories.representative(station=station)
        factories.visit(station, people=[person], state="published", starts_at=factories.hour(days))
    assert count() == before


def test_empty_schedule_says_what_would_stand_here(client, db):
    assert "近期还没有公布接待安排" in text(client.get("/schedule/"))
    assert "没有符合条件的接待安排" in text(client.get("/schedule/?q=停车"))


def test_visit_page_says_everything_but_a_person_s_phone(client, station):
    user = factories.user("zhang", phone="13800000000")
    person = factories.representative("张三", station=station, user=user)
    visit = factories.visit(station, title="供暖", topics="报修难", people=[person], state="published")
    page = client.get(visit.get_absolute_url())
    words = text(page)
    for part in ["供暖", "统一接待选民日", "报修难", "张三", "9:00—11:00", "已公布，按时接待", "甲院社区代表联络站"]:
        assert part in words
    assert "13800000000" not in page.content.decode()


def test_draft_and_unknown_visit_are_404_in_words(client, station):
    draft = factories.visit(station)
    for address in [draft.get_absolute_url(), "/visits/0000000000/"]:
        page = client.get(address)
        assert page.status_code == 404
        assert "没有找到这一页" in page.content.decode()


def test_home_shows_the_week_that_is_left(client, station):
    today = timezone.localdate()
    left = 6 - today.weekday()
    factories.visit(station, title="本周的", state="published", starts_at=factories.hour(left))
    factories.visit(station, title="下周的", state="published", starts_at=factories.hour(left + 1))
    words = text(client.get("/"))
    assert ("本周的" in words, "下周的" in words) == (True, False)
    assert "花园路街道" in words


def test_home_names_what_comes_next_when_the_week_is_empty(client, station):
    factories.visit(station, title="下周的", state="published", starts_at=factories.hour(9))
    words = text(client.get("/"))
    assert "本周没有接待。接下来的安排是" in words
    assert "下周的" in words


def test_home_of_an_empty_house_has_words(client, db):
    assert "近期还没有公布接待安排" in text(client.get("/"))
