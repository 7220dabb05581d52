"""Who may do what: the whole matrix on one page, shown to staff at /desk/roles/.

A grant says which roles may use a verb on a noun; *where* they may is their posting's place (scoping.py). Conditions
of state (a draft may be published, a logged visit may not be changed) stay on the models as `can_…`.

`read` is what the public may see, everybody included. `view` is the staff's look at rows within reach.
"""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from .choices import Role

D, S, L, R, P, A, X = (
    Role.DISTRICT, Role.STREET, Role.LIAISON, Role.REPRESENTATIVE, Role.DEPARTMENT, Role.AUDITOR, Role.ADMIN,
)  # fmt: skip
EVERYONE = frozenset({*Role, None})  # None is a visitor without an account
STAFF = frozenset({D, S, L, A, X})

VERBS = {
    "read": _("公开阅览"),
    "view": _("查看"),
    "add": _("新增"),
    "change": _("修改"),
    "delete": _("删除"),
    "publish": _("发布"),
    "cancel": _("取消"),
    "log": _("登记"),
    "resend": _("重发"),
    "unmask": _("看完整联系方式"),
    "erase": _("清除联系方式"),
    "handle": _("办理"),
    "answer": _("答复"),
    "urge": _("督办"),
    "sign": _("联名"),
    "review": _("审核"),
}

