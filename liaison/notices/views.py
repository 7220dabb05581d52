from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from liaison.accounts.choices import CODE_LENGTH, Level
from liaison.accounts.models import Region, User
from liaison.accounts.scoping import get_for_user, may
from liaison.common.forms import ConfirmForm, posted, refusals_at
from liaison.common.paging import keyset
from liaison.common.panels import borrowed

from . import mailbox
from .actions import choose, first_choice, read, restore_text, same_place, save_text
from .choices import Channel, Kind, State
from .forms import NoticeFilter, PreferenceForm, SeenForm, TextForm, TextPlaceForm
from .history import course
from .lines import in_use, is_under, standing
from .models import ChannelSetting, Notice, Preference, Text
from .reasons import address_of, home_of, reach_of, sent_text
from .resending import MOST, RESENDABLE, resend, resend_all
from .wording import LANGUAGES, changes_of, holdings, names_of, places_of, preview, reaches, variables

MOST_PLACES = 60  # with texts of their own, as far as they are named
SAVED = _("已保存。还没有发出的提醒会在发送前换成新的文字，几分钟内就要发出的可能还是原来的")
SAVED_NOTHING = _("文字没有改动，没有另存")
FILTERS = [State.PLANNED, State.SENT, State.FAILED, State.UNKNOWN, State.CANCELLED]
# What an empty list says: what would stand here, and how it gets there.
EMPTY = {
    "": (_("还没有到时间的提醒"), _("进站公布以后，系统按规则为代表和联络员排好提醒，到时间自动发出。")),
    State.PLANNED: (_("没有待发送的提醒"), _("进站公布以后，提醒会排在这里。")),
    State.SENT: (_("还没有发出提醒"), _("提醒发出以后会列在这里。")),
    State.FAILED: (_("没有发送失败的提醒"), ""),
    State.UNKNOWN: (_("没有结果不明的提醒"), ""),
    State.CANCELLED: (_("没有取消的提醒"), _("进站改期、取消或换人以后，不再需要的提醒会列在这里。")),
}
NOTHING_FITS = (_("没有符合条件的提醒"), _("换一个条件，或清除筛选再看。"))


def within_reach(user):
    return Notice.objects.for_user(user, "view").select_related("recipient", "contact")


def paused_near(user) -> list:
    """Channels that rest just now, of the places where the person works."""
    codes, now = [posting.code for posting in user.current_postings], timezone.now()
    return [
        line
        for line in in_use()
        if line.is_paused(now) and any(is_under(c, line.place) or is_under(line.place, c) for c in codes)
    ]


def inbox(request):
    """The person's own messages, the newest first."""
    mine = Notice.objects.inbox_of(request.user)
    page = keyset(mine, request, "-sent_at", "-id")
    context = {"rows": page.rows, "previous_url": page.previous_url, "next_url": page.next_url}
    context["has_unread"] = mine.unread().exists()
    return render(request, "notices/inbox.html", context)


@require_POST
def inbox_read(request):
    read(Notice.objects.all(), by=request.user)
    return redirect("notices:inbox")


@require_POST
def inbox_read_one(request, pk):
    notice = get_object_or_404(Notice.objects.inbox_of(request.user), pk=pk)
    read(Notice.objects.filter(pk=notice.pk), by=request.user)
    return redirect("notices:inbox")


def preferences(request):
    """By what the person wants to hear."""
    now = Preference.objects.for_user(request.user, "change").filter(pk=request.user.pk).first()
    form = PreferenceForm(posted(request), user=request.user, initial=first_choice(request.user, now))
    if form.is_valid():
        rest = {name: form.cleaned_data[name] for name in ("has_digest", "language")}
        choose(request.user, channels=form.chosen, **rest)
        messages.success(request, _("已保存，以后的提醒按您的选择发送"))
        return redirect("notices:preferences")
    return render(request, "notices/preferences.html", {"form": form, "title": _("提醒方式")})


def channel_list(request):
    """How notices leave this house, and how each channel is doing."""
    if not may(request.user, "view", ChannelSetting):
        raise PermissionDenied
    settings = ChannelSetting.objects.for_user(request.user, "view")
    context = {"rows": standing(settings, timezone.now()), "may_change": may(request.user, "change", ChannelSetting)}
    return render(request, "notices/channel_list.html", context)


