"""Whether a representative comes: answered by a link, from the inbox, on the desk, or by the station for them."""

import itertools
import logging
import threading
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from liaison.common.middleware import SecretsFilter
from liaison.notices.choices import Channel, Kind, State
from liaison.notices.models import Notice
from liaison.notices.sending import send_due
from representatives.models import Representative
from tests import factories
from tests.conftest import forget_cache
from visits import actions
from visits.answers import ask_leave, confirm_attendance
from visits.history import history_of
from visits.models import Attendance, Invitation, Visit
from visits.reminders.case import about, case_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit(station, liaison, representative, district):
    draft = factories.visit(station, starts_at=factories.hour(10), people=[representative.representative])
    return actions.publish_visit(draft, by=district)


@pytest.fixture
def question(visit):
    return visit.invitations.get()


@pytest.fixture
def link(question):
    return f"/a/{question.key}/"


def stand(visit) -> tuple[str, bool]:
    """The state of the attendance, and whether it is confirmed."""
    return visit.attendances.get().state, visit.invitations.get().confirmed_at is not None


def planned(kind) -> set[str]:
    return {notice.recipient.username for notice in Notice.objects.filter(kind=kind, state=State.PLANNED)}


def said(visit) -> list[tuple[str, list]]:
    return [(step.by, step.what) for step in history_of(visit)]


# By the link


def test_looking_at_the_link_changes_nothing_and_is_kept_out_of_sight(client, visit, link):
    before = list(Notice.objects.order_by("pk").values())
    for response in (client.get(link), client.head(link)):
        assert response.status_code == 200
        assert (response["X-Robots-Tag"], response["Referrer-Policy"]) == ("noindex", "strict-origin")
        assert "no-store" in response["Cache-Control"]
    assert list(Notice.objects.order_by("pk").values()) == before
    assert stand(visit) == ("expected", False)


def test_one_tap_confirms_and_the_question_goes(client, visit, link, representative):
    response = client.post(link, {"answer": "confirm"}, follow=True)
    assert "张三已确认参加" in response.content.decode()
    assert stand(visit) == ("expected", True)
    assert not Notice.objects.exclude(buttons=[]).exists()
    assert not planned(Kind.VISIT_CONFIRM) | planned(Kind.VISIT_UNCONFIRMED)
    assert planned(Kind.VISIT_TOMORROW) == {"liaison", "representative"}
    assert ("representative", ["张三：确认参加"]) in said(visit)


def test_leave_is_told_to_the_station_and_not_to_the_public(client, visit, link):
    page = client.post(link, {"answer": "leave", "reason": "外出学习"}, follow=True).content.decode()
    assert "张三已请假" in page
    assert "外出学习" in page
    assert stand(visit) == ("leave", False)
    assert planned(Kind.VISIT_LEAVE) == {"liaison"}
    notice = Notice.objects.filter(kind=Kind.VISIT_LEAVE).first()
    assert (notice.params["answerer"], notice.params["reason"]) == ("张三", "外出学习")
    assert "representative" not in planned(Kind.VISIT_TOMORROW) | planned(Kind.VISIT_EARLY)
    public = Client().get(visit.get_absolute_url()).content.decode()
    assert ("外出学习" in public, "原定参加、现不参加" in public) == (False, True)
    assert ("representative", ["张三：请假（外出学习）"]) in said(visit)


def test_twice_is_as_good_as_once_and_a_mind_may_change(client, visit, link):
    for answer in ("leave", "leave", "confirm", "confirm", "leave"):
        assert client.post(link, {"answer": answer}).status_code == 302
    assert stand(visit) == ("leave", False)
    assert visit.invitations.get().answers == 3
    open_ = Notice.objects.filter(kind=Kind.VISIT_LEAVE, state=State.PLANNED, channel=Channel.INBOX)
    assert [notice.about_version for notice in open_] == [3]


def test_station_that_heard_of_the_leave_hears_that_it_is_taken_back(client, visit, link):
    client.post(link, {"answer": "leave"})
    send_due(timezone.now() + timedelta(seconds=1))
    client.post(link, {"answer": "confirm"})
    assert planned(Kind.VISIT_BACK) == {"liaison"}
    assert stand(visit) == ("expected", True)


