"""Planning visits, one by one."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from liaison.accounts.scoping import get_for_user, may
from liaison.common.forms import ConfirmForm, ReasonForm, posted, refusals_at
from liaison.common.paging import keyset

from ..actions import cancel_visit, delete_draft, save_visit
from ..answers import answers_shown
from ..choices import PhotoKind, State
from ..evidence import evidence_of
from ..forms import FOLLOWING, VisitFilter, VisitForm, stations_to_plan, typed
from ..history import history_of
from ..holidays import provisional_words
from ..models import Photo, Series, Visit
from ..series import save_following
from .cards import marked, refused, shown
from .places import station_asked
from .series import tell


def visit_list(request):
    """Visits within reach; those ahead first, or the latest first where the reader asks for the past."""
    past = request.GET.get("when") == "past"
    form = VisitFilter(request.GET, user=request.user)
    form.is_valid()
    visits = form.chosen(shown(Visit.objects.for_user(request.user), request.user))
    asked = bool(form.cleaned_data.get("from_") or form.cleaned_data.get("to"))
    today = timezone.localdate()
    if past:
        page = keyset(visits.before(today), request, "-starts_at", "-id")
    else:
        page = keyset(visits if asked else visits.since(today), request, "starts_at", "id")
    context = {"rows": marked(page.rows, request.user), "previous_url": page.previous_url, "next_url": page.next_url,
               "past": past, "filter_form": form, "filters_on": form.words, "filters_open": bool(form.errors),
               "may_add": may(request.user, "add", Visit)}  # fmt: skip
    return render(request, "visits/visit_list.html", context)


def desk_visit(request, public_id):
    visits = shown(Visit.objects.for_user(request.user), request.user)
    visit = marked([get_for_user(visits, request.user, "view", public_id=public_id)], request.user)[0]
    photos = Photo.objects.for_user(request.user).filter(visit=visit, kind=PhotoKind.SCENE)
    photos, evidence = photos.order_by("position").distinct(), evidence_of(visit, request.user)
    context = {"visit": visit, "photos": photos, "acts": _acts(visit, request.user), "history": history_of(visit),
               "may_publish": may(request.user, "publish", Visit), "evidence": evidence,
               "rule": evidence.rule, "provisional": _provisional(visit),
               "answers": answers_shown(visit, request.user)}  # fmt: skip
    return render(request, "visits/desk_visit.html", context)


def _provisional(visit: Visit) -> str:
    """That a coming visit still goes where its series goes, in a year of which the holidays are not known."""
    on = timezone.localdate(visit.starts_at)
    if not visit.series_id or visit.is_apart or not visit.can_change or on < timezone.localdate():
        return ""
    named = visit.rule_on or on
    return provisional_words(min(on, named), max(on, named))


def _acts(visit, user) -> dict[str, bool]:
    """What `user` can do with `visit` as it stands: allowed by the grants, and by its state."""
    able = {"change": visit.can_change, "publish": visit.can_publish and visit.starts_at > timezone.now(),
            "cancel": visit.can_cancel and visit.state != State.DRAFT, "delete": visit.can_delete}  # fmt: skip
    return {verb: can and Visit.objects.for_user(user, verb).filter(pk=visit.pk).exists() for verb, can in able.items()}


def visit_add(request):
    """Plan a visit. Whoever works for several stations names one first."""
    if not may(request.user, "add", Visit):
        raise PermissionDenied
    station, question = station_asked(request, _("安排进站"))
    return question or _plan(request, Visit(), station=station)


def visit_edit(request, public_id):
    visit = get_for_user(Visit.objects.select_related("station"), request.user, "change", public_id=public_id)
    if not visit.can_change:
        return refused(request, visit, _("进站已结束或已取消，内容是历史记录，不能再修改"))
    return _plan(request, visit)


def _plan(request, visit: Visit, station=None):
    """The planning form for a new visit or an old one; the same form sent twice leads to the visit it made."""
    new, find = visit._state.adding, request.POST.get("find", "")
    if "search" in request.POST:
        form = VisitForm(instance=visit, user=request.user, station=station, find=find, initial=typed(request.POST))
    else:
        first = {"form_key": uuid.uuid4(), **({"date": request.GET["date"]} if "date" in request.GET else {})}
        form = VisitForm(posted(request), instance=visit, user=request.user, station=station, find=find,
                         **({"initial": first} if new else {}))  # fmt: skip
        if new and (earlier := Visit.objects.sent_before(form.data.get("form_key"), request.user)):
            messages.info(request, _("这份安排已经保存过，没有重复建立"))
            return redirect("visits:desk-visit", earlier.public_id)
        if form.is_valid():
            with refusals_at(form):
                _save(request, form)
                return redirect("visits:desk-visit", visit.public_id)
            # The other copy may have been quicker by a moment.
            if new and (earlier := Visit.objects.sent_before(form.data.get("form_key"), request.user)):
                return redirect("visits:desk-visit", earlier.public_id)
    back = reverse("visits:visit-list") if new else _desk_url(visit)
    context = {"form": form, "visit": visit, "is_new": new, "cancel_url": back,
               "one_station": new and station and len(stations_to_plan(request.user)[:2]) == 1}  # fmt: skip
    return render(request, "visits/visit_form.html", context)


def _save(request, form: VisitForm) -> None:
    """Save the visit; with it those of its series that follow, where the form says so."""
    visit, cleaned = form.instance, form.cleaned_data
    given = {"representatives": cleaned["representatives"], "change_reason": cleaned.get("change_reason", ""),
             "seen_at": cleaned.get("seen_at"), "by": request.user}  # fmt: skip
    if cleaned.get("scope") == FOLLOWING:
        get_for_user(Series, request.user, "change", pk=visit.series_id)
        return tell(request, save_following(visit, **given))
    save_visit(visit, **given)
    messages.success(request, _("已保存为草稿，公布后群众才能看到") if form.is_new else _("已保存修改"))


def _desk_url(visit) -> str:
    return reverse("visits:desk-visit", args=[visit.public_id])


def visit_cancel(request, public_id):
    visit = get_for_user(Visit.objects.select_related("station"), request.user, "cancel", public_id=public_id)
    if not visit.can_cancel:
        return refused(request, visit, _("已登记或已取消的进站不能再取消"))
    form = ReasonForm(posted(request), label=_("取消原因"), hint=_("群众会看到这句话"))
    if form.is_valid():
        with refusals_at(form):
            cancel_visit(visit, reason=form.cleaned_data["reason"], by=request.user)
            messages.success(request, _("已取消，日程上会划去并写明原因"))
            return redirect("visits:desk-visit", visit.public_id)
    return render(request, "visits/visit_cancel.html", {"cancel_url": _desk_url(visit), "visit": visit, "form": form})


def visit_delete(request, public_id):
    visit = get_for_user(Visit.objects.select_related("station"), request.user, "delete", public_id=public_id)
    if not visit.can_delete:
        return refused(request, visit, _("已公布过的进站不能删除，请取消并说明原因"))
    form = ConfirmForm(posted(request))
    if request.method == "POST":
        with refusals_at(form):
            delete_draft(visit, by=request.user)
            messages.success(request, _("草稿已删除"))
            return redirect("visits:visit-list")
    return render(request, "visits/visit_delete.html", {"cancel_url": _desk_url(visit), "visit": visit, "form": form})
