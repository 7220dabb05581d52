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


def locked_out(request, credentials=None, *args, **kwargs):
    """What somebody sees after too many failures for one account from one address."""
    return render(request, "account/locked.html", status=429)
