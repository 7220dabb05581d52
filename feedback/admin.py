from django.contrib import admin
from django.db.models import Count
from django.utils.translation import gettext_lazy as _

from liaison.accounts.adminbase import GrantedAdmin, GrantedInline
from liaison.common.search import fold
from liaison.common.sources import Source

from .forms.departments import DepartmentForm, DepartmentMemberForm
from .models import Category, Department, DepartmentMember, Erasure


@admin.register(Category)
class CategoryAdmin(GrantedAdmin):
    list_display = ["name", "code", "position", "is_offered"]
    fields = ["name", "code", "position", "is_offered"]
    list_per_page = 100

    def get_readonly_fields(self, request, obj=None):
        """What has a category names it by its code."""
        return ["code"] if obj else []


class DepartmentMemberInline(GrantedInline):
    model = DepartmentMember
    form = DepartmentMemberForm
    fields = ["user", "is_head", "since"]
    autocomplete_fields = ["user"]

    def get_queryset(self, request):
        return super().get_queryset(request).select_related("user")


@admin.register(Department)
class DepartmentAdmin(GrantedAdmin):
    form = DepartmentForm
    list_display = ["name", "place", "duties", "head", "phone", "accounts", "is_active"]
    list_filter = ["is_active"]
    keyset = ("place", "name")
    search_fields = ["name", "place"]
    search_help_text = _("单位名称中的字，或区划代码的开头")
    inlines = [DepartmentMemberInline]
    fieldsets = [
        (None, {"fields": ["place", "name", "duties", "is_active"]}),
        (_("联系方式"), {"fields": ["head", "phone", "email", "address"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(member_count=Count("members", distinct=True))

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user
        return form

    def get_sources(self, request, rows, ordered_rows, term):
        if term[0].isdigit():
            return [Source(rows.filter(place__startswith=term))]
        return [Source(rows.filter(name__icontains=fold(term)), ordered_rows)]

    @admin.display(description=_("账号"))
    def accounts(self, department):
        """Whether it signs in, or answers by links."""
        count = department.member_count
        return _("%(n)s 个") % {"n": count} if count else _("没有，用链接答复")


@admin.register(Erasure)
class ErasureAdmin(GrantedAdmin):
    list_display = ["number", "place", "at", "rule", "what", "by"]
    fields = ["number", "place", "at", "rule", "what", "by"]
    list_select_related = ["by"]

    @admin.display(description=_("清除内容"))
    def what(self, erasure):
        counts = erasure.counts
        words = _("%(contacts)s 人，%(opinions)s 件意见，%(texts)s 处文字，%(files)s 个附件，%(notices)s 条提醒")
        return words % {name: counts.get(name, 0) for name in ("contacts", "opinions", "texts", "files", "notices")}
