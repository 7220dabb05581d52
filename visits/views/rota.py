"""Rotas: asking for one, looking at it beside what stands, taking it over."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from liaison.accounts.scoping import get_for_user, may
from liaison.common.forms import ConfirmForm, posted, refusals_at
from liaison.common.paging import keyset
from stations.models import Station

from ..forms.rota import RotaForm
from ..models import RotaPlan
from ..rota.accept import ask_to_accept
from ..rota.pages import Shown, load_rows, names_of_places
from ..rota.plans import ask_for_plan, delete_plan

PEOPLE = 60  # of a page


def rota_list(request):
    page = keyset(RotaPlan.objects.for_user(request.user).select_related("created_by", "job"), request,
                  "-created_at", "-id")  # fmt: skip
    names = names_of_places(page.rows)
    for plan in page.rows:
        plan.place = names.get(plan.code, plan.code)
    context = {"rows": page.rows, "previous_url": page.previous_url, "next_url": page.next_url,
               "may_add": may(request.user, "add", RotaPlan)}  # fmt: skip
    return render(request, "visits/rota_list.html", context)


def rota_add(request):
    """Ask for a rota; from an earlier one its place, period and wishes are taken over."""
    if not may(request.user, "add", RotaPlan):
        raise PermissionDenied
    asked = request.GET.get("plan", "")
    earlier = RotaPlan.objects.for_user(request.user).filter(public_id=asked).first() if asked else None
    form = RotaForm(posted(request), user=request.user, today=timezone.localdate(), plan=earlier,
                    lack="lack" in request.GET)  # fmt: skip
    if form.is_valid():
        with refusals_at(form):
            given = {name: form.cleaned_data[name] for name in ("code", "from_on", "to_on")}
            return redirect(ask_for_plan(**given, options=form.options, by=request.user).job)
    return render(request, "visits/rota_form.html", {"form": form})


def rota(request, public_id):
    plans = RotaPlan.objects.select_related("job", "created_by")
    plan = get_for_user(plans, request.user, "view", public_id=public_id)
    shown = Shown(plan, request.user, request.GET.get("station", ""))
    context = {
        "plan": plan, "shown": shown, "may_accept": _may(request.user, "change", plan),
        "may_delete": _may(request.user, "delete", plan), "may_add": may(request.user, "add", RotaPlan),
    }  # fmt: skip
    return render(request, "visits/rota.html", context)


def _may(user, verb: str, plan: RotaPlan) -> bool:
    return RotaPlan.objects.for_user(user, verb).filter(pk=plan.pk).exists()


def rota_people(request, public_id):
    """Each representative's visits: those that stand, those that the plan adds."""
    plan = get_for_user(RotaPlan, request.user, "view", public_id=public_id)
    loads = sorted(plan.figures.get("loads", []), key=lambda row: (-row[1] - row[2], row[0]))
    page = Paginator(loads, PEOPLE).get_page(request.GET.get("page"))
    context = {"plan": plan, "place": names_of_places([plan]).get(plan.code, plan.code), "page_obj": page,
               "rows": load_rows(page.object_list, request.user)}  # fmt: skip
    return render(request, "visits/rota_people.html", context)


@require_POST
def rota_accept(request, public_id):
    """Take over the whole plan, or one station's part of it, as drafts."""
    plan = get_for_user(RotaPlan, request.user, "change", public_id=public_id)
    station = request.POST.get("station", "")
    try:
        station = get_for_user(Station.objects.all(), request.user, "view", pk=station) if station else None
        return redirect(ask_to_accept(plan, station=station, by=request.user))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    return redirect(plan)


def rota_delete(request, public_id):
    plan = get_for_user(RotaPlan.objects.select_related("job"), request.user, "delete", public_id=public_id)
    form = ConfirmForm(posted(request))
    if request.method == "POST":
        with refusals_at(form):
            delete_plan(plan, by=request.user)
            messages.success(request, _("方案已删除，采用了的草稿还在"))
            return redirect("visits:rota-list")
    place = names_of_places([plan]).get(plan.code, plan.code)
    context = {"plan": plan, "place": place, "form": form, "cancel_url": plan.get_absolute_url(),
               "title": _("删除轮值方案"), "submit_label": _("删除方案")}  # fmt: skip
    return render(request, "visits/rota_delete.html", context)
