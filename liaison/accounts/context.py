from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.common.panels import borrowed

from .choices import Role

AT_STATIONS = frozenset({Role.LIAISON, Role.STREET, Role.DISTRICT, Role.AUDITOR})

# The desk's bar: url name, label, icon, who sees it. At most five stand on a phone (LOOK.md).
PLACES = [
    ("desk", _("今天"), "today", frozenset(Role)),
    ("visits:visit-list", _("进站安排"), "calendar", AT_STATIONS | {Role.REPRESENTATIVE}),
    ("feedback:opinion-list", pgettext_lazy("plural", "意见"), "inbox", AT_STATIONS | {Role.REPRESENTATIVE}),
    (
        "stations:desk-station-list",
        pgettext_lazy("plural", "联络站"),
        "station",
        frozenset({Role.LIAISON, Role.STREET}),
    ),
    ("feedback:referral-list", pgettext_lazy("plural", "转办件"), "inbox", frozenset({Role.DEPARTMENT})),
    ("notices:inbox", pgettext_lazy("plural", "提醒"), "bell", frozenset(Role)),
    ("accounts:history", _("审计"), "history", frozenset({Role.AUDITOR})),
    ("admin:index", _("管理后台"), "admin", frozenset({Role.DISTRICT, Role.ADMIN})),
]
# A place that holds more pages than those below its own address.
UNDER = {
    "visits:visit-list": (
        "visits:visit-list", "visits:series-list", "visits:rota-list", "visits:poster-list", "visits:feed",
        "representatives:absence-list",
    ),
    "notices:inbox": (
        "notices:notice-list",
        "notices:preferences",
        "notices:mail-list",
        "notices:text-list",
        "visits:reminder-rules",
    ),
}  # fmt: skip


def desk(request):
    """The places of the desk for whoever signed in; nothing on public pages, which are cached whole."""
    user = getattr(request, "user", None)
    if not request.path.startswith(("/desk/", "/accounts/")) or user is None or not user.is_authenticated:
        return {}
    here = request.path
    nav = places_of(user)
    for place in nav:
        place["active"] = here == place["url"] if place["url"] == reverse("desk") else here.startswith(place["under"])
        if place["name"] == "notices:inbox":
            place["count"] = borrowed("unread notices", user) or 0
        if place["name"] == "feedback:referral-list":
            place["count"] = borrowed("referrals to sign for", user) or 0
        if place["name"] == "feedback:opinion-list":
            place["count"] = borrowed("opinions waiting", user) or 0
    return {"desk_nav": nav}


def places_of(user) -> list[dict]:
    """Where `user` works on the desk, in the order of the bar."""
    return [
        {
            "name": name, "url": reverse(name), "under": tuple(map(reverse, UNDER.get(name, (name,)))),
            "label": label, "icon": icon, "count": 0,
        }
        for name, label, icon, roles in PLACES
        if user.roles & roles
    ]  # fmt: skip
