"""选民意见反馈表 to print: of one opinion, or blank."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache

from liaison.accounts.models import Contact
from liaison.accounts.scoping import get_for_user, may
from visits.posters.typesetting import Busy

from ..models import Opinion
from ..sheet import facts, printed

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FORMS = {"pdf": (printed.pdf, "application/pdf"), "docx": (printed.word, WORD)}


@never_cache
def opinion_form(request, public_id, form: str):
    rows = Opinion.objects.select_related("station", "category", "representative")
    opinion = get_for_user(rows, request.user, "view", public_id=public_id)
    contact = Contact.objects.for_user(request.user).filter(pk=opinion.contact_id).first()
    voter = contact.masked if contact else "未留姓名" if opinion.contact_id is None else "由联络站保管"
    return _file(request, facts.filled(opinion, voter), form, f"{facts.TITLE} {opinion.shown_number}")


@never_cache
def blank_form(request, form: str):
    if not may(request.user, "add", Opinion):
        raise PermissionDenied
    return _file(request, facts.blank(), form, facts.TITLE)


def _file(request, form: dict, kind: str, name: str) -> HttpResponse:
    set_, content_type = FORMS[kind]
    try:
        content = set_(form)
    except Busy:
        return render(request, "visits/poster_busy.html", status=503, headers={"Retry-After": "5"})
    name = content_disposition_header(as_attachment=kind == "docx", filename=f"{name}.{kind}")
    return HttpResponse(content, content_type=content_type, headers={"Content-Disposition": name})
