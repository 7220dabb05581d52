from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by an administrator, never by signing up."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("账号或密码不正确"),
    }

    def is_open_for_signup(self, request) -> bool:
        return False

    def get_client_ip(self, request) -> str:
        return client_address(request)


def client_address(request) -> str:
    """Where the request came from as the outermost proxy of ours saw it; a header that anybody can write is not asked.

    The API's throttle reckons alike (NUM_PROXIES). With the proxy's own address in its place, five wrong passwords
    from anywhere would lock an account for everybody.
    """
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    known = settings.PROXIES and len(hops) >= settings.PROXIES
    return hops[-settings.PROXIES].strip() if known else request.META.get("REMOTE_ADDR", "")


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
