"""What stands on the printed thing itself: words out of the PDF, the QR code off the page, a Word file's runs."""

import re
import zlib
from datetime import datetime, timedelta
from io import BytesIO

import docx
import pytest
import segno
from django.utils import timezone
from PIL import Image

from liaison.policy.choices import Key, Unit
from liaison.policy.models import Threshold
from tests import factories
from visits.actions import cancel_visit, publish_visit, save_visit
from visits.models import Visit
from visits.posters import pdf, shelf, text, typesetting, word
from visits.posters.facts import facts_of

pytestmark = pytest.mark.django_db
BASE = "https://rd.example.cn"
PPI = 144


@pytest.fixture(autouse=True)
def _own_shelf_and_site(tmp_path, monkeypatch, settings):
    empty = shelf.FileBasedCache(str(tmp_path / "posters"), {})
    monkeypatch.setattr(shelf, "shelf", lambda: empty)
    settings.SITE = settings.SITE | {"url": BASE}


@pytest.fixture
def draft(station):
    """On a Tuesday to come at nine, of one representative."""
    day = timezone.localdate() + timedelta(days=10)
    day += timedelta(days=(1 - day.weekday()) % 7)
    starts_at = timezone.make_aware(datetime(day.year, day.month, day.day, 9))
    person = factories.representative("张䶮", station=station, employer="", post="")
    return factories.visit(station, starts_at=starts_at, people=[person], title="物业服务", topics="保洁")


@pytest.fixture
def reception(draft, street):
    return publish_visit(draft, by=street)


@pytest.fixture
def changed(reception, street):
    """Within the notice period, so that its reason is told."""
    Threshold.objects.filter(key=Key.NOTICE_DAYS).update(value=30, unit=Unit.DAYS)
    reception.place = "文化广场"
    return save_visit(reception, change_reason="场地维修", by=street)


def facts(visit, user) -> dict:
    return facts_of(Visit.objects.filter(pk=visit.pk).select_related("station", "room"), user, BASE)[0]


def day_words(visit) -> str:
    day = timezone.localdate(visit.starts_at)
    return f"{day.year}年{day.month}月{day.day}日"


def words_in(file: bytes) -> str:
    """The text that a reader of the PDF may search and copy: glyphs by each font's ToUnicode map, without spaces."""
    streams = {int(n): zlib.decompress(body) for n, body in re.findall(
        rb"(?s)\n(\d+) 0 obj\n<<[^\n]*?/Filter/FlateDecode[^\n]*\nstream\n(.*?)\nendstream", file)}  # fmt: skip
    maps = {}
    for number, stream in streams.items():
        pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", stream.partition(b"beginbfchar")[2])
        maps[number] = {int(a, 16): bytes.fromhex(b.decode()).decode("utf-16-be") for a, b in pairs}
    fonts = {
        int(n): maps[int(m)] for n, m in re.findall(rb"\n(\d+) 0 obj\n<</Type/Font/[^\n]*/ToUnicode (\d+) 0 R", file)
    }
    named = {name: fonts[int(n)] for names in re.findall(rb"/Font<<(.*?)>>", file)
             for name, n in re.findall(rb"/(f\d+) (\d+) 0 R", names)}  # fmt: skip
    found = ""
    for stream in streams.values():
        for name, row in re.findall(rb"(?s)/(f\d+) [\d.]+ Tf.*?\[(.*?)\]TJ", stream):
            found += "".join(named[name].get(glyph, "") for glyph in glyphs(row))
    return re.sub(r"\s", "", found)


ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def glyphs(row: bytes) -> list[int]:
    """The glyphs of a TJ row: strings in brackets or in hexadecimal, between them distances."""
    raw = b""
    for plain, coded in re.findall(rb"(?s)\(((?:\\.|[^\\)])*)\)|<([0-9A-Fa-f]*)>", row):
        raw += bytes.fromhex(coded.decode()) or re.sub(rb"(?s)\\(\d{1,3}|.)", unescaped, plain)
    return [int.from_bytes(raw[i : i + 2], "big") for i in range(0, len(raw), 2)]


