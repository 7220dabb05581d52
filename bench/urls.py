"""The site's addresses and `/bench/bare/`: the bytes of a file, through the same server and middleware."""

import os
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import include, path

from liaison.urls import *  # noqa: F403 - handlers as well
from liaison.urls import urlpatterns as site

file = Path(os.environ.get("BENCH_BARE", "/nonexistent"))
CONTENT = file.read_bytes() if file.exists() else b""


@login_not_required
def bare(request):
    return HttpResponse(CONTENT)


# Beside the schedule, so that both are found after the same number of tries.
urlpatterns = [*site[:2], path("", include([path("bench/bare/", bare)])), *site[2:]]
