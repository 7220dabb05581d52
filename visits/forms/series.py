"""A series as it is planned: the rule, the hours, who comes."""

from calendar import monthrange
from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.common.forms import DayField, HourInput
from stations.models import Room

from ..choices import Frequency, OffDays, RollOver, VisitKind, Weekday
from ..models import Series, SeriesPerson
from ..rules import EVEN_MONTHS, LAST, ODD_MONTHS, month_day, ordinal
from .filter import VisitFilter
from .people import PeopleField, WhoComes

MONTHS = range(1, 13)
LEAP_YEAR = 2028  # the 29th of February is a day to choose
EVERY, ODD, EVEN, CHOSEN = "every", "odd", "even", "chosen"
WHICH_MONTHS = [(EVERY, _("每个月")), (ODD, _("单月")), (EVEN, _("双月")), (CHOSEN, _("自选月份"))]
# Which fields belong to which way of repeating; the others are neither shown nor looked at.
FIELDS_OF = {
    Frequency.WEEKLY: {"weekdays", "interval"},
    Frequency.WEEKDAY_OF_MONTH: {"weekdays", "ordinals", "which_months", "months"},
    Frequency.DAY_OF_MONTH: {"month_days", "which_months", "months"},
    Frequency.YEARLY: {"year_month", "year_day"},
}
RULE_FIELDS = {"frequency", "from_on", "to_on", "off_days", "roll_over"}.union(*FIELDS_OF.values())


