"""The desk: what is on for whoever signed in, planning visits, and writing down what happened."""

import uuid
from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.db.models import BooleanField, ExpressionWrapper, Prefetch, Q
from django.http import FileResponse, Http404, HttpRequest, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from liaison.accounts.choices import Role
from liaison.accounts.context import places_of
from liaison.accounts.scoping import get_for_user, may
from liaison.common.forms import ConfirmForm, ReasonForm, posted, refusals_at
from liaison.common.paging import keyset
from liaison.policy.choices import Key
from liaison.policy.models import Threshold
from representatives.models import Representative

from .actions import cancel_visit, delete_draft, is_late, log_visit, publish_visit, save_log_draft, save_visit
from .choices import MOST_PHOTOS, State
from .forms import TOPICS, LogForm, VisitFilter, VisitForm, draft_of, stations_to_plan, typed
from .history import history_of
from .models import Attendance, Photo, Visit
from .photos import add_photo, delete_photo

ON_DUTY = frozenset({Role.LIAISON, Role.STREET, Role.DISTRICT, Role.REPRESENTATIVE})  # whose day is made of visits
MOST_ON_DESK = 12
MOST_WAITING = 6
DAYS_AHEAD = 7
MOST_STATIONS = 60


def shown(visits, user):
    """Visits with everything that a card or a page says about them, and whether `user` may log each."""
    mine = ExpressionWrapper(Visit.objects.reach(user, "log"), BooleanField())
    people = Representative.objects.with_level()
    return (
        visits.select_related("station", "room")
        .annotate(may_log=mine)
        .prefetch_related(
            Prefetch("attendances", Attendance.objects.for_user(user, "read", "view").order_by("id")),
            Prefetch("attendances__representative", people),
        )
    )


def marked(visits) -> list[Visit]:
    """`visits` as a list, each knowing whether it waits to be logged by the reader."""
    now = timezone.now()
    rows = list(visits)
    for visit in rows:
        visit.waits = visit.may_log and visit.can_log(now)
    return rows


# -- The start page --------------------------------------------------------------------------------------------------


def desk(request):
    """Today and the days ahead within reach, and what waits for a hand; for the others where to go."""
    today, user = timezone.localdate(), request.user
    visits = shown(Visit.objects.for_user(user), user)
    ahead = visits.between(today + timedelta(days=1), today + timedelta(days=DAYS_AHEAD)).order_by("starts_at", "id")
    context = {
        "today": today,
        "works_here": bool(user.roles & ON_DUTY),
        "logs_here": Role.LIAISON in user.roles,  # logging is the liaison's main act, for others one of several
        "now_on": marked(visits.between(today, today).order_by("starts_at", "id")[: MOST_ON_DESK + 1]),
        "ahead": marked(ahead[: MOST_ON_DESK + 1]),
        "to_log": _to_log(visits, user, today),
        "to_publish": _to_publish(visits, user, today),
        "most": MOST_ON_DESK,
        "most_waiting": MOST_WAITING,
        "may_add": may(user, "add", Visit),
        "places": places_of(user),
    }
    return render(request, "visits/desk.html", context)


def _to_log(visits, user, today):
    """Visits of earlier days that nobody has written down yet; today's stand under today."""
    waiting = visits.filter(Visit.objects.reach(user, "log"), state__in=[State.PUBLISHED, State.HELD])
    return marked(waiting.before(today).order_by("ends_at", "id")[: MOST_WAITING + 1])


def _to_publish(visits, user, today):
    days = Threshold.objects.number(Key.NOTICE_DAYS, today)
    drafts = visits.filter(Visit.objects.reach(user, "publish")).to_publish(today, days)
    return marked(drafts.filter(starts_at__gt=timezone.now()).order_by("starts_at", "id")[: MOST_WAITING + 1])


# -- Visits ----------------------------------------------------------------------------------------------------------


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
    context = {"rows": marked(page.rows), "previous_url": page.previous_url, "next_url": page.next_url, "past": past,
               "filter_form": form, "filters_on": form.words, "filters_open": bool(form.errors),
               "may_add": may(request.user, "add", Visit)}  # fmt: skip
    return render(request, "visits/visit_list.html", context)


def desk_visit(request, public_id):
    visits = shown(Visit.objects.for_user(request.user), request.user)
    visit = marked([get_for_user(visits, request.user, "view", public_id=public_id)])[0]
    photos = Photo.objects.for_user(request.user).filter(visit=visit).order_by("position").distinct()
    context = {"visit": visit, "photos": photos, "acts": _acts(visit, request.user), "history": history_of(visit),
               "may_publish": may(request.user, "publish", Visit)}  # fmt: skip
    return render(request, "visits/desk_visit.html", context)


