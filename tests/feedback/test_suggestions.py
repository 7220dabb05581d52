"""代表建议 from draft to public report, through the pages of those who have to do with it."""

from datetime import date, timedelta

import pytest
from dateutil.relativedelta import relativedelta
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from feedback import actions, times
from feedback.choices import DueKind, SuggestionState
from feedback.models import DepartmentMember, DueDate, Referral, Suggestion
from feedback.urging import urge_overdue
from liaison.notices.choices import Kind
from liaison.notices.models import Notice
from liaison.policy.choices import Key
from liaison.policy.models import Threshold
from tests import factories

pytestmark = pytest.mark.django_db
TEXTS = {"title": "关于增设路灯的建议", "matter": "花园路夜里看不见路", "proposal": "请在花园路装路灯"}
ANSWER = {"words": "已列入今年的计划", "outcome": "planned", "signed_by": "李局长"}


@pytest.fixture
def lead(representative):
    return representative.representative


@pytest.fixture
def other(station):
    """A second representative, with an account."""
    account = factories.user("second", "representative", "410105")
    return factories.representative("李四", station=station, user=account)


@pytest.fixture
def bureau(department):
    made = factories.department("410105", "城市管理局")
    DepartmentMember.objects.create(department=made, user=department)
    return made


@pytest.fixture
def act(as_):
    """`act(suggestion, "approve", by, …)`: the form of the act, sent as it stands on the page."""

    def doing(suggestion, name, by, **data):
        suggestion.refresh_from_db()
        url = reverse(f"feedback:suggestion-{name}", args=[suggestion.public_id])
        answer = as_(by).post(url, {"seen": suggestion.last_no, **data})
        suggestion.refresh_from_db()
        return answer

    return doing


@pytest.fixture
def approved(station, lead, district, other):
    return factories.approved_suggestion(station, lead, cosigners=[other], by=district)


@pytest.fixture
def assigned(approved, bureau, district):
    actions.assign(approved, lead=bureau, by=district)
    approved.refresh_from_db()
    return approved


@pytest.fixture
def answered(assigned, department):
    actions.answer_referral(assigned.referrals.get(), **ANSWER, by=department)
    assigned.refresh_from_db()
    return assigned


def kinds(suggestion):
    return [step.kind for step in suggestion.steps.order_by("no")]


def told_since(there) -> set:
    rows = Notice.objects.exclude(pk__in=there).exclude(channel="inbox")
    return {(row.kind, str(row.recipient)) for row in rows}


