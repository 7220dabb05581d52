"""A date: how it came about, and what can be done with it."""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from liaison.accounts.scoping import get_for_user
from liaison.common.forms import posted, refusals_at

from .. import explained, times
from ..due import calendar_for
from ..forms import due as forms
from ..models import DueDate, Referral
from ..sent import untraced
from ..standing import soon_until, standing_of
from .acts import came_between

WITH = ("opinion__station", "suggestion", "referral__department", "set_by")


class Act(NamedTuple):
    label: str | Promise
    what: str | Promise
    done: str | Promise
    form: type[forms.DateForm]
    does: Callable


ACTS = {
    "extend": Act(_l("延期"), _l("写明理由，群众会收到新的日期和理由。"), _l("已延期"), forms.ExtendForm, times.extend),
    "pause": Act(_l("暂停计时"), _l("等别的单位或者群众补充情况时用。从今天起不计入，恢复以后接着算。"),
                 _l("已暂停"), forms.PauseForm, times.pause),
    "resume": Act(_l("恢复计时"), _l("从今天起接着算，群众会收到新的日期。"), _l("已恢复计时"), forms.ResumeForm,
                  times.resume),
    "ask": Act(_l("申请延期"), _l("由交办的人决定，在那以前期限不变。"), _l("已提出申请"), forms.AskForm,
               times.ask_for_longer),
}  # fmt: skip


def due(request, pk):
    """这个日期怎么来的: step by step, the days that were counted, and each change with who and why."""
    row = get_for_user(DueDate.objects.select_related(*WITH), request.user, "view", pk=pk)
    today, calendar, asked = timezone.localdate(), calendar_for(row.start_on), times.asked_for(row)
    context = {
        "due": row, "standing": standing_of(row, today, soon_until(today)), "story": explained.story(row, calendar),
        "months": explained.months(row, calendar), "changes": explained.changes(row),
        "matter_url": _url_of_matter(row, request.user), "title": untraced(row.matter.title),
        "acts": [(name, ACTS[name].label) for name in _possible(row, request.user)],
        "asked": asked, "asked_until": asked and parse_date(asked.data["asks"]["until"]),
    }  # fmt: skip
    return render(request, "feedback/due.html", context)


def due_act(request, pk, name: str):
    """Show the form of an act on a date, do it, go back to the date."""
    act, row = ACTS[name], _reached(request.user, pk, name)
    if name not in _possible(row, request.user) and request.method != "POST":
        messages.error(request, _("这个期限现在不能办理“%s”") % act.label)
        return redirect(row)
    form = act.form(posted(request), due=row)
    if name == "extend" and "look" in request.POST:  # nothing is judged yet but how long
        return _shown(request, name, row, form, {"looked": True, "would_be": _looked_at(form, row)})
    if form.is_valid():
        with refusals_at(form):
            act.does(row, **form.given, by=request.user)
            messages.success(request, act.done)
            return redirect(row)
    return _shown(request, name, row, form, {})


def _looked_at(form: forms.ExtendForm, row: DueDate) -> date | None:
    """The day that would come out; what is wrong with it stands at its field."""
    form.judge_length_alone()
    if not form.errors:
        with refusals_at(form):
            return times.if_longer(row, **form.length)
    return None


def _shown(request, name: str, row: DueDate, form: forms.DateForm, more: dict):
    """The form; where something was done since its page was made, that stands above it."""
    between = came_between(request.user, row.matter, form)
    if between:
        row.refresh_from_db(fields=["pauses", "extensions", "due_on", "ended_on", "ended_as"])
    today = timezone.localdate()
    context = more | {
        "form": form, "due": row, "act": ACTS[name], "name": name, "cancel_url": row.get_absolute_url(),
        "between": between, "is_over": bool(between) and name not in _possible(row, request.user),
        "standing": standing_of(row, today, soon_until(today)),
    }  # fmt: skip
    return render(request, "feedback/due_act.html", context)


def _reached(user, pk, name: str) -> DueDate:
    rows = DueDate.objects.select_related(*WITH)
    if name != "ask":
        return get_for_user(rows, user, "change", pk=pk)
    row = get_for_user(rows, user, "view", pk=pk)
    if not _answers(row, user):
        raise PermissionDenied
    return row


def _possible(row: DueDate, user) -> list[str]:
    """What `user` can do with the date as it stands."""
    if not times.can_move(row):
        return []
    if DueDate.objects.for_user(user, "change").filter(pk=row.pk).exists():
        return ["extend", "resume"] if row.is_paused else ["extend", *_pause(row)]
    return ["ask"] if _answers(row, user) else []


def _pause(row: DueDate) -> list[str]:
    return [] if row.is_overdue(timezone.localdate()) else ["pause"]


def _answers(row: DueDate, user) -> bool:
    return bool(row.referral_id) and Referral.objects.for_user(user, "answer").filter(pk=row.referral_id).exists()


def _url_of_matter(row: DueDate, user) -> str:
    """What was sent to a department is read there."""
    return (row.referral if row.referral_id and _answers(row, user) else row.matter).get_absolute_url()
