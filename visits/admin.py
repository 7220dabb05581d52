from datetime import timedelta
from uuid import uuid4

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.accounts.adminbase import GrantedAdmin, GrantedForm, GrantedInline
from liaison.common.search import fold
from liaison.common.seen import SeenField, seen_again
from liaison.common.sources import Source
from liaison.common.templatetags.face import cn_date, cn_time_range, status_word
from liaison.common.words import containing, rare
from liaison.policy.choices import Key
from liaison.policy.models import Threshold
from representatives.models import Representative
from stations.models import Station

from .actions import cancel_visits, delete_draft, is_late, publish_visits, save_visit
from .choices import State
from .history import history_of
from .models import DISTRICT_DIGITS, Attendance, Visit
from .notice import NoticeRule, warn_days

MOST_NAMED = 50  # stations or people that a search follows to their visits
MOST_AT_ONCE = 200
MOST_OVERDUE = 1000
FACES = {
    State.DRAFT: "wait", State.PUBLISHED: "info", State.HELD: "soon", State.LOGGED: "done", State.CANCELLED: "off",
}  # fmt: skip


class WhenFilter(admin.SimpleListFilter):
    title = _("时间")
    parameter_name = "when"

    def lookups(self, request, model_admin):
        return [("today", _("今天")), ("week", _("本周")), ("ahead", _("今天起")), ("past", _("今天以前"))]

    def queryset(self, request, visits):
        today = timezone.localdate()
        monday = today - timedelta(days=today.weekday())
        return {
            "today": lambda: visits.between(today, today),
            "week": lambda: visits.between(monday, monday + timedelta(days=6)),
            "ahead": lambda: visits.since(today),
            "past": lambda: visits.before(today),
        }.get(self.value(), lambda: visits)()


class NeedsFilter(admin.SimpleListFilter):
    """The lines of the start page, as lists."""

    title = _("待处理")
    parameter_name = "needs"

    def lookups(self, request, model_admin):
        return [
            ("late", _("已过公告期限的草稿")),
            ("publish", _("快到公告期限的草稿")),
            ("log", _("逾期未登记")),
            ("stale", _("过期的草稿")),
        ]

    def queryset(self, request, visits):
        today = timezone.localdate()
        return {
            "publish": lambda: visits.near_notice(today, NoticeRule.on(today), warn_days(today)),
            "late": lambda: visits.past_notice(today, NoticeRule.on(today)),
            "log": lambda: self.to_log(visits, today),
            "stale": lambda: visits.filter(state=State.DRAFT).before(today),
        }.get(self.value(), lambda: visits)()

    def to_log(self, visits, today):
        """Found in the order of their end, for which there is an index; in the list's order they would be a scan."""
        late = visits.to_log(today, Threshold.objects.number(Key.LOG_WITHIN_DAYS)).order_by("-ends_at")
        return visits.filter(pk__in=list(late.values_list("pk", flat=True)[:MOST_OVERDUE]))