def notice_list(request):
    state = request.GET.get("state", "")
    state = state if state in FILTERS else ""
    form = NoticeFilter(request.GET)
    rows = chosen(form, within_reach(request.user), state)
    order = ("due_at", "id") if state == State.PLANNED else ("-due_at", "-id")
    page = keyset(rows, request, *order)
    context = {"rows": page.rows, "previous_url": page.previous_url, "next_url": page.next_url}
    context |= {"state": state, "chips": chips(request, state), "empty": NOTHING_FITS if form.words else EMPTY[state],
                "mail_is_kept": mailbox.is_kept(), "paused": paused_near(request.user), "filter_form": form,
                "filters_on": form.words, "filters_open": bool(form.errors),
                "may_resend_all": page.rows and may_resend_all(request.user, form, state), "most": MOST}  # fmt: skip
    return render(request, "notices/notice_list.html", context)


def chosen(form: NoticeFilter, rows, state: str):
    """Those of `rows` that the filters leave; without a state only what is due, planned ones are ahead."""
    rows = form.chosen(rows)
    return rows.filter(state=state) if state else rows.filter(due_at__lte=timezone.now())


def chips(request, state: str) -> list[tuple[str, str, bool]]:
    """The states as links that keep the other filters: address, name, whether it is this one."""
    found = []
    for value, label in [("", _("最近")), *((one.value, one.label) for one in FILTERS)]:
        query = {name: one for name, one in request.GET.items() if name in NoticeFilter.base_fields and one}
        found.append((f"?{urlencode(query | ({'state': value} if value else {}))}", label, value == state))
    return found


def may_resend_all(user, form: NoticeFilter, state: str) -> bool:
    """Together only what failed on one channel: that channel was down. What is in doubt is looked at one by one."""
    return state == State.FAILED and bool(form.cleaned_data.get("channel")) and may(user, "resend", Notice)


@require_POST
def notice_resend_all(request):
    """Send again what failed on a channel, as far as the filters of the list name it."""
    if not may(request.user, "resend", Notice):
        raise PermissionDenied
    form, back = NoticeFilter(request.GET), f"{reverse('notices:notice-list')}?{request.GET.urlencode()}"
    if not may_resend_all(request.user, form, request.GET.get("state", "")):
        messages.error(request, _("请先选“发送失败”，再在筛选里选一个渠道"))
        return redirect(back)
    rows = form.chosen(Notice.objects.for_user(request.user, "resend")).filter(state=State.FAILED)
    found = resend_all(rows.order_by("-due_at", "-id")[:MOST], by=request.user)
    if found.done:
        messages.success(request, _("%(n)s 条会马上再发") % {"n": found.done})
    for words, number in found.refused.items():
        messages.warning(request, _("%(n)s 条没有重发：%(why)s") % {"n": number, "why": words})
    return redirect(back)


def notice(request, pk):
    """One notice with its whole course, as it was sent and what the provider said."""
    row = get_for_user(within_reach(request.user).select_related("carrier"), request.user, "view", pk=pk)
    return notice_page(request, row)


def notice_page(request, row: Notice, form=None):
    mine = Notice.objects.for_user(request.user, "resend").filter(pk=row.pk)
    context = {
        "notice": row, "steps": course(row), "form": form, "address": address_of(row),
        "body": sent_text(row, request.user), "may_resend": row.state in RESENDABLE and mine.exists(),
        "mail_is_kept": mailbox.is_kept() and row.channel == Channel.EMAIL and row.sent_at,
        "subject_url": borrowed(f"page about {row.about.partition(':')[0]}", row.about, request.user),
    }  # fmt: skip
    return render(request, "notices/notice.html", context)


@require_POST
def notice_resend(request, pk):
    row = get_for_user(within_reach(request.user), request.user, "resend", pk=pk)
    form = ConfirmForm(request.POST)
    with refusals_at(form):
        resend(row, by=request.user)
        messages.success(request, _("会马上再发，夜间的等到天亮"))
        return redirect("notices:notice", row.pk)
    return notice_page(request, row, form)


def person(request, pk):
    """Everything that went to somebody, and how that person is reached. Who was told nothing within reach is unknown
    here, but to those who look after accounts."""
    rows = within_reach(request.user).filter(recipient=pk)
    who = get_object_or_404(User, pk=pk)
    first = rows.order_by("-due_at", "-id").first()
    if not first and not User.objects.for_user(request.user).filter(pk=pk).exists() and who != request.user:
        raise Http404
    page = keyset(rows, request, "-due_at", "-id")
    context = {"rows": page.rows, "previous_url": page.previous_url, "next_url": page.next_url, "who": who,
               "reach": reach_of(who, first.place if first else home_of(who)), "mail_is_kept": False}  # fmt: skip
    return render(request, "notices/person.html", context)


