"""`manage.py load_centres`: good rows go in, bad ones are named by their line."""

import io

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from liaison.accounts.models import Entry, Region
from tests import factories

GOOD = "code,latitude,longitude\n410105002001,34.78,113.68\n410105002,34.781,113.679\n"


@pytest.fixture
def load(station, tmp_path):
    """`load(text, …)`: the command on a file with this text; what it says, and what it says of bad rows."""

    def run(text: str | bytes, **options) -> tuple[str, str]:
        file = tmp_path / "centres.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        out, err = io.StringIO(), io.StringIO()
        call_command("load_centres", file, stdout=out, stderr=err, **options)
        return out.getvalue().strip(), err.getvalue().strip()

    return run


def centres() -> dict:
    rows = Region.objects.filter(latitude__isnull=False)
    return {code: (lat, lng) for code, lat, lng in rows.values_list("code", "latitude", "longitude")}


def moves() -> int:
    return apps.get_model("accounts", "RegionEvent").objects.filter(pgh_label="update").count()


def test_centres_are_written_once(load):
    assert load(GOOD) == ("共 2 行：新增 2，变更 0，不变 0，未采用 0", "")
    assert centres() == {"410105002001": (34.78, 113.68), "410105002": (34.781, 113.679)}
    assert load(GOOD) == ("共 2 行：新增 0，变更 0，不变 2，未采用 0", "")
    assert [entry.detail for entry in Entry.objects.all()] == [{"rows": 2, "added": 2, "moved": 0, "faults": 0}]


def test_a_moved_centre_keeps_its_old_place_in_history(load):
    load(GOOD)
    assert moves() == 0
    assert (
        load("code,latitude,longitude\n410105002001,34.79,113.68\n")[0] == "共 1 行：新增 0，变更 1，不变 0，未采用 0"
    )
    assert moves() == 1


def test_a_rehearsal_says_the_same_and_writes_nothing(load):
    said, _faults = load(GOOD, rehearse=True)
    assert said == "只检查，没有写入。共 2 行：新增 2，变更 0，不变 0，未采用 0"
    assert (centres(), Entry.objects.count()) == ({}, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("41010500200x,34.78,113.68", "代码“41010500200x”不是数字"),
        ("４１０１０５００２,34.78,113.68", "代码“４１０１０５００２”不是数字"),
        ("410105999,34.78,113.68", "没有代码为 410105999 的区划"),
        ("410105002001,三十四,113.68", "经纬度“三十四，113.68”不是数字"),
        ("410105002001,,", "经纬度“，”不是数字"),
        ("410105002001", "经纬度“，”不是数字"),
        ("410105002001,nan,113.68", "410105002001 的位置不在国内"),
        ("410105002001,113.68,34.78", "410105002001 的经度和纬度像是写反了"),
        ("410105002001,51.5,-0.1", "410105002001 的位置不在国内"),
        ("410105002,34.78,113.68", "代码 410105002 与第 2 行重复"),
        ("410105002001,34.78,113.68,utm", "没有坐标系“utm”，应为 wgs84、gcj02 或 bd09"),
    ],
)
def test_a_bad_row_is_named_and_the_others_go_in(load, row, reason):
    said, faults = load(f"code,latitude,longitude,system\n410105002,34.781,113.679,\n\n{row}\n")
    assert said == "共 2 行：新增 1，变更 0，不变 0，未采用 1"
    assert faults == f"第 4 行：{reason}"
    assert centres() == {"410105002": (34.781, 113.679)}


def test_systems_are_turned_into_wgs84(load):
    factories.region("410105002003", "省供销社社区")
    load(
        "区划代码,经度,纬度,坐标系\n410105002001,113.686132,34.778943,GCJ-02\n410105002003,113.692693,34.784683,\n",
        system="bd09",
    )
    assert centres()["410105002001"] == pytest.approx((34.78, 113.68), abs=2e-6)
    assert centres()["410105002003"] == pytest.approx((34.78, 113.68), abs=2e-6)


def test_a_file_from_excel_is_read(load):
    assert "新增 1" in load("代码,纬度,经度\r\n410105002,34.78,113.68\r\n".encode("gb18030"))[0]
    assert "不变 1" in load("代码,纬度,经度\r\n410105002,34.78,113.68\r\n".encode("utf-8-sig"))[0]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "缺少列 code、latitude、longitude"),
        ("code,lat\n1,2\n", "缺少列 longitude"),
        ('code,lat,lng\n1,2,"' + "3" * 200_000, "第 2 行不是 csv"),
        (b"\x89PNG\r\n\x1a\n\0\0", "缺少列"),
    ],
)
def test_what_is_no_table_is_refused(load, text, words):
    with pytest.raises(CommandError, match=words):
        load(text)


def test_a_missing_file_is_refused(db, tmp_path):
    with pytest.raises(CommandError, match="无法读取"):
        call_command("load_centres", tmp_path / "没有.csv")


def test_fifty_bad_rows_are_named_and_the_rest_counted(load):
    faults = load("code,latitude,longitude\n" + "x,1,1\n" * 60)[1].splitlines()
    assert (len(faults), faults[-1].strip()) == (51, "另有 10 行有误")
