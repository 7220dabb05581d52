"""The reminder on the day before a published visit: who gets it, when, and what it says."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.templatetags.face import cn_near_date, cn_time_range
from liaison.notices import actions as notices
from liaison.notices.choices import Kind
from liaison.notices.letters import Letter, Own
from liaison.policy.choices import Key
from liaison.policy.models import Threshold

from .choices import AttendanceState, State
from .models import Visit

AHEAD = timedelta(days=2)


def about(visit: Visit) -> str:
    return f"visits.visit:{visit.pk}"


def plan_reminders(visit: Visit) -> None:
    """Cancel what was planned for an earlier state of `visit` and plan what holds now. Call it in the same transaction.

    Nothing is planned for a visit that is not public, or whose reminder could only come after its grace.
    """
    if visit.state != State.PUBLISHED:
        notices.cancel(about(visit))
        return
    due_at, expires_at = reminder_hours(visit)
    if timezone.now() >= expires_at:
        notices.cancel(about(visit))
        return
    letter = Letter(
        Kind.VISIT_TOMORROW, recipients(visit), due_at, expires_at, lambda: facts(visit), lambda user: own(visit, user)
    )
    notices.plan(about=about(visit), about_version=visit.version, place=visit.station_id, letters=[letter])


def plan_again(at: datetime) -> None:
    """Plan the reminders of the next days once more: since they were planned, a liaison may have changed, or a rule."""
    near = Visit.objects.filter(state=State.PUBLISHED, starts_at__gt=at, starts_at__lte=at + AHEAD)
    for pk in near.values_list("pk", flat=True):
        with transaction.atomic():
            visit = Visit.objects.select_for_update().get(pk=pk)
            plan_reminders(visit)


def reminder_hours(visit: Visit) -> tuple[datetime, datetime]:
    """When the reminder is due, and from when on it is dropped: after its grace, or once the visit begins."""
    hour = Threshold.objects.number(Key.REMINDER_HOUR)
    grace = Threshold.objects.number(Key.REMINDER_GRACE_HOURS)
    day_before = timezone.localdate(visit.starts_at) - timedelta(days=1)
    due_at = timezone.make_aware(datetime.combine(day_before, time(hour)))
    return due_at, min(due_at + timedelta(hours=grace), visit.starts_at)


def recipients(visit: Visit):
    """Representatives who are expected, and the heads and liaisons of the station, each once."""
    expected = visit.attendances.filter(state=AttendanceState.EXPECTED, representative__user__isnull=False)
    users = User.objects.filter(pk__in=expected.values("representative__user"), is_active=True)
    return users.union(visit.station.liaisons())


def facts(visit: Visit) -> dict[str, str]:
    """What the texts speak of: when, where, who. No phone number, no voter; and the day with its date, no "tomorrow",
    for a visit published late may be today's."""
    expected = visit.attendances.filter(state=AttendanceState.EXPECTED)
    return {
        "when": when(visit),
        "station": visit.station.name,
        "where": where(visit),
        "matter": visit.heading,
        "people": "、".join(expected.values_list("representative__name", flat=True)) or _("待定"),
        "page": f"{settings.SITE['url'].rstrip('/')}{visit.get_absolute_url()}" if settings.SITE["url"] else "",
    }


def when(visit: Visit) -> str:
    """12月1日（星期二）9:00—11:00; other languages put a blank between the day and its hours."""
    blank = "" if get_language() == settings.LANGUAGE_CODE else " "
    return f"{cn_near_date(visit.starts_at)}{blank}{cn_time_range(visit.starts_at, visit.ends_at)}"


def own(visit: Visit, user: User) -> Own:
    return Own({"name": str(user)})


def where(visit: Visit) -> str:
    """The station with its room and address; another place, or online, where the visit is not there."""
    if visit.is_online:
        parts = [visit.station.name, visit.place, _("线上")]
    else:
        parts = [visit.station.name, visit.room and str(visit.room), visit.place or visit.station.address]
    return " ".join(filter(None, parts))
