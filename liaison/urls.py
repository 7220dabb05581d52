"""Every address of the house (DESIGN.md §5). Apps list their own; public views stand in `public.py`."""

from django.contrib import admin
from django.urls import include, path

from visits.public.schedule import home
from visits.views.desk import desk

urlpatterns = [
    path("", home, name="home"),
    path("desk/", desk, name="desk"),
    path("", include("visits.urls")),
    path("", include("feedback.urls")),
    path("", include("stations.urls")),
    path("", include("representatives.urls")),
    path("", include("liaison.notices.urls")),
    path("", include("liaison.accounts.urls")),
    path("", include("liaison.dashboard.urls")),
    path("api/v1/", include("liaison.api")),
    path("accounts/", include("allauth.account.urls")),
    path("admin/", admin.site.urls),
]

handler400 = "liaison.common.public.bad_request"
handler403 = "liaison.common.public.forbidden"
handler404 = "liaison.common.public.not_found"
handler500 = "liaison.common.public.server_error"
