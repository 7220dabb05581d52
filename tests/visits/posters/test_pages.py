"""Posters as they are set: the fonts, the size that fits, and whatever may stand on them."""

import json
from datetime import date
from io import BytesIO

import pytest
import typst
from PIL import Image

from liaison.accounts import jobs
from tests import factories
from visits.posters import fonts, pdf, typesetting
from visits.posters.facts import listed

from .conftest import BASE, facts

pytestmark = pytest.mark.django_db
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


@pytest.mark.parametrize("size", pdf.SIZES)
def test_what_is_set_in_parts_is_one_file_with_every_page_in_its_place(reception, visitor, monkeypatch, tmp_path, size):
    monkeypatch.setattr(typesetting, "PART", 2)
    rows = [pdf.ready(case(facts(reception, visitor), CASES[name])) for name in ("plain", "cancelled", "twelve")]
    (tmp_path / "all.pdf").write_bytes(typesetting.set_in_parts(pdf.POSTER, rows, size=size, told=lambda n: None))
    alone = [looks(typesetting.set_pages(pdf.POSTER, [row], size=size, form="png", ppi=60)) for row in rows]
    for number, own in enumerate(alone):
        source = f'#set page(width: auto, height: auto, margin: 0pt)\n#image("all.pdf", page: {number + 1})'
        there = looks(typst.Compiler(source.encode(), root=str(tmp_path)).compile(format="png", ppi=60))
        apart = [sum(abs(a - b) for a, b in zip(there, page, strict=True)) / len(there) for page in alone]
        assert (min(apart), apart.index(min(apart))) == (pytest.approx(0, abs=3), alone.index(own))


def looks(png: bytes) -> list[int]:
    """How dark each of some hundred fields of the page is; two drawers of the same letters differ by little."""
    return list(Image.open(BytesIO(png)).convert("L").resize((15, 20), Image.Resampling.BOX).tobytes())


def test_stopping_ends_the_setting(street, monkeypatch):
    """The process that sets pages is killed by whatever the caller's look raises."""
    monkeypatch.setattr(typesetting, "LOOK_EVERY", 0.001)

    def stop():
        raise jobs.Stopped

    with pytest.raises(jobs.Stopped):
        typesetting.set_apart("poster.typ", [], size="a4", waiting=stop)