class VisitForm(GrantedForm):
    # Named otherwise than the model's fields, which nobody may type in.
    sent_as = forms.UUIDField(required=False, widget=forms.HiddenInput)
    seen_at = SeenField()
    why_changed = forms.CharField(
        label=_("变更原因"),
        required=False,
        max_length=200,
        help_text=_("已公布的安排，过了公告期限再改时间、地点或代表的，要写明原因，群众会看到"),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["seen_at"] = self.instance.changed_at.isoformat()
        if getattr(self.refusal, "code", "") == "stale":
            seen_again(self, Visit.objects.values_list("changed_at", flat=True).get(pk=self.instance.pk))
        if "room" in self.fields:
            self.fields["room"].label_from_instance = lambda room: f"{room.station} · {room}"
            self.fields["room"].widget.attrs["data-narrowed-by"] = "station"

    def clean(self):
        if getattr(self.refusal, "code", "") == "late_change":
            self.add_error("why_changed", self.refusal.messages)
            return forms.ModelForm.clean(self)
        return super().clean()


class AttendanceInline(GrantedInline):
    model = Attendance
    fields = ["representative", "state"]
    readonly_fields = ["state"]
    autocomplete_fields = ["representative"]
    verbose_name_plural = pgettext_lazy("plural", "参加代表")

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("representative", "visit")

    def has_add_permission(self, request, obj=None) -> bool:
        return super().has_add_permission(request, obj) and (obj is None or obj.can_change)

    def has_change_permission(self, request, obj=None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.can_change)

    def has_delete_permission(self, request, obj=None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.can_change)


@admin.register(Visit)
class VisitAdmin(GrantedAdmin):
    form = VisitForm
    list_display = ["hours", "station", "heading", "people", "word"]
    list_display_links = ["hours", "heading"]
    list_filter = [NeedsFilter, WhenFilter, "state", "kind"]
    list_select_related = ["station"]
    keyset = ("-starts_at", "-id")
    lead_filters = ("kind__exact",)
    range_filters = ("needs", "when")
    jumps_to_day = begins_today = True
    indexed_digits = DISTRICT_DIGITS
    search_fields = ["title", "station__name"]
    search_help_text = _("主题、联络站名称或代码、代表姓名中的字")
    autocomplete_fields = ["station", "room"]
    inlines = [AttendanceInline]
    actions = ["publish", "cancel"]
    change_form_template = "admin/visits/visit/change_form.html"
    plan = ["station", "kind", "title", "topics", "starts_at", "ends_at", "room", "place", "is_online"]
    course = ["word", "published_at", "published_by", "notice_number", "late_reason", "change_reason", "cancel_reason"]
    outcome = ["voters_received", "summary", "result", "logged_at", "logged_by"]
    readonly_fields = [*course, *outcome]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("attendances__representative")

    def get_fieldsets(self, request, obj=None):
        plan = [(None, {"fields": self.plan})]
        if obj is None:
            return [(None, {"fields": [*self.plan, "sent_as"]})]
        outcome = [(_("登记"), {"fields": self.outcome})] if obj.state == State.LOGGED else []
        shown = ["word", *(name for name in self.course[1:] if getattr(obj, name))]
        public = ["why_changed"] if obj.published_at else []
        alone = {"description": self.alone_words(obj)} if self.changes_one_of_many(request, obj) else {}
        plan = [(None, {"fields": [*self.plan, *public, "seen_at"], **alone})]
        return [(_("进展"), {"fields": shown}), *plan, *outcome]

    def changes_one_of_many(self, request, obj) -> bool:
        return bool(obj.series_id) and self.has_change_permission(request, obj)

    def alone_words(self, obj) -> str:
        """What is changed here sets a visit apart from its series (`save_visit`); the desk asks which is meant."""
        words = _('这次属于一个系列，在这里只改这一次；要改这一次和以后各次，请到<a href="{}">工作台</a>')
        return format_html(words, reverse("visits:visit-edit", args=[obj.public_id]))

    def narrowed(self, request, field, rows):
        """A visit's room is one of its station's."""
        station = request.GET.get("station", "")
        return rows.filter(station=station) if field == "room" and station else None

    # The list

    def get_sources(self, request, rows, ordered_rows, term):
        """Theme, station and people, each by its index."""
        sources = [containing(rows, ordered_rows, "title", "title_grams", term)]
        if term[0].isdigit():
            sources.append(Source(rows.filter(station__code__startswith=term), ordered_rows))
        elif stations := self.named(request, Station, term):
            sources.append(Source(rows.filter(station__in=stations)))
        if people := self.named(request, Representative, term):
            here = Attendance.objects.filter(representative__in=people)
            sources.append(Source(rows.filter(pk__in=here.values("visit"))))
        return sources

    def named(self, request, model, term) -> list:
        """Stations or people within reach whose name contains `term`; a name that fits hundreds is not followed."""
        found = model.objects.for_user(request.user, "view")
        if all(len(posting.code) >= DISTRICT_DIGITS for posting in request.user.current_postings):
            found = found.filter(name__icontains=fold(term))  # a district's own are few enough to be read
        else:
            keys = rare(model, "name", "name_grams", term)
            found = None if keys is None else found.filter(pk__in=keys)
        keys = None if found is None else list(found.order_by().values_list("pk", flat=True)[: MOST_NAMED + 1])
        if keys is None or len(keys) > MOST_NAMED:
            words = _("名称中有“%(term)s”的%(noun)s太多，没有逐一查找；请多写几个字")
            self.message_user(request, words % {"term": term, "noun": model._meta.verbose_name}, messages.INFO)
            return []
        return keys

    @admin.display(description=_("时间"), ordering="starts_at")
    def hours(self, visit):
        day, hours = cn_date(visit.starts_at), cn_time_range(visit.starts_at, visit.ends_at)
        return format_html('<span class="nowrap">{}</span> <span class="nowrap">{}</span>', day, hours)

    @admin.display(description=_("主题"))
    def heading(self, visit):
        return visit.heading

    @admin.display(description=_("代表"))
    def people(self, visit):
        names = [attendance.representative.name for attendance in visit.attendances.all()]
        more = _(" 等 %s 人") % len(names) if len(names) > 4 else ""
        return "、".join(names[:4]) + more or "—"

    @admin.display(description=_("状态"))
    def word(self, visit):
        late = _("（逾期公布）") if visit.is_late else ""
        changed = _("（临近变更）") if visit.is_late_change else _("（有变更）") if visit.is_changed else ""
        return status_word(FACES[visit.state], f"{visit.get_state_display()}{late}{changed}")

    @admin.display(description=_("公告编号"))
    def notice_number(self, visit):
        return visit.notice_number

    # Permissions and verbs

    def has_change_permission(self, request, obj=None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or obj.can_change)

    def has_delete_permission(self, request, obj=None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.can_delete)

    def has_publish_permission(self, request, obj=None) -> bool:
        return self._may(request, "publish", obj)

    def has_cancel_permission(self, request, obj=None) -> bool:
        return self._may(request, "cancel", obj)

    def get_changeform_initial_data(self, request):
        return super().get_changeform_initial_data(request) | {"sent_as": uuid4()}

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """The same form sent twice leads to the visit that it made, be the other copy quicker by a moment only."""
        if (again := self.sent_again(request, object_id)) is None:
            response = super().changeform_view(request, object_id, form_url, extra_context)
            again = self.sent_again(request, object_id) if getattr(request, "refusal", None) else None
        return again or response

    def sent_again(self, request, object_id) -> HttpResponseRedirect | None:
        earlier = Visit.objects.sent_before(request.POST.get("sent_as"), request.user)
        if object_id is not None or earlier is None:
            return None
        self.message_user(request, _("这份安排已经保存过，没有重复建立"))
        if "_publish" in request.POST and earlier.can_publish:
            return self.start(request, "publish", [earlier.pk])
        return redirect("admin:visits_visit_change", earlier.pk)

    def save_model(self, request, obj, form, change):
        """Visit and people are one verb; see save_related."""

    def save_related(self, request, form, formsets, change):
        people = None
        for formset in formsets:
            rows = [f.cleaned_data for f in formset.forms if f.cleaned_data.get("representative")]
            people = [row["representative"] for row in rows if not row.get("DELETE")]
            formset.new_objects = formset.changed_objects = formset.deleted_objects = []
        if not change:
            form.instance.form_key = form.cleaned_data["sent_as"]
        reason, seen_at = form.cleaned_data.get("why_changed", ""), form.cleaned_data.get("seen_at")
        save_visit(form.instance, representatives=people, change_reason=reason, seen_at=seen_at, by=request.user)

    def delete_model(self, request, obj):
        delete_draft(obj, by=request.user)

    def get_changes(self, obj):
        return history_of(obj)

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        can_publish = self.has_publish_permission(request, obj) and (obj is None or obj.can_publish)
        # Of a draft nobody has heard: it is deleted, not cancelled with a reason for the public.
        can_cancel = obj is not None and obj.published_at is not None and obj.can_cancel
        can_cancel = can_cancel and self.has_cancel_permission(request, obj)
        context |= {"can_publish": can_publish, "can_cancel": can_cancel}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_view_on_site_url(self, obj=None):
        return super().get_view_on_site_url(obj) if obj and obj.published_at else None

    def response_add(self, request, obj, post_url_continue=None):
        if "_publish" in request.POST:
            return self.start(request, "publish", [obj.pk])
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request, obj):
        if "_publish" in request.POST:
            return self.start(request, "publish", [obj.pk])
        return super().response_change(request, obj)

    @admin.action(description=_("公布所选的草稿"), permissions=["publish"])
    def publish(self, request, visits):
        return self.start(request, "publish", request.POST.getlist(ACTION_CHECKBOX_NAME))

    @admin.action(description=_("取消所选的进站"), permissions=["cancel"])
    def cancel(self, request, visits):
        return self.start(request, "cancel", request.POST.getlist(ACTION_CHECKBOX_NAME))

    def start(self, request, verb: str, keys) -> HttpResponseRedirect:
        """Do it at once where nothing needs to be asked, else go to the page that asks for the reason."""
        visits = self.chosen(request, verb, keys)
        now, rule = timezone.now(), NoticeRule.on(timezone.localdate())
        if verb == "publish" and not any(is_late(visit, now, rule) for visit in visits if visit.can_publish):
            return self.finish(request, verb, visits, "")
        ids = ",".join(str(key) for key in keys)
        return redirect(f"{reverse(f'admin:visits_visit_{verb}')}?ids={ids}")

    def chosen(self, request, verb: str, keys) -> list[Visit]:
        keys = [int(key) for key in list(keys)[:MOST_AT_ONCE] if str(key).isdecimal() and len(str(key)) < 19]
        visits = Visit.objects.for_user(request.user, verb).filter(pk__in=keys)
        return list(visits.select_related("station").order_by("starts_at", "id"))

    def finish(self, request, verb: str, visits: list[Visit], reason: str) -> HttpResponseRedirect:
        """Use the verb on each visit by itself, and say what was done and what was refused, and why."""
        if verb == "publish":
            done, refused = publish_visits(visits, late_reason=reason, by=request.user)
        else:
            done, refused = cancel_visits(visits, reason=reason, by=request.user)
        for visit, why in refused:
            words = {"visit": visit, "why": why}
            self.message_user(request, _("没有办成：%(visit)s——%(why)s") % words, messages.WARNING)
        if done:
            words = _("已公布 %s 次进站") if verb == "publish" else _("已取消 %s 次进站")
            self.message_user(request, words % len(done), messages.SUCCESS)
        if not visits:
            self.message_user(request, _("没有可以办理的进站：可能已被别人处理，或不在您的管理范围"), messages.WARNING)
        return redirect("admin:visits_visit_changelist")

    def get_urls(self):
        pages = [
            path(
                f"{verb}/",
                self.admin_site.admin_view(self.ask, cacheable=False),
                {"verb": verb},
                f"visits_visit_{verb}",
            )
            for verb in ("publish", "cancel")
        ]
        return pages + super().get_urls()

    def ask(self, request, verb: str):
        """The page between a bulk act and its being done: the visits, and one reason for all of them."""
        if not self._may(request, verb):
            raise PermissionDenied
        keys = (request.POST.get("ids") or request.GET.get("ids", "")).split(",")
        visits = self.chosen(request, verb, keys)
        form = AskForm(request.POST or None, verb=verb)
        if not visits or form.is_valid():
            return self.finish(request, verb, visits, form.cleaned_data["reason"] if visits else "")
        now, rule = timezone.now(), NoticeRule.on(timezone.localdate())
        rows = [(visit, verb == "publish" and visit.can_publish and is_late(visit, now, rule)) for visit in visits]
        context = {
            **self.admin_site.each_context(request), "opts": self.opts, "form": form, "rows": rows, "verb": verb,
            "title": _("公布进站") if verb == "publish" else _("取消进站"),
            "ids": ",".join(str(visit.pk) for visit in visits), "late": sum(late for _visit, late in rows),
            "rule": rule,
        }  # fmt: skip
        return TemplateResponse(request, "admin/visits/visit/ask.html", context)


class AskForm(forms.Form):
    reason = forms.CharField(max_length=200, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args, verb: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("逾期公布的原因") if verb == "publish" else _("取消的原因")
        self.fields["reason"].error_messages["required"] = _("请写明原因")