def test_from_draft_to_public_report(as_, act, client, representative, other, district, department, bureau, street):
    page = as_(representative).get("/desk/suggestions/new/")
    assert "lead" not in page.context["form"].fields
    as_(representative).post("/desk/suggestions/new/", {**TEXTS, "cosigners": "李四", "category": "city"})
    suggestion = Suggestion.objects.get()
    assert suggestion.state == "draft"
    assert [(s.representative.name, s.part) for s in suggestion.signers.order_by("position")] == [
        ("张三", "lead"), ("李四", "assisting"),
    ]  # fmt: skip

    refused = act(suggestion, "submit", representative)
    assert "领衔代表还没有确认" in refused.content.decode()
    act(suggestion, "ask", representative)
    assert Notice.objects.filter(kind=Kind.SUGGESTION_ASKED, recipient=other.user).exists()
    refused = act(suggestion, "submit", representative)
    assert "李四还没有答复" in refused.content.decode()
    assert "请确认是否联名" in as_(other.user).get("/desk/").content.decode()
    act(suggestion, "confirm", other.user)
    act(suggestion, "submit", representative)
    assert suggestion.state == "submitted"

    act(suggestion, "send-back", district, reason="请写明地点")
    act(suggestion, "revise", representative, **TEXTS | {"title": "关于花园路的建议"}, cosigners="李四")
    assert suggestion.signers.filter(confirmed_at__isnull=False).count() == 0  # they signed other words
    act(suggestion, "ask", representative)
    act(suggestion, "confirm", other.user)
    act(suggestion, "submit", representative)
    act(suggestion, "approve", district)
    assert suggestion.shown_number == f"{timezone.localdate().year}年第1号"

    act(suggestion, "assign", district, lead=bureau.public_id, words="请按期办理")
    referral = suggestion.referrals.get()
    assert as_(department).get(suggestion.get_absolute_url()).url == referral.get_absolute_url()
    as_(department).post(reverse("feedback:referral-sign", args=[referral.public_id]))
    as_(department).post(reverse("feedback:referral-answer", args=[referral.public_id]), ANSWER)
    suggestion.refresh_from_db()
    assert (suggestion.state, suggestion.outcome) == ("answered", "planned")
    assert suggestion.signers.filter(answered_at__isnull=False).count() == 2

    act(suggestion, "view", representative, value="satisfied")
    assert suggestion.state == "answered"
    act(suggestion, "view", other.user, value="basically", words="盼早日装好")
    assert suggestion.state == "closed"
    assert not suggestion.due_dates.open().exists()

    assert client.get("/suggestions/").status_code == 200
    act(suggestion, "publish", district, report="已列入今年的计划，十月装好")
    told = as_(street).get("/suggestions/").content.decode()
    assert "关于花园路的建议" in told
    told = client.get(reverse("feedback:public-suggestion", args=[suggestion.public_id])).content.decode()
    assert all(words in told for words in ("十月装好", "张三", "李四", "城市管理局", "列入计划", "满意"))
    act(suggestion, "take-off", district, reason="再核对")
    assert client.get(reverse("feedback:public-suggestion", args=[suggestion.public_id])).status_code == 404
    for path in (suggestion.get_absolute_url(), "/desk/suggestions/?view=all", "/desk/suggestions/report/"):
        assert as_(district).get(path).status_code == 200


def test_a_wrong_name_is_told_by_name_and_nothing_is_lost(as_, liaison, lead, station):
    for _n in range(2):
        factories.representative("王五", station=station)
    data = {**TEXTS, "lead": lead.public_id, "cosigners": "王五、赵六"}
    page = as_(liaison).post("/desk/suggestions/new/", data)
    problems = " ".join(page.context["form"].errors["cosigners"])
    assert "赵六" in problems
    assert "有几位“王五”" in problems
    assert page.context["form"]["proposal"].value() == TEXTS["proposal"]
    assert not Suggestion.objects.exists()
    key = as_(liaison).get("/desk/suggestions/new/").context["form"]["form_key"].value()
    for _twice in range(2):
        as_(liaison).post("/desk/suggestions/new/", data | {"cosigners": "", "form_key": str(key)})
    assert Suggestion.objects.get().place == station.code


def test_the_lead_has_three_months_from_receipt_and_six_if_it_is_hard(approved, bureau, district, department):
    months = Threshold.objects.number(Key.SUGGESTION_MONTHS)
    referral = actions.assign(approved, lead=bureau, by=district)
    DueDate.objects.filter(referral=referral).update(start_on=timezone.localdate() - timedelta(days=9))
    actions.sign_for(referral, by=department)
    due = referral.due_dates.get(kind=DueKind.HANDLE)
    assert (due.start_on, due.count, due.unit) == (timezone.localdate(), months, "months")
    assert due.due_on >= timezone.localdate() + relativedelta(months=3)
    approved.refresh_from_db()
    assert approved.assigned_on == timezone.localdate()


def test_a_hard_one_has_six_months(station, lead, bureau, district):
    row = factories.approved_suggestion(station, lead, is_hard=True, by=district)
    referral = actions.assign(row, lead=bureau, by=district)
    assert referral.due_dates.get(kind=DueKind.HANDLE).count == Threshold.objects.number(Key.SUGGESTION_HARD_MONTHS)


