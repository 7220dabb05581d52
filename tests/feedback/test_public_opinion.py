"""A voter's way: the form, what is held for a look, the receipt, what became of it, and the voter's word on it."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from feedback import actions, doubts
from feedback.choices import Doubt, Satisfaction, State, Step
from feedback.models import Attachment, Category, Opinion
from liaison.common.puzzles import Verdict
from liaison.policy.choices import Key
from liaison.policy.models import Threshold
from tests import factories
from tests.conftest import forget_cache
from tests.pictures import jpeg

pytestmark = pytest.mark.django_db
TRACK = "/opinions/track/"
VOTER = {"name": "欧阳清扬", "phone": "18612345678"}
MATTER = "花园路12号院东门的路灯坏了三天，夜里看不见路"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\nstartxref\n9\n%%EOF\n"


@pytest.fixture(autouse=True)
def fresh():
    forget_cache()


@pytest.fixture
def page(station):
    return f"{reverse('feedback:opinion-new')}?station={station.code}"


@pytest.fixture
def honest(monkeypatch):
    """A browser that did its work and took its time: the work itself is proved in tests/common/test_puzzles.py."""
    monkeypatch.setattr("liaison.common.puzzles.verdict", lambda answer, purpose: Verdict.DONE)
    monkeypatch.setattr(doubts, "_seconds", lambda opened: 60)


@pytest.fixture
def send(client, page):
    def sending(**data):
        first = {"matter": MATTER, "agrees": "on", "form_key": str(uuid.uuid4()), **VOTER}
        return client.post(page, first | data)

    return sending


def track(client, opinion, digits="5678", **data):
    return client.post(TRACK, {"number": opinion.shown_number, "digits": digits, **data})


def text_of(response) -> str:
    return response.content.decode()


def test_what_was_sent_is_kept_and_receipted(honest, send, client, station):
    answer = send()
    opinion = Opinion.objects.get()
    assert (opinion.state, opinion.station, opinion.matter, opinion.contact.opened().name) == (
        State.SUBMITTED, station, MATTER, "欧阳清扬",
    )  # fmt: skip
    receipt = text_of(client.get(answer.url))
    assert opinion.shown_number in receipt
    assert not any(word in receipt for word in (VOTER["name"], VOTER["phone"], MATTER))


def test_same_form_sent_twice_is_one_opinion(honest, send):
    key = str(uuid.uuid4())
    numbers = {send(form_key=key).status_code, send(form_key=key).status_code}
    assert (numbers, Opinion.objects.count()) == ({302}, 1)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"matter": ""}, "请写明您要反映的事"), ({"name": ""}, "请填写姓名"), ({"phone": "12"}, "请填写手机号"),
        ({"agrees": ""}, "请看过隐私告知"), ({"matter": "身份证 41010519491231002X 请查"}, "身份证号"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(honest, send, data, words):
    answer = send(**data)
    assert (answer.status_code, Opinion.objects.count()) == (200, 0)
    assert words in text_of(answer)
    for field, first in (("matter", MATTER), ("name", VOTER["name"])):
        assert data.get(field, first) in text_of(answer)


def test_robots_are_held_for_a_look_and_not_thrown_away(send):
    send(trap="buy", matter="看 http://a.example 和 http://b.example")
    opinion = Opinion.objects.get()
    assert (opinion.state, set(opinion.doubts)) == (
        State.SUSPECT, {Doubt.TRAP, Doubt.FAST, Doubt.UNPROVED, Doubt.LINKS},
    )  # fmt: skip


def test_without_javascript_it_arrives_and_waits_for_a_look(client, send, page, monkeypatch):
    shown = text_of(client.get(page))
    opened = re.search(r'name="opened" value="([^"]+)"', shown)[1]
    later = timezone.now().timestamp() + 30
    monkeypatch.setattr("feedback.doubts.time.time", lambda: later)
    send(opened=opened)
    assert Opinion.objects.get().doubts == [Doubt.UNPROVED]


def test_many_from_one_telephone_are_held(honest, send):
    for number in range(5):
        send(matter=f"{number}号楼{'甲乙丙丁戊'[number] * 12}")
    states = list(Opinion.objects.order_by("pk").values_list("state", flat=True))
    assert states == [*[State.SUBMITTED] * 4, State.SUSPECT]


def test_files_are_drawn_anew_and_reach_only_those_of_the_station(honest, send, as_, liaison, neighbour):
    send(files=[SimpleUploadedFile("a.jpg", jpeg()), SimpleUploadedFile("b.pdf", PDF)])
    rows = list(Attachment.objects.order_by("pk"))
    assert [(row.is_picture, row.name) for row in rows] == [(True, "a.jpg"), (False, "b.pdf")]
    url = reverse("feedback:attachment", args=[rows[1].public_id])
    given = as_(liaison).get(url)
    assert (given["X-Content-Type-Options"], given["Content-Security-Policy"]) == (
        "nosniff", "default-src 'none'; sandbox",
    )  # fmt: skip
    assert "attachment" in given["Content-Disposition"]
    assert as_(neighbour).get(url).status_code == 404


def test_file_that_is_none_is_refused_at_its_field(honest, send):
    answer = send(files=[SimpleUploadedFile("a.jpg", b"MZ not a picture")])
    assert ("不是照片" in text_of(answer), Opinion.objects.count()) == (True, 0)


@pytest.fixture
def lamp(station, liaison):
    opinion = factories.opinion(station, matter=MATTER)
    actions.accept(opinion, category=Category.objects.get(pk="city"), public_title="花园路12号院路灯", by=liaison)
    return opinion


def test_similar_one_is_offered_by_its_public_title_and_joined(honest, send, lamp, client, page):
    url = f"{reverse('feedback:opinion-similar')}?station={lamp.station_id}"
    offered = text_of(client.post(url, {"matter": "花园路12号院东门路灯坏了"}))
    assert ("花园路12号院路灯" in offered, MATTER in offered) == (True, False)
    assert "请看是不是同一件" in text_of(send())
    send(join=lamp.public_id)
    mine = Opinion.objects.latest("pk")
    assert (mine.state, mine.merged_into) == (State.MERGED, lamp)


def test_one_without_a_public_title_is_offered_to_nobody(honest, send, station):
    factories.opinion(station, matter=MATTER)
    assert send().status_code == 302


def test_anonymous_only_where_policy_allows_it(honest, client, page, send):
    given = {"anonymous": "on", "name": "", "phone": "", "agrees": ""}
    allowed = 'name="anonymous"' in text_of(client.get(page))
    assert send(**given).status_code == (302 if allowed else 200)
    changed = {"value": 0 if allowed else 1, "unit": "yes_no", "source": "区里规定"}
    Threshold.objects.create(key=Key.ANONYMOUS, valid_from=timezone.localdate(), **changed)
    assert send(**given, form_key=str(uuid.uuid4())).status_code == (200 if allowed else 302)


def test_number_and_digits_tell_the_course_and_anything_else_tells_nothing(client, station, liaison):
    opinion = factories.opinion(station, contact=factories.contact(station.code, **VOTER))
    actions.promise(opinion, words="要和电力部门协商，联系人 13812345678", by=liaison)
    actions.note(opinion, words="此人常来", by=liaison)
    told = text_of(track(client, opinion))
    assert "要和电力部门协商" in told
    assert not any(word in told for word in ("13812345678", "此人常来", VOTER["name"], VOTER["phone"]))
    forget_cache()
    wrong = re.sub(r'value="[^"]*"', "", text_of(track(client, opinion, digits="0000")))
    unknown = Opinion(number="0000000000")
    unheard = re.sub(r'value="[^"]*"', "", text_of(track(client, unknown)))
    assert ("没有查到" in wrong, wrong == unheard) == (True, True)


def test_wrong_and_unknown_numbers_ask_the_same_of_the_database(client, station, django_assert_num_queries):
    opinion = factories.opinion(station, contact=factories.contact(station.code, **VOTER))
    track(client, opinion, digits="0000")
    for asked in (opinion, Opinion(number="0000000000")):
        with django_assert_num_queries(1):
            track(client, asked, digits="0000")


def test_guessing_is_slowed_down(client, station):
    opinion = factories.opinion(station, contact=factories.contact(station.code, **VOTER))
    codes = [track(client, opinion, digits=f"{n:04}").status_code for n in range(12)]
    assert (codes[0], codes[-1]) == (200, 429)


def test_mistyped_number_is_said_before_anything_is_looked_up(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.post(TRACK, {"number": "7K3M2-9Q2X6", "digits": "1234"})
    assert "可能抄错了一位" in text_of(answer)


def test_voter_rates_each_answer_and_not_satisfied_goes_back(client, station, liaison):
    opinion = factories.opinion(station, contact=factories.contact(station.code, **VOTER))
    actions.accept(opinion, category=Category.objects.get(pk="city"), by=liaison)
    actions.answer_as_station(opinion, words="已经报修", by=liaison)
    assert "您满意吗" in text_of(track(client, opinion))
    assert "请选一项" in text_of(track(client, opinion, rate="1"))
    answer = track(client, opinion, **{"rate": "1", "rate-station": Satisfaction.NOT, "rate-words": "还是黑的"})
    opinion.refresh_from_db()
    assert (opinion.state, "谢谢您的评价" in text_of(answer)) == (State.REDOING, True)
    assert opinion.ratings.get().words == "还是黑的"


def test_whoever_joined_reads_the_course_but_not_what_the_other_said(client, lamp, station, liaison):
    mine = actions.join(lamp, matter="路灯", contact=factories.contact(station.code, **VOTER))
    actions.answer_as_station(lamp, words="周五修好", by=liaison)
    told = text_of(track(client, mine))
    assert ("周五修好" in told, MATTER in told, "您满意吗" in told) == (True, False, False)


def test_why_it_is_late_is_told(client, station, liaison):
    opinion = factories.opinion(station, contact=factories.contact(station.code, **VOTER))
    due = opinion.due_dates.get()
    due.due_on = timezone.localdate() - timedelta(days=3)
    due.save()
    assert "已逾期" in text_of(track(client, opinion))


def test_form_asks_for_a_station_first_and_knows_the_representatives_home(client, station, representative):
    person = representative.representative
    assert "查找联络站" in text_of(client.get(reverse("feedback:opinion-new")))
    url = f"{reverse('feedback:opinion-new')}?station={station.code}&representative={person.public_id}"
    assert person.name in text_of(client.get(url))
    assert client.get(reverse("feedback:opinion-new") + "?station=410105-99").status_code == 404


def test_receipt_opens_by_its_signed_address_only(client, station):
    opinion = factories.opinion(station)
    assert client.get(reverse("feedback:receipt", args=[f"{opinion.public_id}.x.y"])).status_code == 404
    assert opinion.steps.filter(kind=Step.RECEIVED).exists()
