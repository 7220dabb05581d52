from datetime import date

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from liaison.accounts.adminbase import GrantedAdmin, GrantedForm, GrantedInline

from .choices import UNITS, Key, units_of
from .models import CalendarDay, CalendarYear, Threshold

FIRST_YEAR, LAST_YEAR = 2000, 2100


class ThresholdForm(GrantedForm):
    unit = forms.ChoiceField(
        label=_("单位"),
        required=False,
        help_text=_("“进站公告提前天数”可按天或按工作日计算，其余规则的单位是固定的"),
    )

    class Meta:
        help_texts = {
            "value": _("问“是否”的规则，是填 1，否填 0"),
            "valid_from": _("从这一天起按新数值执行；此前的事仍按当时的数值"),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "unit" in self.fields:
            some = dict.fromkeys(unit for units in UNITS.values() for unit in units)
            self.fields["unit"].choices = [("", _("随规则而定")), *((unit, unit.label) for unit in some)]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("key"):
            units = units_of(cleaned["key"])
            if cleaned.get("unit") and cleaned["unit"] not in units:
                self.add_error("unit", _("这条规则的单位固定为“%s”，请选“随规则而定”") % units[0].label)
            cleaned["unit"] = cleaned.get("unit") or units[0]
        return cleaned

    def clean_valid_from(self):
        day = self.cleaned_data["valid_from"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("生效日期不能早于今天：已经执行过的规则不能改写"))
        return day


@admin.register(Threshold)
class ThresholdAdmin(GrantedAdmin):
    """A new value is a new row with its own first day; what held before stays as it was."""

    form = ThresholdForm
    fields = ["key", "value", "unit", "valid_from", "source"]
    list_display = ["key", "amount", "valid_from", "standing", "source"]
    list_filter = ["key"]
    list_per_page = 200

    def get_queryset(self, request):
        later = Threshold.objects.filter(
            key=OuterRef("key"), valid_from__gt=OuterRef("valid_from"), valid_from__lte=timezone.localdate()
        )
        return super().get_queryset(request).annotate(is_replaced=Exists(later))

    def has_change_permission(self, request, obj=None):
        """Only a value that nobody has relied on yet may still be changed."""
        if obj is not None and obj.valid_from <= timezone.localdate():
            return False
        return super().has_change_permission(request, obj)

    def get_changeform_initial_data(self, request):
        initial = super().get_changeform_initial_data(request)
        key = initial.get("key")
        if key in Key.values:
            now = Threshold.objects.on(key, timezone.localdate())
            unit = now.unit if len(units_of(key)) > 1 else ""
            initial |= {"value": now.value.normalize(), "unit": unit, "source": now.source}
        return initial

    @admin.display(description=_("数值"))
    def amount(self, row):
        return row.amount

    @admin.display(description=_("状态"))
    def standing(self, row):
        if row.valid_from > timezone.localdate():
            return _("尚未生效")
        return _("已被替换") if row.is_replaced else _("现行")


class DayForm(GrantedForm):
    def clean_date(self):
        day = self.cleaned_data["date"]
        if getattr(self.instance, "was_moved", False):
            raise forms.ValidationError(_("日期不能直接改：请删除这一行，另加一行"))
        if self.instance.year_id and day.year != self.instance.year_id:
            raise forms.ValidationError(_("这一天不在 %(year)s 年") % {"year": self.instance.year_id})
        return day


class DayFormSet(forms.BaseInlineFormSet):
    def _existing_object(self, pk):
        """A day is its own key: one that was typed over is not among the rows, and Django would break on it."""
        day = super()._existing_object(pk)
        if day is None:
            day = self.model(pk=pk, year=self.instance)
            day.was_moved = True
        return day

    def _construct_form(self, i, **kwargs):
        form = super()._construct_form(i, **kwargs)
        form.instance.year_id = form.instance.year_id or self.instance.pk
        return form


class CalendarDayInline(GrantedInline):
    model = CalendarDay
    form = DayForm
    formset = DayFormSet
    fields = ["date", "kind", "name"]
    ordering = ["date"]


class YearForm(GrantedForm):
    def clean_year(self):
        year = self.cleaned_data["year"]
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise forms.ValidationError(_("年份应在 %(a)s 至 %(b)s 之间") % {"a": FIRST_YEAR, "b": LAST_YEAR})
        return year


@admin.register(CalendarYear)
class CalendarYearAdmin(GrantedAdmin):
    form = YearForm
    fields = ["year", "announced", "source"]
    list_display = ["year", "standing", "source"]
    inlines = [CalendarDayInline]

    def get_readonly_fields(self, request, obj=None):
        return ["year"] if obj else []

    def save_related(self, request, form, formsets, change):
        """Nothing planned moves by itself when holidays are entered: say where that is decided."""
        super().save_related(request, form, formsets, change)
        if request.user.has_perm("visits.change_visit"):
            words, act = _("系列中的进站如要换日子，由您逐次决定。"), _("查看要改期的进站")
            link = format_html('{} <a href="{}">{}</a>', words, reverse("visits:series-moves"), act)
            self.message_user(request, link)

    @admin.display(description=_("状态"), ordering="announced")
    def standing(self, row):
        if row.announced:
            return _("已公布")
        return _("尚未公布，期限按周末推算") if row.year >= date.today().year else _("未登记")
