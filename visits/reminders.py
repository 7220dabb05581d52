"""The reminder on the day before a published visit: who gets it, when, and what it says."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.common.templatetags.face import cn_date, cn_time_range
from liaison.notices import actions as notices
from liaison.notices.choices import Kind
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
    subject, body = words(visit)
    notices.plan(
        Kind.VISIT_TOMORROW,
        about=about(visit),
        about_version=visit.version,
        place=visit.station_id,
        to=recipients(visit),
        due_at=due_at,
        expires_at=expires_at,
        subject=subject,
        body=body,
    )


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


def words(visit: Visit) -> tuple[str, str]:
    """Subject and text: when, where, who, and what to do next. No phone number, no voter.

    In the house's language, whatever language the one who moved the visit reads; and without "tomorrow", for a visit
    published late may be today's.
    """
    with translation.override(settings.LANGUAGE_CODE):
        day, hours = cn_date(visit.starts_at), cn_time_range(visit.starts_at, visit.ends_at)
        expected = visit.attendances.filter(state=AttendanceState.EXPECTED)
        names = "、".join(expected.values_list("representative__name", flat=True))
        lines = [
            _("您好，提醒您以下进站安排："),
            "",
            _("时间：%s") % f"{day} {hours}",
            _("地点：%s") % where(visit),
            _("内容：%s") % visit.heading,
            _("代表：%s") % (names or _("待定")),
            "",
            f"{settings.SITE['url'].rstrip('/')}{visit.get_absolute_url()}" if settings.SITE["url"] else "",
        ]
        start = timezone.localtime(visit.starts_at)
        when = _("%(month)s月%(day)s日") % {"month": start.month, "day": start.day} + hours
        subject = _("进站提醒：%(when)s %(where)s") % {"when": when, "where": visit.station.name}
    return subject[:120], "\n".join(lines).strip() + "\n"


def where(visit: Visit) -> str:
    """The station with its room and address; another place, or online, where the visit is not there."""
    if visit.is_online:
        parts = [visit.station.name, visit.place, _("线上")]
    else:
        parts = [visit.station.name, visit.room and str(visit.room), visit.place or visit.station.address]
    return " ".join(filter(None, parts))
