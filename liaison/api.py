"""The API's addresses under /api/v1/, with its schema and the page that explains it."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from liaison.accounts.api import RegionViewSet
from liaison.common.api import NothingHere
from representatives.api import RepresentativeViewSet
from stations.api import StationViewSet
from visits.api import VisitViewSet

app_name = "api"

router = SimpleRouter()
router.register("regions", RegionViewSet, basename="region")
router.register("stations", StationViewSet, basename="station")
router.register("representatives", RepresentativeViewSet, basename="representative")
router.register("visits", VisitViewSet, basename="visit")

urlpatterns = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path(
        "docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema", template_name="api/docs.html"), name="docs"
    ),
    *router.urls,
    re_path(r"", NothingHere.as_view(), name="nothing"),
]
