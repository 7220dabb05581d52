import pytest

from liaison.accounts.choices import Role
from liaison.accounts.models import Entry, Posting, Region, User
from tests import factories

pytestmark = pytest.mark.django_db

ADD = "/admin/accounts/user/add/"
PASSWORD = "Right-horse-8"


def filled(*posts, stored=0, **fields) -> dict:
    form = {
        "username": "xinren", "name": "新人", "is_active": "on", "new_password": PASSWORD,
        "postings-TOTAL_FORMS": len(posts),
        "postings-INITIAL_FORMS": stored, "postings-MIN_NUM_FORMS": 0, "postings-MAX_NUM_FORMS": 1000,
    }  # fmt: skip
    for i, post in enumerate(posts):
        for name, value in ({"since": "2026-01-01"} | post).items():
            form[f"postings-{i}-{name}"] = value
    return form | fields


def post(role, code) -> dict:
    return {"role": role, "code": code}


def change(user) -> str:
    return f"/admin/accounts/user/{user.pk}/change/"


@pytest.fixture
def local(street_region):
    """An administrator of one district only."""
    return factories.user("local", Role.ADMIN, "410105")


def test_administrator_makes_an_account_with_its_posting(as_, local):
    as_(local).post(ADD, filled(post(Role.STREET, "410105002")))
    user = User.objects.get(username="xinren")
    assert user.check_password(PASSWORD)
    assert [(p.role, p.code) for p in user.postings.all()] == [(Role.STREET, "410105002")]
    assert Entry.objects.filter(action="set_password", by=local, about=f"accounts.user:{user.pk}").count() == 1


@pytest.mark.parametrize("password", ["short", "alllowercaseletters", "Xinren-123", ""])
def test_weak_password_is_refused_at_its_field(as_, local, password):
    response = as_(local).post(ADD, filled(post(Role.STREET, "410105002"), new_password=password))
    assert list(response.context["adminform"].form.errors) == ["new_password"]
    assert not User.objects.filter(username="xinren").exists()


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("410102", "超出您的管理范围，不能在这里任命"), ("", "超出您的管理范围，不能在这里任命"),
        ("410105999", "没有这个区划或联络站代码"), ("410105002-77", "没有这个代码的联络站"),
    ],
)  # fmt: skip
def test_posting_stays_within_the_administrators_own_reach(as_, local, code, words):
    response = as_(local).post(ADD, filled(post(Role.DISTRICT, code)))
    assert words in str(response.context["errors"])
    assert not User.objects.filter(username="xinren").exists()


def test_account_without_posting_is_refused(as_, local):
    as_(local).post(ADD, filled())
    assert not User.objects.filter(username="xinren").exists()


@pytest.mark.parametrize("until", ["", "2099-01-01"])
def test_administrator_and_auditor_are_two_people(as_, local, until):
    auditor = post(Role.AUDITOR, "410105") | {"until": until}
    response = as_(local).post(ADD, filled(post(Role.ADMIN, "410105"), auditor))
    assert "应由不同的人担任" in str(response.context["errors"])
    assert not User.objects.filter(username="xinren").exists()


def test_auditor_elsewhere_does_not_become_administrator_here(as_, local):
    person = factories.user("elsewhere", Role.AUDITOR, "41")
    mine = Posting.objects.create(user=person, role=Role.DISTRICT, code="410105", since="2026-01-01")
    row = post(Role.DISTRICT, "410105") | {"id": mine.pk, "user": person.pk}
    unchanged = {"username": "elsewhere", "name": "elsewhere", "new_password": ""}
    as_(local).post(change(person), filled(row, post(Role.ADMIN, "410105"), stored=1, **unchanged))
    assert set(person.postings.values_list("role", flat=True)) == {Role.AUDITOR, Role.DISTRICT}


@pytest.mark.parametrize("taken", [{"new_password": PASSWORD}, {"email": "mine@example.com"}, {"is_active": ""}])
def test_account_of_somebody_who_reaches_further_stays(as_, local, taken):
    person = factories.user("big", Role.DISTRICT, "410105")
    Posting.objects.create(user=person, role=Role.ADMIN, code="")
    response = as_(local).post(
        change(person), filled(**({"username": "big", "name": "big", "new_password": ""} | taken))
    )
    assert "还在您管理范围以外任职" in str(response.context["errors"])
    after = User.objects.get(pk=person.pk)
    assert (after.check_password(PASSWORD), after.email, after.is_active) == (False, "", True)


def test_empty_password_leaves_the_old_one(as_, local, district):
    district.set_password("Old-horse-99")
    district.save()
    as_(local).post(change(district), filled(username="district", name="改名", new_password=""))
    district.refresh_from_db()
    assert (district.name, district.check_password("Old-horse-99")) == ("改名", True)


def test_district_looks_and_does_not_touch(as_, district, street):
    client = as_(district)
    assert client.get(change(street)).context["has_change_permission"] is False
    assert client.post(change(street), filled(username="street", name="夺")).status_code == 403
    assert client.post(ADD, filled(post(Role.ADMIN, "410105"))).status_code == 403
    assert not Posting.objects.filter(role=Role.ADMIN).exists()


def test_history_of_an_account_shows_old_and_new(as_, local, street):
    as_(local).post(change(street), filled(username="street", name="新名", new_password=""))
    steps = as_(local).get(f"/admin/accounts/user/{street.pk}/history/").context["steps"]
    assert [(step.by, step.what) for step in steps] == [("local", ["姓名：street → 新名"]), ("系统", ["新增"])]


@pytest.mark.parametrize(
    ("term", "found"),
    [
        ("41010", {"金水区", "花园路街道", "甲院社区居民委员会"}), ("金水", {"金水区"}), ("甲院", set()),
        ("410105 甲院", {"甲院社区居民委员会"}),
    ],
)  # fmt: skip
def test_divisions_are_found_by_code_and_name(as_, administrator, station, term, found):
    response = as_(administrator).get("/admin/accounts/region/", {"q": term})
    assert {region.name for region in response.context["cl"].result_list} == found
    assert Region.objects.count() == 5