def test_a_wrong_one_goes_back_in_time_and_is_handed_out_again_with_its_own_clock(
    assigned, bureau, district, department
):
    helper = factories.department("410105", "街道办")
    actions.ask_to_assist(assigned, department=helper, by=district)
    referral = assigned.referrals.get(part="lead")
    assert referral.due_dates.get(kind=DueKind.RETURN).count == Threshold.objects.number(Key.RETURN_WORKDAYS)
    actions.give_back(referral, reason="不归我局", by=department)
    assigned.refresh_from_db()
    assert assigned.state == SuggestionState.APPROVED
    assert set(assigned.referrals.values_list("state", flat=True)) == {"returned", "recalled"}
    assert [due.kind for due in assigned.due_dates.open()] == [DueKind.REASSIGN]
    again = actions.assign(assigned, lead=helper, by=district)
    assert {due.kind for due in assigned.due_dates.open()} == {DueKind.HANDLE, DueKind.RETURN}
    assert again.department == helper


def test_nobody_gives_it_back_after_the_tenth_day(assigned, department):
    referral = assigned.referrals.get()
    yesterday = timezone.localdate() - timedelta(days=1)
    DueDate.objects.filter(referral=referral, kind=DueKind.RETURN).update(due_on=yesterday)
    with pytest.raises(ValidationError, match="退回期限已过"):
        actions.give_back(referral, reason="不归我局", by=department)


def test_the_head_signs_the_answer(as_, assigned, department):
    referral = assigned.referrals.get()
    url = reverse("feedback:referral-answer", args=[referral.public_id])
    page = as_(department).post(url, ANSWER | {"signed_by": ""})
    assert "signed_by" in page.context["form"].errors
    assert page.context["form"]["words"].value() == ANSWER["words"]


def test_whoever_judges_an_answer_reads_it_there(as_, answered, representative):
    page = as_(representative).get(reverse("feedback:suggestion-view", args=[answered.public_id]))
    assert all(words in page.content.decode() for words in (ANSWER["words"], "城市管理局", "李局长"))


def test_discontent_has_it_done_again_within_a_month_once(act, answered, representative, other, department):
    refused = act(answered, "view", representative, value="not")
    assert "请写明理由" in str(refused.context["form"].errors["words"])
    act(answered, "view", representative, value="not", words="没有写什么时候装")
    assert answered.state == "redoing"
    again = answered.referrals.get(round=2)
    assert again.due_dates.get().count == Threshold.objects.number(Key.REDO_MONTHS)
    assert not answered.due_dates.open().filter(kind=DueKind.VIEW).exists()

    actions.answer_referral(again, **ANSWER | {"words": "十月装好"}, by=department)
    answered.refresh_from_db()
    assert set(answered.signers.values_list("view", flat=True)) == {""}  # both are asked anew
    act(answered, "view", representative, value="not", words="太晚")
    act(answered, "view", other.user, value="satisfied")
    assert answered.state == "answered"  # the second time the district decides


def test_the_district_closes_or_has_it_done_again(act, answered, district):
    act(answered, "redo", district, reason="请专家看过")
    assert answered.state == "redoing"
    assert "close" not in {way.name for way in act_ways(answered, district)}


def act_ways(suggestion, user):
    from feedback.views.suggestion_acts import MAY, ways_of
    from feedback.views.suggestions import _rows

    row = _rows(user).get(pk=suggestion.pk)
    row.may = {grant: getattr(row, f"may_{grant}") for grant in MAY}
    return ways_of(row, user)


def test_staff_write_down_what_a_representative_without_account_says(act, station, liaison, district, bureau):
    person = factories.representative("赵六", station=station)
    row = factories.suggestion(station, person, by=liaison)
    act(row, "ask", liaison)
    act(row, "confirm", liaison, signer=row.signers.get().pk)
    act(row, "submit", liaison)
    assert row.state == "submitted"
    assert row.steps.get(kind="signed").by == liaison


