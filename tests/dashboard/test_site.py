import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import translation

from tests import factories

pytestmark = pytest.mark.django_db

OUTSIDERS = ["liaison", "street", "representative", "auditor", "department"]


@pytest.mark.parametrize("who", OUTSIDERS)
@pytest.mark.parametrize(
    "path", ["/admin/", "/admin/visits/visit/", "/admin/visits/visit/add/", "/admin/idle-stations/"]
)
def test_nobody_else_enters(request, as_, who, path):
    response = as_(request.getfixturevalue(who)).get(path, follow=True)
    assert response.status_code == 403
    assert "您没有查看这一页的权限" in response.content.decode()


@pytest.mark.parametrize("path", ["/admin/", "/admin/login/", "/admin/visits/visit/"])
def test_visitor_signs_in_at_the_one_door(client, path):
    response = client.get(path, follow=True)
    assert response.request["PATH_INFO"] == reverse("account_login")
    assert response.redirect_chain[-1][0].split("?next=")[1].startswith("/admin/")


def test_password_and_sign_out_are_allauths(as_, district):
    client = as_(district)
    assert client.get("/admin/password_change/")["Location"] == reverse("account_change_password")
    assert client.get("/admin/logout/")["Location"] == reverse("account_logout")


@pytest.mark.parametrize("who", ["district", "administrator"])
def test_every_list_and_form_opens_without_inline_code(request, as_, who):
    client = as_(request.getfixturevalue(who))
    factories.visit(factories.station("410105-01") if who == "district" else request.getfixturevalue("station"))
    for model in admin.site._registry:
        for page in ("changelist", "add"):
            response = client.get(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"))
            text = response.content.decode()
            assert response.status_code in {200, 403}, response.request["PATH_INFO"]
            assert "<style" not in text
            assert " style=" not in text
            assert "<script>" not in text
            assert " onclick=" not in text


def test_start_page_lists_only_models_within_the_grants(as_, district, administrator):
    def names(user):
        apps = as_(user).get("/admin/").context["app_list"]
        return {(model["name"], bool(model["add_url"])) for app in apps for model in app["models"]}

    both = {("提醒", False), ("行政区划", False), ("规则数值", True), ("日历年度", True),
            ("承办单位", True), ("意见类别", True)}  # fmt: skip
    assert names(district) == both | {
        ("进站", True),
        ("联络站", True),
        ("人大代表", True),
        ("账号", False),
        ("通知渠道", False),
        ("清除凭证", False),
    }
    assert names(administrator) == both | {
        ("进站", False),
        ("联络站", False),
        ("人大代表", False),
        ("账号", True),
        ("通知渠道", True),
    }


def test_english_mode_holds(as_, district):
    client = as_(district)
    client.cookies["liaison_language"] = "en"
    with translation.override("zh-hans"):  # the request leaves its language behind in this thread
        assert client.get("/admin/visits/visit/")["Content-Language"] == "en"