def mail_list(request):
    if not mailbox.is_kept():
        raise Http404
    mine = within_reach(request.user).filter(channel=Channel.EMAIL)
    page = keyset(mine.filter(sent_at__isnull=False), request, "-sent_at", "-id")
    context = {"rows": page.rows, "previous_url": page.previous_url, "next_url": page.next_url}
    context["paused"] = paused_near(request.user)
    if not page.rows:
        context["next_notice"] = mine.filter(state=State.PLANNED).order_by("due_at", "id").first()
    return render(request, "notices/mail_list.html", context)


def mail(request, pk):
    if not mailbox.is_kept():
        raise Http404
    rows = within_reach(request.user).filter(channel=Channel.EMAIL)
    notice = get_for_user(rows, request.user, "view", pk=pk, sent_at__isnull=False)
    return render(request, "notices/mail.html", {"notice": notice, "letter": mailbox.read_by(request.user, notice)})


def text_list(request):
    """What notices say, for every kind and language, and whose words they are."""
    places = places_of(request.user, "view")
    if not places:
        raise PermissionDenied
    form = TextPlaceForm(request.GET if "place" in request.GET else None, user=request.user)
    asked = form.cleaned_data["place"] if form.is_valid() else ""
    place = asked or places[0]
    own = Text.objects.for_user(request.user, "view").filter(Text.objects.under(place)).exclude(place=place)
    below = own.order_by("place").values_list("place", flat=True).distinct()[:MOST_PLACES]
    context = {"rows": holdings(place), "place": place, "place_name": names_of([place])[place], "is_own": not asked,
               "below": names_of(below).items(), "may_change": reaches(request.user, "change", place),
               "form": form if len(places[0]) < CODE_LENGTH[Level.DISTRICT] else None}  # fmt: skip
    return render(request, "notices/text_list.html", context)


def text_edit(request, kind, language):
    """The text of a kind, with its variables, a preview and what became of it; those who may not write it look."""
    text = text_asked(request, kind, language, "view")
    own = same_place(text).first()
    [holding] = [h for h in holdings(text.place, [Kind(kind)]) if h.language == language]
    form = TextForm(posted(request), holding=holding, place=text.place, own=own)
    may_change = reaches(request.user, "change", text.place)
    if request.method == "POST" and not may_change:
        raise PermissionDenied
    is_trial = "preview" in request.POST
    if form.is_valid() and not is_trial:
        with refusals_at(form):
            kept = save_text(text, words=form.words, seen_at=form.cleaned_data["seen_at"], by=request.user)
            messages.success(request, SAVED if kept else SAVED_NOTHING)
            return redirect(request.get_full_path())
        form.refuse_once(own.changed_at if own else None)
    words = form.words if is_trial and form.is_valid() else holding.words
    above = own and Text.objects.exclude(pk=own.pk).holding(text.place).get((kind, language))
    context = {
        "form": form, "holding": holding, "own": own, "place": text.place, "title": holding.kind.label,
        "place_name": names_of([text.place])[text.place], "may_change": may_change, "is_trial": is_trial,
        "variables": variables(kind, language), "preview": preview(kind, language, words, form.sign),
        "changes": changes_of(kind, language, text.place), "above": above and names_of([above.place])[above.place],
        "is_home": text.place == places_of(request.user, "view")[0],
    }  # fmt: skip
    return render(request, "notices/text_edit.html", context)


@require_POST
def text_restore(request, kind, language):
    text = text_asked(request, kind, language, "change")
    form = SeenForm(request.POST)
    with refusals_at(form):
        restore_text(text, seen_at=form.cleaned_data["seen_at"], by=request.user)
        messages.success(request, _("已去掉自己的文字，改用系统自带的，或上级的"))
    for words in form.non_field_errors():
        messages.error(request, words)
    return redirect(f"{reverse('notices:text-edit', args=[kind, language])}?{request.GET.urlencode()}")


def text_asked(request, kind: str, language: str, verb: str) -> Text:
    """The text that an address names, at the place that it asks for, or at the reader's own. It may not be kept yet."""
    places = places_of(request.user, "view")
    if not places:
        raise PermissionDenied
    place = request.GET.get("place") or places[0]
    known = kind in Kind.values and language in LANGUAGES and "\0" not in place
    if not known or not reaches(request.user, "view", place):
        raise Http404
    if place not in places and not Region.objects.filter(code=place).exists():
        raise Http404
    if not reaches(request.user, verb, place):
        raise PermissionDenied
    return Text(kind=kind, language=language, place=place)