GRANTS: dict[str, dict[str, Iterable[Role | None]]] = {
    "accounts.region": {"read": EVERYONE, "view": STAFF, "change": {D, X}},
    "accounts.user": {"view": {D, A, X}, "add": {X}, "change": {X}},
    "accounts.posting": {"view": {D, A, X}, "add": {X}, "change": {X}, "delete": {X}},
    "accounts.entry": {"view": {A}},
    # Who keeps the machines running has no business with voters' names.
    "accounts.contact": {"view": {D, S, L, A}, "unmask": {D, S, L}, "erase": {D}},
    "accounts.job": {"view": {D, S, L, X}, "change": {D, S, L, X}},
    "policy.threshold": {"view": STAFF, "add": {D, X}, "change": {D, X}},
    "policy.calendaryear": {"read": EVERYONE, "view": STAFF, "add": {D, X}, "change": {D, X}},
    "policy.calendarday": {
        "read": EVERYONE, "view": STAFF, "add": {D, X}, "change": {D, X}, "delete": {D, X},
    },
    "notices.notice": {"view": {*STAFF, R}, "resend": {D, S, L, X}},
    "notices.channelsetting": {"view": {D, A, X}, "add": {X}, "change": {X}, "delete": {X}},
    "notices.text": {"view": {D, A, X}, "change": {D, X}},
    "notices.preference": {"view": frozenset(Role), "change": frozenset(Role)},
    "stations.station": {"read": EVERYONE, "view": STAFF, "add": {D}, "change": {D, S, L}},
    "stations.room": {"read": EVERYONE, "view": STAFF, "add": {D, S, L}, "change": {D, S, L}, "delete": {D, S}},
    "stations.provision": {"read": EVERYONE, "view": STAFF, "add": {D, S, L}, "change": {D, S, L}},
    "representatives.representative": {"read": EVERYONE, "view": {*STAFF, R}, "add": {D}, "change": {D}},
    "representatives.seat": {"read": EVERYONE, "view": {*STAFF, R}, "add": {D}, "change": {D}},
    "representatives.membership": {"read": EVERYONE, "view": {*STAFF, R}, "add": {D, S}, "change": {D, S}},
    "representatives.absence": {
        "view": {*STAFF, R}, "add": {D, S, L, R}, "change": {D, S, L, R}, "delete": {D, S, L, R},
    },
    "visits.visit": {
        "read": EVERYONE, "view": {*STAFF, R}, "add": {D, S, L}, "change": {D, S, L}, "delete": {D, S, L},
        "publish": {D, S}, "cancel": {D, S}, "log": {D, S, L},
    },
    "visits.attendance": {
        "read": EVERYONE, "view": {*STAFF, R}, "add": {D, S, L}, "change": {D, S, L}, "delete": {D, S, L},
    },
    "visits.invitation": {"view": {*STAFF, R}, "change": {D, S, L, R}},
    "visits.reminderrule": {"view": STAFF, "add": {D, X}, "change": {D, X}, "delete": {D, X}},
    "visits.series": {"view": STAFF, "add": {D, S, L}, "change": {D, S, L}, "delete": {D, S, L}},
    "visits.seriesperson": {"view": STAFF},
    "visits.rotaplan": {"view": {D, S, A, X}, "add": {D, S}, "change": {D, S}, "delete": {D, S}},
    "visits.rotaslot": {"view": {D, S, A, X}},
    "visits.rotaseat": {"view": {D, S, A, X}},
    "visits.printing": {"view": STAFF, "add": {D, S, L}},
    "visits.feedkey": {"view": {D, S, L, R}, "add": {D, S, L, R}, "change": {D, S, L, R}},
    "visits.photo": {"view": {*STAFF, R}, "add": {D, S, L}, "change": {D, S, L}, "delete": {D, S, L}},
    "feedback.category": {"read": EVERYONE, "view": {*STAFF, R, P}, "add": {D, X}, "change": {D, X}},
    "feedback.department": {"read": EVERYONE, "view": {*STAFF, R, P}, "add": {D, X}, "change": {D, X}},
    "feedback.departmentmember": {"view": {D, A, X}, "add": {D, X}, "change": {D, X}, "delete": {D, X}},
    # What voters say is no business of those who keep the machines running, either.
    "feedback.opinion": {
        "view": {D, S, L, A, R, P}, "add": {D, S, L}, "change": {D, S, L}, "handle": {D, S, L}, "answer": {R},
        "urge": {D, S, L}, "publish": {D, S},
    },
    "feedback.opinionstep": {"view": {D, S, L, A, R}},
    "feedback.attachment": {"view": {D, S, L, A, R, P}, "add": {D, S, L, P}},
    "feedback.referral": {"view": {D, S, L, A, P}, "handle": {D, S, L}, "answer": {P}, "urge": {D, S, L}},
    "feedback.duedate": {"view": {D, S, L, A, R, P}, "change": {D, S, L}},
    "feedback.urge": {"view": {D, S, L, A, R, P}},
    "feedback.rating": {"view": {D, S, L, A, R, P}, "add": {D, S, L}},
    "feedback.outcome": {"read": EVERYONE, "view": {D, S, L, A, R}, "add": {D, S, L}, "change": {D, S, L},
                         "publish": {D, S}},
    "feedback.suggestion": {
        "read": EVERYONE, "view": {D, S, L, A, R, P}, "add": {D, S, L, R}, "change": {D, S, L, R}, "sign": {R},
        "review": {D}, "urge": {D}, "publish": {D},
    },
    "feedback.suggestionsigner": {"view": {D, S, L, A, R, P}, "sign": {R}},
    "feedback.suggestionstep": {"view": {D, S, L, A, R, P}},
    "feedback.savedview": {"view": {D, S, L, A, R}, "add": {D, S, L, A, R}, "delete": {D, S, L, A, R}},
    "feedback.erasure": {"view": {D, A}},
}  # fmt: skip

# What public pages are made of, and nothing else: a change to any of these makes the kept pages out of date.
EVERYBODY_READS = frozenset(noun for noun, verbs in GRANTS.items() if None in verbs.get("read", ()))


def roles_that(verb: str, noun: str) -> frozenset[Role | None]:
    """Roles that may use `verb` on `noun` ("visits.visit"). Nothing is granted that is not written above."""
    return frozenset(GRANTS.get(noun, {}).get(verb, ()))


def noun_of(model) -> str:
    return model._meta.label_lower
