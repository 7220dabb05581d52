"""The API's addresses under /api/v1/, with its schema and the page that explains it."""

from django.urls import path, re_path, reverse
from django.utils import timezone
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView
from rest_framework.routers import APIRootView, DefaultRouter

from feedback.api import OpinionViewSet
from liaison.accounts.api import ReadOrSignIn, RegionViewSet
from liaison.common.api import NothingHere
from representatives.api import RepresentativeViewSet
from stations.api import StationViewSet
from visits.api import VisitViewSet

app_name = "api"


class Root(APIRootView):
    """The lists that the API has."""

    permission_classes = [ReadOrSignIn]
    schema = None


router = DefaultRouter()
router.APIRootView, router.root_view_name, router.include_format_suffixes = Root, "root", False
router.register("regions", RegionViewSet, basename="region")
router.register("stations", StationViewSet, basename="station")
router.register("representatives", RepresentativeViewSet, basename="representative")
router.register("visits", VisitViewSet, basename="visit")
router.register("opinions", OpinionViewSet, basename="opinion")


class DocsView(SpectacularSwaggerSplitView):
    """What the API does, in words and address by address; its script comes from an address, as the CSP asks."""

    url_name = "api:schema"
    template_name = "api/docs.html"
    schema = None

    def get(self, request, *args, **kwargs):
        response = super().get(request, *args, **kwargs)
        response.data |= {
            "schema": reverse(self.url_name),
            "here": reverse("api:root"),
            "today": str(timezone.localdate()),
        }
        return response


urlpatterns = [
    path("schema/", SpectacularJSONAPIView.as_view(), name="schema"),
    path("docs/", DocsView.as_view(), name="docs"),
    *router.urls,
    re_path(r".*/$", NothingHere.as_view(), name="nothing"),
]
