"""Rules of reminders: seen by staff, set by the district's, and what is planned already follows them."""

import pytest
from django.utils import timezone

from liaison.accounts.models import Posting
from liaison.notices.choices import Channel, Kind, State
from liaison.notices.models import Notice, Text
from tests import factories
from visits import actions, tasks
from visits.models import PlanningMark, ReminderRule
from visits.reminders import again, plan_again
from visits.reminders.rules import SHIPPED, Rules

pytestmark = pytest.mark.django_db
PAGE, EDIT = "/desk/reminders/", "/desk/reminders/edit/"


@pytest.fixture(autouse=True)
def _each_change_once(monkeypatch):
    """What the database was sown with some minutes ago is no change."""
    monkeypatch.setattr(again, "AGAIN", 0)


@pytest.fixture
def visit(station, liaison, representative, district):
    draft = factories.visit(station, starts_at=factories.hour(20), people=[representative.representative])
    return actions.publish_visit(draft, by=district)


def form(**changes) -> dict:
    """The form as it is shown when nothing was set, with some changes: `near_amount=2`."""
    data = {"source": "代工委通知"}
    for kind, rule in SHIPPED.items():
        data |= {f"{kind}-is_on": "on", f"{kind}-amount": rule.amount, f"{kind}-hour": rule.hour}
        data[f"{kind}-grace"] = rule.grace
    return data | {f"visit_{name.replace('__', '-')}": value for name, value in changes.items()}


def hours(kind) -> set:
    return set(Notice.objects.filter(kind=kind, state=State.PLANNED).values_list("due_at", flat=True))


def test_page_says_for_each_kind_what_holds(as_, street):
    ReminderRule.objects.create(visit_kind="lecture", kind=Kind.VISIT_EARLY, amount=5, hour=10, grace=9, source="试行")
    page = as_(street).get(PAGE).content.decode()
    assert ("进站前 7 天 9:00" in page, "进站前 5 天 10:00" in page, EDIT in page) == (True, False, False)
    page = as_(street).get(PAGE + "?kind=lecture").content.decode()
    assert ("进站前 5 天 10:00" in page, "试行" in page) == (True, True)
    assert "不发送" in as_(street).get(PAGE + "?kind=training").content.decode()


def test_only_what_differs_is_kept_with_its_source(as_, district):
    as_(district).post(EDIT, form(near__amount="2"))
    [row] = ReminderRule.objects.all()
    assert (row.visit_kind, row.kind, row.amount, row.hour, row.source) == ("", Kind.VISIT_NEAR, 2, 9, "代工委通知")
    as_(district).post(EDIT + "?kind=lecture", form(near__amount="2", tomorrow__hour="17"))
    assert {(row.visit_kind, row.kind) for row in ReminderRule.objects.all()} == {
        ("", Kind.VISIT_NEAR), ("lecture", Kind.VISIT_TOMORROW)
    }  # fmt: skip
    as_(district).post(EDIT + "?kind=lecture", form(near__amount="2"))
    assert Rules().one("lecture", Kind.VISIT_TOMORROW) == SHIPPED[Kind.VISIT_TOMORROW]
    assert ReminderRule.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [({"near__hour": "24"}, "visit_near-hour", "23"), ({"early__amount": "x"}, "visit_early-amount", "整数"),
     ({"today__grace": "0"}, "visit_today-grace", "1"), ({"near__amount": "8"}, "visit_near-amount", "应比第一次晚")],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_at_its_field(as_, district, changes, field, words):
    response = as_(district).post(EDIT, form(**changes))
    assert list(response.context["form"].errors) == [field]
    assert words in str(response.context["form"].errors[field])
    assert not ReminderRule.objects.exists()


def test_what_is_planned_follows_a_rule_within_the_next_run(as_, visit, district):
    plan_again(timezone.now())
    as_(district).post(EDIT, form(near__amount="2", early__hour="10"))
    assert hours(Kind.VISIT_NEAR) == {factories.hour(17, at=9)}
    plan_again(timezone.now())
    assert (hours(Kind.VISIT_NEAR), hours(Kind.VISIT_EARLY)) == (
        {factories.hour(18, at=9)}, {factories.hour(13, at=10)}
    )  # fmt: skip
    assert not PlanningMark.objects.filter(name__startswith=again.UNDER).exists()


def test_words_and_liaisons_are_followed_at_their_places_alone(visit, station, other_station, liaison, monkeypatch):
    plan_again(timezone.now())
    Text.objects.create(
        kind=Kind.VISIT_LOG, language="zh-hans", place=station.code, subject="登记", body="请", sms="请"
    )
    Posting.objects.filter(user=liaison).delete()
    factories.user("successor", "liaison", station.code)
    walked = []
    monkeypatch.setattr(again, "walk_place", lambda mark, *rest: walked.append(mark.name) or 0)
    plan_again(timezone.now())
    assert walked == [again.UNDER + station.code]
    monkeypatch.undo()
    tasks.plan_reminders()
    log = Notice.objects.filter(kind=Kind.VISIT_LOG, state=State.PLANNED, channel=Channel.INBOX)
    assert [(notice.recipient.username, notice.subject) for notice in log] == [("successor", "登记")]


def test_what_falls_due_within_the_hour_is_looked_at_once(visit):
    plan_again(timezone.now())
    at = factories.hour(13, at=8)
    assert plan_again(at) == 1
    assert plan_again(at) == 0


def test_run_that_has_no_time_left_is_gone_on_with(station, district, monkeypatch):
    for day in range(10, 15):
        actions.publish_visit(factories.visit(station, starts_at=factories.hour(day)), by=district)
    monkeypatch.setattr(again, "BATCH", 2)
    monkeypatch.setattr(again, "walk_due", lambda *given: 0)
    done = []
    while not done or PlanningMark.objects.filter(name__startswith=again.UNDER).exists():
        ticks = iter([0.0, 0.0, 1.0, 1.0])
        monkeypatch.setattr(again, "monotonic", lambda ticks=ticks: next(ticks))
        done.append(plan_again(timezone.now(), budget=0.5))
    assert done == [2, 2, 1]


def test_one_that_cannot_be_planned_is_logged_and_holds_up_no_other(visit, station, district, monkeypatch, caplog):
    other = actions.publish_visit(factories.visit(station, starts_at=factories.hour(21)), by=district)
    planned, plan = [], again.plan_reminders

    def stumble(row, run):
        if row.pk == visit.pk:
            raise ValueError("words that nobody can plan")
        planned.append(row.pk)
        plan(row, run)

    monkeypatch.setattr(again, "plan_reminders", stumble)
    assert plan_again(timezone.now()) == 1
    assert (planned, f"visit {visit.pk} anew" in caplog.text) == ([other.pk], True)
    assert not PlanningMark.objects.filter(name__startswith=again.UNDER).exists()


def test_posting_that_begins_today_counts_from_today(visit, station, monkeypatch):
    plan_again(timezone.now())
    tomorrow = factories.hour(1, at=1)
    Posting.objects.create(
        user=factories.user("later"), role="liaison", code=station.code, since=timezone.localdate(tomorrow)
    )
    plan_again(timezone.now())
    PlanningMark.objects.filter(name=again.CHANGES).update(at=timezone.now())
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    plan_again(tomorrow)
    told = Notice.objects.filter(kind=Kind.VISIT_LOG, state=State.PLANNED).values_list("recipient__username", flat=True)
    assert set(told) == {"liaison", "later"}
