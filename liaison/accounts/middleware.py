import time

import pghistory.middleware
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login

SEEN = "seen_at"
STEP = 60  # the session is written at most once a minute, not at every request


class IdleTimeoutMiddleware:
    """Ends a session that was idle for longer than IDLE_MINUTES, and brings the person back to the page after."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not request.user.is_authenticated:
            return self.get_response(request)
        now, seen = int(time.time()), request.session.get(SEEN)
        if seen is not None and now - seen > settings.IDLE_MINUTES * 60:
            logout(request)
            if request.method == "GET" and not request.path.startswith("/api/"):
                return redirect_to_login(request.get_full_path())
            return self.get_response(request)
        if seen is None or now - seen > STEP:
            request.session[SEEN] = now
        return self.get_response(request)


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Every row of history says who, on which address (but for what of it is a key), in which request."""

    def get_context(self, request):
        url = settings.SECRET_PATHS.sub(r"\g<path>…", request.path)
        return super().get_context(request) | {"url": url, "request": getattr(request, "id", "")}
