"""`manage.py load_divisions`: all or nothing, in words, and once only."""

import io
import lzma
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from liaison import accounts
from liaison.accounts.models import Entry, Region

JINSHUI = Path(accounts.__file__).parent / "data" / "jinshui"
ROWS = {
    "provinces.csv": ["code,name", '41,"河南省"'],
    "cities.csv": ["code,name,provinceCode", '4101,"郑州市",41'],
    "areas.csv": ["code,name,cityCode,provinceCode", '410105,"金水区",4101,41'],
    "streets.csv": ["code,name,areaCode,provinceCode,cityCode", '410105002,"花园路街道",410105,41,4101'],
    "villages.csv": [
        "code,name,streetCode,provinceCode,cityCode,areaCode",
        '410105002001,"甲院社区居民委员会",410105002,41,4101,410105',
        '410105002003,"省供销社社区居民委员会",410105002,41,4101,410105',
    ],
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path):
    """A small nation of six divisions, whole and right."""
    for name, rows in ROWS.items():
        (tmp_path / name).write_text("\n".join(rows) + "\n", encoding="utf-8")
    return tmp_path


def load(folder) -> str:
    out = io.StringIO()
    call_command("load_divisions", folder, stdout=out)
    return out.getvalue()


def refusal(folder) -> str:
    """What the command says when it refuses, having written nothing."""
    with pytest.raises(CommandError) as error:
        load(folder)
    assert not Region.objects.exists()
    assert not Entry.objects.exists()
    return str(error.value)


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_load_writes_every_division_with_its_level(folder):
    assert "新增 6，更名 0" in load(folder)
    assert list(Region.objects.values_list("code", "name", "level")) == [
        ("41", "河南省", 1),
        ("4101", "郑州市", 2),
        ("410105", "金水区", 3),
        ("410105002", "花园路街道", 4),
        ("410105002001", "甲院社区居民委员会", 5),
        ("410105002003", "省供销社社区居民委员会", 5),
    ]


def test_load_is_one_line_of_audit_and_no_history_rows(folder):
    load(folder)
    entry = Entry.objects.get()
    assert (entry.action, entry.detail) == ("load_divisions", {"rows": 6, "added": 6, "changed": 0})
    assert not apps.get_model("accounts", "RegionEvent").objects.exists()
    Region.objects.create(code="42", name="湖北省")
    assert apps.get_model("accounts", "RegionEvent").objects.get().name == "湖北省"


def test_load_again_changes_nothing(folder):
    load(folder)
    assert "新增 0，更名 0" in load(folder)
    assert Entry.objects.count() == 1


def test_renamed_division_is_renamed_and_its_old_name_kept_in_history(folder):
    load(folder)
    change(folder / "villages.csv", "省供销社社区", "供销社社区")
    assert "新增 0，更名 1" in load(folder)
    assert Region.objects.get(code="410105002003").name == "供销社社区居民委员会"
    assert apps.get_model("accounts", "RegionEvent").objects.get().pgh_label == "update"


def test_division_that_is_not_in_the_files_stays(folder):
    Region.objects.create(code="42", name="湖北省")
    load(folder)
    assert Region.objects.count() == 7


