"""Posters and notices: their words, their pages, who may print them, and a street's in one file."""

import json
import re
from datetime import date, datetime, timedelta
from io import BytesIO

import docx
import pytest
import typst
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from liaison.accounts import jobs
from liaison.accounts.choices import JobState
from liaison.accounts.models import Job
from representatives.choices import SeatLevel
from stations.choices import RoomKind
from tests import factories
from visits.actions import cancel_visit, publish_visit, save_visit
from visits.choices import AttendanceState, PrintForm
from visits.models import Printing, Visit
from visits.posters import fonts, pdf, shelf, typesetting
from visits.posters import jobs as poster_jobs
from visits.posters.facts import facts_of, listed
from visits.posters.notice_template import MAKERS, make
from visits.posters.text import notice

pytestmark = pytest.mark.django_db
BASE = "https://rd.example.cn"


@pytest.fixture(autouse=True)
def _own_shelf(tmp_path, monkeypatch):
    """No page made for one test is another's."""
    empty = shelf.FileBasedCache(str(tmp_path / "posters"), {})
    monkeypatch.setattr(shelf, "shelf", lambda: empty)


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE = settings.SITE | {"url": BASE}


@pytest.fixture
def first(station):
    """A representative who sits at two levels."""
    person = factories.representative("张三", station=station, employer="花园路小学", post="校长")
    person.seats.create(level=SeatLevel.CITY, term=15, from_on=date(2022, 1, 1))
    return person


@pytest.fixture
def reception(station, first, street):
    """A published visit on a Tuesday to come, as the street published it."""
    day = timezone.localdate() + timedelta(days=10)
    day += timedelta(days=(1 - day.weekday()) % 7)
    starts_at = timezone.make_aware(datetime(day.year, day.month, day.day, 9))
    room = factories.room(station, RoomKind.RECEPTION_ROOM)
    draft = factories.visit(
        station, starts_at=starts_at, people=[first], room=room, title="物业#服务*", topics="保洁\n门禁；\n"
    )
    return publish_visit(draft, by=street)


def facts(visit, user) -> dict:
    return facts_of(Visit.objects.filter(pk=visit.pk).select_related("station", "room"), user, BASE)[0]


def pages(template: str, rows: list[dict], size: str = "a4") -> list[float]:
    """At which step of size each page was set; one for each page there is."""
    data = json.dumps([pdf.ready(row) for row in rows])
    compiler = typst.Compiler(
        str(typesetting.TEMPLATES / template), root=str(typesetting.TEMPLATES),
        font_paths=typesetting.known_fonts(), sys_inputs={"data": data, "size": size},
    )  # fmt: skip
    drawn = compiler.compile(format="png", ppi=9)
    assert (len(drawn) if isinstance(drawn, list) else 1) == len(rows)
    return [step["value"] for step in json.loads(compiler.query("<step>"))]


def day_words(visit) -> str:
    day = timezone.localdate(visit.starts_at)
    return f"{day.year}年{day.month}月{day.day}日（星期二）"


# -- words -----------------------------------------------------------------------------------------------------------


def test_the_notice_says_what_when_where_who_and_what_not(reception, visitor):
    issued = timezone.localdate(reception.published_at)
    assert notice(facts(reception, visitor)) == (
        "人大代表接待选民公告\n"
        f"甲院社区联络站〔{issued.year}〕第1号\n"
        "\n"
        "主题：物业#服务*\n"
        "类别：统一接待选民日\n"
        f"时间：{day_words(reception)}9:00—11:00\n"
        "地点：甲院社区代表联络站 代表接待室（花园路 1 号）\n"
        "接待代表：\n"
        "　　张三（市人大代表、区人大代表，花园路小学 校长）\n"
        "可以反映：保洁；门禁\n"
        "不予受理：涉法涉诉、仲裁、行政复议、招投标等事项不予受理，请向有权处理的机关反映："
        "人民法院、人民检察院（诉讼、执行）；劳动人事争议仲裁委员会、仲裁委员会（劳动人事争议、合同仲裁）；"
        "司法行政部门的行政复议机构（行政复议）；项目的招标投标行政监督部门（招标投标投诉）。"
        "不清楚该找谁的，可拨打 12348 公共法律服务热线咨询。\n"
        f"详情：{BASE}/visits/{reception.public_id}/\n"
        "\n"
        "花园路街道人大工委\n"
        f"{issued.year}年{issued.month}月{issued.day}日\n"
    )


