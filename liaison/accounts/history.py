"""What the triggers and the audit log have kept, in words: of any table for the auditor, of one row for its page."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple

from django.apps import apps
from django.db.models import Field, Model, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.common.templatetags.face import cn_day, cn_moment

from .choices import ENTRY_ACTS
from .grants import noun_of, roles_that
from .models import Entry, User
from .scoping import NOTHING, ScopedQuerySet

ACTS = {"insert": _("新增"), "update": _("修改"), "delete": _("删除")}
LONGEST_VALUE = 60
QUIET = {"changed_at", "version"}  # they change with everything else and say nothing
WIDE, MOST = 8, 40  # rows of each table, and of all together, on the page that shows all tables
MOST_OF_ONE = 100  # changes of one row


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
    """The history of one table as far as `user` is to audit it; what has no place is every auditor's."""
    events = model.pgh_event_models["update"].objects.select_related("pgh_context")
    rows = model._default_manager.all()
    codes = [p.code for p in user.current_postings if p.role in roles_that("view", noun_of(Entry))]
    is_everybodys = rows.place is None and type(rows).under is ScopedQuerySet.under
    if is_everybodys or "" in codes:
        return events
    reach = NOTHING
    if rows.place is None:
        for code in codes:
            reach |= Q(pgh_obj__in=rows.filter(rows.under(code)))
        return events.filter(reach)
    for code in codes:
        reach |= Q(**{f"{rows.place}__startswith": code})
    owner, dots, _rest = rows.place.partition("__")
    if dots:
        reach |= Q(**{f"{owner}__isnull": False, f"{owner}__pk__isnull": True})  # its owner was deleted since
    return events.filter(reach)


class Step(NamedTuple):
    """What was done to one row in one go."""

    at: datetime
    by: str
    what: list[str]


def changes_of(row: Model) -> list[Step]:
    """The latest changes of `row`, the newest first; those that say nothing are passed over."""
    events = row.pgh_event_models["update"].objects.filter(pgh_obj=row.pk).select_related("pgh_context")
    steps = []
    for line in lines(list(events.order_by("-pgh_id")[:MOST_OF_ONE])):
        what = [_("%(field)s：%(old)s → %(new)s") % {"field": f, "old": o, "new": n} for f, o, n in line.what]
        if what or line.act != ACTS["update"]:
            steps.append(Step(line.at, line.by, what or [line.act]))
    return steps


def actor(event) -> int | None:
    """The key of who did it; None where no request did."""
    return _metadata(event).get("user")


def people(events: Iterable) -> dict[int | None, str]:
    """Names of those who did `events`, whoever did them."""
    users = User.objects.filter(pk__in={actor(event) for event in events} - {None})
    return {None: str(_("系统"))} | {user.pk: str(user) for user in users}


def lines(events: list) -> list[Line]:
    """`events` in words, each compared with what stood before it; a fixed number of queries per table."""
    before = _before(events)
    differences = [_differences(event, before.get((type(event), event.pgh_id))) for event in events]
    names, related = people(events), _related(differences)
    return [_line(event, found, names, related) for event, found in zip(events, differences, strict=True)]


def entry_lines(entries) -> list[Line]:
    return [
        Line(entry.at, str(entry.by or _("系统")), str(ENTRY_ACTS.get(entry.action, entry.action)), str(_("重要操作")),
             entry.about,
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


def _before(events: list) -> dict[tuple, object]:
    """For each change, the row as it stood before it. Two queries per table."""
    found = {}
    for table in {type(event) for event in events}:
        mine = [event.pgh_id for event in events if type(event) is table and event.pgh_label == "update"]
        earlier = table.objects.filter(pgh_obj=OuterRef("pgh_obj"), pgh_id__lt=OuterRef("pgh_id")).order_by("-pgh_id")
        pairs = table.objects.filter(pgh_id__in=mine).values_list("pgh_id", Subquery(earlier.values("pgh_id")[:1]))
        steps = dict(pairs) if mine else {}
        rows = table.objects.in_bulk([pk for pk in steps.values() if pk])
        found |= {(table, after): rows.get(pk) for after, pk in steps.items()}
    return found


def _differences(event, before) -> list[tuple[Field, object, object]]:
    """Column, old and new value of whatever changed and says something."""
    if before is None:
        return []
    fields = [f for f in event._meta.concrete_fields if not f.name.startswith("pgh_") and f.name not in QUIET]
    pairs = [(field, getattr(before, field.attname), getattr(event, field.attname)) for field in fields]
    return [(field, old, new) for field, old, new in pairs if old != new]


def _related(differences: list) -> dict[tuple, str]:
    """Names of the rows that changed columns point to."""
    wanted = defaultdict(set)
    for field, *values in (one for found in differences for one in found):
        if field.is_relation:
            wanted[field.related_model].update(value for value in values if value is not None)
    rows = ((model, row) for model, keys in wanted.items() for row in model._default_manager.filter(pk__in=keys))
    return {(model, row.pk): str(row) for model, row in rows}


def _line(event, differences: list, names: dict, related: dict) -> Line:
    model = event.pgh_tracked_model
    return Line(
        event.pgh_created_at, names.get(actor(event), names[None]), str(ACTS.get(event.pgh_label, event.pgh_label)),
        str(model._meta.verbose_name), _about(event, model),
        [(str(model._meta.get_field(field.name).verbose_name), _shown(field, old, related), _shown(field, new, related))
         for field, old, new in differences],
        str(_metadata(event).get("request", "")),
    )  # fmt: skip


def _about(event, model) -> str:
    """What tells the row apart: its name where it has one, else its number."""
    for name in ("name", "title", "username", "subject"):
        if value := getattr(event, name, ""):
            return _short(value)
    return str(getattr(event, model._meta.pk.attname))


def _shown(field: Field, value, related: dict) -> str:
    """The value as a reader of the form would see it."""
    if field.is_relation:
        value = related.get((field.related_model, value), value)
    elif field.choices:
        value = dict(field.flatchoices).get(value, value)
    return _short(value)


def _short(value) -> str:
    if value is None or value == "":
        return str(_("空"))
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, datetime):
        return cn_moment(timezone.localtime(value))
    if isinstance(value, date):
        return cn_day(value)
    text = str(value)
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}…"
