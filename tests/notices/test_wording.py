"""Staff write what notices say: whose text holds where, the preview, two people at one text, and back again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from liaison.accounts.models import Entry
from liaison.notices import actions
from liaison.notices.choices import Kind
from liaison.notices.letters import Letter
from liaison.notices.models import ChannelSetting, Notice, Text
from liaison.notices.texts import shipped

pytestmark = pytest.mark.django_db
LIST = "/desk/texts/"
PAGE = "/desk/texts/visit_log/zh-hans/"
GOOD = {"subject": "请登记：{时间}", "body": "{称呼}您好\n地点：{地点}", "sms": "请登记 {时间}\n。"}


def own(place="410105", **fields):
    row = {"kind": Kind.VISIT_LOG, "language": "zh-hans", "place": place, "subject": "s", "body": "b", "sms": "m"}
    return Text.objects.create(**(row | fields))


def errors(answer) -> dict:
    return answer.context["form"].errors


def whose(answer) -> dict:
    return {(row.kind, row.language): row.whose for row in answer.context["rows"]}


def test_list_says_of_every_kind_and_language_whose_text_holds(as_, district, auditor, street_region):
    own(), own("", kind=Kind.VISIT_CONFIRM), own("410106", kind=Kind.VISIT_TODAY)
    found = whose(as_(district).get(LIST))
    assert set(found) == {(kind, language) for kind in Kind for language in ("zh-hans", "en")}
    assert {key: name for key, name in found.items() if name} == {
        ("visit_log", "zh-hans"): "金水区", ("visit_confirm", "zh-hans"): "全部地区"}  # fmt: skip
    assert whose(as_(auditor).get(LIST)) == found


def test_text_is_kept_for_the_writer_s_own_place_and_logged(as_, district):
    page = as_(district).post(PAGE, GOOD, follow=True)
    assert "已保存" in page.content.decode()
    [row] = Text.objects.all()
    assert (row.place, row.changed_by, row.words) == ("410105", district, tuple(GOOD.values()))
    [entry] = Entry.objects.filter(action="save_text")
    assert (entry.by, entry.detail) == (district, {"kind": "visit_log", "language": "zh-hans", "place": "410105"})


def test_administrator_writes_for_everybody_and_for_one_district(as_, administrator, street_region):
    client = as_(administrator)
    client.post(PAGE, GOOD)
    client.post(f"{PAGE}?place=410105", GOOD | {"subject": "区里的"})
    assert set(Text.objects.values_list("place", "subject")) == {("", GOOD["subject"]), ("410105", "区里的")}
    assert list(client.get(LIST).context["below"]) == [("410105", "金水区")]
    assert errors(client.get(LIST, {"place": "999999"})) == {"place": ["没有这个区划代码"]}


@pytest.mark.parametrize("place", ["410106", "4101", "410105002001-01", "41010500200x", "\0"])
def test_place_out_of_reach_or_that_is_none_is_not_found(as_, district, station, place):
    assert as_(district).get(PAGE, {"place": place}).status_code == 404


def test_auditor_reads_and_writes_nothing(as_, auditor):
    client = as_(auditor)
    assert "保存文字" not in client.get(PAGE).content.decode()
    assert client.post(PAGE, GOOD).status_code == client.post(f"{PAGE}restore/").status_code == 403
    assert not Text.objects.exists()


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("subject", "请 {称呼} 登记", "锁屏"), ("body", "{电话}", "没有 {电话}"), ("sms", "{代表}", "锁屏"),
        ("subject", "", "该字段是必填项。"), ("sms", "字" * 195, "要按 4 条计费，最多 3 条"),
    ],
)  # fmt: skip
def test_fault_stands_at_its_field_and_nothing_typed_is_lost(as_, district, field, value, words):
    ChannelSetting.objects.create(channel="sms", is_on=True, config={"sign": "金水人大代表"})
    page = as_(district).post(PAGE, GOOD | {field: value})
    assert list(errors(page)) == [field]
    assert words in str(errors(page)[field])
    assert page.context["form"]["body"].value() == (GOOD | {field: value})["body"]
    assert not Text.objects.exists()


def test_preview_fills_in_examples_and_counts_the_signature_without_saving(as_, district):
    ChannelSetting.objects.create(channel="sms", is_on=True, config={"sign": "金水人大"})
    page = as_(district).post(PAGE, GOOD | {"preview": "1"})
    filled = page.context["preview"]
    assert filled.words == (
        "请登记：12月1日（星期二）9:00—11:00", "张三您好\n地点：甲院社区代表联络站 代表接待室 花园路 1 号\n",
        "请登记 12月1日（星期二）9:00—11:00。",
    )  # fmt: skip
    assert (filled.sign, filled.length, filled.parts) == ("金水人大", 31, 1)
    assert "共 31 字，按 1 条计费" in page.content.decode()
    assert not Text.objects.exists()


def test_unchanged_text_is_not_kept(as_, district):
    first = as_(district).get(PAGE).context["form"].initial
    page = as_(district).post(PAGE, first, follow=True)
    assert "没有改动" in page.content.decode()
    assert not Text.objects.exists()


def test_second_writer_sees_what_the_first_did_before_it_is_overwritten(as_, district, administrator):
    client = as_(district)
    seen = client.get(PAGE).context["form"].initial["seen_at"]
    as_(administrator).post(f"{PAGE}?place=410105", GOOD)
    mine = GOOD | {"subject": "我的", "seen_at": seen}
    page = client.post(PAGE, mine)
    assert "admin刚才写了自己的文字" in page.content.decode()
    assert GOOD["subject"] in page.content.decode()
    assert Text.objects.get().subject == GOOD["subject"]
    again = page.context["form"]["seen_at"].value()
    client.post(PAGE, mine | {"seen_at": again})
    assert Text.objects.get().subject == "我的"


def test_time_of_a_text_that_nobody_wrote_is_no_obstacle(as_, district):
    client, made_up = as_(district), {"seen_at": "2020-01-01T00:00:00+00:00"}
    refused = client.post(f"{PAGE}restore/", made_up, follow=True)
    assert "这里没有自己的文字" in refused.content.decode()
    client.post(PAGE, GOOD | made_up)
    assert Text.objects.get().subject == GOOD["subject"]


def test_restored_text_is_gone_logged_and_its_words_stay_in_the_history(as_, district):
    client = as_(district)
    client.post(PAGE, GOOD)
    stale = client.post(f"{PAGE}restore/", {"seen_at": "2020-01-01T00:00:00+00:00"}, follow=True)
    assert (Text.objects.count(), "刚才" in stale.content.decode()) == (1, True)
    client.post(f"{PAGE}restore/", {"seen_at": Text.objects.get().changed_at.isoformat()})
    assert not Text.objects.exists()
    assert Entry.objects.filter(action="restore_text", by=district).count() == 1
    page = client.get(PAGE)
    assert page.context["holding"].words == shipped(Kind.VISIT_LOG, "zh-hans")
    assert [(change.by, change.words) for change in page.context["changes"]] == [
        ("district", None), ("district", tuple(GOOD.values()))]  # fmt: skip


def test_planned_notice_takes_the_new_words_when_it_is_planned_again(as_, district, liaison, station):
    now = timezone.now()

    def plan():
        letter = Letter(Kind.VISIT_LOG, [liaison], now, now + timedelta(hours=8), lambda: {"when": "明天"})
        actions.plan(about="visits.visit:7", about_version=1, place=station.code, letters=[letter])
        return set(Notice.objects.values_list("subject", flat=True))

    before = plan()
    as_(district).post(PAGE, GOOD | {"subject": "快登记：{时间}"})
    assert (before == plan(), plan()) == (False, {"快登记：明天"})


def test_list_and_page_ask_no_more_for_many_texts(as_, district, street_region, django_assert_max_num_queries):
    for kind in Kind:
        own(kind=kind), own("", kind=kind)
    client = as_(district)
    client.get(LIST)
    with django_assert_max_num_queries(12):
        client.get(LIST)