def test_a_change_names_the_old_beside_the_new(reception, station, street, visitor, first):
    other = factories.representative("李四", station=station)
    reception.place, reception.room, reception.change_reason = "花园路文化广场", None, "场地维修"
    reception.starts_at += timedelta(hours=6)
    reception.ends_at += timedelta(hours=6)
    save_visit(reception, representatives=[other], by=street)
    words = facts(reception, visitor)
    assert (words["title"], words["mark"]) == ("人大代表接待选民变更公告", "变更")
    assert words["changes"] == [
        {"label": "时间", "old": f"{day_words(reception)}9:00—11:00", "new": f"{day_words(reception)}15:00—17:00"},
        {"label": "地点", "old": "甲院社区代表联络站 代表接待室", "new": "花园路文化广场"},
        {"label": "接待代表", "old": "张三", "new": "李四"},
    ]


def test_a_cancelled_visit_says_so_with_its_reason(reception, street, visitor):
    words = facts(cancel_visit(reception, reason="站内供电检修", by=street), visitor)
    assert (words["title"], words["reason"]) == ("人大代表接待选民取消公告", "站内供电检修")
    assert "本次安排已取消，请不要前往。原因：站内供电检修" in notice(words)


def test_who_is_not_public_or_asked_leave_is_not_named(reception, station, street, visitor):
    hidden = factories.representative("不公开", station=station, is_public=False)
    away = factories.representative("请假了", station=station)
    reception.attendances.create(representative=hidden)
    reception.attendances.create(representative=away, state=AttendanceState.LEAVE)
    for reader in (visitor, street):
        assert [person["name"] for person in facts(reception, reader)["people"]] == ["张三"]


def test_another_place_or_none_at_all_is_worded_for_who_wants_to_come(station, visitor):
    make = {"state": "published"}
    elsewhere = factories.visit(station, place="文化广场", starts_at=factories.hour(1), **make)
    online = factories.visit(station, is_online=True, starts_at=factories.hour(2), **make)
    hall = factories.visit(station, is_online=True, place="网上接待厅", starts_at=factories.hour(4), **make)
    plain = factories.visit(station, starts_at=factories.hour(3), **make)
    found = [facts(visit, visitor) for visit in (elsewhere, hall, online, plain)]
    assert [(words["place"], words["address"]) for words in found] == [
        ("文化广场", "甲院社区代表联络站组织"),
        ("网上接待厅（线上）", "甲院社区代表联络站组织，参加方式见网页"),
        ("线上进行", "甲院社区代表联络站组织，参加方式见网页"),
        ("甲院社区代表联络站", "花园路 1 号"),
    ]


def test_words_are_chinese_whatever_language_the_reader_chose(reception, client):
    client.cookies["liaison_language"] = "en"
    words = client.get(f"/visits/{reception.public_id}/notice.txt").content.decode()
    assert f"时间：{day_words(reception)}9:00—11:00" in words
    assert "类别：统一接待选民日" in words


def test_facts_cost_the_same_for_one_and_for_three(station, other_station, visitor, django_assert_num_queries):
    for number in (1, 2):
        person = factories.representative(station=station)
        factories.visit(other_station, people=[person], state="published", starts_at=factories.hour(number))
    factories.visit(station, people=[factories.representative()], state="published")
    visits = Visit.objects.select_related("station", "room")
    for some in (visits[:1], visits.all()):
        with django_assert_num_queries(4):  # visits, who comes, their levels, whose streets
            facts_of(some, visitor, BASE)


# -- fonts -----------------------------------------------------------------------------------------------------------


def test_rare_characters_are_there_and_what_is_not_is_told():
    holes: set[str] = set()
    assert fonts.printable({"who": ["𠮷田䶮", "李喆"], "n": 7, "off": False}, holes) == {
        "who": ["𠮷田䶮", "李喆"], "n": 7, "off": False,
    }  # fmt: skip
    assert holes == set()
    assert fonts.printable("张\U0003134a\ufe0f\u200b三😀", holes) == "张〓三〓"
    assert holes == {"\U0003134a", "😀"}


def test_only_two_families_are_used_and_they_are_there():
    named = {"Noto Serif CJK SC", "Noto Sans CJK SC"}
    assert named <= set(typesetting.known_fonts().families())
    look = (typesetting.TEMPLATES / "look.typ").read_text()
    assert "fallback: false" in look
    assert all(name in look for name in named)


