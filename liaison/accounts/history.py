"""What the triggers and the audit log have kept, for the auditor: any table, the newest first, in words."""

from datetime import datetime
from typing import NamedTuple

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .models import Entry, User

ACTS = {"insert": _("新增"), "update": _("修改"), "delete": _("删除")}
LONGEST_VALUE = 60
QUIET = {"changed_at", "saved_at"}  # they change with everything else and say nothing
WIDE, MOST = 8, 40  # rows of each table, and of all together, on the page that shows all tables


class Line(NamedTuple):
    """One change, as the page shows it."""

    at: datetime
    by: str
    act: str
    noun: str
    about: str
    what: list[tuple[str, str, str]]
    request: str


def kinds() -> dict[str, type]:
    """Every table whose history is kept, by the name that the address uses."""
    tracked = (model for model in apps.get_models() if hasattr(model, "pgh_event_models"))
    return {model._meta.label_lower: model for model in tracked}


def events_of(model, user):
    """The history of one table as far as the places of `user` reach; tables without a place are everybody's."""
    events = model.pgh_event_models["update"].objects.select_related("pgh_context")
    place = getattr(model._default_manager.all(), "place", None)
    codes = [posting.code for posting in user.current_postings]
    if place is None or "" in codes:
        return events
    reach = Q(pk__in=[])
    for code in codes:
        reach |= Q(**{f"{place}__startswith": code})
    if "__" in place:
        owner = place.split("__")[0]
        reach |= Q(**{f"{owner}__isnull": False, f"{owner}__pk__isnull": True})  # its owner was deleted since
    return events.filter(reach)


def lines(events: list) -> list[Line]:
    """`events` in words, each compared with what stood before it; a fixed number of queries per table."""
    names = _names(events)
    before = _before(events)
    return [_line(event, before.get((type(event), event.pgh_id)), names) for event in events]


def entry_lines(entries) -> list[Line]:
    return [
        Line(entry.at, str(entry.by or _("系统")), entry.action, str(_("重要操作")), entry.about,
             [(key, "", _short(value)) for key, value in entry.detail.items()], entry.request_id)
        for entry in entries
    ]  # fmt: skip


def newest(user) -> list[Line]:
    """The latest few changes of every table together, and of the audit log."""
    found = [e for model in kinds().values() for e in events_of(model, user).order_by("-pgh_id")[:WIDE]]
    entries = entry_lines(Entry.objects.for_user(user).select_related("by").order_by("-id")[:WIDE])
    return sorted([*lines(found), *entries], key=lambda line: line.at, reverse=True)[:MOST]


def _metadata(event) -> dict:
    return event.pgh_context.metadata if event.pgh_context else {}


def _names(events: list) -> dict[int, str]:
    users = {_metadata(event).get("user") for event in events} - {None}
    return {user.pk: str(user) for user in User.objects.filter(pk__in=users)}


def _before(events: list) -> dict[tuple, object]:
    """For each change, the row as it stood before it. One query per table: all earlier events of the rows at hand."""
    found = {}
    for table in {type(event) for event in events}:
        mine = [event for event in events if type(event) is table and event.pgh_label == "update"]
        if not mine:
            continue
        pk = table.pgh_tracked_model._meta.pk.attname
        earlier = table.objects.filter(
            **{f"{pk}__in": {getattr(event, pk) for event in mine}}, pgh_id__lt=max(event.pgh_id for event in mine)
        ).order_by(pk, "-pgh_id")
        by_row: dict = {}
        for event in earlier[:2000]:
            by_row.setdefault(getattr(event, pk), []).append(event)
        for event in mine:
            rows = by_row.get(getattr(event, pk), [])
            found[table, event.pgh_id] = next((row for row in rows if row.pgh_id < event.pgh_id), None)
    return found


def _line(event, before, names) -> Line:
    model = event.pgh_tracked_model
    metadata = _metadata(event)
    user = metadata.get("user")
    return Line(
        event.pgh_created_at, names.get(user, str(_("系统"))), str(ACTS.get(event.pgh_label, event.pgh_label)),
        str(model._meta.verbose_name), _about(event, model), _changes(event, before, model),
        str(metadata.get("request", "")),
    )  # fmt: skip


def _about(event, model) -> str:
    """What tells the row apart: its name where it has one, else its number."""
    for name in ("name", "title", "username", "subject"):
        if value := getattr(event, name, ""):
            return _short(value)
    return str(getattr(event, model._meta.pk.attname))


def _changes(event, before, model) -> list[tuple[str, str, str]]:
    """Label, old and new value of every column that changed."""
    if before is None:
        return []
    changes = []
    for field in type(event)._meta.concrete_fields:
        if field.name.startswith("pgh_") or field.name in QUIET:
            continue
        old, new = getattr(before, field.attname), getattr(event, field.attname)
        if old != new:
            changes.append((_label(model, field.name), _shown(before, field, old), _shown(event, field, new)))
    return changes


def _label(model, name: str) -> str:
    try:
        return str(model._meta.get_field(name).verbose_name)
    except FieldDoesNotExist:
        return name


def _shown(row, field, value) -> str:
    display = getattr(row, f"get_{field.name}_display", None)
    return _short(display() if display else value)


def _short(value) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, datetime):
        return f"{timezone.localtime(value):%Y-%m-%d %H:%M}"
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
