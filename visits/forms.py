"""What staff type about visits: planning them, writing down what happened, looking for them."""

from datetime import datetime, timedelta

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from liaison.common.forms import DayInput, HourInput
from liaison.common.search import LONGEST
from liaison.common.templatetags.face import cn_day, joined
from representatives.models import Representative
from stations.models import Room, Station

from .choices import MOST_PHOTOS, AttendanceState, State, VisitKind
from .models import Attendance, LogDraft, Visit

MOST_FOUND = 20
LONGEST_TEXT = 5000
# What voters come for most; one touch begins the sentence. The full list of categories belongs to the opinions.
TOPICS = (
    _("物业与社区"), _("交通"), _("城建环资"), _("社保民政"), _("科教文卫"), _("市场监管"), _("政法"), _("其他"),
)  # fmt: skip


class PeopleField(forms.ModelMultipleChoiceField):
    """Representatives as boxes to tick, under their public id; the page draws level and post beside the name."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs):
        super().__init__(Representative.objects.none(), to_field_name="public_id", **kwargs)


class PhotosInput(forms.FileInput):
    allow_multiple_selected = True


def members(station: Station, user):
    """Representatives who belong to `station` today, as far as `user` may see them."""
    return Representative.objects.for_user(user).belonging_to(station)


def stations_to_plan(user):
    """Stations in use at which `user` may plan a visit."""
    return Station.objects.for_user(user, "add", of=Visit).filter(is_open=True)


class VisitForm(forms.ModelForm):
    """A visit as it is planned: one day, two hours, who comes. Where somebody or the room is taken it says where."""

    shown_at = {"starts_at": "date", "ends_at": "ends"}

    station = forms.ModelChoiceField(
        Station.objects.none(),
        label=_("联络站"),
        error_messages={"invalid_choice": _("没有这个联络站，或者不归您安排"), "required": _("请选择联络站")},
    )
    date = forms.DateField(label=_("日期"), widget=DayInput())
    starts = forms.TimeField(label=_("开始时间"), widget=HourInput())
    ends = forms.TimeField(label=_("结束时间"), widget=HourInput())
    ends_on = forms.DateField(label=_("结束日期"), required=False, widget=DayInput(), help_text=_("跨过半夜时才填"))
    representatives = PeopleField(
        label=pgettext_lazy("plural", "参加代表"),
        required=False,
        error_messages={"invalid_choice": _("名单里有您查看不到的代表，请重新选择")},
    )
    form_key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Visit
        fields = ["station", "kind", "title", "topics", "room", "place", "is_online"]
        widgets = {"topics": forms.Textarea(attrs={"rows": 3})}

    field_order = [
        "station", "kind", "title", "date", "starts", "ends", "ends_on", "room", "place", "is_online", "topics",
        "representatives", "form_key",
    ]  # fmt: skip

    def __init__(self, *args, user, station: Station | None = None, find: str = "", **kwargs):
        super().__init__(*args, **kwargs)
        self.user, self.is_new = user, self.instance._state.adding
        self.fields["kind"].choices = VisitKind.choices
        self._place(station)
        self._people(find)
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

    def _people(self, find: str) -> None:
        field = self.fields["representatives"]
        reach = Representative.objects.for_user(self.user)
        there = Attendance.objects.for_user(self.user).filter(visit=self.instance.pk).values("representative")
        field.queryset = Representative.objects.filter(Q(pk__in=reach.values("pk")) | Q(pk__in=there))
        if not self.is_new and "representatives" not in self.initial:
            self.initial["representatives"] = list(
                field.queryset.filter(pk__in=there).values_list("public_id", flat=True)
            )
        chosen = self.data.getlist("representatives") if self.is_bound else self.initial.get("representatives") or []
        shown = Q(public_id__in=[str(value)[:20] for value in chosen[:500]])
        if self.at:
            shown |= Q(pk__in=members(self.at, self.user).values("pk"))
        people = list(field.queryset.filter(shown).with_level())
        self.found = self._found(find, {person.pk for person in people})
        field.choices = [(person.public_id, person) for person in [*people, *self.found]]

    def _found(self, find: str, there: set[int]) -> list[Representative]:
        """People beyond the station whose name begins so; the office asks somebody from elsewhere, too."""
        self.find = find.strip()[:LONGEST]
        if not self.find:
            return []
        found = Representative.objects.for_user(self.user).serving().named(self.find).exclude(pk__in=there)
        return list(found.with_level()[:MOST_FOUND])

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


class LogForm(forms.Form):
    """What happened, in under a minute: planned people stand ticked, the rest is a number and a few words."""

    came = PeopleField(
        label=_("到站代表"),
        required=False,
        error_messages={"invalid_choice": _("名单里有不属于本站的代表，请重新选择")},
    )
    voters_received = forms.IntegerField(
        label=_("接待人数"), min_value=0, max_value=10_000, widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={
            "required": _("请填写接待了多少位选民，没有人来请填 0"), "invalid": _("请填写数字"),
            "max_value": _("最多 10000 位，请检查是否多写了一位"), "min_value": _("不能少于 0"),
        },
    )  # fmt: skip
    summary = forms.CharField(
        label=_("反映的主要内容"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("写事情，不写选民的姓名和电话"),
        error_messages={"required": _("请写几个字：选民反映了什么，或者做了什么")},
    )
    result = forms.CharField(
        label=_("处理情况"),
        max_length=LONGEST_TEXT,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("当场怎样答复，答应了什么"),
    )
    photos = forms.FileField(
        label=_("照片"),
        required=False,
        widget=PhotosInput(attrs={"multiple": True, "accept": "image/jpeg,image/png,image/webp"}),
        help_text=format_lazy(_("最多 {n} 张，每张不超过 15 MB；照片里的拍摄地点会自动去掉"), n=MOST_PHOTOS),
    )

    def __init__(self, *args, visit: Visit, user, draft: LogDraft | None = None, **kwargs):
        there = list(Attendance.objects.for_user(user).filter(visit=visit).order_by("id"))
        here = [a.representative_id for a in there if a.state in (AttendanceState.EXPECTED, AttendanceState.CAME)]
        self.planned = {attendance.representative_id: attendance for attendance in there}
        people = list(
            Representative.objects.filter(
                Q(pk__in=members(visit.station, user).values("pk")) | Q(pk__in=list(self.planned))
            ).with_level()
        )
        initial = {"came": [person.public_id for person in people if person.pk in here]}
        if draft is not None:
            initial |= {name: draft.data[name] for name in DRAFTED if name in draft.data}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["came"].queryset = Representative.objects.filter(pk__in=[person.pk for person in people])
        self.fields["came"].choices = [(person.public_id, person) for person in people]
        self.people = {person.public_id: person for person in people}

    def clean_photos(self):
        """Photos are taken in one by one by the page; here they are only named."""
        return None

    @property
    def planned_boxes(self) -> list:
        return [box for box in self["came"] if self._person(box).pk in self.planned]

    @property
    def other_boxes(self) -> list:
        return [box for box in self["came"] if self._person(box).pk not in self.planned]

    @property
    def has_others(self) -> bool:
        """Whether somebody unplanned is ticked, so that the fold stands open."""
        return any(box.data["selected"] for box in self.other_boxes)

    def _person(self, box) -> Representative:
        return self.people[str(box.data["value"])]


DRAFTED = ("came", "voters_received", "summary", "result")


def draft_of(data) -> dict:
    """The half-filled log as it was typed, unjudged; cut where nobody types so much."""
    text = {name: _kept(data.get(name, ""), LONGEST_TEXT) for name in DRAFTED[1:]}
    return {"came": [_kept(value, 20) for value in data.getlist("came")[:500]]} | text


def _kept(text: str, most: int) -> str:
    return text[:most].replace("\0", "")  # PostgreSQL keeps no NUL


class VisitFilter(forms.Form):
    """What of the visits within reach is shown."""

    state = forms.ChoiceField(label=_("状态"), required=False, choices=[("", _("全部")), *State.choices])
    station = forms.ModelChoiceField(
        Station.objects.none(),
        label=_("联络站"),
        required=False,
        empty_label=_("全部"),
        error_messages={"invalid_choice": _("没有这个联络站")},
    )
    from_ = forms.DateField(label=_("从"), required=False, widget=DayInput())
    to = forms.DateField(label=_("到"), required=False, widget=DayInput())

    MOST_STATIONS = 300

    def __init__(self, data, *, user):
        super().__init__(data, auto_id="filter_%s")
        stations = Station.objects.for_user(user)
        self.fields["station"].queryset = stations
        some = list(stations.values_list("pk", "name")[: self.MOST_STATIONS])
        self.fields["station"].choices = [("", _("全部")), *some]
        self.hide_optional = True
        if len(some) == 1:
            self.fields["station"].widget = forms.HiddenInput()

    def clean_to(self):
        to = self.cleaned_data["to"]
        if to and to.year >= 9999:  # the day after it must still be one
            raise forms.ValidationError(_("请检查年份"))
        return to

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("from_") and cleaned.get("to") and cleaned["to"] < cleaned["from_"]:
            self.add_error("to", _("结束日期早于开始日期"))
        return cleaned

    def chosen(self, visits):
        """`visits` as the form says; a field that could not be understood leaves them as they are."""
        given = self.cleaned_data
        if given.get("state"):
            visits = visits.filter(state=given["state"])
        if given.get("station"):
            visits = visits.filter(station=given["station"])
        if given.get("from_"):
            visits = visits.since(given["from_"])
        if given.get("to"):
            visits = visits.before(given["to"] + timedelta(days=1))
        return visits

    @property
    def words(self) -> str:
        """What is chosen, for the folded filter on a phone."""
        given = self.cleaned_data
        words = [State(given["state"]).label if given.get("state") else "", str(given.get("station") or "")]
        words += [
            f"{cn_day(given[name])}{way}" for name, way in (("from_", _("起")), ("to", _("止"))) if given.get(name)
        ]
        return joined(word for word in words if word)
