"""The link of a department without an account. Looking at it changes nothing, for mail scanners look at every link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from liaison.accounts.adapter import client_address
from liaison.common.buckets import take
from liaison.common.forms import refusals_at

from .. import actions
from ..forms.referrals import AnswerByLinkForm, GiveBackByLinkForm, SignByLinkForm
from ..links import Fault, referral_by
from ..models import Referral
from ..views.referrals import shown

GUESSES_PER_HOUR, GUESSES_AT_ONCE = 60, 20  # of one address; who has a real link is never slowed down
FORMS = {"sign": SignByLinkForm, "return": GiveBackByLinkForm, "answer": AnswerByLinkForm}


@login_not_required
@never_cache
def link(request, token):
    """The matter with what can be done; or why the link opens nothing."""
    found = referral_by(token)
    if isinstance(found, Fault):
        return _private(_nothing(request, found))
    act = request.POST.get("act", "")
    forms = {name: _form(form, request, found, name == act) for name, form in FORMS.items()}
    if act in forms and forms[act].is_valid():
        with refusals_at(forms[act]):
            messages.success(request, _do(act, found, forms[act].cleaned_data))
            return redirect(request.path)
        found = referral_by(token)  # somebody was quicker: the page tells how it stands now
    acted = forms.get(act)
    typed = acted.data.get("words") or acted.data.get("reason") if acted else ""
    context = shown(found) | {"forms": forms, "acted": acted, "answers": found.is_open, "typed": typed}
    return _private(render(request, "feedback/link.html", context))


def _form(form: type, request, referral: Referral, is_sent: bool):
    given = {"referral": referral} if form is AnswerByLinkForm else {}
    return form(request.POST if is_sent else None, auto_id=f"{form.__name__}_%s", **given)


def _do(act: str, referral: Referral, given: dict) -> str:
    """Do what was asked, in the name that was typed; the words for the page."""
    if act == "sign":
        actions.sign_for(referral, **given, by=None)
        return _("已签收")
    if act == "return":
        actions.give_back(referral, **given, by=None)
        return _("已退回，由交办单位重新安排")
    actions.answer_referral(referral, **given, by=None)
    return _("已答复") if referral.leads else _("已反馈给主办单位")


def _nothing(request, fault: Fault) -> HttpResponse:
    """A page that tells what to do now; what no key of ours signed is told nothing, and not without end."""
    if fault != Fault.UNKNOWN:
        return render(request, "feedback/link_gone.html", {"is_expired": fault == Fault.EXPIRED}, status=410)
    if not take("link-guesses", client_address(request), rate_per_hour=GUESSES_PER_HOUR, burst=GUESSES_AT_ONCE):
        return render(request, "429.html", status=429)
    raise Http404


def _private(response: HttpResponse) -> HttpResponse:
    """The key stands in the address: no other site and no search engine is to see it.

    Browsers that may send no referrer at all send no origin either, and the form's own check would fail.
    """
    response["Referrer-Policy"], response["X-Robots-Tag"] = "strict-origin", "noindex, nofollow"
    return response
