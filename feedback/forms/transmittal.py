"""Which matters go to a department on paper, and what stands around their list."""

from datetime import datetime, time, timedelta

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.common.forms import DayField

from ..choices import REFERRAL_GIVEN_UP, REFERRAL_OPEN
from ..models import Department
from ..transmittal.word import Head

OPEN, ALL = "open", "all"
DAYS_BACK = 30


class TransmittalFilter(forms.Form):
    """The department, and when its matters were sent."""

    hide_optional = True

    department = forms.ModelChoiceField(
        Department.objects.none(), label=_("承办单位"), to_field_name="public_id", empty_label=_("请选择"),
        error_messages={"required": _("请选择承办单位"), "invalid_choice": _("请从列表里选择承办单位")},
    )  # fmt: skip
    from_ = DayField(label=_("交办日期，自"))
    to = DayField(label=_("至"))
    which = forms.ChoiceField(label=_("哪些"), choices=[(OPEN, _("还没有答复的")), (ALL, _("全部"))], required=False)

    def __init__(self, data, *, user):
        today = timezone.localdate()
        first = {"from_": (today - timedelta(days=DAYS_BACK)).isoformat(), "to": today.isoformat(), "which": OPEN}
        super().__init__(first | {name: data[name] for name in data} if data else None, initial=first)
        self.fields["department"].queryset = Department.objects.for_user(user).order_by("place", "name")

    def clean(self):
        given = super().clean()
        if given.get("from_") and given.get("to") and given["to"] < given["from_"]:
            self.add_error("to", _("结束日期不能早于开始日期"))
        return given

    def chosen(self, rows: QuerySet) -> QuerySet:
        given = self.cleaned_data
        first, last = (_midnight(day) for day in (given["from_"], given["to"] + timedelta(days=1)))
        rows = rows.filter(department=given["department"], sent_at__gte=first, sent_at__lt=last)
        if given["which"] == ALL:
            return rows.exclude(state__in=REFERRAL_GIVEN_UP)
        return rows.filter(state__in=REFERRAL_OPEN)


class TransmittalForm(forms.Form):
    """What is ticked, and the words of the letter that are the office's own."""

    referrals = forms.MultipleChoiceField(
        label=_("列入名单的事项"), required=False, widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("名单已有变化，请看过再提交")},
    )  # fmt: skip
    to = forms.CharField(label=_("主送单位"), max_length=60)
    issuer = forms.CharField(label=_("发文单位"), max_length=60, help_text=_("落款"))
    number = forms.CharField(label=_("发文字号"), max_length=40, required=False, help_text=_("没有编号的不填"))
    contact = forms.CharField(label=_("联系人及电话"), max_length=60, required=False, help_text=_("本单位的联系人"))

    def __init__(self, data=None, *, rows, is_whole: bool, **kwargs):
        super().__init__(data, **kwargs)
        self.rows, self.is_whole = rows, is_whole
        self.fields["referrals"].choices = [(row.public_id, row.shown_title) for row in rows]
        if is_whole:
            del self.fields["referrals"]
        else:
            asked = set(data.getlist("referrals")) if data is not None else {row.public_id for row in rows}
            for row in rows:
                row.ticked = row.public_id in asked

    def clean_referrals(self):
        if not (chosen := self.cleaned_data["referrals"]):
            raise forms.ValidationError(_("请至少勾选一件"))
        return chosen

    @property
    def picked(self) -> list:
        """The rows that go into the letter."""
        wanted = None if self.is_whole else set(self.cleaned_data["referrals"])
        return [row for row in self.rows if wanted is None or row.public_id in wanted]

    @property
    def head(self) -> Head:
        return Head(**{name: self.cleaned_data[name] for name in Head._fields})


def _midnight(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
