"""The reminder on the day before a published visit: who gets it, when, and what it says."""

from datetime import datetime, time, timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.models import User
from liaison.notices import actions as notices
from liaison.notices.choices import Kind
from liaison.policy.choices import Key
from liaison.policy.models import Threshold

from .choices import AttendanceState, State
from .models import Visit


def about(visit: Visit) -> str:
    return f"visits.visit:{visit.pk}"


def plan_reminders(visit: Visit) -> None:
    """Cancel what was planned for an earlier state of `visit` and plan what holds now. Call it in the same transaction.

    Nothing is planned for a visit that is not public, or whose reminder could only come after its grace.
    """
    notices.cancel(about(visit))
    if visit.state != State.PUBLISHED:
        return
    due_at, expires_at = reminder_hours(visit)
    if timezone.now() >= expires_at:
        return
    subject, body = words(visit)
    notices.plan(
        Kind.VISIT_TOMORROW, about=about(visit), about_version=visit.version, place=visit.station_id,
        to=recipients(visit), due_at=due_at, expires_at=expires_at, subject=subject, body=body,
    )  # fmt: skip


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
    """Subject and text: when, where, who, and what to do next. No phone number, no voter."""
    start, end = timezone.localtime(visit.starts_at), timezone.localtime(visit.ends_at)
    when = f"{start.month}月{start.day}日{start:%H:%M}—{end:%H:%M}"
    names = "、".join(visit.attendances.values_list("representative__name", flat=True))
    lines = [
        _("您好，提醒您明天的进站安排："),
        "",
        _("时间：%s") % f"{start.year}年{when}",
        _("地点：%s") % " ".join(filter(None, [visit.station.name, visit.place or visit.station.address])),
        _("内容：%s") % visit.heading,
        _("代表：%s") % (names or _("待定")),
        "",
        f"{settings.SITE['url']}{visit.get_absolute_url()}" if settings.SITE["url"] else "",
    ]
    return _("进站提醒：%(when)s %(where)s") % {"when": when, "where": visit.station.name}, "\n".join(lines).strip() + "\n"
