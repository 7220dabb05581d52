"""What a notice says, to whom, and of whom it is silent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from visits.actions import cancel_visit, save_visit
from visits.choices import AttendanceState
from visits.models import Visit
from visits.posters.facts import facts_of
from visits.posters.text import notice

from .conftest import BASE, day_words, facts

pytestmark = pytest.mark.django_db


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