def _acts(visit, user) -> dict[str, bool]:
    """What `user` can do with `visit` as it stands: allowed by the grants, and by its state."""
    able = {"change": visit.can_change, "publish": visit.can_publish and visit.starts_at > timezone.now(),
            "cancel": visit.can_cancel and visit.state != State.DRAFT, "delete": visit.can_delete}  # fmt: skip
    return {verb: can and Visit.objects.for_user(user, verb).filter(pk=visit.pk).exists() for verb, can in able.items()}


def visit_add(request):
    """Plan a visit. Whoever works for several stations names one first."""
    if not may(request.user, "add", Visit):
        raise PermissionDenied
    stations = stations_to_plan(request.user)
    asked = request.POST.get("station") or request.GET.get("station")
    station = stations.filter(pk=asked).first() if asked else None
    if asked is None:
        few = list(stations[:2])
        if len(few) != 1:
            return _choose_station(request, stations)
        station = few[0]
    return _plan(request, Visit(), station=station)


def _choose_station(request, stations):
    term = request.GET.get("q", "").strip()[:50]
    found = stations.filter(Q(name__icontains=term) | Q(code__startswith=term)) if term else stations
    rows = list(found.select_related("region").order_by("kind", "code")[: MOST_STATIONS + 1])
    return render(
        request,
        "visits/visit_station.html",
        {"rows": rows[:MOST_STATIONS], "q": term, "more": len(rows) > MOST_STATIONS},
    )


def visit_edit(request, public_id):
    visit = get_for_user(Visit.objects.select_related("station"), request.user, "change", public_id=public_id)
    if not visit.can_change:
        return _refused(request, visit, _("进站已结束或已取消，内容是历史记录，不能再修改"))
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
                visit = save_visit(form.instance, representatives=form.cleaned_data["representatives"], by=request.user)
                messages.success(request, _("已保存为草稿，公布后群众才能看到") if new else _("已保存修改"))
                return redirect("visits:desk-visit", visit.public_id)
            # The other copy may have been quicker by a moment.
            if new and (earlier := Visit.objects.sent_before(form.data.get("form_key"), request.user)):
                return redirect("visits:desk-visit", earlier.public_id)
    back = reverse("visits:visit-list") if new else _desk_url(visit)
    context = {"form": form, "visit": visit, "is_new": new, "cancel_url": back,
               "one_station": new and station and len(stations_to_plan(request.user)[:2]) == 1}  # fmt: skip
    return render(request, "visits/visit_form.html", context)


def _desk_url(visit) -> str:
    return reverse("visits:desk-visit", args=[visit.public_id])


def _refused(request, visit, words: str):
    """Back to the visit, with the reason why the page that was asked for has nothing to do."""
    messages.error(request, words)
    return redirect("visits:desk-visit", visit.public_id)


def visit_publish(request, public_id):
    """Make a draft public; later than the notice period the page says so and asks why."""
    visit = get_for_user(Visit.objects.select_related("station"), request.user, "publish", public_id=public_id)
    if not visit.can_publish:
        return _refused(request, visit, _("只有草稿可以公布，这次安排已经公布或取消"))
    late = is_late(visit, timezone.now())
    days = Threshold.objects.number(Key.NOTICE_DAYS)
    form = ConfirmForm(posted(request))
    if late:
        hint = _("按规定至少提前 %(n)s 天公布，这次已不足。原因会和逾期一起记录在案。") % {"n": days}
        form = ReasonForm(posted(request), label=_("逾期公布的原因"), hint=hint)
    if form.is_valid():
        with refusals_at(form):
            publish_visit(visit, by=request.user, late_reason=form.cleaned_data.get("reason", ""))
            messages.success(request, _("已公布，群众现在能在接待日程里看到"))
            return redirect("visits:desk-visit", visit.public_id)
    return render(
        request,
        "visits/visit_publish.html",
        {"cancel_url": _desk_url(visit), "visit": visit, "form": form, "late": late, "days": days},
    )


def visit_cancel(request, public_id):
    visit = get_for_user(Visit.objects.select_related("station"), request.user, "cancel", public_id=public_id)
    if not visit.can_cancel:
        return _refused(request, visit, _("已登记或已取消的进站不能再取消"))
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
        return _refused(request, visit, _("已公布过的进站不能删除，请取消并说明原因"))
    form = ConfirmForm(posted(request))
    if request.method == "POST":
        with refusals_at(form):
            delete_draft(visit, by=request.user)
            messages.success(request, _("草稿已删除"))
            return redirect("visits:visit-list")
    return render(request, "visits/visit_delete.html", {"cancel_url": _desk_url(visit), "visit": visit, "form": form})


# -- Writing down what happened --------------------------------------------------------------------------------------


