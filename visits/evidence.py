"""Evidence that a visit was announced: when, by whom, by which rule, what changed, what was printed and pinned."""

from datetime import date
from typing import NamedTuple

from django.utils import timezone

from .announced import compared
from .choices import PhotoKind
from .models import Photo, Printing, Visit
from .notice import Notice, NoticeRule, warn_days


class Evidence(NamedTuple):
    notice: Notice | None  # of a draft: until when it must be public
    rule: NoticeRule  # in force today, or on the day when it became public
    due_on: date
    changes: dict | None
    printings: list[Printing]
    pinned: list[Photo]
    may_pin: bool


def evidence_of(visit: Visit, user) -> Evidence:
    """What stands on the desk's page of `visit`, as far as `user` may see it."""
    today, starts_on = timezone.localdate(), timezone.localdate(visit.starts_at)
    rule, due_on = rule_of(visit)
    ahead = visit.can_publish and visit.starts_at > timezone.now()
    return Evidence(
        notice=rule.for_visit(starts_on, today, warn_days(today)) if ahead else None,
        rule=rule,
        due_on=due_on,
        changes=compared(visit, user) if visit.changed_from else None,
        printings=list(Printing.objects.for_user(user).filter(visit=visit).select_related("by").order_by("at", "id")),
        pinned=list(Photo.objects.for_user(user).filter(visit=visit, kind=PhotoKind.POSTER).distinct()),
        may_pin=visit.can_pin and Visit.objects.for_user(user, "log").filter(pk=visit.pk).exists(),
    )


def rule_of(visit: Visit) -> tuple[NoticeRule, date]:
    """The rule by which `visit` became public, with its last day, as kept then; today's for one that is not public."""
    kept = (visit.announced or {}).get("rule")
    if kept:
        return NoticeRule(kept["count"], kept["unit"], kept["source"], {}, None), date.fromisoformat(kept["ends_on"])
    rule = NoticeRule.on(timezone.localdate(visit.published_at or timezone.now()))
    return rule, visit.notice_ends_on(rule)
