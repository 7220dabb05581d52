"""Series: visits that come again by a rule, and what a changed calendar moves of them."""

import uuid
from datetime import date, timedelta

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F, OuterRef, Subquery
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from liaison.accounts.scoping import get_for_user, may
from liaison.common.forms import posted, refusals_at
from liaison.common.paging import keyset
from liaison.common.templatetags.face import cn_day
from liaison.policy.choices import Key
from liaison.policy.models import Threshold

from ..choices import Frequency, State
from ..clashes import taken_on
from ..forms import stations_to_plan
from ..forms.series import EndForm, SeriesFilter, SeriesForm, typed_series
from ..holidays import provisional_words
from ..models import Series, Visit
from ..moves import apply_move, count_waiting, decline_move, waiting, waiting_alone
from ..preview import preview_of
from ..series import (
    RULE_FIELDS,
    WORD_FIELDS,
    Outcome,
    change_series_from,
    end_series,
    fill_series,
    gaps,
    save_series,
    visit_of,
)
from .cards import marked, shown
from .places import choose_station, station_asked

ORDER = ("station_id", "from_on", "id")
MOST_MOVES = 200
MOST_EACH = MOST_MOVES // 2  # of series, and of single visits
MOST_GAPS = 60
TOGETHER = "visits:series-together"  # where several stations are planned at once
MOST_NAMED = 5


def series_list(request):
    """Series within reach in the order of their stations; those that still run, or those that are over."""
    if not may(request.user, "view", Series):
        raise PermissionDenied
    ended, now = request.GET.get("when") == "ended", timezone.now()
    form = SeriesFilter(request.GET, user=request.user)
    form.is_valid()
    next_ = Visit.objects.filter(series=OuterRef("pk"), starts_at__gt=now).standing().order_by("starts_at")
    rows = Series.objects.for_user(request.user).select_related("station")
    rows = rows.annotate(next_at=Subquery(next_.values("starts_at")[:1]))
    if station := form.cleaned_data.get("station"):
        rows = rows.filter(station=station)
    today = timezone.localdate(now)
    page = keyset(rows.filter(to_on__lt=today) if ended else rows.running(today), request, *ORDER)
    context = {"rows": page.rows, "previous_url": page.previous_url, "next_url": page.next_url, "ended": ended,
               "filter_form": form, "filters_on": form.words, "may_add": may(request.user, "add", Series),
               "moves": count_waiting(request.user, now, MOST_MOVES), "most_moves": MOST_MOVES}  # fmt: skip
    return render(request, "visits/series_list.html", context)


def series(request, public_id):
    """One series: its rule, its people, its visits, and the days on which nothing could be planned."""
    rows = Series.objects.select_related("station", "room", "continues")
    series = get_for_user(rows, request.user, "view", public_id=public_id)
    past, now = request.GET.get("when") == "past", timezone.now()
    visits = shown(Visit.objects.for_user(request.user).filter(series=series), request.user)
    page = (keyset(visits.filter(starts_at__lte=now), request, "-starts_at", "-id") if past
            else keyset(visits.filter(starts_at__gt=now), request, "starts_at", "id"))  # fmt: skip
    may_change = Series.objects.for_user(request.user, "change").filter(pk=series.pk).exists()
    ahead_from = max(series.from_on, timezone.localdate(now))
    context = {"series": series, "rows": marked(page.rows), "previous_url": page.previous_url, "past": past,
               "next_url": page.next_url, "people": series.representatives.with_level(), "may_change": may_change,
               "gaps": _gaps(series, now) if may_change else [], "follows": series.continued_by.first(),
               "provisional": provisional_words(ahead_from, series.to_on)}  # fmt: skip
    return render(request, "visits/series.html", context)


def _gaps(series: Series, now) -> list[dict]:
    """Days that the rule asks for and that have no visit, each with what stands in the way."""
    days = gaps(series, now)[:MOST_GAPS]
    taken = taken_on([visit_of(series, day) for day in days], series.representatives.all())
    return [{"on": day.on, "why": day.why, "taken": taken.get(day.on, [])} for day in days]


