"""Departments, their members and the categories in the browser admin; and the list that liaisons choose from."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from feedback.models import Category, Department
from tests import factories

pytestmark = pytest.mark.django_db
ADMIN, LIST = "/admin/feedback/department/", "/desk/departments/"
NO_MEMBERS = {"memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
GIVEN = NO_MEMBERS | {"place": "410105", "name": "城市管理局", "is_active": "on"}


def member(user):
    return {"memberships-TOTAL_FORMS": 1, "memberships-0-user": user.pk, "memberships-0-since": "2026-01-01"}


def errors(response):
    form, formset = response.context["adminform"].form, response.context["inline_admin_formsets"][0].formset
    return {**form.errors, **{name: words for row in formset.errors for name, words in row.items()}}


def test_the_district_sets_up_a_department_with_its_members(as_, district, department):
    as_(district).post(f"{ADMIN}add/", GIVEN | member(department))
    made = Department.objects.get()
    assert (made.name, made.place, list(made.members.all())) == ("城市管理局", "410105", [department])


def test_who_was_not_appointed_for_a_department_is_no_member(as_, district, liaison):
    response = as_(district).post(f"{ADMIN}add/", GIVEN | member(liaison))
    assert errors(response) == {"user": ["liaison 还没有“承办单位”的任职，请先由系统管理员在“账号”中任命"]}


@pytest.mark.parametrize(
    ("place", "words"),
    [("410106", "超出您的管理范围"), ("4101", "超出您的管理范围"), ("410105999", "没有这个区划代码"),
     ("4101050", "没有这个区划代码")],
)  # fmt: skip
def test_nobody_sets_one_up_where_they_do_not_work(place, words, as_, district):
    factories.region("410106", "邻区")
    assert errors(as_(district).post(f"{ADMIN}add/", GIVEN | {"place": place})) == {"place": [words]}


def test_a_second_one_of_the_same_name_is_told(as_, district):
    factories.department("410105", "城市管理局")
    response = as_(district).post(f"{ADMIN}add/", GIVEN)
    assert "这个区划已有同名承办单位" in str(errors(response))


def test_another_districts_department_is_not_found(as_, district):
    factories.region("410106", "邻区")
    theirs, ours = factories.department("410106"), factories.department("410105")
    client = as_(district)
    listed = list(client.get(ADMIN).context["cl"].result_list)
    assert (listed, client.get(f"{ADMIN}{theirs.pk}/change/").status_code) == ([ours], 302)


def test_the_list_says_who_signs_in_and_who_answers_by_links(as_, district, department):
    factories.department("410105", "甲局", [department])
    factories.department("410105", "乙局")
    page = as_(district).get(ADMIN).content.decode()
    assert ("1 个" in page, "没有，用链接答复" in page) == (True, True)


@pytest.mark.parametrize("term", ["城市", "410105"])
def test_it_is_found_by_name_and_place(term, as_, district):
    factories.region("410105002", "花园路街道")
    ours = factories.department("410105", "城市管理局")
    found = as_(district).get(ADMIN, {"q": term}).context["cl"].result_list
    assert list(found) == [ours]


def test_the_admins_list_asks_as_often_for_one_as_for_three(as_, district, django_assert_num_queries):
    client = as_(district)
    factories.department("410105")
    client.get(ADMIN)
    with CaptureQueriesContext(connection) as once:
        client.get(ADMIN)
    factories.department("410105"), factories.department("410105")
    with django_assert_num_queries(len(once)):
        client.get(ADMIN)


def test_a_category_is_added_and_no_longer_offered_but_keeps_its_code(as_, district):
    client, base = as_(district), "/admin/feedback/category/"
    client.post(f"{base}add/", {"name": "数字经济", "code": "digital", "position": 130, "is_offered": "on"})
    client.post(f"{base}digital/change/", {"name": "数字经济", "code": "changed", "position": 5})
    row = Category.objects.get(name="数字经济")
    assert (row.code, row.position, row.is_offered) == ("digital", 5, False)


def test_liaisons_see_who_handles_what(as_, liaison):
    factories.department("410105", "城市管理局", duties="市容、环卫、路灯")
    factories.department("410105", "停用的局", is_active=False)
    page = as_(liaison).get(LIST)
    assert [row.name for row in page.context["rows"]] == ["城市管理局"]
    assert ("市容、环卫、路灯" in page.content.decode(), "金水区" in page.content.decode()) == (True, True)


def test_they_find_one_by_its_duties(as_, liaison):
    factories.department("410105", "城市管理局", duties="市容、环卫、路灯")
    factories.department("410105", "住建局", duties="房屋、物业")
    client = as_(liaison)
    found = {q: [row.name for row in client.get(LIST, {"q": q}).context["rows"]] for q in ("路灯", "住建", "没有")}
    assert found == {"路灯": ["城市管理局"], "住建": ["住建局"], "没有": []}


def test_of_departments_without_reach_nothing_is_listed(as_, neighbour, department):
    factories.region("410106", "邻区")
    factories.department("410106", "邻区的局")
    own = factories.department("410105", "自己的局", [department])
    assert list(as_(neighbour).get(LIST).context["rows"]) == [own]
    factories.department("410105", "别的局")
    assert list(as_(department).get(LIST).context["rows"]) == [own]
