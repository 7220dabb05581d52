"""Which reminders each kind of visit has: seen by all staff, set by the district's."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from liaison.accounts.scoping import may
from liaison.common.forms import posted, refusals_at

from ..choices import VisitKind
from ..forms import RulesForm
from ..models import ReminderRule
from ..reminders.rules import Rules, set_rules
from ..reminders.table import ALL_KINDS, lines_of


def reminder_rules(request):
    """What is sent when, for all kinds of visit or for one."""
    if not may(request.user, "view", ReminderRule):
        raise PermissionDenied
    kind = asked_kind(request)
    rules = Rules()
    context = {"kind": kind, "kinds": kinds_with(rules), "rows": lines_of(rules, kind), "name": name_of(kind),
               "may_change": may(request.user, "change", ReminderRule)}  # fmt: skip
    return render(request, "visits/reminder_rules.html", context)


def reminder_rules_edit(request):
    if not may(request.user, "change", ReminderRule):
        raise PermissionDenied
    kind = asked_kind(request)
    form = RulesForm(posted(request), visit_kind=kind, rules=Rules())
    back = reverse("visits:reminder-rules") + (f"?{urlencode({'kind': kind})}" if kind else "")
    if form.is_valid():
        with refusals_at(form):
            changed = set_rules(kind, form.rules_given, source=form.cleaned_data["source"], by=request.user)
            told = _("已保存，已公布的进站几分钟内按新规则重新排定") if changed else _("与现在的规则一样，没有改动")
            messages.success(request, told)
            return redirect(back)
    context = {"form": form, "kind": kind, "name": name_of(kind), "cancel_url": back}
    return render(request, "visits/reminder_rules_edit.html", context)


def asked_kind(request) -> str:
    kind = request.GET.get("kind", "")
    return kind if kind in VisitKind.values else ""


def name_of(kind: str) -> str:
    return str(VisitKind(kind).label) if kind else str(ALL_KINDS)


def kinds_with(rules: Rules) -> list[tuple[str, str, bool]]:
    """Each kind with its name, and whether it has rules of its own."""
    own = {visit_kind for visit_kind, _kind in rules.rows}
    return [("", str(ALL_KINDS), False), *((kind.value, str(kind.label), kind.value in own) for kind in VisitKind)]