def series_add(request):
    if not may(request.user, "add", Series):
        raise PermissionDenied
    station, question = station_asked(request, _("新建系列"), TOGETHER)
    if station is None:
        return question or choose_station(request, stations_to_plan(request.user), _("新建系列"), TOGETHER)
    first, last = first_and_last(timezone.localdate())
    new = Series(station=station, frequency=Frequency.WEEKDAY_OF_MONTH, from_on=first, to_on=last)
    form = _form(request, new, initial={"form_key": uuid.uuid4()})
    if "preview" in request.POST or "search" in request.POST:
        return _form_page(request, form)
    if earlier := Series.objects.sent_before(form.data.get("form_key"), request.user):
        messages.info(request, _("这个系列已经保存过，没有重复建立"))
        return redirect(earlier)
    if form.is_valid():
        with refusals_at(form):
            outcome = save_series(form.instance, representatives=form.cleaned_data["representatives"], by=request.user)
            return _told(request, outcome)
    return _form_page(request, form)


def first_and_last(today: date) -> tuple[date, date]:
    """From when to when a new series is most likely meant: from what can still be published in time to a year's end."""
    last = today + timedelta(days=Threshold.objects.number(Key.FURTHEST_DAYS, today))
    first = min(today + timedelta(days=Threshold.objects.number(Key.NOTICE_DAYS, today) + 1), last)
    return first, min(date(first.year + 1, 12, 31), last)


def series_edit(request, public_id):
    """What a series becomes from a day on; what is past stays as it was."""
    rows = Series.objects.select_related("station")
    old = get_for_user(rows, request.user, "change", public_id=public_id)
    new = Series(station=old.station, continues=old)
    for name in (*WORD_FIELDS, *RULE_FIELDS):
        setattr(new, name, getattr(old, name))
    new.from_on = _first_day(old, request.GET.get("from", ""))
    form = _form(request, new, old=old)
    if "preview" not in request.POST and "search" not in request.POST and form.is_valid():
        with refusals_at(form):
            given = {name: form.cleaned_data[name] for name in ("representatives", "reason")}
            return _told(request, change_series_from(old, form.instance, **given, by=request.user))
    return _form_page(request, form, old)


def _first_day(series: Series, asked: str) -> date:
    """From when on a change is most likely meant: the day that was asked for, or the next visit's."""
    today = timezone.localdate()
    try:
        day = parse_date(asked)
    except ValueError:
        day = None
    if day is None:
        ahead = series.visits.filter(starts_at__gt=timezone.now(), rule_on__gte=today).order_by("rule_on")
        day = ahead.values_list("rule_on", flat=True).first()
    return max(day or today, today, series.from_on)


def _form(request, new: Series, old: Series | None = None, **kwargs) -> SeriesForm:
    given = {"instance": new, "user": request.user, "old": old, "find": request.POST.get("find", "")}
    if "search" in request.POST:  # looking for somebody is no try to save: what was typed comes back unjudged
        return SeriesForm(initial=typed_series(request.POST), **given)
    return SeriesForm(posted(request), **given, **kwargs)


def _form_page(request, form: SeriesForm, old: Series | None = None):
    """The form with the days as they would be; only these where the page asks for them while somebody types."""
    now, preview = timezone.now(), None
    if form.is_bound:
        form.is_valid()
        if not form.rule_errors:
            preview = preview_of(form.instance, form.cleaned_data.get("representatives") or (), now, old)
    elif old is not None:
        preview = preview_of(form.instance, old.representatives.all(), now, old)
    context = {"form": form, "old": old, "station": form.at, "preview": preview, "wrong": form.rule_errors}
    if request.headers.get("HX-Request") == "true" and "preview" in request.POST:
        return render(request, "visits/series_preview.html", context)
    context["has_more"] = old is None and len(stations_to_plan(request.user)[:2]) > 1
    context["cancel_url"] = old.get_absolute_url() if old else reverse("visits:series-list")
    return render(request, "visits/series_form.html", context)


