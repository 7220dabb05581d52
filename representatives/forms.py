"""What staff and representatives type about themselves and others: days on which somebody is away."""

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.common.forms import DayField, DayInput

from .models import Absence, Membership, Representative

LONGEST = 366  # days


class PersonField(forms.ModelChoiceField):
    """Representatives by name and home station: two people may have one name."""

    def __init__(self, **kwargs):
        super().__init__(Representative.objects.none(), to_field_name="public_id", **kwargs)
        self.homes: dict[int, str] = {}

    def label_from_instance(self, person):
        home = self.homes.get(person.pk)
        return _("%(name)s（%(home)s）") % {"name": person.name, "home": home} if home else person.name


class AbsenceForm(forms.ModelForm):
    """Who is away from when to when; a representative says it of themselves only."""

    representative = PersonField(
        label=_("代表"),
        empty_label=_("请选择"),
        error_messages={"invalid_choice": _("没有这位代表，或者不在您的范围内")},
    )

    class Meta:
        model = Absence
        fields = ["representative", "from_on", "to_on", "reason"]
        field_classes = {"from_on": DayField, "to_on": DayField}
        widgets = {"from_on": DayInput(), "to_on": DayInput()}
        labels, help_texts = {"to_on": _("到（含当日）")}, {"to_on": ""}

    def __init__(self, *args, user, today: date, **kwargs):
        super().__init__(*args, **kwargs)
        self.today = today
        field = self.fields["representative"]
        people = Representative.objects.for_user(user, "add", of=Absence)
        field.queryset = people.defer("name_grams").order_by("pinyin", "id")
        self.own = people.filter(user=user).first() if user.roles == {"representative"} else None
        if self.own:
            field.widget, self.initial["representative"] = forms.HiddenInput(), self.own.public_id
            return
        homes = Membership.objects.for_user(user).current().filter(is_home=True, representative__in=people)
        field.homes = dict(homes.values_list("representative", "station__name"))

    def clean_from_on(self):
        from_on = self.cleaned_data["from_on"]
        if from_on < self.today - timedelta(days=LONGEST):
            raise forms.ValidationError(_("请检查年份"))
        return from_on

    def clean(self):
        cleaned = super().clean()
        from_on, to_on = cleaned.get("from_on"), cleaned.get("to_on")
        if from_on and to_on and to_on < from_on:
            self.add_error("to_on", _("结束日期早于开始日期"))
        elif from_on and to_on and to_on - from_on > timedelta(days=LONGEST):
            self.add_error("to_on", _("一次最多一年，请检查年份"))
        elif to_on and to_on < self.today:
            self.add_error("to_on", _("这段时间已经过去，不用再登记"))
        return cleaned


class EndForm(forms.Form):
    """The last day on which somebody is away after all."""

    to_on = DayField(label=_("最后一天"), help_text=_("次日起又可以安排"))

    def __init__(self, *args, absence: Absence, today: date, **kwargs):
        self.absence = absence
        super().__init__(*args, initial={"to_on": max(absence.from_on, today - timedelta(days=1))}, **kwargs)

    def clean_to_on(self):
        to_on = self.cleaned_data["to_on"]
        if not self.absence.from_on <= to_on <= self.absence.to_on:
            words = {"from": self.absence.from_on, "to": self.absence.to_on}
            raise forms.ValidationError(_("请填 %(from)s 到 %(to)s 之间的日期") % words)
        return to_on
