"""The private calendar of whoever signed in: open it, see its address, renew it, close it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from liaison.accounts.scoping import may
from liaison.common.forms import ConfirmForm, posted, refusals_at

from ..feeds import keys
from ..feeds.addresses import Address
from ..models import FeedKey


@never_cache
def feed(request):
    """The address, or the button that makes one."""
    key = _key(request.user)
    form = ConfirmForm(posted(request))
    if form.is_valid():
        with refusals_at(form):
            keys.make_key(by=request.user)
            messages.success(request, _("已开通，按下面的办法加到日历里"))
            return redirect("visits:feed")
    address = key and Address.at(request, reverse("visits:private-ics", args=[keys.address_of(key)]))
    return render(request, "visits/feed.html", {"key": key, "address": address, "form": form})


def feed_renew(request):
    title, text = _("更换订阅地址"), _("旧地址立即失效，已经订阅的日历会停止更新，需要用新地址重新订阅。")
    return _confirm(request, keys.renew_key, title, text, _("更换地址"), _("已更换，请用新地址重新订阅"))


def feed_revoke(request):
    title, text = _("停用日历订阅"), _("地址立即失效，已经订阅的日历会停止更新。以后可以重新开通，地址会是新的。")
    return _confirm(request, keys.revoke_key, title, text, _("停用"), _("日历订阅已停用"))


def _confirm(request, act, title: str, text: str, submit_label: str, done: str):
    key = _key(request.user)
    if key is None:
        messages.error(request, _("日历订阅还没有开通，或者已经停用"))
        return redirect("visits:feed")
    form = ConfirmForm(posted(request))
    if form.is_valid():
        with refusals_at(form):
            act(key, by=request.user)
            messages.success(request, done)
            return redirect("visits:feed")
    context = {"title": title, "text": text, "submit_label": submit_label, "form": form,
               "cancel_url": reverse("visits:feed")}  # fmt: skip
    return render(request, "generic/confirm.html", context)


def _key(user) -> FeedKey | None:
    """The key in force, for whoever may have one."""
    if not may(user, "add", FeedKey):
        raise PermissionDenied
    return FeedKey.objects.for_user(user).in_force().first()
