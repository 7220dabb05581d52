from django.urls import path

from . import public

app_name = "dashboard"

urlpatterns = [
    path("healthz", public.healthz, name="healthz"),
    path("readyz", public.readyz, name="readyz"),
    path("robots.txt", public.robots, name="robots"),
    path("sitemap.xml", public.sitemap_index, name="sitemap"),
    path("sitemap-<slug:section>.xml", public.sitemap_section, name="sitemap-section"),
    path("metrics", public.metrics_page, name="metrics"),
]
