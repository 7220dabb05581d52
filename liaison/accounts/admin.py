from datetime import date

from django import forms
from django.contrib import admin
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.common.points import POINT_FIELDS, PlacedForm
from liaison.common.search import fold
from liaison.common.sources import Source

from .actions import log
from .adminbase import GrantedAdmin, GrantedForm, GrantedInline
from .choices import CODE_LENGTH, Level, Role
from .grants import noun_of, roles_that
from .models import Posting, Region, User, short_name

admin.site.site_header = admin.site.site_title = _("联络站管理后台")
admin.site.index_title = _("待处理事项")


class RegionForm(PlacedForm, GrantedForm):
    """The official list is loaded as a whole; what people add to it is where a division has its centre."""

    def known_points(self):
        """A district's own centres; above it divisions are too wide to say what is far."""
        code = self.instance.code
        if len(code) < CODE_LENGTH[Level.STREET]:
            return
        here = Region.objects.filter(code__startswith=code[: CODE_LENGTH[Level.DISTRICT]], latitude__isnull=False)
        for name, lat, lng in here.exclude(pk=code).values_list("name", "latitude", "longitude"):
            yield short_name(name), (lat, lng)


@admin.register(Region)
class RegionAdmin(GrantedAdmin):
    form = RegionForm
    fields = ["name", "code", "level", *POINT_FIELDS]
    readonly_fields = ["name", "code", "level"]
    list_display = ["name", "code", "level"]
    list_filter = ["level"]
    keyset = ("code",)
    lead_filters = ("level__exact",)
    search_fields = ["code", "name"]
    search_help_text = _("区划代码的开头，或省、市、县、街道乡镇的名称；村和社区请先写街道代码，如 410105002 甲院")

    def choice_words(self, region) -> str:
        return _("%(name)s（%(more)s）") % {"name": region.name, "more": region.code}

    def get_sources(self, request, rows, ordered_rows, term):
        """A nation's 620,000 villages are searched under a code, never all of them."""
        code, _space, name = term.partition(" ") if term[0].isdigit() else ("", "", term)
        found = rows.filter(code__startswith=code) if code else rows.filter(level__lt=Level.COMMUNITY)
        return [Source(found.filter(name__icontains=fold(name)))]


class UserForm(GrantedForm):
    new_password = forms.CharField(label=_("密码"), strip=False, required=False, widget=forms.PasswordInput)

    class Meta:
        fields = ["username", "name", "phone", "email", "is_active"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "new_password" not in self.fields:
            return
        box = self.fields["new_password"]
        box.widget.attrs["autocomplete"] = "new-password"
        box.help_text = password_validators_help_text_html()
        if self.instance.pk:
            box.label = _("新密码")
            box.help_text = _("不改密码就留空。改后请当面告知本人，并请其登录后自行修改。")
        else:
            box.required = True

    def clean(self):
        """Nobody takes over an account that reaches further than theirs: not by its password, its name or its mail."""
        cleaned = super().clean()
        if self.instance.pk and self.changed_data:
            held = self.instance.postings.current()
            if held.exclude(pk__in=held.for_user(self.by, "change")).exists():
                self.add_error(None, _("此人还在您管理范围以外任职，账号不能由您修改；可以修改其在您范围内的任职"))
        return cleaned

    def _post_clean(self):
        """After the fields are on the account: a password must not resemble them."""
        super()._post_clean()
        if password := self.cleaned_data.get("new_password"):
            try:
                validate_password(password, self.instance)
            except ValidationError as error:
                self.add_error("new_password", error)


class PostingForm(GrantedForm):
    def clean(self):
        cleaned = super().clean()
        code = cleaned.get("code", "")
        reach = [p.code for p in self.by.current_postings if p.role in roles_that("add", noun_of(Posting))]
        if "code" in cleaned and not any(code.startswith(own) for own in reach):
            self.add_error("code", _("超出您的管理范围，不能在这里任命"))
        place = code.partition("-")[0]
        if code and "code" not in self.errors and not Region.objects.filter(code=place).exists():
            self.add_error("code", _("没有这个区划或联络站代码"))
        return cleaned


class PostingFormSet(forms.BaseInlineFormSet):
    def clean(self):
        super().clean()
        given = [f.cleaned_data for f in self.forms if f.cleaned_data.get("role")]
        today, shown = timezone.localdate(), [f.instance.pk for f in self.forms if f.instance.pk]
        roles = {row["role"] for row in given if not row.get("DELETE") and (row.get("until") or date.max) > today}
        if self.instance.pk:  # what the person is elsewhere counts, too
            roles |= set(self.instance.postings.current().exclude(pk__in=shown).values_list("role", flat=True))
        if {Role.ADMIN, Role.AUDITOR} <= roles:
            raise ValidationError(_("系统管理员与审计员应由不同的人担任（等保 2.0）"))


class PostingInline(GrantedInline):
    model = Posting
    form = PostingForm
    formset = PostingFormSet
    fields = ["role", "code", "since", "until"]

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **(kwargs | {"validate_min": obj is None}))
        formset.form.by = request.user
        return formset

    def get_min_num(self, request, obj=None, **kwargs):
        return 0 if obj else 1


@admin.register(User)
class UserAdmin(GrantedAdmin):
    form = UserForm
    fields = ["username", "name", "phone", "email", "is_active", "new_password"]
    list_display = ["username", "name", "posts", "is_active", "last_login"]
    list_filter = ["is_active"]
    keyset = ("username",)
    search_fields = ["username", "name"]
    search_help_text = _("账号的开头，或姓名")
    inlines = [PostingInline]

    def get_queryset(self, request):
        held = Prefetch("postings", Posting.objects.current(), to_attr="held_now")
        return super().get_queryset(request).prefetch_related(held)

    def get_sources(self, request, rows, ordered_rows, term):
        named = rows.filter(name__icontains=fold(term))
        return [Source(rows.filter(username__startswith=term)), Source(named, ordered_rows)]

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        return fields if self.has_change_permission(request, obj) or obj is None else fields[:-1]

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.by = request.user
        return form

    def save_model(self, request, obj, form, change):
        if password := form.cleaned_data.get("new_password"):
            obj.set_password(password)
        super().save_model(request, obj, form, change)
        if password:
            log(request.user, "set_password", obj)

    def save_related(self, request, form, formsets, change):
        """The stations are another app's; that a posting's station exists is asked of the database before the end."""
        super().save_related(request, form, formsets, change)
        try:
            connection.check_constraints()
        except IntegrityError as error:
            if "posting_station_exists" not in str(error):
                raise
            raise ValidationError(_("没有这个代码的联络站，请检查任职中的代码")) from error

    @admin.display(description=_("任职"))
    def posts(self, user):
        return "；".join(f"{p.get_role_display()} {p.code}".strip() for p in user.held_now) or "—"