def test_a_cosigner_neither_changes_nor_withdraws(as_, approved, station, lead, other, representative, district):
    row = factories.suggestion(station, lead, cosigners=[other], by=representative)
    for name in ("revise", "ask", "submit", "withdraw"):
        url = reverse(f"feedback:suggestion-{name}", args=[row.public_id])
        assert as_(other.user).post(url, {"seen": row.last_no, "reason": "x"}).status_code == 403
        assert as_(other.user).get(row.get_absolute_url()).status_code == 200
    stranger = factories.user("third", "representative", "410105")
    assert as_(stranger).get(row.get_absolute_url()).status_code == 404


def test_opinions_go_with_it_and_their_voters_hear(as_, act, station, lead, liaison, district, bureau, department):
    opinion = factories.opinion(station, contact=factories.contact(station.code, email="v@example.org"))
    url = reverse("feedback:suggestion-add") + f"?opinion={opinion.public_id}"
    assert url in as_(liaison).get(opinion.get_absolute_url()).content.decode()
    there = set(Notice.objects.values_list("pk", flat=True))
    as_(liaison).post(url, {**TEXTS, "lead": lead.public_id})
    suggestion = Suggestion.objects.get()
    opinion.refresh_from_db()
    assert (opinion.state, opinion.suggestion) == ("suggested", suggestion)
    assert Kind.OPINION_FORWARDED in {row.kind for row in Notice.objects.exclude(pk__in=there)}
    assert opinion.due_dates.open().get().kind == DueKind.ANSWER

    actions.ask_signers(suggestion, by=liaison)
    actions.confirm(suggestion.signers.get(), by=liaison)
    actions.submit(suggestion, by=liaison)
    actions.approve(suggestion, by=district)
    referral = actions.assign(suggestion, lead=bureau, by=district)
    day = referral.due_dates.get(kind=DueKind.HANDLE).due_on
    assert opinion.due_dates.open().get().due_on == day  # the voter knows until when
    due = referral.due_dates.get(kind=DueKind.HANDLE)
    times.extend(due, count=5, reason="要等立项", consent="张三代表 3月2日电话同意", by=district)
    due.refresh_from_db()
    assert opinion.due_dates.open().get().due_on == due.due_on > day
    actions.answer_referral(referral, **ANSWER, by=department)
    opinion.refresh_from_db()
    assert opinion.state == "answered"
    assert opinion.steps.order_by("-no")[0].words == ANSWER["words"]


def test_withdrawn_its_opinions_are_the_stations_again(station, lead, liaison):
    opinion = factories.opinion(station)
    row = factories.suggestion(station, lead, opinions=[opinion], by=liaison)
    actions.withdraw_suggestion(row, reason="不提了", by=liaison)
    opinion.refresh_from_db()
    assert (opinion.state, opinion.suggestion) == ("accepted", None)
    assert opinion.due_dates.open().exists()


def test_one_more_opinion_joins_a_draft(as_, station, lead, liaison):
    row = factories.suggestion(station, lead, by=liaison)
    opinion = factories.opinion(station)
    url = reverse("feedback:suggestion-add") + f"?opinion={opinion.public_id}"
    page = as_(liaison).post(url, {"gather": "1", "into": row.public_id})
    assert page.url == row.get_absolute_url()
    assert list(row.opinions.all()) == [opinion]


def test_merged_the_other_has_all_signers_and_opinions(act, station, lead, other, district):
    opinion = factories.opinion(station)
    first = factories.approved_suggestion(station, lead, by=district)
    second = factories.approved_suggestion(station, other, opinions=[opinion], title="同样的", by=district)
    act(second, "merge", district, into=first.public_id, reason="同一件事")
    assert (second.state, second.merged_into) == ("merged", first)
    assert set(first.signers.values_list("representative__name", "part")) == {("张三", "lead"), ("李四", "assisting")}
    opinion.refresh_from_db()
    assert opinion.suggestion == first
    assert kinds(first)[-1] == "took_in"


def test_numbers_are_of_the_district_and_the_year(station, lead, district):
    made = [factories.approved_suggestion(station, lead, by=district) for _n in range(3)]
    assert [row.serial for row in made] == [1, 2, 3]


