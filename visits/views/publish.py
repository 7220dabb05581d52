"""Making visits public: one by one, or those of a station, of a series, or chosen by hand together."""

from itertools import groupby

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from liaison.accounts.scoping import get_for_user, may
from liaison.common.exceptions import NotAllowed
from liaison.common.forms import ConfirmForm, ReasonForm, posted, refusals_at
from liaison.common.paging import keyset

from ..actions import is_late, publish_visit, publish_visits
from ..choices import PhotoKind, State
from ..forms import PublishFilter
from ..models import Visit
from ..notice import NoticeRule, Standing, warn_days
from ..photos import add_photo
from .cards import refused, shown

MOST_AT_ONCE = 200


def publish_list(request):
    """Drafts ahead by the last day on which they can be published in time; what is ticked is published together."""
    if not may(request.user, "publish", Visit):
        raise PermissionDenied
    if "visits" in request.POST:
        return _publish_together(request)
    if request.method == "POST":
        messages.error(request, _("还没有勾选，请先勾选要公布的安排"))
    today, now = timezone.localdate(), timezone.now()
    drafts = Visit.objects.for_user(request.user, "publish").filter(state=State.DRAFT, starts_at__gt=now)
    form = PublishFilter(request.GET, drafts=drafts)
    page = keyset(shown(form.chosen, request.user), request, "starts_at", "id", size=MOST_AT_ONCE)
    rule = NoticeRule.on(today)
    tick = request.GET.get("tick", "all" if form.is_narrow else "")
    context = {
        "groups": _by_standing(page.rows, rule, today),
        "previous_url": page.previous_url,
        "next_url": page.next_url,
        "rule": rule,
        "ticked": tick == "all",
        "count": len(page.rows),
        "filter_form": form,
        "filters_on": form.words,
        "filters_open": bool(form.errors),
    }
    return render(request, "visits/publish_list.html", context)


def _by_standing(rows: list[Visit], rule: NoticeRule, today) -> list[tuple[Standing, list[Visit]]]:
    """Rows in the order of their days are in the order of their last days, too."""
    warn = warn_days(today)
    for visit in rows:
        visit.notice = rule.for_visit(timezone.localdate(visit.starts_at), today, warn)
    return [(standing, list(group)) for standing, group in groupby(rows, lambda visit: visit.notice.standing)]


def _publish_together(request):
    """First what was ticked, with the question why where something is late; then what became of each."""
    asked = list(dict.fromkeys(request.POST.getlist("visits")))[:MOST_AT_ONCE]
    visits = Visit.objects.for_user(request.user, "publish").filter(public_id__in=asked)
    visits = list(visits.select_related("station").order_by("starts_at", "id"))
    rule, now = NoticeRule.on(timezone.localdate()), timezone.now()
    for visit in visits:
        visit.would_be_late = visit.can_publish and is_late(visit, now, rule)
    late = sum(visit.would_be_late for visit in visits)
    sure = request.POST if "sure" in request.POST else None
    form = _reason_form(sure, rule) if late else ConfirmForm(sure)
    context = {"visits": visits, "rule": rule, "late": late, "missing": len(asked) - len(visits), "form": form,
               "cancel_url": request.get_full_path()}  # fmt: skip
    if form.is_valid():
        reason = form.cleaned_data.get("reason", "")
        context["outcome"] = publish_visits(visits, late_reason=reason, by=request.user)
        return render(request, "visits/publish_done.html", context)
    return render(request, "visits/publish_together.html", context)


def _reason_form(data, rule: NoticeRule) -> ReasonForm:
    hint = _("按规定至少提前 %(n)s公布，这次已不足。原因会和逾期一起记录在案。") % {"n": rule.amount}
    return ReasonForm(data, label=_("逾期公布的原因"), hint=hint)


def visit_publish(request, public_id):
    """Make a draft public; later than the notice period the page says so and asks why."""
    visit = get_for_user(Visit.objects.select_related("station"), request.user, "publish", public_id=public_id)
    if not visit.can_publish:
        return refused(request, visit, _("只有草稿可以公布，这次安排已经公布或取消"))
    rule = NoticeRule.on(timezone.localdate())
    late = is_late(visit, timezone.now(), rule)
    form = _reason_form(posted(request), rule) if late else ConfirmForm(posted(request))
    if form.is_valid():
        with refusals_at(form):
            publish_visit(visit, by=request.user, late_reason=form.cleaned_data.get("reason", ""))
            messages.success(request, _("已公布，群众现在能在接待日程里看到"))
            return redirect("visits:desk-visit", visit.public_id)
    back = reverse("visits:desk-visit", args=[visit.public_id])
    context = {"cancel_url": back, "visit": visit, "form": form, "late": late, "rule": rule}
    return render(request, "visits/visit_publish.html", context)


@require_POST
def pinned_add(request, public_id):
    """Take in a photo of the notice where it hangs, from the liaison's phone."""
    visit = get_for_user(Visit, request.user, "log", public_id=public_id)
    form = ConfirmForm({})
    with refusals_at(form):
        if "photo" not in request.FILES:
            raise NotAllowed(_("没有收到照片，请先拍照或选一张照片"))
        add_photo(visit, file=request.FILES["photo"], kind=PhotoKind.POSTER, by=request.user)
        messages.success(request, _("张贴照片已保存"))
    for words in form.non_field_errors():
        messages.error(request, words)
    return redirect(reverse("visits:desk-visit", args=[visit.public_id]) + "#evidence")
