from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.common.paging import keyset
from liaison.common.search import LONGEST, fold
from liaison.common.sources import merged_page

from . import public

MOST_CHOICES = 20
MOST_NARROWED = 200  # rows that the rest of a form leaves; so few are read, not searched
DAILY = ("visits", "stations", "representatives", "notices")  # the apps of every day's work, the rest after them


class LiaisonAdminSite(admin.AdminSite):
    """Django's admin for district staff and administrators: grants decide, and the start page says what waits."""

    enable_nav_sidebar = False

    def has_permission(self, request) -> bool:
        return request.user.is_active and request.user.is_authenticated and request.user.is_staff

    def get_urls(self):
        idle = path("idle-stations/", self.admin_view(self.idle_stations), name="idle-stations")
        return [idle, *super().get_urls()]

    def index(self, request, extra_context=None):
        from .attention import lines

        return super().index(request, {"lines": lines(request.user, timezone.localdate()), **(extra_context or {})})

    def get_app_list(self, request, app_label=None):
        apps = super().get_app_list(request, app_label)
        return sorted(apps, key=lambda app: DAILY.index(app["app_label"]) if app["app_label"] in DAILY else len(DAILY))

    def idle_stations(self, request):
        """Stations without a visit next month, each with the way to plan one."""
        from .attention import idle_stations, looks_after_stations, next_month

        if not looks_after_stations(request.user):
            raise PermissionDenied
        today = timezone.localdate()
        page = keyset(idle_stations(request.user, today).select_related("region"), request, "code", size=50)
        context = {
            **self.each_context(request),
            "title": _("下月没有进站安排的联络站"),
            "page": page,
            "month": next_month(today),
        }
        return TemplateResponse(request, "admin/idle_stations.html", context)

    login = public.admin_login

    def logout(self, request, extra_context=None):
        return redirect("account_logout")

    def password_change(self, request, extra_context=None):
        return redirect("account_change_password")

    def autocomplete_view(self, request):
        return Choices.as_view(admin_site=self)(request)


class Choices(AutocompleteJsonView):
    """What a box to type in offers: the first rows that fit, within reach, found by index and never counted."""

    def get(self, request, *args, **kwargs):
        self.term, model_admin, self.source_field, to_field = self.process_request(request)
        self.model_admin = model_admin
        if not self.has_perm(request):
            raise PermissionDenied
        rows = model_admin.get_queryset(request).for_user(request.user, "add", "change", of=self.source_field.model)
        rows = rows.select_related(*(model_admin.list_select_related or ()))
        ordered_rows, _whole = model_admin.ordered_rows(request, rows)
        term = self.term.replace("\0", "").strip()[:LONGEST]
        narrowed = None
        if self.admin_site.is_registered(self.source_field.model):
            form_admin = self.admin_site.get_model_admin(self.source_field.model)
            narrowed = form_admin.narrowed(request, self.source_field.name, rows)
        if narrowed is not None:
            few = narrowed.order_by(*model_admin.keyset)[:MOST_NARROWED]
            found = [row for row in few if fold(term) in fold(model_admin.choice_words(row))][:MOST_CHOICES]
        elif term:
            sources = model_admin.get_sources(request, rows, ordered_rows, term)
            found = merged_page(rows, sources, model_admin.keyset, MOST_CHOICES).rows
        else:
            found = rows.order_by(*model_admin.keyset)[:MOST_CHOICES]
        results = [{"id": str(getattr(row, to_field)), "text": model_admin.choice_words(row)} for row in found]
        return JsonResponse({"results": results, "pagination": {"more": False}})
