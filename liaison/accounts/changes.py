"""The history of a row in words, from what the triggers keep: who, when, from what to what."""

from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Field, Model
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.common.templatetags.face import cn_day, cn_moment

from .models import User

MOST = 100
SILENT = {"pgh_id", "pgh_created_at", "pgh_label", "pgh_context", "pgh_obj", "id", "changed_at", "saved_at", "version"}


class Change(NamedTuple):
    at: datetime
    by: str
    what: list[str]


def changes_of(row: Model) -> list[Change]:
    """The latest changes of `row`, the newest first."""
    tracked = getattr(type(row), "pgh_event_models", {})
    if not tracked:
        return []
    events = next(iter(tracked.values())).objects.filter(pgh_obj=row.pk).select_related("pgh_context")
    events = list(events.order_by("-pgh_id")[: MOST + 1])
    names = people(events)
    changes = []
    for event, before in zip(events, [*events[1:], None], strict=True):
        what = words(event, before)
        if what:
            changes.append(Change(event.pgh_created_at, names.get(actor(event), _("系统")), what))
    return changes[:MOST]


def actor(event) -> int | None:
    return event.pgh_context.metadata.get("user") if event.pgh_context else None


def people(events) -> dict[int, str]:
    keys = {actor(event) for event in events} - {None}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=keys)} if keys else {}


def words(event, before) -> list[str]:
    if event.pgh_label == "insert":
        return [_("新增")]
    if event.pgh_label == "delete":
        return [_("删除")]
    if before is None:
        return [_("修改")]
    return [
        _("%(field)s：%(old)s → %(new)s")
        % {"field": field.verbose_name, "old": shown(field, before), "new": shown(field, event)}
        for field in event._meta.concrete_fields
        if field.name not in SILENT and getattr(event, field.attname) != getattr(before, field.attname)
    ]


def shown(field: Field, event) -> str:
    """The value as a reader of the form would see it."""
    value = getattr(event, field.attname)
    if value is None or value == "":
        return _("空")
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if field.is_relation:
        return str(field.related_model._default_manager.filter(pk=value).first() or value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, datetime):
        return cn_moment(timezone.localtime(value))
    if isinstance(value, date):
        return cn_day(value)
    return str(value)
