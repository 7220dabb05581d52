"""What staff see of the outbox, each within reach, and the mail that was written where there is no server."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.notices import mail
from liaison.notices.choices import State, Word
from liaison.notices.sending import send_due
from tests import factories

pytestmark = pytest.mark.django_db
LIST, MAIL = "/desk/notices/", "/desk/mail/"


@pytest.fixture
def kept(settings, tmp_path, liaison):
    """Mail goes to files, and the liaison has an address."""
    settings.EMAIL_BACKEND, settings.MAIL_FOLDER = "liaison.notices.mail.FolderBackend", tmp_path / "mail"
    liaison.email = "liaison@example.org"
    liaison.save()
    return settings.MAIL_FOLDER


def shown(answer):
    return [notice.pk for notice in answer.context["rows"]]


@pytest.fixture
def far(make_notice, other_station, neighbour):
    return make_notice(place=other_station.code, recipient=neighbour)


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("district", {"near", "far", "own"}), ("administrator", {"near", "far", "own"}), ("street", {"near", "own"}),
        ("liaison", {"near", "own"}), ("neighbour", {"far"}), ("representative", {"own"}),
        ("auditor", {"near", "far", "own"}), ("department", set()),
    ],
)  # fmt: skip
def test_list_shows_what_is_within_reach(request, as_, make_notice, far, representative, who, sees):
    notices = {"near": make_notice(), "far": far, "own": make_notice(recipient=representative)}
    answer = as_(request.getfixturevalue(who)).get(LIST)
    assert set(shown(answer)) == {notices[name].pk for name in sees}


def test_list_is_for_whoever_signed_in(client):
    assert client.get(LIST).url == f"/accounts/login/?next={LIST}"


def test_list_says_why_somebody_got_nothing(as_, liaison, make_notice):
    make_notice(state=State.FAILED, answer=Word.NO_ADDRESS)
    make_notice(state=State.CANCELLED, answer=Word.EXPIRED)
    make_notice(state=State.UNKNOWN, answer="451 <b>later</b>", attempt=3)
    text = as_(liaison).get(LIST).content.decode()
    for words in [Word.NO_ADDRESS, Word.EXPIRED, "451 &lt;b&gt;later&lt;/b&gt;", "已尝试 3 次", "结果不明"]:
        assert words in text


def test_filter_by_state_shows_the_next_planned_first(as_, liaison, make_notice):
    later, sooner = (make_notice(due_at=timezone.now() + timedelta(hours=h)).pk for h in (5, 2))
    failed = make_notice(state=State.FAILED).pk
    client = as_(liaison)
    assert shown(client.get(LIST, {"state": "planned"})) == [sooner, later]
    assert shown(client.get(LIST, {"state": "failed"})) == [failed]
    assert shown(client.get(LIST, {"state": "'; drop"})) == [failed]


def test_pages_hold_every_notice_once(as_, liaison, make_notice):
    due = timezone.now()
    pks = [make_notice(due_at=due).pk for _ in range(65)]
    client, url, seen = as_(liaison), LIST, []
    while url:
        answer = client.get(url)
        seen += shown(answer)
        url = answer.context["next_url"]
    assert seen == sorted(pks, reverse=True)


def test_list_asks_as_much_for_one_as_for_three(as_, liaison, make_notice, django_assert_num_queries):
    client = as_(liaison)
    make_notice(recipient=factories.user())
    client.get(LIST)
    with CaptureQueriesContext(connection) as one:
        client.get(LIST)
    make_notice(recipient=factories.user()), make_notice(recipient=factories.user())
    with django_assert_num_queries(len(one)):
        client.get(LIST)


def test_written_mail_is_listed_and_read(as_, liaison, make_notice, kept):
    notice = make_notice(subject="进站提醒 <b>", body="时间：12月1日\nhttps://example.org/v/1\n<script>")
    send_due()
    assert shown(as_(liaison).get(MAIL)) == [notice.pk]
    text = as_(liaison).get(f"{MAIL}{notice.pk}/").content.decode()
    sent_at = timezone.localtime()
    for words in [
        f"{sent_at.year}年{sent_at.month}月{sent_at.day}日",
        "进站提醒 &lt;b&gt;",
        "liaison@example.org",
        "时间：12月1日",
        "&lt;script&gt;",
    ]:
        assert words in text
    assert '<a href="https://example.org/v/1"' in text


def test_mail_out_of_reach_is_not_found(as_, neighbour, make_notice, kept):
    notice = make_notice()
    send_due()
    assert as_(neighbour).get(f"{MAIL}{notice.pk}/").status_code == 404
    assert shown(as_(neighbour).get(MAIL)) == []


@pytest.mark.parametrize("own", [0, 1])
def test_mail_of_the_day_shows_each_reader_what_is_within_reach(
    as_, liaison, neighbour, district, make_notice, station, other_station, kept, own
):
    """The reader's own notice carried the other, or was carried by it."""
    places = {own: other_station.code, 1 - own: station.code}
    both = [make_notice(in_digest=True, place=places[n], subject=f"提醒 {n}", body=f"正文 {n}") for n in range(2)]
    send_due()

    def told(who, notice=both[own]):
        text = as_(who).get(f"{MAIL}{notice.pk}/").content.decode()
        return [words for words in ["今日提醒 2 条", "正文 0", "正文 1"] if words in text]

    whole = ["今日提醒 2 条", "正文 0", "正文 1"]
    assert (told(neighbour), told(district), told(liaison, both[1 - own])) == ([f"正文 {own}"], whole, whole)


def test_representative_finds_own_mail_only(as_, representative, make_notice, kept):
    representative.email = "representative@example.org"
    representative.save()
    make_notice()
    own = make_notice(recipient=representative)
    send_due()
    assert shown(as_(representative).get(MAIL)) == [own.pk]


def test_empty_mailbox_says_when_the_next_one_leaves(as_, liaison, make_notice, kept):
    make_notice(due_at=factories.hour(1, at=16))
    text = as_(liaison).get(MAIL).content.decode()
    day = timezone.localdate() + timedelta(days=1)
    assert f"下一封将于 {day.year}年{day.month}月{day.day}日 16:00 发给liaison" in text


@pytest.mark.parametrize("junk", [None, b"", b"\xff\xfe\x00", b"Content-Type: text/plain; charset=nonsense\n\n\xff"])
def test_file_that_is_gone_or_no_mail_is_said_in_words(as_, liaison, make_notice, kept, junk):
    notice = make_notice()
    send_due()
    file = kept / mail.file_name(mail.message_id(f"notice-{notice.pk}"))
    file.unlink() if junk is None else file.write_bytes(junk)
    assert "邮件文件已不在" in as_(liaison).get(f"{MAIL}{notice.pk}/").content.decode()


def test_where_mail_goes_to_a_server_there_is_no_mailbox(as_, district, settings):
    settings.EMAIL_BACKEND = "liaison.notices.mail.SmtpBackend"
    assert as_(district).get(MAIL).status_code == 404
    assert "已写出的邮件" not in as_(district).get(LIST).content.decode()