class Numbers(forms.TypedMultipleChoiceField):
    """Small numbers as boxes to tick. That some must be ticked is the rule's to say, in words that fit it."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, choices, **kwargs):
        super().__init__(choices=choices, coerce=int, **kwargs)

    def validate(self, value):
        if value:
            super().validate(value)


def month_choices() -> list[tuple[int, str]]:
    return [(month, _("%(month)s月") % {"month": month}) for month in MONTHS]


def day_choices() -> list[tuple[int, str]]:
    return [(day, month_day(day)) for day in (*range(1, 32), LAST)]


def ordinal_choices() -> list[tuple[int, str]]:
    return [(nth, ordinal(nth)) for nth in (1, 2, 3, 4, 5, LAST)]


class SeriesForm(WhoComes, forms.ModelForm):
    """A new series, or what an old one becomes from a day on. Its station is known before."""

    frequency = forms.ChoiceField(
        label=_("重复方式"),
        choices=Frequency.choices,
        widget=forms.RadioSelect,
        initial=Frequency.WEEKDAY_OF_MONTH,
        error_messages={"required": _("请选择重复方式")},
    )
    interval = forms.IntegerField(
        label=_("几周一次"),
        min_value=1,
        max_value=52,
        help_text=_("1 是每周，2 是隔一周"),
        error_messages={"required": _("请填写几周一次，每周填 1")},
    )
    weekdays = Numbers(Weekday.choices, label=_("星期"))
    ordinals = Numbers(
        ordinal_choices, label=_("每月第几个"), help_text=_("“第一周的星期五”选第1个。有的月份没有第5个，那个月就没有")
    )
    month_days = Numbers(
        day_choices, label=_("几号"), help_text=_("没有29、30、31日的月份，改在当月最后一天；可以选几天，如9日和19日")
    )
    which_months = forms.ChoiceField(label=_("哪些月份"), choices=WHICH_MONTHS, widget=forms.RadioSelect, initial=EVERY)
    months = Numbers(month_choices, label=_("自选月份"))
    year_month = forms.TypedChoiceField(label=_("月"), choices=month_choices, coerce=int)
    year_day = forms.TypedChoiceField(
        label=_("日"), choices=[(d, month_day(d)) for d in range(1, 32)], coerce=int,
        help_text=_("2月29日在平年改为2月28日"),
    )  # fmt: skip
    off_days = forms.ChoiceField(
        label=_("遇到休息日"),
        choices=OffDays.choices,
        widget=forms.RadioSelect,
        help_text=_("调休上班的周末算工作日，照常进行"),
    )
    roll_over = forms.ChoiceField(
        label=_("改到哪天"),
        choices=RollOver.choices,
        widget=forms.RadioSelect,
        help_text=_("推迟一周后仍放假的，再推迟一周；周末推迟一周还是周末，所以改到下一个工作日"),
    )
    from_on = DayField(label=_("从"))
    to_on = DayField(label=_("到"))
    starts = forms.TimeField(label=_("开始时间"), widget=HourInput())
    ends = forms.TimeField(label=_("结束时间"), widget=HourInput())
    representatives = PeopleField(
        label=pgettext_lazy("plural", "参加代表"),
        required=False,
        error_messages={"invalid_choice": _("名单里有您查看不到的代表，请重新选择")},
    )
    reason = forms.CharField(
        label=_("变更原因"),
        required=False,
        max_length=200,
        help_text=_("有已公布的进站要取消，或者临近开始才改时，群众会看到这句话"),
    )
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Series
        fields = [
            "kind", "title", "frequency", "interval", "weekdays", "ordinals", "month_days", "months", "off_days",
            "roll_over", "from_on", "to_on", "starts", "ends", "room", "place", "is_online", "topics",
        ]  # fmt: skip
        widgets = {"topics": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, user, find: str = "", old: Series | None = None, **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.old, self.at = user, old, self.instance.station
        self.fields["kind"].choices = VisitKind.choices
        self.fields["place"].help_text = _("不在联络站内时填写")
        self.fields["topics"].help_text = _("群众可以就哪些事反映意见")
        self.fields["room"].queryset = Room.objects.for_user(user).filter(station=self.at)
        self.fields["room"].empty_label = _("不占用房间")
        del self.fields["reason" if old is None else "form_key"]
        if old is not None:
            self.fields["from_on"].label = _("从哪一天起按新的安排")
        self._show_months()
        there = SeriesPerson.objects.for_user(user).filter(series=old)
        self.offer_people(find, there.values("representative"))

    def _show_months(self) -> None:
        chosen = set(self.instance.months)
        known = {frozenset(): EVERY, frozenset(ODD_MONTHS): ODD, frozenset(EVEN_MONTHS): EVEN}
        mine = {"which_months": known.get(frozenset(chosen), CHOSEN)}
        if self.instance.frequency == Frequency.YEARLY:
            mine = {"year_month": self.instance.months[0], "year_day": self.instance.month_days[0]}
        self.initial = mine | self.initial

    # Cleaning

    def clean_from_on(self):
        """Nothing is changed in the past; for a new series the model says the same."""
        day = self.cleaned_data["from_on"]
        if self.old is not None and day < timezone.localdate():
            raise forms.ValidationError(_("过去的进站是历史记录，请选今天或以后的日期"))
        return day

    def clean(self):
        """Only what belongs to the way of repeating counts; the rest may have been left over from another try."""
        cleaned = super().clean()
        mine = FIELDS_OF.get(cleaned.get("frequency"), set())
        for name in set().union(*FIELDS_OF.values()) - mine:
            self.errors.pop(name, None)
            cleaned[name] = None
        cleaned["months"] = self._months(cleaned)
        if cleaned.get("year_day"):
            cleaned["month_days"] = [cleaned["year_day"]]
        cleaned["from_on"] = self._in_step(cleaned)
        if "form_key" in self.fields:
            self.instance.form_key = cleaned.get("form_key")
        return self._emptied(cleaned)

    def _in_step(self, cleaned) -> date | None:
        """Every second week stays the same second week: a change in the week between begins with the next one."""
        day, every = cleaned.get("from_on"), cleaned.get("interval")
        if day is None or self.old is None or self.old.frequency != Frequency.WEEKLY or every != self.old.interval:
            return day
        monday, first = (one - timedelta(days=one.weekday()) for one in (day, self.old.from_on))
        ahead = -((monday - first).days // 7) % every
        return monday + timedelta(weeks=ahead) if ahead else day

    def _months(self, cleaned) -> list[int]:
        which, month, day = (cleaned.get(name) for name in ("which_months", "year_month", "year_day"))
        if month and day and day > monthrange(LEAP_YEAR, month)[1]:
            self.add_error("year_day", _("%(month)s月没有%(day)s日") % {"month": month, "day": day})
        if month:
            return [month]
        if which == CHOSEN and not cleaned.get("months"):
            self.add_error("months", _("请选择月份"))
        return {ODD: sorted(ODD_MONTHS), EVEN: sorted(EVEN_MONTHS), CHOSEN: cleaned.get("months") or []}.get(which, [])

    def _emptied(self, cleaned) -> dict:
        for name in ("weekdays", "ordinals", "month_days", "months"):
            cleaned[name] = cleaned.get(name) or []
        cleaned["interval"] = cleaned.get("interval") or 1
        return cleaned

    @property
    def rule_errors(self) -> list[str]:
        """Why no dates can be shown yet."""
        wrong = [name for name in self.errors if name in RULE_FIELDS]
        return [error for name in wrong for error in self.errors[name]]


def typed_series(data, form: type[SeriesForm] = SeriesForm) -> dict:
    """What stands in a form that is shown again without being judged: as initial values."""
    fields = form.base_fields
    many = {"representatives"} | {name for name, f in fields.items() if isinstance(f, forms.MultipleChoiceField)}
    return {
        name: data.getlist(name) if name in many else data.get(name, "")
        for name in fields
        if name in data or name in many or name == "is_online"
    }


class EndForm(forms.Form):
    """The last day of a series."""

    last_on = DayField(label=_("最后一天"), help_text=_("这一天以后的进站不再进行"))
    reason = forms.CharField(
        label=_("取消原因"), required=False, max_length=200, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("有已公布的进站要取消时填写，群众会看到"),
    )  # fmt: skip
    also_apart = forms.BooleanField(label=_("单独改过的各次也一并取消"), required=False)

    def clean_last_on(self):
        """The past is history: the earliest last day is yesterday."""
        day = self.cleaned_data["last_on"]
        if day < timezone.localdate() - timedelta(days=1):
            raise forms.ValidationError(_("过去的进站是历史记录，最早填昨天"))
        return day


class SeriesFilter(VisitFilter):
    """Of which station the series are shown."""

    state = from_ = to = None
