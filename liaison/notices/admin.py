from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from liaison.accounts.actions import log
from liaison.accounts.adminbase import GrantedAdmin

from .channels import SENDERS
from .channels.sms import receipt_address
from .choices import FACES, ROOMS, Channel, State
from .forms import PlaceForm, form_for
from .models import ChannelSetting, Notice
from .trials import try_out

# What a trial's end is called; a notice that is planned again would be tried later, a trial is not.
ENDS = {
    State.SENT: _("已发出"), State.PLANNED: _("没有发出"), State.FAILED: _("没有发出"), State.UNKNOWN: _("结果不明"),
}  # fmt: skip


@admin.register(Notice)
class NoticeAdmin(GrantedAdmin):
    """What goes out is decided by the rules; here it is only looked at."""

    list_display = ["due_at", "kind", "whom", "subject", "channel", "state", "sent_at"]
    list_display_links = ["due_at", "subject"]
    list_filter = ["state", "channel"]
    list_select_related = ["recipient", "contact"]
    keyset = ("-due_at", "-id")
    lead_filters = ("state__exact",)
    jumps_to_day = True
    indexed_digits = 6  # a district's notices are few enough to be sorted

    @admin.display(description=_("接收人"), ordering="recipient")
    def whom(self, notice):
        return notice.to


@admin.register(ChannelSetting)
class ChannelSettingAdmin(GrantedAdmin):
    """First the channel and its place, then what the channel asks for."""

    list_display = ["channel", "where", "is_on"]
    list_filter = ["channel", "is_on"]
    change_form_template = "admin/notices/channel.html"

    def get_urls(self):
        trial = path("<int:pk>/try/", self.admin_site.admin_view(self.trial), name="notices_channelsetting_try")
        return [trial, *super().get_urls()]

    def get_fields(self, request, obj=None):
        if obj is None:
            return ["channel", "place"]
        shown = ["receipts_to"] if obj.channel == Channel.SMS and self.has_change_permission(request, obj) else []
        own = list(form_for(obj).declared_fields) if self.has_change_permission(request, obj) else []
        return ["channel", "where", "is_on", *shown, *own]

    def get_fieldsets(self, request, obj=None):
        fields = self.get_fields(request, obj)
        groups = SENDERS[obj.channel].groups if obj else ()
        heads = [(head, [name for name in names if name in fields]) for head, names in groups]
        grouped = {name for _head, names in heads for name in names}
        first = (None, {"fields": [name for name in fields if name not in grouped]})
        return [first, *((head, {"fields": names}) for head, names in heads if names)]

    def get_readonly_fields(self, request, obj=None):
        return ["channel", "where", "receipts_to"] if obj else []

    def get_form(self, request, obj=None, change=False, **kwargs):
        may_change = obj is not None and self.has_change_permission(request, obj)
        form = super().get_form(request, obj, change, form=form_for(obj) if may_change else PlaceForm, **kwargs)
        form.by = request.user
        return form

    @method_decorator(sensitive_post_parameters())
    def changeform_view(self, *args, **kwargs):
        return super().changeform_view(*args, **kwargs)

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        if getattr(form, "changed_secrets", False):
            log(request.user, "set_channel_secret", obj)

    def response_add(self, request, obj, post_url_continue=None):
        self.message_user(request, _("已建立，请填写下面的内容，试发成功后再启用"))
        return redirect("admin:notices_channelsetting_change", obj.pk)

    def trial(self, request, pk):
        """Send one message to oneself, or to the room, and show what the provider says."""
        setting = self.get_object(request, str(pk))
        if setting is None:
            raise Http404
        if not self.has_change_permission(request, setting):
            raise PermissionDenied
        is_room = setting.channel in ROOMS
        address = SENDERS[setting.channel].address_of(request.user)
        context = {
            **self.admin_site.each_context(request), "title": _("试发：%s") % setting, "setting": setting,
            "opts": self.opts, "is_room": is_room, "address": address, "may_try": is_room or bool(address),
            "is_filled_in": bool(setting.is_readable and (setting.config or setting.sealed)),
        }  # fmt: skip
        if request.method == "POST" and context["may_try"] and context["is_filled_in"]:
            answer = try_out(setting, by=request.user)
            context |= {"answer": gettext(answer.words) if answer.words else "", "end": ENDS[answer.state],
                        "face": FACES[answer.state if answer.state != State.PLANNED else State.FAILED]}  # fmt: skip
        return TemplateResponse(request, "admin/notices/trial.html", context)

    @admin.display(description=_("范围"), ordering="place")
    def where(self, setting):
        return setting.place or _("全部")

    @admin.display(description=_("回执地址"))
    def receipts_to(self, setting):
        before = settings.SITE["url"].rstrip("/") or _("（本站网址）")
        return f"{before}{receipt_address(setting)}"
