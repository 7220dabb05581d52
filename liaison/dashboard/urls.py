from django.urls import path

from . import public

app_name = "dashboard"

urlpatterns = [
    path("healthz", public.healthz, name="healthz"),
    path("readyz", public.readyz, name="readyz"),
    path("metrics", public.metrics_page, name="metrics"),
]
