"""The start page of the desk: what is on for whoever signed in, and what waits for a hand."""

from datetime import timedelta

from django.shortcuts import render
from django.utils import timezone

from liaison.accounts.choices import Role
from liaison.accounts.context import places_of
from liaison.accounts.scoping import may
from liaison.common.estimates import capped_count
from liaison.common.panels import borrowed
from liaison.notices.resending import doubtful

from ..choices import State
from ..models import Visit
from ..moves import count_waiting
from ..notice import NoticeRule, warn_days
from .cards import marked, shown

ON_DUTY = frozenset({Role.LIAISON, Role.STREET, Role.DISTRICT, Role.REPRESENTATIVE})  # whose day is made of visits
MOST_ON_DESK = 12
MOST_WAITING = 6
MOST_MOVES = 99
DAYS_AHEAD = 7
MOST_STATIONS = 60


def desk(request):
    """Today and the days ahead within reach, and what waits for a hand; for the others where to go."""
    today, user = timezone.localdate(), request.user
    visits = shown(Visit.objects.for_user(user), user)
    ahead = visits.between(today + timedelta(days=1), today + timedelta(days=DAYS_AHEAD)).order_by("starts_at", "id")
    context = {
        "today": today,
        "works_here": bool(user.roles & ON_DUTY),
        "logs_here": Role.LIAISON in user.roles,  # logging is the liaison's main act, for others one of several
        "now_on": marked(visits.between(today, today).order_by("starts_at", "id")[: MOST_ON_DESK + 1], user),
        "ahead": marked(ahead[: MOST_ON_DESK + 1], user),
        "to_log": _to_log(visits, user, today),
        "to_publish": _to_publish(visits, user, today),
        "moves": count_waiting(user, timezone.now(), MOST_MOVES),
        "most_moves": MOST_MOVES,
        "doubtful": capped_count(doubtful(user, timezone.now()), MOST_MOVES),
        "most": MOST_ON_DESK,
        "most_waiting": MOST_WAITING,
        "may_add": may(user, "add", Visit),
        "places": places_of(user),
        "opinions": borrowed("opinions at hand", user, today) or [],
        "suggestions": borrowed("suggestions at hand", user) or [],
        "may_see_stations": bool(user.roles & {Role.DISTRICT, Role.AUDITOR}),  # their bar is full without
    }
    return render(request, "visits/desk.html", context)


def _to_log(visits, user, today):
    """Visits of earlier days that nobody has written down yet; today's stand under today."""
    waiting = visits.filter(Visit.objects.reach(user, "log"), state__in=[State.PUBLISHED, State.HELD])
    return marked(waiting.before(today).order_by("ends_at", "id")[: MOST_WAITING + 1])


def _to_publish(visits, user, today):
    """Drafts that must be public by now, or in some days: a warning comes before the day is missed."""
    rule, warn = NoticeRule.on(today), warn_days(today)
    drafts = visits.filter(Visit.objects.reach(user, "publish")).to_publish(today, rule, within_days=warn)
    rows = marked(drafts.filter(starts_at__gt=timezone.now()).order_by("starts_at", "id")[: MOST_WAITING + 1])
    for visit in rows:
        visit.notice = rule.for_visit(timezone.localdate(visit.starts_at), today, warn)
    return rows