# -- pages -----------------------------------------------------------------------------------------------------------

POST = "郑州市金水区某某科技发展有限责任公司 党委书记、董事长兼总经理"
LONG = "围绕老旧小区加装电梯、管网更新、物业服务、停车充电和养老助餐等群众身边的急难愁盼问题听取意见，推动办好民生实事"
LONG += "，回应居民关切" * 2
CASES = {
    "plain": {},
    "bare": {"theme": "", "people": [], "people_none": "名单确定后在网页公布", "number": "", "phone": ""},
    "rare and marked up": {"theme": '#strong[*䶮*] $x$ \\ " <b> `𠮷`', "place": "喆 #panic() 室"},
    "theme of 60": {"theme": LONG[:60]},
    "theme of 120": {"theme": LONG * 2},
    "twelve": {"count": 12, "theme": LONG[:60]},
    "twelve long names": {"count": 12, "name": "买买提·阿不都热合曼", "post": POST},
    "thirty-six": {"count": 36, "people_more": "等 40 位代表，全部名单见网页"},
    "long address": {"place": "甲院社区人大代表联络站 多功能代表议事大厅", "address": "郑州市金水区花园路街道" * 8},
    "online": {"place": "线上进行", "address": "甲院社区代表联络站组织，参加方式见网页"},
    "long issuer": {"issuer": "郑州市金水区花园路街道人民代表大会工作委员会", "station": "甲院社区" * 10},
    "many topics": {"topics": "楼道、管网、" * 43},
    "cancelled": {"mark": "取消", "title": "人大代表接待选民取消公告", "reason": "供电检修" * 40},
    "changed": {"mark": "变更", "changes": [{"label": "时间", "old": "旧" * 30, "new": "新" * 30}] * 3, "count": 12},
    "draft": {"is_draft": True, "number": "（公布后编号）", "issued_on": ""},
}


def case(plain: dict, change: dict) -> dict:
    change = dict(change)
    person = {"name": change.pop("name", "欧阳娜娜"), "level": "省人大代表、区人大代表", "top": "省人大代表",
              "post": change.pop("post", "花园路小学 校长")}  # fmt: skip
    count = change.pop("count", 0)
    return plain | ({"people": [person] * count} if count else {}) | change


@pytest.mark.parametrize("size", pdf.SIZES)
def test_whatever_is_on_it_a_poster_is_one_page_and_nothing_is_cut_off(reception, visitor, size):
    plain = facts(reception, visitor)
    steps = dict(zip(CASES, pages(pdf.POSTER, [case(plain, change) for change in CASES.values()], size), strict=True))
    assert {name for name, step in steps.items() if step <= 0.48} == set()  # the last step would cut off what is left
    assert {name: step for name, step in steps.items() if step < 0.72 and name in (
        "plain", "bare", "theme of 60", "twelve", "rare and marked up", "cancelled", "online", "draft"
    )} == {}  # fmt: skip


def test_the_picture_is_1080_wide_and_as_high_as_its_words(reception, visitor):
    plain = facts(reception, visitor)
    low, high = (Image.open(BytesIO(pdf.picture(case(plain, CASES[name])))) for name in ("plain", "twelve"))
    assert (low.size[0], high.size[0]) == (1080, 1080)
    assert low.size[1] < high.size[1]
    assert low.getpixel((20, 20))[:3] == (164, 22, 26)


def test_a_stations_list_is_one_page_with_none_and_with_more_than_fit(client, station, street, reception):
    for number in range(12):
        factories.visit(station, starts_at=factories.hour(20 + number), state="published", title=LONG[:40])
    for size in pdf.SIZES:
        response = client.get(f"/stations/{station.code}/poster.pdf?size={size}")
        assert (response.status_code, response.content[:5]) == (200, b"%PDF-")
    bare = listed(station, [], "花园路街道人大工委", BASE, date(2026, 1, 1))
    rows = [facts(reception, street)] * 9
    full = listed(station, [row | {"theme": LONG[:60]} for row in rows], "花园路街道人大工委", BASE, date(2026, 1, 1))
    assert full["more"] == "后面还有安排，请扫码查看"
    assert min(pages(pdf.STATION, [bare, full])) > 0.52  # the last step would cut off what is left


# -- Word ------------------------------------------------------------------------------------------------------------


