"""选民联系方式: masked until somebody who may opens it, each look in the log; a copy for the voter; erasure."""

import json

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables
from django.views.decorators.http import require_POST

from liaison.accounts.actions import log, unmask
from liaison.accounts.models import Contact
from liaison.accounts.scoping import get_for_user
from liaison.common.forms import refusals_at

from ..contacts import copy_of, looks_at, written
from ..erasing import erase_contact
from ..forms.contacts import EraseForm
from ..models import Opinion

MOST_LOOKS = 20


@never_cache
def contact(request, pk):
    """What is kept, masked; which matters it belongs to; who saw the whole of it."""
    return _shown(request, get_for_user(Contact, request.user, "view", pk=pk))


@never_cache
@require_POST
@sensitive_variables("particulars")
def contact_open(request, pk):
    """Name and telephone in full, on this page alone: another look is another line in the log."""
    row = get_for_user(Contact, request.user, "unmask", pk=pk)
    try:
        particulars = unmask(row, by=request.user, of=_matters(request.user, row).first())
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("feedback:contact", row.pk)
    return _shown(request, row, particulars=particulars)


@never_cache
@require_POST
@sensitive_variables("particulars", "found")
def contact_export(request, pk):
    """The copy that a voter may ask for: to read and print, or as JSON (`format=json`)."""
    row = get_for_user(Contact, request.user, "unmask", pk=pk)
    try:
        particulars = unmask(row, by=request.user)
    except ValidationError as error:
        messages.error(request, error.messages[0])
        return redirect("feedback:contact", row.pk)
    log(request.user, "export_contact", row)
    found = copy_of(row, particulars)
    if request.POST.get("format") != "json":
        return render(request, "feedback/contact_copy.html", {"rows": written(found), "contact": row})
    response = HttpResponse(json.dumps(found, ensure_ascii=False, indent=2), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="contact-{row.pk}.json"'
    return response


@never_cache
@require_POST
@sensitive_post_parameters()
def contact_erase(request, pk):
    row = get_for_user(Contact, request.user, "erase", pk=pk)
    form = EraseForm(request.POST)
    if form.is_valid():
        with refusals_at(form):
            certificate = erase_contact(row, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(request, _("已清除，凭证编号 %s") % certificate.number)
            return redirect("feedback:contact", row.pk)
    return _shown(request, row, form=form)


def _shown(request, row: Contact, *, particulars=None, form: EraseForm | None = None):
    user = request.user
    may = {
        verb: row.erased_at is None and Contact.objects.for_user(user, verb).filter(pk=row.pk).exists()
        for verb in ("unmask", "erase")
    }
    context = {
        "contact": row, "particulars": particulars, "may_unmask": may["unmask"], "may_erase": may["erase"],
        "matters": _matters(user, row), "form": form or EraseForm(), "looks": looks_at(row)[:MOST_LOOKS],
    }  # fmt: skip
    return render(request, "feedback/contact.html", context)


def _matters(user, row: Contact):
    return Opinion.objects.for_user(user).filter(contact=row).order_by("-created_at", "-id")