def test_called_off_on_its_way_counts_as_told_wherever_that_is_asked(visit, station, representative, liaison):
    now = timezone.now()
    for number, (state, sent, leased) in enumerate(itertools.product(State, (None, now), (None, now))):
        recipient = factories.user(f"u{number}")
        factories.notice(recipient, station, about=about(visit), state=state, sent_at=sent, leased_until=leased)
    ours = Notice.objects.filter(about=about(visit), recipient__username__startswith="u")
    by_row = {row.recipient for row in case_of(visit).rows if row.is_told} & {*ours.values_list("recipient", flat=True)}
    assert {*ours.told().values_list("recipient", flat=True)} == by_row
    assert 0 < len(by_row) < ours.count()


def test_coming_after_all_is_refused_where_the_hour_is_taken_by_now(client, visit, link, other_station, representative):
    client.post(link, {"answer": "leave"})
    factories.visit(other_station, starts_at=visit.starts_at, people=[representative.representative])
    page = client.post(link, {"answer": "confirm"}).content.decode()
    assert "有代表在这段时间已安排在另一处" in page
    assert stand(visit) == ("leave", False)


@pytest.mark.parametrize(
    ("data", "words"),
    [({}, "请选择"), ({"answer": "x"}, "x 不在"), ({"answer": "leave", "reason": "长" * 121}, "120")],
)
def test_what_makes_no_sense_is_refused_in_words_and_changes_nothing(client, visit, link, data, words):
    response = client.post(link, data)
    assert response.status_code == 200
    assert words in response.content.decode()
    assert stand(visit) == ("expected", False)


def test_link_of_a_visit_that_is_not_asked_about_says_why(client, visit, link, district, representative):
    others = factories.representative("王五")
    actions.save_visit(Visit.objects.get(pk=visit.pk), representatives=[others], by=district)
    assert "不在这次进站的参加名单中" in client.get(link).content.decode()
    assert client.post(link, {"answer": "confirm"}).status_code == 302
    assert not Attendance.objects.filter(representative=representative.representative).exists()
    actions.cancel_visit(visit, reason="停电", by=district)
    page = client.get(link).content.decode()
    assert ("已取消" in page, "停电" in page, "<form" in page.split("<main")[1]) == (True, True, False)


def test_once_the_visit_has_begun_the_link_says_so(client, visit, link, monkeypatch):
    at = visit.starts_at + timedelta(minutes=1)
    monkeypatch.setattr(timezone, "now", lambda: at)
    assert "不能再答复" in client.get(link).content.decode()
    assert "不能再答复" in client.post(link, {"answer": "leave"}).content.decode()
    assert stand(visit) == ("expected", False)


def test_moved_visit_is_asked_anew_under_the_same_link(client, visit, link, district):
    client.post(link, {"answer": "confirm"})
    moved = Visit.objects.get(pk=visit.pk)
    moved.starts_at, moved.ends_at = moved.starts_at + timedelta(days=1), moved.ends_at + timedelta(days=1)
    actions.save_visit(moved, by=district)
    assert stand(visit) == ("expected", False)
    assert "您能参加吗" in client.get(link).content.decode()
    assert ["张三：时间有变，需重新确认"] in [[w for w in what if "重新确认" in w] for _by, what in said(visit)]


def test_guessing_keys_is_slowed_down_and_real_ones_are_not(client, link):
    forget_cache()
    answers = [client.get(f"/a/{number:012}/").status_code for number in range(32)]
    assert answers == [404] * 30 + [429] * 2
    forget_cache()
    assert [client.get(link).status_code for _ in range(40)] == [200] * 40


def test_key_stays_out_of_logs_and_history(question, link, client):
    record = logging.LogRecord("x", logging.WARNING, "", 0, "GET %s", (link,), None)
    SecretsFilter().filter(record)
    assert record.getMessage() == "GET /a/…/"
    client.post(link, {"answer": "leave"})
    for model in (Invitation, Notice, Attendance):
        events = model.pgh_event_models["update"].objects.select_related("pgh_context")
        assert not any(question.key in str([vars(e), e.pgh_context and e.pgh_context.metadata]) for e in events)


# Signed in


def test_inbox_confirms_with_one_tap_and_comes_back(as_, visit, link, representative):
    send_due(timezone.now() + timedelta(seconds=1))
    mine = as_(representative)
    page = mine.get("/desk/notices/inbox/").content.decode()
    assert f'action="{link}"' in page
    response = mine.post(link, {"answer": "confirm", "next": "/desk/notices/inbox/"}, follow=True)
    assert response.redirect_chain == [("/desk/notices/inbox/", 302)]
    assert "已确认参加" in response.content.decode()
    assert link not in response.content.decode().replace("查看", "")  # the buttons are gone
    assert stand(visit) == ("expected", True)


