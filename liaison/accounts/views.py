"""Who may do what, and what was done."""

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from liaison.common.paging import keyset

from .choices import JobState, Role
from .grants import GRANTS, VERBS
from .history import entry_lines, events_of, kinds, lines, newest
from .jobs import stop
from .models import Entry, Job
from .scoping import get_for_user, may

SIZE = 50
ENTRIES = "entries"


def roles(request):
    """The matrix of grants.py as it is in force: for each noun, which role may use which verb."""
    columns = [*Role, None]
    groups = [
        {
            "name": apps.get_model(noun)._meta.verbose_name_plural,
            "verbs": [(word, [role in verbs[v] for role in columns]) for v, word in VERBS.items() if v in verbs],
        }
        for noun, verbs in GRANTS.items()
    ]  # fmt: skip
    heads = [role.label if role else _("公众") for role in columns]
    mine = [heads[i] for i, role in enumerate(columns) if role in request.user.roles]
    return render(request, "accounts/roles.html", {"heads": heads, "groups": groups, "mine": mine})


def history(request):
    """Every change of every table, for the auditor: the newest of all, or one table page by page."""
    if not may(request.user, "view", Entry):
        raise PermissionDenied
    kind, tables = request.GET.get("kind", ""), kinds()
    context = {
        "kind": kind,
        "kinds": [(name, model._meta.verbose_name_plural) for name, model in tables.items()],
        "entries": ENTRIES,
    }
    if not kind:
        return render(request, "accounts/history.html", context | {"rows": newest(request.user)})
    if kind == ENTRIES:
        page = keyset(Entry.objects.for_user(request.user).select_related("by"), request, "-id", size=SIZE)
        rows = entry_lines(page.rows)
    elif kind in tables:
        page = keyset(events_of(tables[kind], request.user), request, "-pgh_id", size=SIZE)
        rows = lines(page.rows)
    else:
        raise Http404
    neighbours = {"previous_url": page.previous_url, "next_url": page.next_url}
    return render(request, "accounts/history.html", context | neighbours | {"rows": rows})


def job(request, public_id):
    """How far a long work is; asked again by the page itself every second or two, until it is done."""
    job = get_for_user(Job, request.user, "view", public_id=public_id)
    if job.state == JobState.DONE and job.result_url and not request.htmx:
        return redirect(job.result_url)
    template = "accounts/job_progress.html" if request.htmx else "accounts/job.html"
    response = render(request, template, {"job": job})
    if request.htmx and not job.is_open:
        response["HX-Refresh"] = "true"
    return response


@require_POST
def job_stop(request, public_id):
    job = get_for_user(Job, request.user, "change", public_id=public_id)
    try:
        stop(job, by=request.user)
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(job)


def job_file(request, public_id):
    job = get_for_user(Job, request.user, "view", public_id=public_id)
    if not job.file:
        raise Http404
    return FileResponse(job.file.open(), as_attachment=True, filename=job.file_name)