def test_the_word_file_has_the_same_words_in_an_offices_styles(client, reception):
    file = client.get(f"/visits/{reception.public_id}/notice.docx")
    document = docx.Document(BytesIO(file.content))
    issued = timezone.localdate(reception.published_at)
    said = [(p.style.name, p.text) for p in document.paragraphs if p.text]
    assert [words for words in said if not words[1].startswith("六、")] == [
        ("公告标题", "人大代表接待选民公告"),
        ("公告编号", f"甲院社区联络站〔{issued.year}〕第1号"),
        ("公告正文", "现将甲院社区代表联络站统一接待选民日的安排公告如下。"),
        ("公告正文", "一、主题：物业#服务*"),
        ("公告正文", f"二、时间：{day_words(reception)}9:00—11:00"),
        ("公告正文", "三、地点：甲院社区代表联络站 代表接待室（花园路 1 号）"),
        ("公告正文", "四、接待代表：张三（市人大代表、区人大代表，花园路小学 校长）"),
        ("公告正文", "五、可以反映：保洁；门禁"),
        ("公告落款", "花园路街道人大工委"),
        ("公告落款", f"{issued.year}年{issued.month}月{issued.day}日"),
        ("公告二维码", f"扫码或打开 {BASE}/visits/{reception.public_id}/ 查看本次安排，临时有变动时以网页为准。"),
    ]
    assert len(document.inline_shapes) == 1


def test_what_a_form_might_take_for_markup_is_text_in_word(client, station):
    odd = factories.visit(station, title="<b>{{ title }}&amp;", state="published")
    document = docx.Document(BytesIO(client.get(f"/visits/{odd.public_id}/notice.docx").content))
    assert "一、主题：<b>{{ title }}&amp;" in [p.text for p in document.paragraphs]


@pytest.mark.parametrize("file", MAKERS, ids=lambda file: file.stem)
def test_the_kept_template_is_the_one_that_its_maker_makes(file):
    kept, made = docx.Document(file), make(MAKERS[file])
    assert kept.element.xml == made.element.xml
    assert [(p.style.name, p.text) for p in kept.paragraphs] == [(p.style.name, p.text) for p in made.paragraphs]
    assert kept.styles.element.xml == made.styles.element.xml


# -- addresses -------------------------------------------------------------------------------------------------------


def test_the_public_page_names_the_issuer_and_leads_to_every_form(client, reception):
    path = f"/visits/{reception.public_id}/"
    page = client.get(path).content.decode()
    assert "<dt>发布单位</dt><dd>花园路街道人大工委</dd>" in page
    links = re.findall(rf'href="({path}[^"]+)"', page)
    names = ["poster.pdf", "poster.pdf?size=a3", "poster.png", "notice.docx", "notice.txt"]
    assert [(link.removeprefix(path), client.get(link).status_code) for link in links] == [(n, 200) for n in names]


def test_a_draft_has_no_public_notice_in_any_form(client, station, first):
    draft = factories.visit(station, people=[first])
    names = ("poster.pdf", "poster.png", "notice.docx", "notice.txt")
    assert {client.get(f"/visits/{draft.public_id}/{name}").status_code for name in names} == {404}


def test_a_public_print_is_kept_until_its_words_change(client, reception, street, monkeypatch):
    path, made = f"/visits/{reception.public_id}/poster.pdf", []
    monkeypatch.setattr(typesetting, "set_pages", lambda *a, **how: made.append(how["size"]) or b"%PDF")
    first = client.get(path)
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 304
    assert client.get(path).content == b"%PDF"
    client.get(f"{path}?size=a3")
    cancel_visit(reception, reason="停电", by=street)
    assert client.get(path, headers={"If-None-Match": first["ETag"]}).status_code == 200
    assert made == ["a4", "a3", "a4"]
    assert Printing.objects.count() == 0


def test_an_unknown_size_is_no_page(client, reception):
    assert client.get(f"/visits/{reception.public_id}/poster.pdf?size=a0").status_code == 404


def test_when_too_many_print_the_page_says_come_again(client, reception, monkeypatch):
    monkeypatch.setattr(typesetting, "_turn", type("Taken", (), {"acquire": lambda self, timeout: False})())
    response = client.get(f"/visits/{reception.public_id}/poster.png")
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "请过一会儿再打开" in response.content.decode()


