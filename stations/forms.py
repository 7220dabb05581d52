"""What a station's own people keep up to date: its particulars and the evidence of the nine provisions."""

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from liaison.accounts.choices import CODE_LENGTH, Level
from liaison.accounts.models import Region
from liaison.common.forms import DayInput
from liaison.common.points import POINT_FIELDS, PlacedForm
from liaison.common.search import LONGEST
from liaison.common.templatetags.face import joined

from .choices import ProvisionKind, StationKind
from .models import Provision, Station


class PlacedStationForm(PlacedForm):
    """A form of a station that also says where it stands."""

    def known_points(self):
        region = self.cleaned_data.get("region")
        district = (region.code if region else self.instance.region_id or "")[: CODE_LENGTH[Level.DISTRICT]]
        here = {"code__startswith": district, "latitude__isnull": False}
        stations = Station.objects.filter(**here).exclude(pk=self.instance.pk)
        for rows in (stations, Region.objects.filter(**here)) if district else ():
            yield from ((name, (lat, lng)) for name, lat, lng in rows.values_list("name", "latitude", "longitude"))


class StationForm(PlacedStationForm):
    """Name and code are the district's; the rest is the station's own."""

    field_order = ["address", *POINT_FIELDS]

    class Meta:
        model = Station
        fields = ["address", "hours", "phone", "accessible", "feature"]
        widgets = {"feature": forms.Textarea(attrs={"rows": 5}), "phone": forms.TextInput(attrs={"type": "tel"})}
        help_texts = {"hours": _("如 工作日 9:00—17:00"), "feature": _("本站与众不同的做法，群众在公开页面能看到")}

    def clean_phone(self):
        phone = self.cleaned_data["phone"]
        if sum(c.isdigit() for c in phone) == 11 and phone.strip().startswith("1"):
            raise forms.ValidationError(_("这像是个人手机号，请填写联络站的座机"))
        return phone


class ProvisionForm(forms.ModelForm):
    class Meta:
        model = Provision
        fields = ["met", "evidence", "seen_on"]
        widgets = {"seen_on": DayInput()}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.hide_optional = True

    def clean_seen_on(self):
        seen_on = self.cleaned_data["seen_on"]
        if seen_on and seen_on > timezone.localdate():
            raise forms.ValidationError(_("查验日期不能在今天以后"))
        return seen_on

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("met") and not cleaned.get("seen_on") and "seen_on" not in self.errors:
            self.add_error("seen_on", _("达标的项目应填写查验日期"))
        return cleaned


class Provisions:
    """The nine provisions of a station as one form: a row that was never written is there, too, not met."""

    def __init__(self, station: Station, data=None):
        there = {row.kind: row for row in station.provisions.all()}
        self.forms = [
            ProvisionForm(data, instance=there.get(kind) or Provision(station=station, kind=kind), prefix=kind)
            for kind in ProvisionKind
        ]

    def __iter__(self):
        return iter(self.forms)

    def is_valid(self) -> bool:
        answers = [form.is_valid() for form in self.forms]  # each is asked, so that every error shows
        return all(answers)

    @property
    def errors(self) -> list:
        """Every error with the place that it belongs to, for the summary on top."""
        return [
            (form[name].auto_id, form.instance.get_kind_display(), error)
            for form in self.forms
            for name, errors in form.errors.items()
            if name in form.fields
            for error in errors
        ]

    def save(self) -> int:
        """Save the rows that changed; how many they were."""
        changed = [form for form in self.forms if form.has_changed()]
        for form in changed:
            form.save()
        return len(changed)


class StationFilter(forms.Form):
    kind = forms.ChoiceField(label=_("类别"), required=False, choices=[("", _("全部")), *StationKind.choices])
    q = forms.CharField(
        label=_("名称或代码"),
        required=False,
        max_length=LONGEST,
        error_messages={"max_length": _("最多 %(limit_value)s 个字")},
    )

    def __init__(self, data):
        super().__init__(data, auto_id="filter_%s")
        self.hide_optional = True
        self.is_valid()

    def chosen(self, stations):
        if kind := self.cleaned_data.get("kind"):
            stations = stations.filter(kind=kind)
        if term := self.cleaned_data.get("q"):
            stations = stations.filter(Q(name__icontains=term) | Q(code__startswith=term))
        return stations

    @property
    def words(self) -> str:
        kind = self.cleaned_data.get("kind")
        return joined(filter(None, [StationKind(kind).label if kind else "", self.cleaned_data.get("q", "")]))
