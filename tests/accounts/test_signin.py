import pytest
from axes.models import AccessAttempt
from django.test import Client

from liaison.accounts.models import User
from tests.conftest import PASSWORD, forget_cache

LOGIN = "/accounts/login/"
WRONG = "账号或密码不正确"


@pytest.fixture(autouse=True)
def _no_memory_of_failures(db):
    forget_cache()
    yield
    forget_cache()


@pytest.fixture
def person(liaison) -> User:
    liaison.set_password(PASSWORD)
    liaison.save()
    return liaison


def sign_in(client, login="liaison", password=PASSWORD, address="10.0.0.1", forwarded=None, **more):
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    return client.post(LOGIN, {"login": login, "password": password, **more}, REMOTE_ADDR=address, headers=headers)


def test_user_name_and_password_lead_to_the_desk(client, person):
    assert sign_in(client).url == "/desk/"
    assert client.session["_auth_user_id"] == str(person.pk)


def test_sign_in_leads_back_to_the_page_and_never_elsewhere(person):
    assert sign_in(Client(), next="/desk/visits/?when=past").url == "/desk/visits/?when=past"
    assert sign_in(Client(), next="https://example.com/").url == "/desk/"


@pytest.mark.parametrize(("login", "password"), [("liaison", "Wrong-horse-7"), ("nobody", PASSWORD), ("LIAISON", "x")])
def test_wrong_password_and_unknown_account_read_alike(client, person, login, password):
    page = sign_in(client, login, password)
    assert page.context["form"].non_field_errors() == [WRONG]
    assert f'value="{login}"' in page.content.decode()
    assert "_auth_user_id" not in client.session


def test_empty_form_says_what_is_missing(client, db):
    errors = client.post(LOGIN, {}).context["form"].errors
    assert errors == {"login": ["该字段是必填项。"], "password": ["该字段是必填项。"]}


def test_five_failures_lock_the_account_from_that_address_only(person):
    tried = ["liaison", "Liaison", " liaison", "LIAISON", "liaison"]  # sign-in takes any case, and so does the count
    statuses = [sign_in(Client(), login, "wrong").status_code for login in tried]
    locked = sign_in(Client())
    assert (statuses[:4], locked.status_code) == ([200] * 4, 429)
    assert "登录失败次数过多" in locked.content.decode()
    assert sign_in(Client(), address="10.0.0.2").url == "/desk/"


def test_behind_our_proxy_the_lock_holds_for_the_clients_own_address(person, settings):
    settings.PROXIES = 1
    for _ in range(5):
        sign_in(Client(), password="wrong", forwarded="1.2.3.4, 10.9.9.9")
    # What stands before the proxy's own entry is anybody's invention.
    assert sign_in(Client(), forwarded="5.6.7.8, 10.9.9.9").status_code == 429
    assert sign_in(Client(), forwarded="10.8.8.8").url == "/desk/"


def test_without_a_proxy_a_header_does_not_get_around_the_lock(person):
    for n in range(5):
        sign_in(Client(), password="wrong", forwarded=f"10.1.1.{n}")
    assert sign_in(Client(), forwarded="10.1.1.99").status_code == 429


def test_lock_of_one_account_leaves_others_at_the_address_alone(person, street):
    street.set_password(PASSWORD)
    street.save()
    for _ in range(6):
        sign_in(Client(), password="wrong")
    assert sign_in(Client(), login="street").url == "/desk/"
    assert set(AccessAttempt.objects.values_list("username", flat=True)) == {"liaison"}


def test_success_forgets_the_failures(person):
    for _ in range(2):
        for _ in range(4):
            sign_in(Client(), password="wrong")
        assert sign_in(Client()).url == "/desk/"


def test_switched_off_account_does_not_sign_in(client, person):
    User.objects.update(is_active=False)
    page = sign_in(client)
    assert "_auth_user_id" not in client.session
    assert page.status_code == 200 or page.url == "/accounts/inactive/"


def test_signing_up_is_closed(client, db):
    page = client.get("/accounts/signup/")
    assert page.templates[0].name == "account/signup_closed.html"
    client.post("/accounts/signup/", {"username": "new", "password1": PASSWORD, "password2": PASSWORD})
    assert not User.objects.exists()


def test_leaving_ends_the_session(as_, person):
    client = as_(person)
    assert client.get("/accounts/logout/").status_code == 200
    assert client.post("/accounts/logout/").url == "/"
    assert client.get("/desk/").status_code == 302


def test_sign_in_page_never_comes_from_another_site(client, db):
    page = client.get(LOGIN)
    assert "unsafe" not in page["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"]