@pytest.mark.parametrize("next_", ["https://evil.example/", "//evil.example", "javascript:alert(1)", ""])
def test_nobody_is_led_to_another_site(as_, link, representative, next_):
    response = as_(representative).post(link, {"answer": "confirm", "next": next_})
    assert response["Location"] == link


def test_own_desk_asks_and_takes_the_answer(as_, visit, question, representative):
    mine, path = as_(representative), f"/desk/answers/{question.public_id}/"
    Visit.objects.filter(pk=visit.pk).update(starts_at=factories.hour(3), ends_at=factories.hour(3, at=11))
    assert f'action="{path}"' in mine.get("/desk/").content.decode()
    mine.post(path, {"answer": "confirm", "next": "/desk/"})
    assert stand(visit) == ("expected", True)
    assert f'action="{path}"' not in mine.get("/desk/").content.decode()
    mine.post(path, {"answer": "leave", "reason": "生病"})
    assert stand(visit) == ("leave", False)


def test_station_sees_who_answered_what_and_answers_by_telephone(as_, visit, question, liaison, neighbour):
    here, path = as_(liaison), f"/desk/answers/{question.public_id}/"
    assert "还没有答复" in here.get(f"/desk/visits/{visit.public_id}/").content.decode()
    here.post(path, {"answer": "leave", "reason": "来电请假"})
    page = here.get(f"/desk/visits/{visit.public_id}/").content.decode()
    assert "已请假" in page
    assert "来电请假" in page
    assert planned(Kind.VISIT_LEAVE) == set()  # whoever wrote it down knows
    assert ("liaison", ["张三：请假（来电请假）"]) in said(visit)
    assert as_(neighbour).post(path, {"answer": "confirm"}).status_code == 404


def test_station_still_sees_what_was_answered_once_the_visit_is_over(as_, visit, question, liaison):
    client = as_(liaison)
    for held, shown in ((False, True), (True, False)):
        if held:
            confirm_attendance(visit.attendances.get(), by=liaison)
            Visit.objects.filter(pk=visit.pk).update(state="held")
        [row] = client.get(f"/desk/visits/{visit.public_id}/").context["answers"]
        assert (row.standing, row.may_change) == ("confirmed" if held else "asked", shown)


def test_colleague_may_not_answer_for_another(as_, visit, station, question):
    colleague = factories.user("colleague", "representative", "410105")
    person = factories.representative("李四", station=station, user=colleague)
    visit.attendances.create(representative=person)
    response = as_(colleague).post(f"/desk/answers/{question.public_id}/", {"answer": "leave"})
    assert response.status_code == 404
    assert visit.attendances.get(representative__name="张三").state == "expected"


def test_lists_ask_as_often_for_three_as_for_one(
    as_, visit, station, representative, liaison, django_assert_num_queries
):
    here, path = as_(liaison), "/desk/visits/"
    here.get(path)
    with CaptureQueriesContext(connections["default"]) as one:
        here.get(path)
    for day in (11, 12):
        draft = factories.visit(station, starts_at=factories.hour(day), people=[representative.representative])
        actions.publish_visit(draft, by=liaison)
    with django_assert_num_queries(len(one)):
        here.get(path)


# At the same moment


def at_once(*works) -> list:
    """Runs `works` in threads of their own; gives what each raised."""
    barrier, raised = threading.Barrier(len(works)), []

    def run(work):
        try:
            barrier.wait(120)
            work()
        except ValidationError as error:
            raised.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return raised


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_taps_at_once_are_one_answer(visit, representative):
    attendance = visit.attendances.get()
    work = [lambda: confirm_attendance(attendance, by=representative) for _ in range(2)]
    assert at_once(*work) == []
    assert stand(visit) == ("expected", True)
    assert visit.invitations.get().answers == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_leave_and_a_move_at_once_lose_neither(visit, representative, district):
    attendance = visit.attendances.get()

    def move():
        moved = Visit.objects.get(pk=visit.pk)
        moved.starts_at, moved.ends_at = moved.starts_at + timedelta(days=1), moved.ends_at + timedelta(days=1)
        actions.save_visit(moved, by=district)

    assert at_once(move, lambda: ask_leave(attendance, reason="出差", by=representative)) == []
    assert stand(visit) == ("leave", False)
    assert Visit.objects.get(pk=visit.pk).starts_at == visit.starts_at + timedelta(days=1)
    assert planned(Kind.VISIT_LEAVE) == {"liaison"}
    assert "representative" not in planned(Kind.VISIT_TOMORROW)
    assert Representative.objects.get(name="张三").attendances.get().note == "出差"
