"""Notices at the desk: printed with evidence, copied out, or a whole street's at once."""

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from liaison.accounts.jobs import start
from liaison.accounts.scoping import may
from liaison.common.forms import posted, refusals_at
from liaison.common.linked import base_of
from liaison.common.templatetags.face import cn_day

from ..actions import record_printing
from ..choices import PrintForm, State
from ..forms.posters import PosterFilter, PosterForm, counted
from ..models import Printing
from ..posters import fonts, text
from ..posters.files import FORMS, answer
from ..posters.sources import facts_for, printed_by, stations_of
from ..posters.typesetting import Busy
from .cards import refused

MOST_PRINTINGS = 10


def visit_notice(request, public_id):
    """A visit's notice as it will look and as text to copy, with the buttons that print it."""
    visit, facts = facts_for(request, public_id, "view")
    holes: set[str] = set()
    fonts.printable(facts, holes)
    printings = Printing.objects.for_user(request.user).filter(visit=visit)
    context = {
        "visit": visit,
        "notice": text.notice(facts),
        "holes": sorted(holes),
        "may_print": printed_by(request.user).filter(pk=visit.pk).exists(),
        "printings": printings.select_related("by").order_by("-at")[:MOST_PRINTINGS],
    }
    return render(request, "visits/visit_notice.html", context)


def visit_preview(request, public_id):
    """The picture of a notice that the page shows; looking at it is no printing."""
    facts = facts_for(request, public_id, "view")[1]
    try:
        return answer(request, facts, FORMS[PrintForm.PICTURE])
    except Busy:
        words = _("现在要打印的人较多，请过一会儿再试")
        return HttpResponse(words, status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "5"})


@require_POST
def visit_print(request, public_id):
    """Hand out the notice as a file and record that it was; a draft's is for proof-reading and leaves no evidence."""
    visit, facts = facts_for(request, public_id, "view")
    if not printed_by(request.user).filter(pk=visit.pk).exists():
        raise PermissionDenied
    form = request.POST.get("form")
    if form not in PrintForm.values:
        return refused(request, visit, _("请选择要哪一种：海报、Word 文件、文字或图片"))
    try:
        file = answer(request, facts, FORMS[PrintForm(form)], download=True)
    except Busy:
        return refused(request, visit, _("现在要打印的人较多，请过一会儿再试"))
    if visit.state != State.DRAFT:
        record_printing([visit], form=form, by=request.user)
    return file


def poster_list(request):
    """A street's posters in one file: which stations, which days, which paper; a worker makes it."""
    if not may(request.user, "add", Printing):
        raise PermissionDenied
    find = PosterFilter(request.GET, stations=stations_of(request.user), today=timezone.localdate())
    rows = counted(find.chosen, printed_by(request.user), find.first, find.last) if find.is_valid() else []
    form = PosterForm(posted(request), rows=rows)
    if form.is_valid():
        with refusals_at(form):
            return redirect(start("posters", by=request.user, **ordered(request, find, form.cleaned_data)))
    ticked = set(form.data.getlist("stations")) if form.is_bound else {row["code"] for row in rows if row["published"]}
    for row in rows:
        row["ticked"] = row["code"] in ticked
    context = {"filter_form": find, "rows": rows, "form": form, "from_": find.first, "to": find.last}
    return render(request, "visits/poster_list.html", context)


def ordered(request, find: PosterFilter, given: dict) -> dict:
    """What the worker needs to know, and what the work is called."""
    street = dict(find.fields["street"].choices).get(find.cleaned_data["street"]) if "street" in find.fields else ""
    where = street if find.cleaned_data.get("street") else _("%(n)s 个联络站") % {"n": len(given["stations"])}
    days = f"{cn_day(find.first)}—{cn_day(find.last)}"
    return {
        "title": _("海报 %(where)s %(days)s %(size)s") % {"where": where, "days": days, "size": given["size"].upper()},
        "stations": given["stations"], "what": given["what"], "size": given["size"], "drafts": given["drafts"],
        "from": find.first.isoformat(), "to": find.last.isoformat(), "base": base_of(request),
    }  # fmt: skip
