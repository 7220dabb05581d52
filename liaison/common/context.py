"""Template context that knows no subject: the site's own particulars and the reader's preferences."""

from django.conf import settings


def site(request):
    return {
        "house": settings.SITE,  # allauth gives its own `site` to its views
        "large_type": getattr(request, "large_type", False),
        "request_id": getattr(request, "id", ""),
    }
