"""Writing down what happened, with photos."""

from django.contrib import messages
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import FileResponse, Http404, HttpRequest, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST

from liaison.accounts.scoping import get_for_user
from liaison.common.forms import ConfirmForm, posted, refusals_at

from ..actions import log_visit, save_log_draft
from ..choices import MOST_PHOTOS, PhotoKind, State
from ..forms import TOPICS, LogForm, draft_of
from ..models import Photo, Visit
from ..photos import add_photo, delete_photo
from .cards import refused


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
        "photos": visit.photos.filter(kind=PhotoKind.SCENE).order_by("position"),
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
    return refused(request, visit, words.get(visit.state, _("进站开始以后才能登记")))


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
    page = "visits:desk-visit" if photo.kind == PhotoKind.POSTER else "visits:visit-log"
    return redirect(page, photo.visit.public_id)


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
