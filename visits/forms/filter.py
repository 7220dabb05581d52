"""Looking for visits at the desk."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from liaison.common.forms import DayField
from liaison.common.templatetags.face import cn_day, joined
from stations.models import Station

from ..choices import State


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
    from_ = DayField(label=_("从"), required=False)
    to = DayField(label=_("到"), required=False)

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
