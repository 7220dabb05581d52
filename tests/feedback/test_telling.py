"""Who hears of a step, in which words: voters by their own number, staff of what waits, departments by link."""

from datetime import timedelta

import pytest
from django.utils import timezone

from feedback import actions, telling, times, urging
from feedback.choices import AnswerOutcome, DueKind, Rank, Satisfaction
from feedback.models import Category, DepartmentMember, Opinion
from liaison.accounts.actions import erase
from liaison.accounts.models import Entry
from liaison.notices.choices import Channel, Kind, State
from liaison.notices.models import Notice
from liaison.notices.resending import subject_of
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def opinion(station) -> Opinion:
    return factories.opinion(station, contact=factories.contact(station.code, email="v@example.org"))


@pytest.fixture
def bureau(department):
    made = factories.department("410105", "城市管理局")
    DepartmentMember.objects.create(department=made, user=department)
    return made


def told(since: set) -> set[tuple[str, str]]:
    """(kind, to whom) of everything planned that was not there before."""
    rows = Notice.objects.exclude(pk__in=since).exclude(channel__in=[Channel.INBOX])
    return {(row.kind, "voter" if row.contact_id else str(row.recipient)) for row in rows}


def before() -> set:
    return set(Notice.objects.values_list("pk", flat=True))


def test_voter_gets_a_receipt_and_the_station_hears_of_it(liaison, opinion):
    assert told(set()) == {(Kind.OPINION_RECEIVED, "voter"), (Kind.OPINION_NEW, str(liaison))}
    receipt = Notice.objects.get(kind=Kind.OPINION_RECEIVED, channel=Channel.EMAIL)
    assert opinion.shown_number in receipt.subject
    assert opinion.matter not in receipt.body


def test_what_staff_write_down_themselves_is_no_news_to_them(station, liaison):
    factories.opinion(station, by=liaison)
    assert told(set()) == set()


def test_forwarding_tells_department_and_voter_but_not_the_note_to_the_voter(opinion, bureau, liaison, department):
    there = before()
    factories.referral(opinion, bureau, by=liaison, words="此人多次来访")
    assert told(there) == {(Kind.OPINION_FORWARDED, "voter"), (Kind.OPINION_SENT, str(department))}
    notices = Notice.objects.exclude(pk__in=there)
    assert {"此人多次来访" in row.body for row in notices.filter(kind=Kind.OPINION_FORWARDED)} == {False}
    assert {"城市管理局" in row.subject for row in notices.filter(kind=Kind.OPINION_FORWARDED)} == {True}


def test_answer_reaches_voter_and_station_without_numbers_of_persons(opinion, bureau, liaison, department):
    referral = factories.referral(opinion, bureau, by=liaison)
    there = before()
    words = "路灯已修好，联系人电话 13812345678"
    actions.answer_referral(referral, words=words, outcome=AnswerOutcome.SOLVED, by=department)
    assert told(there) == {(Kind.OPINION_ANSWERED, "voter"), (Kind.OPINION_REPLIED, str(liaison))}
    bodies = Notice.objects.filter(kind=Kind.OPINION_ANSWERED).exclude(channel=Channel.SMS)
    for body in [*bodies.values_list("body", flat=True), *Notice.objects.values_list("params", flat=True)]:
        assert "13812345678" not in str(body)


def test_discontent_goes_to_station_department_and_back_to_the_voter(opinion, bureau, liaison, department):
    referral = factories.referral(opinion, bureau, by=liaison)
    actions.answer_referral(referral, words="已办", outcome=AnswerOutcome.SOLVED, by=department)
    there = before()
    actions.rate(opinion, values={"department": Satisfaction.NOT})
    assert told(there) == {
        (Kind.OPINION_DISCONTENT, str(liaison)), (Kind.OPINION_AGAIN, "voter"),
        (Kind.OPINION_SENT_AGAIN, str(department)),
    }  # fmt: skip


def test_whoever_joined_is_told_by_their_own_number(opinion, station, liaison):
    contact = factories.contact(station.code, name="李四", email="l@example.org")
    joined = actions.join(opinion, matter="还是那盏路灯", contact=contact)
    actions.accept(opinion, category=Category.objects.get(pk="city"), by=liaison)
    rows = Notice.objects.filter(kind=Kind.OPINION_ACCEPTED, channel=Channel.EMAIL)
    assert {(row.contact_id, row.params["number"]) for row in rows} == {
        (opinion.contact_id, opinion.shown_number), (contact.pk, joined.shown_number),
    }  # fmt: skip


def test_erased_voter_is_told_nothing(opinion, liaison):
    erase(opinion.contact)
    there = before()
    actions.resolve_on_spot(opinion, words="当场换了灯泡", by=liaison)
    assert told(there) == set()


def test_urge_reaches_the_department_with_the_day_asked_for(opinion, bureau, liaison, department):
    referral = factories.referral(opinion, bureau, by=liaison)
    there, until = before(), timezone.localdate() + timedelta(days=3)
    urging.urge(opinion, referral=referral, rank=Rank.PERSON, words="请尽快", until=until, by=liaison)
    assert told(there) == {(Kind.OPINION_URGED, str(department))}


def test_later_day_is_told_with_its_reason(opinion, liaison):
    actions.promise(opinion, words="需要协商", by=liaison)
    due = opinion.due_dates.open().get(kind=DueKind.ANSWER)
    there = before()
    times.extend(due, count=due.count + 5, reason="等设备到货", by=liaison)
    assert told(there) == {(Kind.OPINION_LATER, "voter")}
    assert "等设备到货" in Notice.objects.get(kind=Kind.OPINION_LATER, channel=Channel.EMAIL).body


def test_department_without_an_account_is_mailed_a_link(opinion, liaison, settings):
    settings.SITE = settings.SITE | {"url": "https://liaison.example"}
    bureau = factories.department("410105", "园林局", email="yl@example.org")
    factories.referral(opinion, bureau, by=liaison)
    (entry,) = Entry.objects.filter(action="mail_link")
    assert (entry.by, entry.detail["department"]) == (liaison, bureau.public_id)


def test_department_that_signs_in_is_mailed_none(opinion, liaison, bureau, settings):
    settings.SITE = settings.SITE | {"url": "https://liaison.example"}
    factories.referral(opinion, bureau, by=liaison)
    assert not Entry.objects.filter(action="mail_link").exists()


def test_notice_can_be_sent_again_with_the_words_of_now(opinion):
    row = Notice.objects.filter(kind=Kind.OPINION_RECEIVED).first()
    subject = subject_of(row.about)
    assert (subject.version, subject.place) == (row.about_version, opinion.station_id)
    assert Kind.OPINION_RECEIVED in {letter.kind for letter in subject.letters}
    assert row.state == State.PLANNED


def test_page_of_a_notice_opens_for_those_who_reach_the_opinion(opinion, liaison, neighbour):
    named = f"{telling.STEP}:{opinion.steps.get().pk}"
    assert telling.page_of_step(named, liaison) == opinion.get_absolute_url()
    assert telling.page_of_step(named, neighbour) == ""
