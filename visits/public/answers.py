"""The link in a reminder: whoever has it says whether the representative comes. Looking at it changes nothing, for
mail scanners look at every link."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from rest_framework.throttling import AnonRateThrottle

from liaison.common.forms import posted

from ..forms import AnswerForm
from ..models import Invitation
from ..views.answering import answered, place_after, shown


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
