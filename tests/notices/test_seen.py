"""One notice with its course, the list by person, channel, kind and day, and a person's own page."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.accounts.models import Entry
from liaison.common import panels
from liaison.dashboard import attention
from liaison.notices.choices import Channel, Kind, State, Word
from liaison.notices.letters import Letter, Own
from liaison.notices.models import Notice, Preference
from liaison.notices.resending import Subject
from liaison.notices.sending import send_due
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/desk/notices/"


def shown(answer):
    return {notice.pk for notice in answer.context["rows"]}


def page(notice, rest=""):
    return f"{LIST}{notice.pk}/{rest}"


# The list


@pytest.fixture
def three(make_notice, station):
    """One by mail to 王小明 today, one of another kind, one of three days ago by text message."""
    who = factories.user("xiaoming", name="王小明")
    return (
        make_notice(recipient=who),
        make_notice(kind=Kind.VISIT_LOG),
        make_notice(channel=Channel.SMS, due_at=timezone.now() - timedelta(days=3)),
    )


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"who": "小明"}, {0}), ({"who": "XIAOM"}, {0}), ({"who": "没有此人"}, set()), ({"channel": "sms"}, {2}),
        ({"kind": "visit_log"}, {1}), ({"kind": "nonsense"}, {0, 1, 2}), ({"on": "31.2."}, {0, 1, 2}),
        ({"who": "liaison", "channel": "email"}, {1}), ({"who": "小明", "state": "failed"}, set()),
    ],
)  # fmt: skip
def test_list_is_narrowed_by_each_filter_and_by_several(as_, liaison, three, asked, found):
    assert shown(as_(liaison).get(LIST, asked)) == {three[n].pk for n in found}


def test_list_of_a_day_is_that_of_the_place_s_clock(as_, liaison, make_notice):
    evening = make_notice(due_at=factories.hour(-1, at=23), expires_at=factories.hour(0, at=8))
    make_notice(due_at=factories.hour(0, at=0)), make_notice(due_at=factories.hour(-2, at=23))
    on = timezone.localdate() - timedelta(days=1)
    assert shown(as_(liaison).get(LIST, {"on": on.isoformat()})) == {evening.pk}


def test_states_keep_the_other_filters_and_nothing_found_says_so(as_, liaison, three):
    answer = as_(liaison).get(LIST, {"who": "没有此人", "after": "x"})
    assert ("?who=%E6%B2%A1%E6%9C%89%E6%AD%A4%E4%BA%BA&state=failed", "发送失败", False) in answer.context["chips"]
    assert "没有符合条件的提醒" in answer.content.decode()


def test_neighbour_finds_nobody_of_here_by_name(as_, neighbour, three):
    assert shown(as_(neighbour).get(LIST, {"who": "小明"})) == set()


# One notice


def test_course_tells_every_step_with_what_the_provider_said(as_, liaison, make_notice):
    liaison.email = "liaison@example.org"
    liaison.save()
    row = make_notice()
    send_due()
    answer = as_(liaison).get(page(row))
    what = [step.what[0].split(" ")[0] for step in answer.context["steps"]]
    assert what == [f"已发送：{Word.WRITTEN}", "第", "排好，应于"]  # this test's backend is no server
    text = answer.content.decode()
    assert "li•••@example.org" in text
    assert "liaison@example.org" not in text


def test_course_says_what_failed_was_cancelled_and_read(as_, liaison, make_notice):
    row = make_notice(channel=Channel.INBOX)
    for state, fields in [
        (State.LEASED, {"attempt": 1}), (State.PLANNED, {"answer": Word.NO_REPLY, "retry_at": factories.hour(1)}),
        (State.LEASED, {"attempt": 2}), (State.FAILED, {"answer": "550 <b>"}), (State.PLANNED, {"resends": 1}),
        (State.LEASED, {"attempt": 3}), (State.SENT, {"sent_at": timezone.now()}),
    ]:  # fmt: skip
        Notice.objects.filter(pk=row.pk).update(state=state, **fields)
    Notice.objects.filter(pk=row.pk).update(read_at=timezone.now())
    answer = as_(liaison).get(page(row))
    what = [step.what[0] for step in answer.context["steps"]]
    assert what[:6] == [
        "已阅读",
        "已发送",
        "第 3 次发送",
        "要求重发，现在可以发出",
        "发送失败：550 <b>",
        "第 2 次发送",
    ]
    assert Word.NO_REPLY in what[6]
    assert "550 &lt;b&gt;" in answer.content.decode()


def test_notice_out_of_reach_is_not_found(as_, neighbour, department, make_notice):
    row = make_notice()
    assert {as_(who).get(page(row)).status_code for who in (neighbour, department)} == {404}


def test_key_to_an_answer_is_shown_to_its_owner_alone(as_, liaison, representative, make_notice):
    link = "https://example.org/a/k3y/"
    row = make_notice(recipient=representative, body=f"答复：{link}\n再见", params={"answer": link})
    assert link in as_(representative).get(page(row)).content.decode()
    text = as_(liaison).get(page(row)).content.decode()
    assert (link in text, "只有本人看得到" in text, "再见" in text) == (False, True, True)


# Sent again


@pytest.fixture
def subject(monkeypatch, station, liaison):
    """What the notices are about still holds: `subject["letters"]`, `subject["version"]`."""
    now = timezone.now()
    letter = Letter(Kind.VISIT_TOMORROW, [liaison], now - timedelta(hours=5), now + timedelta(hours=5),
                    lambda: {"where": "乙院"}, lambda user: Own({"name": str(user)}), True)  # fmt: skip
    held = {"letters": [letter], "version": 1}
    liaison.email = "liaison@example.org"
    liaison.save()
    panels.lend("letters about visits.visit", lambda about: None if held["letters"] is None else Subject(
        held["version"], station.code, held["letters"]))  # fmt: skip
    yield held
    from visits import told

    panels.lend("letters about visits.visit", told.subject_of)


@pytest.mark.parametrize("state", [State.FAILED, State.UNKNOWN])
def test_resent_notice_leaves_at_once_with_today_s_words_under_another_reference(
    as_, liaison, make_notice, subject, mailoutbox, state
):
    row = make_notice(state=state, attempt=4, answer="550", body="甲院")
    as_(liaison).post(page(row, "resend/"))
    send_due()
    row.refresh_from_db()
    assert (row.state, row.resends, row.reference, row.attempt) == (State.SENT, 1, f"{row.pk}-1", 1)
    assert "乙院" in mailoutbox[0].body
    [entry] = Entry.objects.filter(action="resend", by=liaison)
    assert (entry.about, entry.detail["state"], entry.detail["answer"]) == (f"notices.notice:{row.pk}", state, "550")


@pytest.mark.parametrize("state", [State.SENT, State.PLANNED, State.LEASED, State.CANCELLED])
def test_only_what_failed_or_is_in_doubt_is_sent_again(as_, liaison, make_notice, subject, state):
    row = make_notice(state=state)
    assert "只有发送失败和结果不明的可以重发" in as_(liaison).post(page(row, "resend/")).content.decode()
    row.refresh_from_db()
    assert (row.state, row.resends) == (state, 0)


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("gone", "安排已有变动"), ("version", "安排已有变动"), ("late", "过了时候"), ("kind", "过了时候"),
        ("person", "不再需要这条提醒"), ("channel", "现在不用电子邮件通知此人"),
    ],
)  # fmt: skip
def test_what_no_longer_holds_is_refused_in_words(as_, liaison, neighbour, make_notice, subject, what, words):
    row, [letter] = make_notice(state=State.FAILED), subject["letters"]
    if what == "version":
        subject["version"] = 2
    elif what == "channel":
        Preference.objects.create(user=liaison, channels={"visits": []})
    else:
        subject["letters"] = {
            "gone": None, "late": [letter._replace(expires_at=timezone.now())],
            "kind": [letter._replace(kind=Kind.VISIT_LOG)], "person": [letter._replace(to=[neighbour])],
        }[what]  # fmt: skip
    assert words in as_(liaison).post(page(row, "resend/")).content.decode()
    row.refresh_from_db()
    assert row.state == State.FAILED


def test_what_was_in_doubt_still_counts_as_told_after_it_was_sent_again(as_, liaison, make_notice, subject):
    row = make_notice(state=State.UNKNOWN)
    as_(liaison).post(page(row, "resend/"))
    row.refresh_from_db()
    assert (row.state, row.leased_until is not None) == (State.PLANNED, True)


def test_button_is_for_those_who_may_and_says_what_may_happen(as_, liaison, auditor, representative, make_notice):
    row = make_notice(state=State.UNKNOWN, recipient=representative)
    assert "可能收到两条一样的" in as_(liaison).get(page(row)).content.decode()
    for who in (auditor, representative):
        assert "仍要重发" not in as_(who).get(page(row)).content.decode()
        assert as_(who).post(page(row, "resend/")).status_code == 403


def test_what_failed_on_a_channel_is_sent_again_together_within_reach(
    as_, liaison, make_notice, subject, other_station
):
    down = [make_notice(state=State.FAILED) for _ in range(3)]
    others = [make_notice(state=State.FAILED, channel=Channel.SMS), make_notice(state=State.UNKNOWN),
              make_notice(state=State.FAILED, place=other_station.code, recipient=factories.user()),
              make_notice(state=State.FAILED, about_version=2)]  # fmt: skip
    answer = as_(liaison).post(f"{LIST}resend/?state=failed&channel=email", follow=True)
    assert set(Notice.objects.filter(state=State.PLANNED)) == set(down)
    assert not Notice.objects.filter(pk__in=[row.pk for row in others], resends__gt=0).exists()
    text = answer.content.decode()
    assert "3 条会马上再发" in text
    assert "1 条没有重发：安排已有变动" in text


def test_together_needs_a_channel(as_, liaison, auditor, make_notice, subject):
    make_notice(state=State.FAILED)
    answer = as_(liaison).post(f"{LIST}resend/?state=failed", follow=True)
    assert "选一个渠道" in answer.content.decode()
    assert as_(auditor).post(f"{LIST}resend/?state=failed&channel=email").status_code == 403
    assert not Notice.objects.filter(state=State.PLANNED).exists()


def test_desk_and_start_page_lead_to_what_is_in_doubt(as_, liaison, district, neighbour, representative, make_notice):
    make_notice(state=State.UNKNOWN), make_notice(state=State.UNKNOWN)
    make_notice(state=State.UNKNOWN, due_at=timezone.now() - timedelta(days=20))
    found = {who.username: as_(who).get("/desk/").context["doubtful"]
             for who in (liaison, district, neighbour, representative)}  # fmt: skip
    assert found == {"liaison": 2, "district": 2, "neighbour": 0, "representative": 0}
    assert "/desk/notices/?state=unknown" in as_(liaison).get("/desk/").content.decode()
    [line] = [line for line in attention.lines(district, timezone.localdate()) if "结果不明" in str(line.words)]
    assert (line.number, line.url) == ("2", "/desk/notices/?state=unknown")


# A person


def person(user):
    return f"{LIST}people/{user.pk}/"


def test_person_s_page_shows_all_within_reach_and_how_they_are_reached(
    as_, liaison, representative, make_notice, setting, other_station
):
    setting(Channel.SMS, is_on=False)
    representative.email, representative.phone = "zhang@example.org", "13700000001"
    representative.save()
    near = make_notice(recipient=representative)
    make_notice(recipient=representative, place=other_station.code), make_notice()
    answer = as_(liaison).get(person(representative))
    assert shown(answer) == {near.pk}
    ways = answer.context["reach"].groups[0][1]
    assert [tuple(way) for way in ways] == [
        ("inbox", True, "", ""), ("email", True, "zh•••@example.org", ""), ("sms", False, "137••••0001", Word.OFF),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "preference", "on", "whys"),
    [
        ({}, None, True, [Word.NO_ADDRESS, "本人没有选，通常用电子邮件"]),
        ({"phone": "13700000001"}, None, True, ["本人没有选，通常用电子邮件", ""]),
        ({"email": "a@example.org"}, {"visits": []}, True, ["本人只要站内消息", "本人只要站内消息"]),
        ({"email": "a@example.org"}, {"visits": ["sms"]}, True, ["本人没有选", Word.NO_PHONE]),
        ({"email": "a@example.org"}, None, None, ["", "这个渠道没有设置"]),
    ],
)
def test_person_s_page_says_why_a_channel_is_not_used(as_, liaison, setting, fields, preference, on, whys):
    if on is not None:
        setting(Channel.SMS, is_on=on)
    for name, value in fields.items():
        setattr(liaison, name, value)
    liaison.save()
    if preference is not None:
        Preference.objects.create(user=liaison, channels=preference)
    ways = as_(liaison).get(person(liaison)).context["reach"].groups[0][1]
    assert [way.why for way in ways[1:]] == whys


def test_person_of_whom_nothing_is_within_reach_is_not_found(as_, neighbour, liaison, district, make_notice):
    make_notice()
    assert as_(neighbour).get(person(liaison)).status_code == 404
    assert as_(district).get(person(neighbour)).status_code == 200
    assert as_(neighbour).get(person(neighbour)).status_code == 200


@pytest.mark.parametrize("where", ["notice", "person"])
def test_pages_ask_as_much_for_one_as_for_three(as_, liaison, make_notice, where, django_assert_num_queries):
    client, row = as_(liaison), make_notice()
    address = page(row) if where == "notice" else person(liaison)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    make_notice(), make_notice()
    (
        Notice.objects.filter(pk=row.pk).update(subject="neu"),
        Notice.objects.filter(pk=row.pk).update(due_at=timezone.now()),
    )
    with django_assert_num_queries(len(one)):
        client.get(address)
