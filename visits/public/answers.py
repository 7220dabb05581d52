"""The link in a reminder: whoever has it says whether the representative comes. Looking at it changes nothing, for
mail scanners look at every link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from rest_framework.throttling import AnonRateThrottle

from liaison.common.forms import posted, refusals_at

from ..answers import CAN_ANSWER, Standing, ask_leave, attendance_of, confirm_attendance, standing
from ..choices import Reply
from ..forms import AnswerForm
from ..models import Invitation


class Guesses(AnonRateThrottle):
    """Addresses that ask for keys which nobody was given; who has a real one is never slowed down."""

    scope, rate = "answer-guesses", "30/min"

    def is_over(self, request) -> bool:
        self.key, self.now = self.get_cache_key(request, None), self.timer()
        asked = [at for at in self.cache.get(self.key, []) if at > self.now - self.duration]
        return len(asked) >= self.num_requests


@login_not_required
@never_cache
def answer(request, key):
    """The visit and two buttons; what was answered, and that it can be changed; or why there is nothing to answer."""
    if Guesses().is_over(request):
        return render(request, "429.html", status=429)
    invitations = Invitation.objects.select_related("visit__station", "visit__room", "representative__user")
    invitation = invitations.filter(key=key).first()
    if invitation is None:
        Guesses().allow_request(request, None)
        raise Http404
    form = AnswerForm(posted(request))
    if form.is_valid() and answered(request, form, invitation):
        return redirect(place_after(request, request.path))
    response = render(request, "visits/answer.html", shown(invitation) | {"form": form, "is_own": True})
    # The key stands in the address: no other site, no log of ours and no search engine is to see it.
    response["Referrer-Policy"], response["X-Robots-Tag"] = "strict-origin", "noindex"
    return response


def answered(request, form: AnswerForm, invitation: Invitation) -> bool:
    """Do what the button says, as whoever is signed in, else as the representative whose link it is."""
    by = request.user if request.user.is_authenticated else invitation.representative.user
    attendance = attendance_of(invitation)
    with refusals_at(form):
        if attendance is None:
            return True  # the page says that they are off the list
        if form.cleaned_data["answer"] == Reply.CONFIRM:
            confirm_attendance(attendance, by=by)
        else:
            ask_leave(attendance, reason=form.cleaned_data["reason"], by=by)
        if "next" in request.POST:
            said = _("已确认参加") if form.cleaned_data["answer"] == Reply.CONFIRM else _("已请假，并告知联络站")
            messages.success(request, said)
        return True
    return False


def place_after(request, otherwise: str) -> str:
    """The page of ours that the form came from."""
    wanted = request.POST.get("next", "")
    hosts, is_secure = {request.get_host()}, request.is_secure()
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=hosts, require_https=is_secure)
    return wanted if is_ours else otherwise


def shown(invitation: Invitation) -> dict:
    """How the person stands to the visit, for a page."""
    attendance, visit = attendance_of(invitation), invitation.visit
    stands = standing(invitation, attendance, visit, timezone.now())
    return {"invitation": invitation, "visit": visit, "attendance": attendance, "standing": stands,
            "can_answer": stands in CAN_ANSWER, "Standing": Standing}  # fmt: skip
