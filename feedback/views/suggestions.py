"""代表建议 at the desk: the list, one of them with its course, writing one, and the yearly report."""

import csv
import uuid
from datetime import date

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, ExpressionWrapper
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.choices import Role
from liaison.accounts.scoping import get_for_user, may
from liaison.common.forms import posted, refusals_at
from liaison.common.paging import keyset
from liaison.common.sources import searched
from liaison.common.words import containing

from .. import actions
from ..choices import REFERRAL_FACES, SUGGESTION_FACES, AnswerOutcome, Part, Satisfaction
from ..course import course_of
from ..forms.suggestions import GatherForm, SuggestionFinder, SuggestionForm, place_of
from ..models import DueDate, Opinion, Referral, Suggestion, SuggestionStep, Urge
from ..standing import soon_until, standing_of
from ..suggestions import REPORT_DAY, REPORT_MONTH, VIEWS, marked, order_of, report
from .suggestion_acts import MAY, ways_of

WITH = ("category", "created_by", "merged_into")


def suggestion_list(request):
    """The next deadline first. A department has a list of its own."""
    if request.user.roles == {Role.DEPARTMENT}:
        return redirect("feedback:referral-list")
    if not may(request.user, "view", Suggestion):
        raise PermissionDenied
    view = request.GET.get("view", "")
    view = view if view in VIEWS else ""
    finder, today = SuggestionFinder(request.GET, user=request.user), timezone.localdate()
    rows = finder.among(Suggestion.objects.for_user(request.user, "view").filter(VIEWS[view][1](today)))
    page = _page(request, rows, order_of(view), str(finder.wanted.get("q", "")))
    context = {
        "rows": marked(page.rows, today), "previous_url": page.previous_url, "next_url": page.next_url, "view": view,
        "tabs": [(name, words) for name, (words, _holds) in VIEWS.items()], "filter_form": finder,
        "filters_on": finder.on, "filters_open": bool(finder.errors), "may_add": may(request.user, "add", Suggestion),
    }  # fmt: skip
    return render(request, "feedback/suggestion_list.html", context)


def _page(request, rows, order, term: str):
    related = rows.select_related("category").prefetch_related("signers__representative")
    if not term:
        return keyset(related, request, *order)
    if term.isascii() and term.isdigit() and len(term) < 7:
        return keyset(related.filter(serial=int(term)), request, *order)
    return searched(related, [containing(rows, rows, "words", "words_grams", term)], request, *order)


def suggestion(request, public_id):
    """A department is led on to what was sent to it; everybody else within reach reads the whole course."""
    user, today = request.user, timezone.localdate()
    row = get_for_user(_rows(user), user, "view", public_id=public_id)
    row.may = {grant: getattr(row, f"may_{grant}") for grant in MAY}
    if user.roles == {Role.DEPARTMENT}:
        return redirect(Referral.objects.for_user(user).filter(suggestion=row).order_by("-id").first())
    steps = SuggestionStep.objects.for_user(user).filter(suggestion=row)
    steps = list(steps.select_related("by", "department", "representative").order_by("no"))
    named = {step.other_id for step in steps} | {row.merged_into_id}
    others = {one.pk: one for one in Suggestion.objects.for_user(user).filter(pk__in=named - {None})}
    dues = _dues(user, row, today)
    context = {
        "suggestion": row, "today": today, "face": SUGGESTION_FACES[row.state], "ways": ways_of(row, user),
        "signers": row.signers.select_related("representative").order_by("-part", "position", "pk"),
        "course": course_of(steps, others), "merged_into": others.get(row.merged_into_id),
        "dues": [due for due in dues if due.referral_id is None],
        "next_due": next((due for due in dues if due.ended_on is None and due.due_on), None),
        "referrals": _referrals(user, row, dues), "opinions": Opinion.objects.for_user(user).filter(suggestion=row),
        "urges": Urge.objects.for_user(user).filter(suggestion=row).select_related("by").order_by("-at", "-pk"),
    }  # fmt: skip
    return render(request, "feedback/suggestion.html", context)


def _rows(user):
    may_do = {f"may_{g}": ExpressionWrapper(Suggestion.objects.reach(user, g), BooleanField()) for g in MAY}
    return Suggestion.objects.select_related(*WITH).annotate(**may_do)


