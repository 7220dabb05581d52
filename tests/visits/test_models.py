from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from liaison.accounts.history import QUIET
from tests import factories
from visits.choices import MOVES, State
from visits.models import Attendance, LogDraft, Photo, Visit
from visits.notice import NoticeRule


@pytest.fixture
def visits(station, other_station, representative):
    """By name: a draft and a published visit at the liaison's station, and the same two at the neighbour's."""
    return {
        "draft": factories.visit(station),
        "published": factories.visit(station, state="published", people=[representative.representative]),
        "elsewhere": factories.visit(other_station, state="published"),
        "draft elsewhere": factories.visit(other_station),
    }


@pytest.mark.parametrize(
    ("who", "verb", "seen"),
    [
        ("visitor", "read", {"published", "elsewhere"}),
        ("visitor", "view", set()),
        ("district", "view", {"draft", "published", "elsewhere", "draft elsewhere"}),
        ("street", "view", {"draft", "published"}),
        ("liaison", "view", {"draft", "published"}),
        ("liaison", "publish", set()),
        ("liaison", "log", {"draft", "published"}),
        ("neighbour", "view", {"elsewhere", "draft elsewhere"}),
        ("representative", "view", {"published"}),
        ("representative", "log", set()),
        ("department", "view", set()),
        ("auditor", "view", {"draft", "published", "elsewhere", "draft elsewhere"}),
        ("auditor", "change", set()),
        ("administrator", "view", {"draft", "published", "elsewhere", "draft elsewhere"}),
        ("administrator", "cancel", set()),
    ],
)
def test_who_reaches_which_visits(request, visits, who, verb, seen):
    user = request.getfixturevalue(who)
    assert set(Visit.objects.for_user(user, verb)) == {visits[name] for name in seen}


def test_between_counts_both_days_by_the_clock_of_the_place(station):
    midnight = factories.hour(7, at=0)
    _late, first, last, _after = (
        factories.visit(station, starts_at=midnight + timedelta(minutes=minutes), hours=1)
        for minutes in (-1, 0, 2 * 24 * 60 - 1, 2 * 24 * 60)
    )
    day = timezone.localdate(midnight)
    assert set(Visit.objects.between(day, day + timedelta(days=1))) == {first, last}


def test_what_waits_to_be_published_and_to_be_logged(station):
    today = timezone.localdate()
    soon, _later = (
        factories.visit(station, starts_at=factories.hour(3)),
        factories.visit(station, starts_at=factories.hour(4)),
    )
    forgotten = factories.visit(station, starts_at=factories.hour(-5), state="held")
    factories.visit(station, starts_at=factories.hour(-2), state="held")
    factories.visit(station, starts_at=factories.hour(-6), state="logged")
    assert list(Visit.objects.to_publish(today, NoticeRule.on(today))) == [soon]
    assert list(Visit.objects.to_log(today, within_days=3)) == [forgotten]


@pytest.mark.parametrize("term", ["消防", "防安", "ＡＥＤ", "aed", "消防 aed"])
def test_theme_is_found_by_any_part(station, term):
    visit = factories.visit(station, title="消防安全与AED使用")
    factories.visit(station, title="安全消费", starts_at=factories.hour(8))
    assert list(Visit.objects.about(term)) == [visit]


@pytest.mark.parametrize("term", ["%", "_", "消_", "费安", "\\"])
def test_signs_of_sql_are_plain_text(station, term):
    factories.visit(station, title="消防安全")
    assert list(Visit.objects.about(term)) == []


@pytest.mark.parametrize("state", State)
def test_questions_agree_with_the_moves(station, state):
    visit = factories.visit(station, state=state)
    assert {new for new in State if visit.can_become(new)} == set(MOVES[state])
    assert (visit.can_publish, visit.can_cancel) == (State.PUBLISHED in MOVES[state], State.CANCELLED in MOVES[state])
    assert (visit.can_change, visit.is_over) == (state in {"draft", "published"}, state in {"held", "logged"})


def test_room_belongs_to_the_station(station, other_station):
    visit = factories.visit(station)
    visit.room = factories.room(other_station)
    with pytest.raises(ValidationError) as refusal:
        visit.full_clean()
    assert refusal.value.message_dict == {"room": ["这个房间不在所选的联络站"]}


def test_public_id_tells_nothing(station):
    ids = {factories.visit(station, starts_at=factories.hour(n)).public_id for n in range(1, 6)}
    assert len(ids) == 5
    assert all(len(public_id) == 10 and set(public_id) <= set("0123456789abcdefghjkmnpqrstvwxyz") for public_id in ids)


@pytest.mark.parametrize("model", [Visit, Attendance, Photo, LogDraft])
def test_history_names_every_column_in_the_houses_language(model):
    kept = {field.name for field in model.pgh_event_models["update"]._meta.concrete_fields} - {"id", *QUIET}
    names = {field.name: str(field.verbose_name) for field in model._meta.concrete_fields if field.name in kept}
    assert {name: words for name, words in names.items() if words.isascii()} == {}
