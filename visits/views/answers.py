"""Confirming and asking leave on the desk: by the representative, or by the station on their behalf."""

from django.shortcuts import redirect, render
from django.urls import reverse

from liaison.accounts.scoping import get_for_user
from liaison.common.forms import posted

from ..forms import AnswerForm
from ..models import Invitation
from .answering import answered, place_after, shown


def answer(request, public_id):
    rows = Invitation.objects.select_related("visit__station", "visit__room", "representative__user")
    invitation = get_for_user(rows, request.user, "change", public_id=public_id)
    form, back = AnswerForm(posted(request)), reverse("visits:desk-visit", args=[invitation.visit.public_id])
    if form.is_valid() and answered(request, form, invitation):
        return redirect(place_after(request, back))
    is_own = invitation.representative.user_id == request.user.pk
    context = shown(invitation) | {"form": form, "cancel_url": back, "is_own": is_own}
    return render(request, "visits/desk_answer.html", context)