def _dues(user, row: Suggestion, today: date) -> list[DueDate]:
    """Open ones first."""
    soon, rows = soon_until(today), DueDate.objects.for_user(user).filter(suggestion=row)
    rows = rows.select_related("signer__representative", "set_by")
    found = sorted(rows, key=lambda due: (due.ended_on is not None, str(due.due_on), due.pk))
    for due in found:
        due.standing, due.url = standing_of(due, today, soon), due.get_absolute_url()
    return found


def _referrals(user, row: Suggestion, dues: list[DueDate]) -> list[Referral]:
    rows = Referral.objects.for_user(user).filter(suggestion=row).select_related("department", "sent_by")
    found = sorted(rows, key=lambda sent: (not sent.is_open, sent.part != Part.LEAD, -sent.pk))
    for sent in found:
        sent.face, sent.url = REFERRAL_FACES[sent.state], sent.get_absolute_url()
        sent.dues = [due for due in dues if due.referral_id == sent.pk]
    return found


def suggestion_add(request):
    """Write a suggestion down, for oneself or for a representative; `?opinion=` is what it comes from."""
    if not may(request.user, "add", Suggestion):
        raise PermissionDenied
    opinion = _opinion(request)
    first = {"form_key": uuid.uuid4()}
    if opinion:
        person = opinion.representative
        first |= {"category": opinion.category, "lead": person and person.public_id}
    is_gathering = "gather" in request.POST
    form = SuggestionForm(None if is_gathering else posted(request), user=request.user, initial=first)
    if not form.own and "lead" not in form.fields:
        raise PermissionDenied
    if form.is_valid():
        with refusals_at(form):
            given = {name: value for name, value in form.given.items() if name != "seen"}
            place = place_of(given["lead"], request.user)
            made = actions.propose(
                **given, place=place, opinions=[opinion] if opinion else [], by=request.user,
                form_key=form.cleaned_data["form_key"],
            )  # fmt: skip
            messages.success(request, _("草稿已保存；请代表确认以后提交"))
            return redirect(made)
    gather = GatherForm(request.POST if is_gathering else None, user=request.user, opinion=opinion) if opinion else None
    if is_gathering and gather and gather.is_valid():
        with refusals_at(gather):
            into = gather.cleaned_data["into"]
            actions.gather(into, opinion=opinion, by=request.user)
            messages.success(request, _("已并入这件建议"))
            return redirect(into)
    cancel_url = opinion.get_absolute_url() if opinion else reverse("feedback:suggestion-list")
    context = {"form": form, "gather": gather, "opinion": opinion, "cancel_url": cancel_url}
    return render(request, "feedback/suggestion_add.html", context)


def _opinion(request) -> Opinion | None:
    asked = request.GET.get("opinion", "")[:20]
    if not asked:
        return None
    rows = Opinion.objects.select_related("station", "category", "representative")
    return get_for_user(rows, request.user, "handle", public_id=asked)


def suggestion_report(request):
    """年度办理情况: by department, to read, to print, and as a table (`?format=csv`)."""
    if not may(request.user, "view", Suggestion):
        raise PermissionDenied
    today = timezone.localdate()
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    lines, together = report(request.user, year, today)
    if request.GET.get("format") == "csv":
        return _as_csv(year, [*lines, together])
    context = {
        "lines": lines, "together": together, "year": year, "years": range(today.year, today.year - 5, -1),
        "outcomes": AnswerOutcome.labels, "views": Satisfaction.labels, "until": date(year, REPORT_MONTH, REPORT_DAY),
    }  # fmt: skip
    return render(request, "feedback/suggestion_report.html", context)


def _as_csv(year: int, lines) -> HttpResponse:
    """With a mark of its encoding, else the office's spreadsheet takes Chinese for something else."""
    response = HttpResponse("\ufeff", content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="suggestions-{year}.csv"'
    writer = csv.writer(response)
    writer.writerow(
        [
            _("承办单位"),
            _("主办"),
            _("已答复"),
            _("期限已到"),
            _("按期"),
            *AnswerOutcome.labels,
            *Satisfaction.labels,
            _("协办"),
        ]
    )
    for line in lines:
        name = f"'{line.name}" if line.name[:1] in "=+-@" else line.name  # no formula by way of a name
        writer.writerow(
            [name, line.led, line.answered, line.due, line.on_time, *line.outcomes, *line.views, line.assisted]
        )
    return response