def test_priority_comes_and_goes(act, assigned, district):
    act(assigned, "priority", district, words="由主任牵头")
    assert assigned.is_priority
    act(assigned, "priority", district)
    assert not assigned.is_priority
    assert kinds(assigned)[-2:] == ["priority", "priority"]


def test_what_names_somebody_by_number_is_not_published(act, answered, district):
    actions.close_suggestion(answered, by=district)
    page = act(answered, "publish", district, report="请打 13900001111")
    assert "手机号码" in str(page.context["form"].errors["report"])
    assert answered.published_at is None


def test_two_at_once_see_each_other(as_, assigned, district):
    url = reverse("feedback:suggestion-priority", args=[assigned.public_id])
    seen = assigned.last_no
    actions.note_suggestion(assigned, words="已电话催办", by=district)
    page = as_(district).post(url, {"seen": seen, "words": "由主任牵头"})
    assert "已电话催办" in page.content.decode()
    assert page.context["form"]["words"].value() == "由主任牵头"
    assert not Suggestion.objects.get(pk=assigned.pk).is_priority
    again = {"seen": page.context["form"]["seen"].value(), "words": "由主任牵头"}
    assert as_(district).post(url, again).url == assigned.get_absolute_url()


def test_who_hears_of_what(approved, bureau, district, department, representative, other):
    there = set(Notice.objects.values_list("pk", flat=True))
    referral = actions.assign(approved, lead=bureau, by=district)
    assert told_since(there) == {(Kind.SUGGESTION_SENT, str(department))}
    there = set(Notice.objects.values_list("pk", flat=True))
    actions.answer_referral(referral, **ANSWER, by=department)
    assert told_since(there) == {
        (Kind.SUGGESTION_ANSWERED, str(person)) for person in (representative, other.user, district)
    }
    body = Notice.objects.filter(kind=Kind.SUGGESTION_ANSWERED).exclude(channel="inbox").first().body
    assert approved.title in body


def test_the_yearly_report_counts_each_department(as_, answered, district, department, representative, lead):
    page = as_(district).get("/desk/suggestions/report/")
    [line] = page.context["lines"]
    assert (line.name, line.led, line.answered, line.due, line.on_time) == ("城市管理局", 1, 1, 1, 1)
    assert line.outcomes == [0, 0, 1, 0, 0]
    assert line.views == [0, 0, 0]
    actions.give_view(answered.signers.get(representative=lead), value="satisfied", by=representative)
    [line] = as_(district).get("/desk/suggestions/report/").context["lines"]
    assert line.views == [1, 0, 0]
    table = as_(district).get("/desk/suggestions/report/?format=csv")
    assert "城市管理局,1,1,1,1,0,0,1,0,0,1,0,0,0" in table.content.decode()
    assert [row.name for row in as_(department).get("/desk/suggestions/report/").context["lines"]] == ["城市管理局"]
    assert as_(district).get("/desk/suggestions/report/?year=1999").context["lines"] == []


def test_found_by_number_words_and_view(as_, assigned, district, station, lead):
    factories.suggestion(station, lead, title="关于公交的建议", matter="车少", proposal="多开车", by=district)

    def titles(query):
        return [row.title for row in as_(district).get(f"/desk/suggestions/{query}").context["rows"]]

    assert titles("") == [assigned.title]
    assert titles("?view=draft") == ["关于公交的建议"]
    assert titles("?view=all&q=路灯") == [assigned.title]
    assert titles("?view=all&q=1") == [assigned.title]
    assert titles(f"?view=all&year={timezone.localdate().year}") == [assigned.title]


