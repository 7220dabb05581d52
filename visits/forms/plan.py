"""A visit as it is planned."""

from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.common.forms import DayField, HourInput
from liaison.common.seen import SeenField, seen_again
from stations.models import Room, Station

from ..choices import VisitKind
from ..models import Attendance, Visit
from .people import PeopleField, WhoComes, stations_to_plan

ONLY, FOLLOWING = "only", "following"


class VisitForm(WhoComes, forms.ModelForm):
    """A visit as it is planned: one day, two hours, who comes. Where somebody or the room is taken it says where."""

    shown_at = {"starts_at": "date", "ends_at": "ends", "reason": "change_reason"}

    station = forms.ModelChoiceField(
        Station.objects.none(),
        label=_("联络站"),
        error_messages={"invalid_choice": _("没有这个联络站，或者不归您安排"), "required": _("请选择联络站")},
    )
    scope = forms.ChoiceField(
        label=_("这是系列中的一次，改哪些"),
        choices=[(ONLY, _("只改这一次")), (FOLLOWING, _("这一次和以后各次"))],
        widget=forms.RadioSelect,
        initial=ONLY,
        help_text=_("只改这一次的，以后改系列时不再跟着变；过去的和已登记的都不变"),
        error_messages={"required": _("请选择只改这一次，还是连以后各次一起改")},
    )
    date = DayField(label=_("日期"))
    starts = forms.TimeField(label=_("开始时间"), widget=HourInput())
    ends = forms.TimeField(label=_("结束时间"), widget=HourInput())
    ends_on = DayField(label=_("结束日期"), required=False, help_text=_("跨过半夜时才填"))
    representatives = PeopleField(
        label=pgettext_lazy("plural", "参加代表"),
        required=False,
        error_messages={"invalid_choice": _("名单里有您查看不到的代表，请重新选择")},
    )
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)
    change_reason = forms.CharField(
        label=_("变更原因"),
        required=False,
        max_length=200,
        help_text=_("已公布的安排，过了公告期限再改时间、地点或代表的，要写明原因，群众会看到"),
    )
    seen_at = SeenField()

    class Meta:
        model = Visit
        fields = ["station", "kind", "title", "topics", "room", "place", "is_online"]
        widgets = {"topics": forms.Textarea(attrs={"rows": 3})}

    field_order = [
        "station", "scope", "kind", "title", "date", "starts", "ends", "ends_on", "room", "place", "is_online",
        "topics", "representatives", "change_reason", "form_key", "seen_at",
    ]  # fmt: skip

    def __init__(self, *args, user, station: Station | None = None, find: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.is_new = user, self.instance._state.adding
        self.fields["kind"].choices = VisitKind.choices
        if not self.instance.series_id:
            del self.fields["scope"]
        if self.is_new or not (self.instance.published_at or self.instance.series_id):
            del self.fields["change_reason"]
        if self.is_new:
            del self.fields["seen_at"]
        else:
            self.initial.setdefault("seen_at", self.instance.changed_at.isoformat())
        self._place(station)
        there = Attendance.objects.for_user(user).filter(visit=self.instance.pk)
        self.offer_people(find, there.values("representative"))
        if not self.is_new:
            self._hours()

    # Choices

    def _place(self, station: Station | None) -> None:
        """The station stands fixed once it is known; an unknown one is asked for again, the rest kept."""
        field = self.fields["station"]
        if not self.is_new:
            station = self.instance.station
            del self.fields["form_key"]
            field.disabled = True
        field.queryset = Station.objects.filter(pk=station.pk) if station else stations_to_plan(self.user)
        if station:
            field.widget, field.initial, self.initial["station"] = forms.HiddenInput(), station.pk, station.pk
        self.at = station
        rooms = Room.objects.for_user(self.user)
        self.fields["room"].queryset = rooms.filter(station=station) if station else rooms.filter(pk=self._chosen_room)
        self.fields["room"].empty_label = _("不占用房间")

    @property
    def _chosen_room(self) -> int | None:
        value = self.data.get("room", "")
        return int(value) if value.isdecimal() and len(value) < 18 else None

    def _hours(self) -> None:
        start, end = timezone.localtime(self.instance.starts_at), timezone.localtime(self.instance.ends_at)
        mine = {"date": start.date(), "starts": start.time(), "ends": end.time()}
        mine["ends_on"] = end.date() if end.date() != start.date() else None
        self.initial = mine | self.initial

    @property
    def spans_midnight(self) -> bool:
        return bool(self["ends_on"].value() or self["ends_on"].errors)

    # Cleaning

    def add_error(self, field, error):
        """Errors of the model's own check stand where this form asks for the same thing."""
        codes = {getattr(one, "code", "") for one in (error if isinstance(error, list) else [error])}
        if "late_change" in codes and "change_reason" in self.fields:
            field = "change_reason"
        if "stale" in codes:
            seen_again(self, Visit.objects.values_list("changed_at", flat=True).get(pk=self.instance.pk))
        if field is None and hasattr(error, "error_dict"):
            for name, errors in error.error_dict.items():
                for one in errors:
                    at = "starts" if one.code == "hour" else self.shown_at.get(name, name)
                    super().add_error(at if at in self.fields else None, one)
            return
        super().add_error(self.shown_at.get(field, field), error)

    def clean(self):
        cleaned = super().clean()
        if self.is_new:
            self.instance.form_key = cleaned.get("form_key")
        date, starts, ends = (cleaned.get(name) for name in ("date", "starts", "ends"))
        if not (date and starts and ends):
            return cleaned
        start = timezone.make_aware(datetime.combine(date, starts))
        end = timezone.make_aware(datetime.combine(cleaned.get("ends_on") or date, ends))
        self.instance.starts_at, self.instance.ends_at = start, end
        return cleaned


def typed(data) -> dict:
    """What stands in a form that is shown again without being judged: as initial values."""
    names = [name for name in VisitForm.base_fields if name != "representatives"]
    return {name: data[name] for name in names if name in data} | {"representatives": data.getlist("representatives")}