def unescaped(found: re.Match) -> bytes:
    return bytes([int(found[1], 8)]) if found[1].isdigit() else ESCAPED.get(found[1], found[1])


def modules(picture: Image.Image, left: float, top: float, side: float, url: str) -> bool:
    """Whether each dark and light square of the code for `url` stands where it should."""
    grey, matrix = picture.convert("L"), segno.make(url, error="m", micro=False).matrix
    step = side / len(matrix)
    seen = [[grey.getpixel((int(left + (x + 0.5) * step), int(top + (y + 0.5) * step))) < 128
             for x in range(len(matrix))] for y in range(len(matrix))]  # fmt: skip
    return seen == [[bool(dark) for dark in row] for row in matrix]


def code_stands(page: bytes, side: float, foot: float, size: float, url: str) -> bool:
    """The code stands left at the foot, `foot` mm above the end of the page."""
    picture, mm = Image.open(BytesIO(page)), PPI / 25.4
    return modules(picture, side * mm, picture.height - (foot + size) * mm, size * mm, url)


# -- the QR code -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("size", "spot"), [("a4", (18, 12, 33)), ("a3", (25, 17.04, 46)), ("png", (11, 12, 36))])
def test_the_code_on_a_poster_leads_to_the_visits_page(reception, visitor, size, spot):
    words = facts(reception, visitor)
    page = typesetting.set_pages(pdf.POSTER, [pdf.ready(words)], size=size, form="png", ppi=PPI)  # as the PDF is
    assert words["url"] == f"{BASE}/visits/{reception.public_id}/"
    assert code_stands(page, *spot, words["url"])
    assert not code_stands(page, *spot, f"{BASE}/visits/{'x' * len(reception.public_id)}/")


def test_the_code_of_a_stations_picture_leads_to_the_station(client, reception, station):
    page = client.get(f"/stations/{station.code}/poster.png").content
    assert Image.open(BytesIO(page)).width == 1080
    assert code_stands(page, 11, 12, 36, f"{BASE}/s/{station.code}")


def test_the_code_in_word_leads_to_the_page(client, reception, station):
    for path, url in ((f"/visits/{reception.public_id}", f"{BASE}/visits/{reception.public_id}/"),
                      (f"/stations/{station.code}", f"{BASE}/s/{station.code}")):  # fmt: skip
        document = docx.Document(BytesIO(client.get(f"{path}/notice.docx").content))
        [shape] = document.inline_shapes
        blip = shape._inline.graphic.graphicData.pic.blipFill.blip.embed
        picture = Image.open(BytesIO(document.part.related_parts[blip].blob))
        assert modules(picture, 0, 0, picture.width, url)


# -- words on paper --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", pdf.SIZES)
def test_the_pdf_has_every_fact_as_text(client, reception, size):
    found = words_in(client.get(f"/visits/{reception.public_id}/poster.pdf?size={size}").content)
    issued = timezone.localdate(reception.published_at)
    wanted = (
        "人大代表接待选民公告", f"甲院社区联络站〔{issued.year}〕第1号", "物业服务", "甲院社区代表联络站", "张䶮",
        "区人大代表", f"{day_words(reception)}（星期二）", "9:00—11:00", "可以反映", "保洁", "不予受理",
        "花园路街道人大工委", f"{issued.year}年{issued.month}月{issued.day}日",
    )  # fmt: skip
    assert [words for words in wanted if words not in found] == []


def test_the_pdf_of_a_change_has_the_old_and_the_new(client, changed):
    found = words_in(client.get(f"/visits/{changed.public_id}/poster.pdf").content)
    wanted = (
        "人大代表接待选民变更公告",
        "安排有变更，请以本公告为准",
        "地点：甲院社区代表联络站改为文化广场",
        "原因：场地维修",
    )
    assert [words for words in wanted if words not in found] == []