def test_a_longer_list_costs_the_same(as_, client, district, station, lead, bureau, other):
    def cost(reader, path):
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(path).status_code == 200
        return len(queries)

    def published():
        row = factories.approved_suggestion(station, lead, cosigners=[other], by=district)
        actions.answer_referral(actions.assign(row, lead=bureau, by=district), **ANSWER, by=None)
        actions.close_suggestion(row, by=district)
        actions.publish_report(row, report="办好了", by=district)

    staff, paths = as_(district), ("/desk/suggestions/?view=all", "/desk/suggestions/report/")
    published()
    for path in paths:
        cost(staff, path)
    one = [cost(staff, path) for path in paths], cost(client, "/suggestions/")
    published()
    published()
    assert ([cost(staff, path) for path in paths], cost(client, "/suggestions/")) == one


def test_departments_by_link_answer_suggestions_too(client, assigned):
    from feedback.links import token_of

    url = reverse("feedback:link", args=[token_of(assigned.referrals.get())])
    assert assigned.title in client.get(url).content.decode()
    client.post(url, ANSWER | {"act": "answer", "name": "王工"})
    assigned.refresh_from_db()
    assert assigned.state == "answered"
    assert Referral.objects.get(suggestion=assigned).state == "answered"


def test_what_is_late_is_urged_by_rule_as_opinions_are(assigned, bureau, department, district):
    friday, monday = date(2026, 3, 6), date(2026, 3, 9)
    DueDate.objects.filter(suggestion=assigned, kind=DueKind.HANDLE).update(due_on=friday)
    DueDate.objects.filter(suggestion=assigned, kind=DueKind.RETURN).update(ended_on=friday, ended_as="dropped")
    assert (urge_overdue(monday), urge_overdue(monday)) == (1, 0)
    [urge] = assigned.urges.all()
    assert (urge.rank, urge.to, urge.by) == ("person", "城市管理局", None)
    assert kinds(assigned)[-1] == "urged"


def test_its_dates_have_pages_and_are_put_off_with_consent(as_, assigned, bureau, department, district):
    due = assigned.due_dates.get(kind=DueKind.HANDLE)
    page = as_(district).get(due.get_absolute_url())
    assert page.status_code == 200
    assert assigned.get_absolute_url() in page.content.decode()
    sent = {"count": 5, "reason": "要等立项", "seen": Suggestion.objects.get(pk=assigned.pk).last_no}
    refused = as_(district).post(f"{due.get_absolute_url()}extend/", sent)
    assert "consent" in refused.context["form"].errors
    as_(district).post(f"{due.get_absolute_url()}extend/", sent | {"consent": "张三代表 3月2日电话同意"})
    due.refresh_from_db()
    assert due.length == 5
    refused = as_(district).post(f"{due.get_absolute_url()}extend/", sent | {"count": 7, "consent": "同意", "seen": ""})
    assert "最长" in str(refused.context["form"].errors["count"])


def test_a_liaison_of_elsewhere_who_signs_it_speaks_for_nobody_else(
    as_, station, other_station, lead, other, representative
):
    account = other.user
    account.postings.create(role="liaison", code=other_station.code, since="2020-01-01")
    row = factories.suggestion(station, lead, cosigners=[other], by=representative)
    actions.ask_signers(row, by=representative)
    page = as_(account).get(reverse("feedback:suggestion-confirm", args=[row.public_id]))
    assert "signer" not in page.context["form"].fields
    url = reverse("feedback:suggestion-revise", args=[row.public_id])
    assert as_(account).post(url, TEXTS).status_code == 403


def test_numbers_of_persons_are_no_part_of_a_suggestion(as_, representative):
    page = as_(representative).post("/desk/suggestions/new/", TEXTS | {"matter": "王某来电 13900001111 说路黑"})
    assert "手机号码" in str(page.context["form"].errors["matter"])
    assert not Suggestion.objects.exists()


def test_departments_hear_that_an_opinion_became_a_suggestion(station, lead, liaison, bureau, department):
    opinion = factories.opinion(station)
    factories.referral(opinion, bureau, by=liaison)
    there = set(Notice.objects.values_list("pk", flat=True))
    factories.suggestion(station, lead, opinions=[opinion], by=liaison)
    assert (Kind.OPINION_CALLED_BACK, str(department)) in told_since(there)
