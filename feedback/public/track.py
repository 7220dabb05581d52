"""What became of it: asked by receipt number and the last four digits of the telephone, and rated there."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from liaison.accounts.adapter import client_address
from liaison.common.forms import posted, refusals_at

from .. import actions
from ..forms.public import TrackForm, VerdictForm
from ..tracking import course_of, found, may_ask


@login_not_required
@never_cache
@sensitive_post_parameters()
def track(request):
    """The number may come along from a receipt's code; the answer only by POST, and nothing of it is kept anywhere."""
    form = TrackForm(posted(request), initial={"number": request.GET.get("number", "")[:60]})
    if not form.is_valid():
        return _private(render(request, "feedback/public_track.html", {"form": form}))
    number, digits = form.cleaned_data["number"], form.cleaned_data["digits"]
    if not may_ask(number, client_address(request)):
        return _private(render(request, "429.html", status=429))
    opinion = found(number, digits)
    if opinion is None:
        form.add_error(None, _("没有查到。请核对受理编号和电话后四位；联系方式按期限清除以后，就查不到了"))
        return _private(render(request, "feedback/public_track.html", {"form": form}))
    verdict = _rated(request, opinion)
    course = course_of(opinion, timezone.localdate())
    if verdict is None and course.answers:
        verdict = VerdictForm(answers=course.answers)
    context = {"form": form, "course": course, "verdict": verdict}
    return _private(render(request, "feedback/public_course.html", context))


def _rated(request, opinion) -> VerdictForm | None:
    """Write down the voter's word, where it came along; the form again where something is wrong with it."""
    answers = course_of(opinion, timezone.localdate()).answers
    if "rate" not in request.POST or not answers:
        return None
    form = VerdictForm(request.POST, answers=answers)
    if form.is_valid():
        with refusals_at(form):
            actions.rate(opinion, values=form.values, words=form.cleaned_data["words"])
            messages.success(request, _("谢谢您的评价"))
            opinion.refresh_from_db()
            return None
    return form


def _private(response):
    response["Referrer-Policy"], response["X-Robots-Tag"] = "same-origin", "noindex"
    return response
