"""Template context that knows no subject: the site's own particulars and the reader's preferences."""

from django.conf import settings


def site(request):
    return {
        "site": settings.SITE,
        "large_type": getattr(request, "large_type", False),
        "request_id": getattr(request, "id", ""),
    }
