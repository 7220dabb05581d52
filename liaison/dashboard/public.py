"""What is asked without signing in: by machines, does it live and what to read; by people, where to sign in."""

import secrets

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from liaison.common.linked import base_of
from liaison.common.pages import public_page

from . import health, metrics, sitemap

XML = "application/xml; charset=utf-8"
LOOPBACK = {"127.0.0.1", "::1"}
PROXY_HEADERS = ("X-Forwarded-For", "X-Real-IP", "Forwarded")


@login_not_required
@never_cache
@require_safe
def healthz(request):
    """This process answers; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
@never_cache
@require_safe
def readyz(request):
    parts = health.parts()
    failing = [name for name, part in parts.items() if not part.ok]
    body = {
        "status": "failing" if failing else "ok",
        "failing": failing,
        "parts": {name: part._asdict() for name, part in parts.items()},
    }
    return JsonResponse(body, status=503 if failing else 200, json_dumps_params={"ensure_ascii": False})


@login_not_required
@never_cache
@require_safe
def metrics_page(request):
    if not may_read_metrics(request):
        raise PermissionDenied
    return HttpResponse(generate_latest(metrics.registry), content_type=CONTENT_TYPE_LATEST)


def may_read_metrics(request) -> bool:
    """With the token, where one is set; else from this machine alone, and not through a proxy that stands on it."""
    if settings.METRICS_TOKEN:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())
    forwarded = any(header in request.headers for header in PROXY_HEADERS)
    return request.META.get("REMOTE_ADDR") in LOOPBACK and not forwarded


@login_not_required
def admin_login(site, request, extra_context=None):
    """The admin has no door of its own: allauth's page counts failures. Whoever signed in and may not enter is told."""
    if request.user.is_authenticated and not site.has_permission(request):
        raise PermissionDenied
    return redirect_to_login(request.GET.get("next") or reverse("admin:index"))


# -- what search engines ask for -------------------------------------------------------------------------------------

NOT_TO_READ = ("/desk/", "/admin/", "/accounts/", "/api/", "/embed/schedule/", "/schedule/?", "/schedule/calendar/?")


@login_not_required
@require_safe
def robots(request):
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_TO_READ)]
    lines += ["", f"Sitemap: {base_of(request)}{reverse('dashboard:sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")


@login_not_required
@require_safe
@public_page
def sitemap_index(request):
    names = sitemap.sections(timezone.localdate())
    response = HttpResponse(sitemap.index_xml(base_of(request), names), content_type=XML)
    if not settings.SITE["url"]:  # it names the host that it was asked at, so it is not everybody's
        response["Cache-Control"] = "private, no-store"
    return response


@login_not_required
@require_safe
@cache_control(public=True, max_age=3600)
def sitemap_section(request, section):
    """Not kept in memory: a section of a nation has megabytes, and is read once in a while."""
    found = sitemap.addresses(section, timezone.localdate())
    if found is None:
        raise Http404
    return HttpResponse(sitemap.section_xml(base_of(request), found), content_type=XML)
