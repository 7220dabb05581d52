"""转办函: matters of one department as a letter with their list."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from liaison.accounts.jobs import start
from liaison.accounts.models import Region
from liaison.accounts.scoping import may
from liaison.common.forms import posted, refusals_at
from stations.issuers import body_of, issuers_of
from stations.models import Station

from ..forms.transmittal import TransmittalFilter, TransmittalForm
from ..models import Referral
from ..sent import untraced
from ..transmittal.jobs import MOST, handled_by
from ..transmittal.word import letter

MOST_LISTED = 200  # a longer list is not ticked one by one, and a worker writes it
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def transmittal(request):
    """Choose a department and days; tick what goes along; the file comes at once, or from a worker where it is long."""
    if not may(request.user, "handle", Referral):
        raise PermissionDenied
    find = TransmittalFilter(request.GET, user=request.user)
    if not find.is_bound or not find.is_valid():
        return render(request, "feedback/transmittal.html", {"filter_form": find})
    rows = list(find.chosen(handled_by(request.user))[: MOST + 1])
    for row in rows:
        row.shown_title = untraced(row.matter.title)
    whole = len(rows) > MOST_LISTED
    department = find.cleaned_data["department"]
    first = {"to": department.name, "issuer": issuer_for(request.user)}
    form = TransmittalForm(posted(request), rows=rows[:MOST], is_whole=whole, initial=first)
    if form.is_valid():
        with refusals_at(form):
            return _made(request, form, _("转办函 %s") % department.name)
    context = {"filter_form": find, "form": form, "rows": rows[:MOST], "is_whole": whole, "is_cut": len(rows) > MOST,
               "most": MOST, "department": department}  # fmt: skip
    return render(request, "feedback/transmittal.html", context)


def _made(request, form: TransmittalForm, title: str) -> HttpResponse:
    rows = form.picked
    if len(rows) > MOST_LISTED:
        return redirect(start("transmittal", title=title, by=request.user, referrals=[row.pk for row in rows],
                              head=form.head._asdict()))  # fmt: skip
    content = letter(rows, form.head, timezone.localdate())
    name = content_disposition_header(as_attachment=True, filename=f"{title}.docx")
    return HttpResponse(content, content_type=WORD, headers={"Content-Disposition": name, "Cache-Control": "no-store"})


def issuer_for(user) -> str:
    """Who signs for whoever writes: the body of their station, street or district."""
    code = next((posting.code for posting in user.current_postings if posting.code), "")
    if "-" in code:
        return issuers_of(Station.objects.filter(code=code)).get(code, "")
    region = Region.objects.filter(code=code).first()
    return body_of(region.name) if region else ""