def test_the_desks_picture_waits_for_its_turn_too(as_, street, reception, monkeypatch):
    monkeypatch.setattr(typesetting, "_turn", type("Taken", (), {"acquire": lambda self, timeout: False})())
    response = as_(street).get(reverse("visits:visit-preview", args=[reception.public_id]))
    assert (response.status_code, response["Retry-After"]) == (503, "5")


# -- at the desk -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", PrintForm.values)
def test_printing_at_the_desk_is_evidence(as_, street, reception, form):
    response = as_(street).post(f"/desk/visits/{reception.public_id}/print/", {"form": form})
    assert response["Content-Disposition"].startswith("attachment")
    assert [(p.visit, p.form, p.by) for p in Printing.objects.all()] == [(reception, form, street)]


def test_a_drafts_print_is_marked_and_no_evidence(as_, street, station, first):
    draft = factories.visit(station, people=[first])
    words = as_(street).post(f"/desk/visits/{draft.public_id}/print/", {"form": "txt"}).content.decode()
    assert words.startswith("【草稿，未公布】人大代表接待选民公告\n（公布后编号）\n")
    assert facts(draft, street)["is_draft"] is True
    assert not Printing.objects.exists()


def test_a_form_that_is_none_leads_back_and_is_no_evidence(as_, street, reception):
    response = as_(street).post(f"/desk/visits/{reception.public_id}/print/", {"form": "a0"}, follow=True)
    assert "请选择要哪一种：海报、Word 文件、文字或图片" in response.content.decode()
    assert not Printing.objects.exists()


def test_who_only_looks_on_may_look_but_not_print(as_, auditor, neighbour, reception):
    page = as_(auditor).get(f"/desk/visits/{reception.public_id}/notice/").content.decode()
    assert "人大代表接待选民公告" in page
    assert 'value="a4"' not in page
    print_ = f"/desk/visits/{reception.public_id}/print/"
    assert [as_(reader).post(print_, {"form": "a4"}).status_code for reader in (auditor, neighbour)] == [403, 404]
    assert not Printing.objects.exists()


def test_the_notice_page_names_characters_that_cannot_be_printed(as_, street, station):
    odd = factories.visit(station, people=[factories.representative("张\U0003134a", station=station)])
    page = as_(street).get(f"/desk/visits/{odd.public_id}/notice/").content.decode()
    assert "字库里没有这些字：\U0003134a。" in page
    assert "张\U0003134a（区人大代表）" in page  # the text is another machine's to show


def queries_of(client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return len(queries)


def test_the_notice_page_costs_the_same_with_one_and_three_printings(as_, street, reception):
    client, path = as_(street), f"/desk/visits/{reception.public_id}/"
    client.post(f"{path}print/", {"form": "txt"})
    one = queries_of(client, f"{path}notice/")
    for _time in range(2):
        client.post(f"{path}print/", {"form": "txt"})
    assert queries_of(client, f"{path}notice/") == one


# -- many at once ----------------------------------------------------------------------------------------------------


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
    assert (job.done, job.total, job.file_name.rpartition(" ")[2]) == (4, 4, "A4.pdf")
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


def test_drafts_are_printed_for_proof_reading_only(
    as_, street, station, reception, sent, django_capture_on_commit_callbacks, monkeypatch
):
    factories.visit(station, starts_at=factories.hour(3))
    seen = []
    monkeypatch.setattr(typesetting, "set_apart", lambda template, data, **how: seen.extend(data) or b"%PDF")
    job = ordered(as_(street), [station.code], django_capture_on_commit_callbacks, drafts="on")
    assert (job.words, [page["is_draft"] for page in seen]) == ("共 2 张。", [True, False])
    assert [p.visit for p in Printing.objects.all()] == [reception]


def test_one_list_for_each_station(
    as_, street, station, reception, sent, django_capture_on_commit_callbacks, monkeypatch
):
    factories.visit(station, starts_at=factories.hour(3), state="published")
    seen = []
    monkeypatch.setattr(
        typesetting, "set_apart", lambda template, data, **how: seen.append((template, data)) or b"%PDF"
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


def test_stopping_ends_the_setting(street, monkeypatch):
    """The process that sets pages is killed by whatever the caller's look raises."""
    monkeypatch.setattr(typesetting, "LOOK_EVERY", 0.001)

    def stop():
        raise jobs.Stopped

    with pytest.raises(jobs.Stopped):
        typesetting.set_apart("poster.typ", [], size="a4", waiting=stop)


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
