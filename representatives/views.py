"""Days on which representatives are away: entered by their station, their street, or themselves."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.scoping import get_for_user, may
from liaison.common.forms import ConfirmForm, posted, refusals_at
from liaison.common.paging import keyset
from liaison.common.panels import borrowed

from .actions import add_absence, end_absence, take_back_absence
from .forms import AbsenceForm, EndForm
from .models import Absence


def absence_list(request):
    """Who is away now or soon; those that are over on a page of their own."""
    past, today = request.GET.get("when") == "past", timezone.localdate()
    rows = Absence.objects.for_user(request.user).select_related("representative")
    order = ("-from_on", "-id") if past else ("from_on", "id")
    page = keyset(rows.filter(to_on__lt=today) if past else rows.filter(to_on__gte=today), request, *order)
    mine = set(Absence.objects.for_user(request.user, "change").filter(pk__in=[row.pk for row in page.rows])
               .values_list("pk", flat=True))  # fmt: skip
    for row in page.rows:
        row.may_end = row.pk in mine and not past
    context = {"rows": page.rows, "previous_url": page.previous_url, "next_url": page.next_url, "past": past,
               "today": today, "may_add": may(request.user, "add", Absence)}  # fmt: skip
    return render(request, "representatives/absence_list.html", context)


def absence_add(request):
    if not may(request.user, "add", Absence):
        raise PermissionDenied
    form = AbsenceForm(posted(request), user=request.user, today=timezone.localdate())
    if form.is_valid():
        with refusals_at(form):
            absence = add_absence(form.instance, by=request.user)
            messages.success(request, _("已登记，编排轮值时会避开这些天"))
            if words := borrowed("visits while away", absence, request.user):
                messages.warning(request, words)
            return redirect("representatives:absence-list")
    return render(request, "representatives/absence_form.html", {"form": form})


def absence_end(request, public_id):
    """End an absence earlier than it was entered; one that has not begun is taken back."""
    rows = Absence.objects.select_related("representative")
    absence, today = get_for_user(rows, request.user, "change", public_id=public_id), timezone.localdate()
    begun = absence.from_on < today
    form = EndForm(posted(request), absence=absence, today=today) if begun else ConfirmForm(posted(request))
    if form.is_valid():
        with refusals_at(form):
            if begun:
                end_absence(absence, to_on=form.cleaned_data["to_on"], by=request.user)
            else:
                take_back_absence(absence, by=request.user)
            messages.success(request, _("已改，从次日起可以安排") if begun else _("已撤回，这些天又可以安排"))
            return redirect("representatives:absence-list")
    context = {"absence": absence, "form": form, "begun": begun}
    return render(request, "representatives/absence_end.html", context)
