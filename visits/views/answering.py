"""Answering as the link's page and the desk do alike."""

from django.contrib import messages
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from liaison.common.forms import refusals_at

from ..answers import CAN_ANSWER, Standing, ask_leave, attendance_of, confirm_attendance, standing
from ..choices import Reply
from ..forms import AnswerForm
from ..models import Invitation


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