def test_packed_file_and_byte_order_mark_are_read_like_a_plain_file(folder):
    villages = folder / "villages.csv"
    (folder / "villages.csv.xz").write_bytes(lzma.compress(villages.read_bytes()))
    villages.unlink()
    (folder / "cities.csv").write_text("\n".join(ROWS["cities.csv"]), encoding="utf-8-sig")
    assert "新增 6，更名 0" in load(folder)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('4101050020061,"戊院社区",410105002,41,4101,410105', "应为 12 位，实为 13 位"),
        ('41010500200,"戊院社区",410105002,41,4101,410105', "应为 12 位，实为 11 位"),
        ('41010500200A,"戊院社区",410105002,41,4101,410105', "不是数字"),
        ('４１０１０５００２００６,"戊院社区",410105002,41,4101,410105', "不是数字"),
        ('410105002001,"戊院社区",410105002,41,4101,410105', "代码 410105002001 重复"),
        ('410105009006,"戊院社区",410105009,41,4101,410105', "上级 410105009 不存在"),
        ('410105002006,"戊院社区",410105009,41,4101,410105', "与上级代码“410105009”不符"),
        ('410105002006,"  ",410105002,41,4101,410105', "没有名称"),
        (f'410105002006,"{"长" * 61}",410105002,41,4101,410105', "名称超过 60 个字"),
        ('410105002006,"戊院\0社区",410105002,41,4101,410105', "控制字符"),
        ('410105002006,"戊院社区",410105002', "应有 6 列，实有 3 列"),
        ('410105002006,"戊院社区,410105002,41,4101,410105', "引号没有成对"),
        ("长" * 5000, "这一行过长"),
    ],
)
def test_broken_row_is_refused_with_file_and_line(folder, row, reason):
    with (folder / "villages.csv").open("a", encoding="utf-8") as file:
        file.write(row + "\n")
    words = refusal(folder)
    assert "villages.csv 第 4 行：" in words
    assert reason in words


def test_missing_column_is_refused_by_name(folder):
    change(folder / "streets.csv", "areaCode", "area")
    assert "streets.csv 第 1 行：缺少列 areaCode" in refusal(folder)


def test_missing_files_are_refused_together(folder):
    (folder / "areas.csv").unlink()
    (folder / "villages.csv").unlink()
    words = refusal(folder)
    assert "areas.csv：缺少文件" in words
    assert "villages.csv：缺少文件" in words


def test_missing_folder_is_refused(tmp_path):
    assert "没有这个文件夹" in refusal(tmp_path / "没有")


def test_file_without_rows_is_refused(folder):
    (folder / "cities.csv").write_text("code,name,provinceCode\n", encoding="utf-8")
    assert "cities.csv：没有一行数据" in refusal(folder)


def test_file_in_another_encoding_is_refused_at_its_line(folder):
    (folder / "villages.csv").write_bytes("\n".join(ROWS["villages.csv"]).encode("gb18030"))
    assert "villages.csv 第 2 行：不是 UTF-8 编码" in refusal(folder)


@pytest.mark.parametrize("damage", [lambda packed: packed[:-20], lambda packed: b"code,name\n41,x\n"])
def test_damaged_xz_is_refused(folder, damage):
    packed = lzma.compress((folder / "villages.csv").read_bytes())
    (folder / "villages.csv").unlink()
    (folder / "villages.csv.xz").write_bytes(damage(packed))
    words = refusal(folder)
    assert "villages.csv.xz" in words
    assert "xz 压缩文件不完整或已损坏" in words


def test_many_faults_are_told_up_to_twenty(folder):
    with (folder / "villages.csv").open("a", encoding="utf-8") as file:
        file.writelines(f"{number},x,410105002,41,4101,410105\n" for number in range(50))
    assert refusal(folder).count("应为 12 位") == 20


def test_own_subset_is_jinshui_without_the_new_district():
    load(JINSHUI)
    levels = [Region.objects.filter(level=level).count() for level in range(1, 6)]
    assert levels == [1, 1, 1, 17, 213]
    streets = {int(code[6:]) for code in Region.objects.filter(level=4).values_list("code", flat=True)}
    assert streets == {*range(1, 14), *range(16, 20)}


@pytest.mark.slow
@pytest.mark.skipif("LIAISON_DIVISIONS" not in os.environ, reason="LIAISON_DIVISIONS 未指向全国区划文件夹")
def test_nation_loads_within_a_minute_and_half_a_gigabyte():
    nation = Path(os.environ["LIAISON_DIVISIONS"])
    began = time.monotonic()
    assert "新增 665,276" in load(nation)
    assert time.monotonic() - began < 60
    here = [sys.executable, "-c", ALONE, nation]
    peak = subprocess.run(here, check=True, capture_output=True, text=True).stdout
    assert int(peak) < 500 * 1024


# The files read by a process of its own, because a test run has long had its own peak.
ALONE = """
import resource, sys
from pathlib import Path
import django; django.setup()
from liaison.accounts.divisions import check, find
check(find(Path(sys.argv[1])), lambda step: None)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
