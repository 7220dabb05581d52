"""转办件: what was sent to departments, as they see it and as staff see it; and what a department does with it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from liaison.accounts.choices import Role
from liaison.accounts.scoping import get_for_user, may
from liaison.common.forms import ConfirmForm, posted, refusals_at
from liaison.common.linked import base_of
from liaison.common.paging import keyset

from .. import actions, times
from ..choices import REFERRAL_FACES, REFERRAL_OPEN, DueKind, ReferralState, Step
from ..forms.referrals import AnswerForm, GiveBackForm, ReferralFilter
from ..links import days_good, link_of, mail_link, withdraw_links
from ..models import Department, Referral
from ..sent import dates_of, sent, untraced
from ..standing import soon_until, standing_on

WITH = ("department", "opinion__station", "opinion__category", "suggestion__category", "sent_by")
# The tabs of the list: what they are called, and the states that they hold.
TABS = {
    "": (gettext_lazy("未答复"), REFERRAL_OPEN),
    "sent": (ReferralState.SENT.label, (ReferralState.SENT,)),
    "received": (ReferralState.RECEIVED.label, (ReferralState.RECEIVED,)),
    "answered": (ReferralState.ANSWERED.label, (ReferralState.ANSWERED,)),
    "all": (gettext_lazy("全部"), ReferralState.values),
}


def referral_list(request):
    """Open ones by their next deadline; what is over, the latest first."""
    if not may(request.user, "view", Referral):
        raise PermissionDenied
    tab = request.GET.get("tab", "")
    tab = tab if tab in TABS else ""
    form, today = ReferralFilter(request.GET), timezone.localdate()
    rows = Referral.objects.for_user(request.user).filter(state__in=TABS[tab][1])
    rows = form.chosen(rows).select_related("department", "opinion__station", "suggestion")
    by_deadline = set(TABS[tab][1]) <= set(REFERRAL_OPEN)
    page = keyset(rows, request, *(("next_due_on", "id") if by_deadline else ("-sent_at", "-id")))
    context = {
        "rows": marked(page.rows, today), "previous_url": page.previous_url, "next_url": page.next_url, "tab": tab,
        "tabs": [(name, words) for name, (words, _states) in TABS.items()], "filter_form": form, "q": form["q"].value(),
        "is_department": request.user.roles == {Role.DEPARTMENT}, "may_handle": may(request.user, "handle", Referral),
        "may_see_departments": may(request.user, "view", Department),
    }  # fmt: skip
    return render(request, "feedback/referral_list.html", context)


def marked(rows: list[Referral], today) -> list[Referral]:
    """Each with the face of its state, and how its nearest date stands."""
    soon = soon_until(today)
    for row in rows:
        row.face, row.shown_title = REFERRAL_FACES[row.state], untraced(row.matter.title)
        row.standing = standing_on(row.due_on, today, soon) if row.is_open and row.due_on else None
    return rows


def referral(request, public_id):
    """One matter in the hands of one department."""
    row = _reached(request, public_id, "view")
    handles = Referral.objects.for_user(request.user, "handle").filter(pk=row.pk).exists()
    answers = Referral.objects.for_user(request.user, "answer").filter(pk=row.pk).exists()
    context = shown(row) | {
        "answers": answers and row.is_open, "handles": handles,
        "matter_url": "" if answers else row.matter.get_absolute_url(),
    }  # fmt: skip
    for due in context["dates"]:
        due.url = due.get_absolute_url()
    if context["answers"] and (due := context["next_due"]) and times.can_move(due):
        context["ask_url"] = reverse("feedback:due-ask", args=[due.pk])
    if handles and row.is_open:
        context["ways"] = _ways(row)
        context |= {"link": base_of(request) + link_of(row), "days_good": days_good()}
    return render(request, "feedback/referral.html", context)


def _ways(row: Referral) -> list[tuple[str, str]]:
    """What staff do with what they sent, as (address, word)."""
    if row.opinion_id and row.opinion.can(Step.RECALLED):
        return [(reverse("feedback:opinion-recall", args=[row.opinion.public_id]), _("收回转办"))]
    return []


def shown(row: Referral) -> dict:
    """What a page of a referral is made of, for those who sign in and those with a link."""
    today = timezone.localdate()
    dates = dates_of(row, today)
    last_return = next((due for due in dates if due.kind == DueKind.RETURN and not due.ended_on), None)
    return {
        "referral": row, "face": REFERRAL_FACES[row.state], "sent": sent(row), "dates": dates, "today": today,
        "next_due": next((due for due in dates if not due.ended_on and due.kind != DueKind.RETURN), None),
        "last_return": last_return,
        "can_return": row.is_open and not (last_return and last_return.is_overdue(today)),
        "urges": row.urges.select_related("by").order_by("-at", "-pk"),
    }  # fmt: skip


@require_POST
def referral_sign(request, public_id):
    row = _reached(request, public_id, "answer")
    form = ConfirmForm(request.POST)
    with refusals_at(form):
        actions.sign_for(row, by=request.user)
        messages.success(request, _("已签收"))
    return _told(request, row, form)


def referral_return(request, public_id):
    row = _reached(request, public_id, "answer")
    form = GiveBackForm(posted(request))
    if form.is_valid():
        with refusals_at(form):
            actions.give_back(row, **form.cleaned_data, by=request.user)
            messages.success(request, _("已退回，由交办单位重新安排"))
            return redirect(row)
    return _asked(request, row, form, "feedback/referral_return.html")


def referral_answer(request, public_id):
    row = _reached(request, public_id, "answer")
    form = AnswerForm(posted(request), referral=row)
    if form.is_valid():
        with refusals_at(form):
            actions.answer_referral(row, **form.cleaned_data, by=request.user)
            messages.success(request, _("已答复") if row.leads else _("已反馈给主办单位"))
            return redirect(row)
    return _asked(request, row, form, "feedback/referral_answer.html")


def _asked(request, row: Referral, form, template: str):
    """The form; what cannot be done any more is told on the referral's own page, unless something was typed."""
    context = shown(row)
    if not form.is_bound and not row.is_open:
        messages.error(request, _("这个转办件“%s”，不能再办理") % row.get_state_display())
        return redirect(row)
    return render(request, template, context | {"form": form, "cancel_url": row.get_absolute_url()})


@require_POST
def referral_link(request, public_id):
    """Make the links that were given out worthless, the page then shows a new one; or mail it to the department."""
    row = _reached(request, public_id, "handle")
    form = ConfirmForm(request.POST)
    with refusals_at(form):
        if "mail" in request.POST:
            mail_link(row, base=base_of(request), by=request.user)
            messages.success(request, _("链接已发往 %s") % row.department.email)
        else:
            withdraw_links(row, by=request.user)
            messages.success(request, _("原来的链接已作废，下面是新的链接"))
    return _told(request, row, form)


def _told(request, row: Referral, form):
    """Back to the page, where what was refused is told."""
    for words in form.non_field_errors():
        messages.error(request, words)
    return redirect(row)


def _reached(request, public_id: str, verb: str) -> Referral:
    return get_for_user(Referral.objects.select_related(*WITH), request.user, verb, public_id=public_id)
