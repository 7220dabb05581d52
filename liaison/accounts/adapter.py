from allauth.account.adapter import DefaultAccountAdapter
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator, never by signing up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("账号或密码不正确"),
    }

    def is_open_for_signup(self, request) -> bool:
        return False


def account_tried(request, credentials=None) -> str:
    """The account that failures are counted on, in one spelling, for sign-in takes any case.

    allauth hands it over as `username`, axes itself and the form as `login`.
    """
    given = credentials or {}
    name = given.get("username") or given.get("login") or request.POST.get("login", "")
    return name.strip().casefold()


def locked_out(request, credentials=None, *args, **kwargs):
    """What somebody sees after too many failures for one account from one address."""
    return render(request, "account/locked.html", status=429)