def visit_log(request, public_id):
    """Write a visit down. Comes back filled from what was saved as it was typed."""
    visit = get_for_user(Visit.objects.select_related("station", "logged_by"), request.user, "log", public_id=public_id)
    if not visit.can_log(timezone.now()):
        return _not_to_log(request, visit)
    draft = visit.log_drafts.filter(by=request.user).first()
    form = LogForm(posted(request), visit=visit, user=request.user, draft=draft)
    if request.method == "POST":
        _take_photos(request, visit, form)
        if form.is_valid():
            given = {name: form.cleaned_data[name] for name in ("came", "voters_received", "summary", "result")}
            with refusals_at(form):
                log_visit(visit, **given, by=request.user)
                messages.success(request, _("已登记，谢谢"))
                return redirect("visits:desk-visit", visit.public_id)
        if form.has_error(NON_FIELD_ERRORS, "logged"):
            visit.refresh_from_db()
            return _not_to_log(request, visit)
    context = {
        "visit": visit,
        "form": form,
        "draft": None if form.is_bound else draft,
        "photos": visit.photos.order_by("position"),
        "topics": TOPICS,
        "most_photos": MOST_PHOTOS,
        "now": timezone.now(),
    }
    return render(request, "visits/visit_log.html", context)


def _not_to_log(request, visit):
    """Back to the visit with the reason; the form sent twice meets its own record here."""
    if visit.state == State.LOGGED:
        words = {"name": visit.logged_by or _("系统"), "when": f"{timezone.localtime(visit.logged_at):%Y-%m-%d %H:%M}"}
        messages.info(request, _("这次进站已由%(name)s在 %(when)s 登记，登记后的内容是历史记录，不能再改") % words)
        return redirect("visits:desk-visit", visit.public_id)
    words = {State.CANCELLED: _("已取消的进站不能登记"), State.DRAFT: _("这次安排还没有公布，公布并开始以后才能登记")}
    return _refused(request, visit, words.get(visit.state, _("进站开始以后才能登记")))


def _take_photos(request, visit, form) -> None:
    """Keep each photo that came with the form at once: a browser does not fill in files a second time."""
    for file in request.FILES.getlist("photos"):
        with refusals_at(form, "photos"):
            add_photo(visit, file=file, by=request.user)


@require_POST
def log_draft(request, public_id):
    """Save the half-filled log; the page calls this as it is typed in."""
    visit = get_for_user(Visit, request.user, "log", public_id=public_id)
    try:
        draft = save_log_draft(visit, data=draft_of(request.POST), by=request.user)
    except ValidationError as error:
        return JsonResponse({"message": " ".join(error.messages)}, status=409)
    return JsonResponse({"saved_at": int(draft.saved_at.timestamp() * 1000)})


@require_POST
def photo_add(request, public_id):
    """Take one photo in; the page sends them one by one and shows what became of each."""
    visit = get_for_user(Visit, request.user, "log", public_id=public_id)
    if "photo" not in request.FILES:
        return JsonResponse({"message": _("没有收到照片，请重试")}, status=400)
    try:
        photo = add_photo(visit, file=request.FILES["photo"], by=request.user)
    except ValidationError as error:
        return JsonResponse({"message": " ".join(error.messages)}, status=422)
    addresses = {"thumbnail": "visits:photo-thumbnail", "delete": "visits:photo-delete"}
    return JsonResponse({name: reverse(url, args=[photo.public_id]) for name, url in addresses.items()}, status=201)


@require_POST
def photo_delete(request, public_id):
    """Take a photo away. Without JavaScript the whole form comes along, and is kept as a draft."""
    photo = get_for_user(Photo.objects.select_related("visit"), request.user, "delete", public_id=public_id)
    form = ConfirmForm({})
    with refusals_at(form):
        if "summary" in request.POST:
            save_log_draft(photo.visit, data=draft_of(request.POST), by=request.user)
        delete_photo(photo, by=request.user)
    refused = " ".join(form.non_field_errors())
    if request.headers.get("Accept") == "application/json":
        return JsonResponse({"message": refused}, status=409 if refused else 200)
    messages.add_message(request, messages.ERROR if refused else messages.SUCCESS, refused or _("照片已删去"))
    return redirect("visits:visit-log", photo.visit.public_id)


def photo(request, public_id):
    return _picture(request, public_id, "image")


def photo_thumbnail(request, public_id):
    return _picture(request, public_id, "thumbnail")


@cache_control(private=True, max_age=3600)
def _picture(request: HttpRequest, public_id: str, size: str) -> FileResponse:
    """A photo's file, for whoever may see its visit; it is always the JPEG that we drew ourselves."""
    row = get_for_user(Photo.objects.distinct(), request.user, "view", public_id=public_id)
    try:
        file = getattr(row, size).open("rb")
    except FileNotFoundError:
        raise Http404 from None
    headers = {"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff"}
    return FileResponse(file, filename=f"{row.public_id}.jpg", headers=headers)