def _told(request, outcome: Outcome):
    tell(request, outcome)
    return redirect(outcome.series if outcome.series.pk else "visits:series-list")


def tell(request, outcome: Outcome) -> None:
    """Say what was done and, day by day, what was not and why."""
    parts = [
        (outcome.made, _("新建 %s 次草稿")), (outcome.changed, _("修改 %s 次")), (outcome.deleted, _("删除草稿 %s 次")),
        (outcome.cancelled, _("取消 %s 次")), (outcome.kept, _("单独改过的 %s 次没有动")),
    ]  # fmt: skip
    done = "，".join(words % n for n, words in parts if n)
    messages.success(request, _("已保存：%s") % done if done else _("已保存"))
    if left := outcome.left_out:
        days = "；".join(f"{cn_day(day.on)} {day.why}" for day in left[:MOST_NAMED])
        more = "……" if len(left) > MOST_NAMED else ""
        words = {"n": len(left), "days": days + more}
        messages.warning(request, _("有 %(n)s 天没有排上：%(days)s") % words)


def series_end(request, public_id):
    """End a series: what comes after its last day is deleted, or cancelled where the public was told."""
    series = get_for_user(Series.objects.select_related("station"), request.user, "change", public_id=public_id)
    form = EndForm(posted(request), initial={"last_on": timezone.localdate()})
    if form.is_valid():
        with refusals_at(form):
            return _told(request, end_series(series, **form.cleaned_data, by=request.user))
    ahead = Visit.objects.for_user(request.user).filter(series=series, starts_at__gt=timezone.now()).standing()
    states = list(ahead.values_list("state", flat=True))
    context = {"series": series, "form": form, "cancel_url": series.get_absolute_url(), "ahead": len(states),
               "told": states.count(State.PUBLISHED), "apart": ahead.filter(is_apart=True).count()}  # fmt: skip
    return render(request, "visits/series_end.html", context)


@require_POST
def series_fill(request, public_id):
    """Plan the days that were left out and have become free."""
    series = get_for_user(Series, request.user, "change", public_id=public_id)
    return _told(request, fill_series(series, by=request.user))


def series_moves(request):
    """Visits ahead that the calendar as it is now would put on another day, to be moved or not, one by one."""
    if not may(request.user, "change", Visit):
        raise PermissionDenied
    if request.method == "POST":
        _decide(request, request.POST.getlist("move"), "decline" not in request.POST)
        return redirect("visits:series-moves")
    now = timezone.now()
    rows, alone = (ask(request.user, now, MOST_EACH + 1) for ask in (waiting, waiting_alone))
    context = {"rows": rows[:MOST_EACH], "alone": alone[:MOST_EACH], "all": "all" in request.GET,
               "more": max(len(rows), len(alone)) > MOST_EACH}  # fmt: skip
    return render(request, "visits/series_moves.html", context)


def _decide(request, keys: list[str], apply: bool) -> None:
    """Move, or leave for good, each of the chosen visits by itself; the latest first, so that they make room."""
    ids = {key.partition("-")[0]: key for key in keys[:MOST_MOVES]}
    visits = Visit.objects.for_user(request.user, "change").filter(public_id__in=ids)
    done = 0
    for visit in visits.order_by(F("rule_on").desc(nulls_last=True), "-id"):
        try:
            (apply_move if apply else decline_move)(visit, key=ids[visit.public_id], by=request.user)
            done += 1
        except (ValidationError, Visit.DoesNotExist) as error:
            words = " ".join(getattr(error, "messages", [_("这次进站已被删除")]))
            messages.warning(request, _("没有改：%(visit)s——%(why)s") % {"visit": visit, "why": words})
    if done:
        messages.success(request, (_("已改期 %s 次") if apply else _("%s 次保持原来的日期")) % done)
    elif not keys:
        messages.warning(request, _("请先勾选要办的进站"))