def test_the_pdf_of_a_stations_list_has_its_visits(client, reception, station):
    found = words_in(client.get(f"/stations/{station.code}/poster.pdf").content)
    wanted = (
        "人大代表近期进站安排",
        f"{day_words(reception)}（星期二）",
        "9:00—11:00",
        "物业服务",
        "张䶮（区人大代表）",
    )
    assert [words for words in wanted if words not in found] == []


def luminance(colour: str) -> float:
    """What a copier without colour keeps of it (WCAG 2.2, relative luminance)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_what_is_red_can_be_read_in_grey():
    look = (typesetting.TEMPLATES / "look.typ").read_text()
    colour = {name: luminance(value) for name, value in re.findall(r'#let ([\w-]+) = rgb\("#(\w{6})"\)', look)}
    white = luminance("ffffff")
    on = {(fore, ground): ((colour | {"white": white})[ground] + 0.05) / (colour[fore] + 0.05)
          for fore in ("ink", "quiet", "accent") for ground in ("white", "ground")}  # fmt: skip
    assert {pair: ratio for pair, ratio in on.items() if ratio < 4.5} == {}


# -- a change, an end, a draft ---------------------------------------------------------------------------------------


def paragraphs(visit, user) -> list[str]:
    return [p.text for p in docx.Document(BytesIO(word.notice(facts(visit, user)))).paragraphs if p.text]


def struck(paragraph) -> list[str]:
    return [run.text for run in paragraph.runs if run.font.strike and run.text]


def test_a_change_in_word_and_text_names_old_and_new_with_its_reason(changed, visitor):
    document = docx.Document(BytesIO(word.notice(facts(changed, visitor))))
    said = [p.text for p in document.paragraphs if p.text]
    assert (said[0], said[2:4]) == ("人大代表接待选民变更公告", [
        "安排有变更，以本公告为准。原因：场地维修", "地点：甲院社区代表联络站 改为 文化广场",
    ])  # fmt: skip
    assert [old for p in document.paragraphs for old in struck(p)] == ["甲院社区代表联络站"]
    lines = text.notice(facts(changed, visitor)).split("\n")
    assert lines[3:5] == ["变更　地点：原为甲院社区代表联络站，改为文化广场", "变更原因：场地维修"]


def test_a_cancelled_visit_says_so_first_in_word_and_text(reception, street, visitor):
    cancel_visit(reception, reason="供电检修", by=street)
    said = paragraphs(reception, visitor)
    alarm = "本次安排已取消，请不要前往。原因：供电检修"
    assert (said[0], said[2:4]) == (
        "人大代表接待选民取消公告", [alarm, "现将甲院社区代表联络站统一接待选民日的原定安排公告如下。"]
    )  # fmt: skip
    lines = text.notice(facts(reception, visitor)).split("\n")
    assert (lines[3], f"原定时间：{day_words(reception)}（星期二）9:00—11:00" in lines) == (alarm, True)


def test_a_draft_is_marked_in_word_and_has_neither_number_nor_day(draft, street):
    said = paragraphs(draft, street)
    assert said[:2] == ["人大代表接待选民公告（草稿）", "（公布后编号）"]
    assert said[-2:] == [
        "花园路街道人大工委", f"扫码或打开 {BASE}/visits/{draft.public_id}/ 查看本次安排，临时有变动时以网页为准。"
    ]  # fmt: skip
    assert text.notice(facts(draft, street)).endswith("\n花园路街道人大工委\n")


# -- a station's list ------------------------------------------------------------------------------------------------


@pytest.fixture
def three(station, street, changed):
    """One that changed, one that was cancelled, one without a theme or people, in this order."""
    make = {"state": "published"}
    off = factories.visit(station, starts_at=changed.starts_at + timedelta(days=1), title="托育", **make)
    cancel_visit(off, reason="供电检修", by=street)
    return [changed, off, factories.visit(station, starts_at=changed.starts_at + timedelta(days=2), title="", **make)]


def test_a_stations_list_as_text(client, station, three):
    first, second, third = (day_words(visit) for visit in three)
    words = client.get(f"/stations/{station.code}/notice.txt").content.decode()
    head, _matters, foot = re.split(r"(?s)\n\n(?=可以反映：)|(?<=咨询。)\n", words)
    assert head == (
        "人大代表近期进站安排\n甲院社区代表联络站\n\n"
        f"1. {first}（星期二）9:00—11:00\n　　【有变更】物业服务（统一接待选民日）\n"
        "　　变更　地点：原为甲院社区代表联络站，改为文化广场\n　　地点：文化广场\n　　接待代表：张䶮（区人大代表）\n"
        f"2. {second}（星期三）9:00—11:00\n　　【已取消】托育（统一接待选民日）\n　　请不要前往。原因：供电检修\n"
        f"3. {third}（星期四）9:00—11:00\n　　统一接待选民日\n　　地点：甲院社区代表联络站\n"
        "　　接待代表：名单确定后在网页公布"
    )
    today = timezone.localdate()
    assert foot.endswith(
        f"最新安排：{BASE}/s/{station.code}\n\n花园路街道人大工委\n{today.year}年{today.month}月{today.day}日\n"
    )


def test_a_stations_list_in_word_is_a_table_with_what_is_off_struck_out(client, station, three):
    document = docx.Document(BytesIO(client.get(f"/stations/{station.code}/notice.docx").content))
    [table] = document.tables
    first, second, third = (day_words(visit) for visit in three)
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["时间", "内容", "地点", "代表"],
        [f"{first}（星期二）9:00—11:00",
         "【有变更】物业服务（统一接待选民日）\n地点：原为甲院社区代表联络站，改为文化广场", "文化广场",
         "张䶮（区人大代表）"],
        [f"{second}（星期三）9:00—11:00", "【已取消】托育（统一接待选民日）\n请不要前往。原因：供电检修", "", ""],
        [f"{third}（星期四）9:00—11:00", "统一接待选民日", "甲院社区代表联络站", "名单确定后在网页公布"],
    ]  # fmt: skip
    off = [words for row in table.rows for cell in row.cells for p in cell.paragraphs for words in struck(p)]
    assert off == [f"{second}（星期三）9:00—11:00", "托育（统一接待选民日）"]


def test_a_station_with_nothing_coming_has_a_list_that_says_so(client, station):
    path, none = f"/stations/{station.code}", "近期还没有公布进站安排，公布后可扫码查看。"
    document = docx.Document(BytesIO(client.get(f"{path}/notice.docx").content))
    assert (none in [p.text for p in document.paragraphs], document.tables) == (True, [])
    assert none in client.get(f"{path}/notice.txt").content.decode().split("\n")
    assert client.get(f"{path}/poster.png").content.startswith(b"\x89PNG")


def test_a_draft_is_on_no_form_of_the_public_list(client, as_, street, station, draft):
    for reader in (client, as_(street)):
        assert "物业服务" not in reader.get(f"/stations/{station.code}/notice.txt").content.decode()


def test_a_closed_station_has_no_list_in_any_form(client, station):
    station.is_open = False
    station.save()
    names = ("poster.pdf", "poster.png", "notice.docx", "notice.txt")
    assert {client.get(f"/stations/{station.code}/{name}").status_code for name in names} == {404}


def test_both_pages_of_a_station_lead_to_every_form(client, as_, liaison, station, reception):
    path = f"/stations/{station.code}/"
    for reader, page in ((client, path), (as_(liaison), f"/desk{path}")):
        links = re.findall(rf'href="{path}((?:poster|notice)[^"]+)"', reader.get(page).content.decode())
        assert links == ["poster.pdf", "poster.pdf?size=a3", "poster.png", "notice.docx", "notice.txt"]
        assert {reader.get(path + link).status_code for link in links} == {200}


def test_a_stations_list_costs_the_same_for_one_and_three(client, station, reception, django_assert_num_queries):
    path = f"/stations/{station.code}/notice.txt"
    client.get(path)
    for number in (0, 1, 2):
        if number:
            person = factories.representative(station=station)
            factories.visit(station, starts_at=factories.hour(40 + number), state="published", people=[person])
        with django_assert_num_queries(6):
            client.get(path)
