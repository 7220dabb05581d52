"""The inbox: what is within reach, in views, searched and filtered; several handled together."""

from itertools import chain

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from liaison.accounts.choices import Role
from liaison.accounts.scoping import get_for_user, may
from liaison.common.paging import keyset
from liaison.common.sources import searched
from liaison.common.words import containing

from .. import actions
from ..forms.inbox import KEPT, InboxFinder, SaveViewForm, TogetherForm
from ..inbox import VIEWS, marked, order_of, within
from ..models import Department, Opinion, SavedView, Suggestion
from ..numbers import read

WITH = ("station", "category")
MOST_REFUSALS = 10


def opinion_list(request):
    """The next deadline first; everything there ever was, the newest first. A department has a list of its own."""
    if request.user.roles == {Role.DEPARTMENT}:
        return redirect("feedback:referral-list")
    return _listed(request, TogetherForm(user=request.user))


@require_POST
def opinions_together(request):
    """Do one act to each that was ticked; what is refused is told by its number, and the others are done."""
    if not may(request.user, "handle", Opinion):
        raise PermissionDenied
    form = TogetherForm(request.POST, user=request.user)
    if not form.is_valid():
        return _listed(request, form)
    done, refused = 0, []
    for opinion in form.cleaned_data["picked"]:
        try:
            _do(opinion, form, request.user)
            done += 1
        except ValidationError as error:
            refused.append(f"{opinion.shown_number} {' '.join(error.messages)}")
    if done:
        messages.success(request, ngettext("已办理 %(n)s 件", "已办理 %(n)s 件", done) % {"n": done})
    for words in refused[:MOST_REFUSALS]:
        messages.error(request, words)
    if len(refused) > MOST_REFUSALS:
        messages.error(request, _("还有 %s 件没有办理") % (len(refused) - MOST_REFUSALS))
    view = request.GET.get("view", "")
    return redirect(reverse("feedback:opinion-list") + (f"?{urlencode({'view': view})}" if view in VIEWS else ""))


def _do(opinion: Opinion, form: TogetherForm, user) -> None:
    given = form.cleaned_data
    if given["act"] == form.ACCEPT:
        actions.accept(opinion, category=given["category"], by=user)
    elif Department.objects.for_station(opinion.station_id).filter(pk=given["lead"].pk).exists():
        actions.forward(opinion, lead=given["lead"], words=given["words"], by=user)
    else:
        raise ValidationError(_("%s不办理这个联络站的事") % given["lead"])


@require_POST
def view_save(request):
    """Keep the filters that are on, under a name; they stand beside the tabs from then on."""
    if not may(request.user, "add", SavedView):
        raise PermissionDenied
    form = SaveViewForm(request.POST, user=request.user)
    if form.is_valid():
        given = form.cleaned_data
        SavedView.objects.get_or_create(user=request.user, name=given["name"], defaults={"query": given["query"]})
        messages.success(request, _("已保存“%s”") % given["name"])
        return redirect(f"{reverse('feedback:opinion-list')}?{given['query']}")
    for words in chain.from_iterable(form.errors.values()):
        messages.error(request, words)
    return redirect(f"{reverse('feedback:opinion-list')}?{form.cleaned_data.get('query', '')}")


@require_POST
def view_delete(request, pk):
    row = get_for_user(SavedView, request.user, "delete", pk=pk)
    messages.success(request, _("已删去“%s”") % row.name)
    row.delete()
    return redirect("feedback:opinion-list")


def _listed(request, together: TogetherForm):
    if not may(request.user, "view", Opinion):
        raise PermissionDenied
    view = request.GET.get("view", "")
    view = view if view in VIEWS else ""
    finder, today = InboxFinder(request.GET, user=request.user), timezone.localdate()
    rows = finder.among(Opinion.objects.for_user(request.user, "view").filter(within(view, today)))
    here = urlencode({name: value for name, value in finder.wanted.items() if name in KEPT})
    page = _page(request, rows, order_of(view), finder.wanted.get("q", ""))
    context = {
        "rows": marked(page.rows, today), "previous_url": page.previous_url, "next_url": page.next_url, "view": view,
        "tabs": [(name, words) for name, (words, _holds) in VIEWS.items()], "filter_form": finder,
        "filters_on": finder.on, "filters_open": bool(finder.errors), "together": together,
        "may_handle": may(request.user, "handle", Opinion), "may_add": may(request.user, "add", Opinion),
        "saved": SavedView.objects.filter(user=request.user).order_by("pk"), "here": here,
        "save_form": SaveViewForm(user=request.user, initial={"query": here}) if finder.on else None,
        "may_suggest": may(request.user, "view", Suggestion),
    }  # fmt: skip
    return render(request, "feedback/opinion_list.html", context)


def _page(request, rows, order, term: str):
    if not term:
        return keyset(rows.select_related(*WITH), request, *order)
    if number := read(term):
        return keyset(rows.filter(number=number).select_related(*WITH), request, *order)
    source = containing(rows, rows, "words", "words_grams", term)
    return searched(rows.select_related(*WITH), [source], request, *order)
