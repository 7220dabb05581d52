"""One series for several stations: which ones, and what of theirs it takes."""

from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from liaison.accounts.choices import Role
from stations.choices import RoomKind
from stations.models import Station
from stations.places import INDUSTRY, street_names, street_of

from ..models.series import MOST_COUNTED
from ..rules import count_days
from ..together import HOME, MOST_VISITS, NOBODY, Plan, Wish, plans_of
from .people import stations_to_plan
from .series import SeriesForm

MOST_STATIONS = 400
ALL, CHOSEN = "all", "chosen"
TRADES = "industry"  # in place of a street's code: the stations that lie in no street


class TogetherForm(SeriesForm):
    """A new series as for one station, but for room and people: these differ from station to station."""

    where = forms.ChoiceField(
        label=_("哪些联络站"),
        widget=forms.RadioSelect,
        initial=CHOSEN,
        error_messages={"required": _("请选择哪些联络站")},
    )
    streets = forms.MultipleChoiceField(label=_("整个街道"), required=False)
    stations = forms.MultipleChoiceField(
        label=_("联络站"),
        required=False,
        error_messages={"invalid_choice": _("列表里没有这个联络站，请重新勾选")},
    )
    room_kind = forms.ChoiceField(
        label=_("房间"),
        required=False,
        choices=[("", _("不占用房间")), *RoomKind.choices],
        help_text=_("占用各站自己的这一类房间；没有这类房间的站，不占用房间"),
    )
    who = forms.ChoiceField(
        label=_("参加代表"),
        choices=[(NOBODY, _("以后再排")), (HOME, _("各站自己的代表（以该站为主站的在任代表都参加）"))],
        widget=forms.RadioSelect,
        initial=NOBODY,
        error_messages={"required": _("请选择参加代表")},
    )

    def __init__(self, *args, user, **kwargs):
        rows = list(stations_to_plan(user).order_by("code")[: MOST_STATIONS + 1])
        self.more, self.reach = len(rows) > MOST_STATIONS, rows[:MOST_STATIONS]
        kwargs["instance"].station = self.reach[0] if self.reach else Station()  # the days are the same everywhere
        super().__init__(*args, user=user, **kwargs)
        del self.fields["room"], self.fields["representatives"]
        self.street_names = street_names(station.code for station in self.reach)
        if any(self._street(station) == TRADES for station in self.reach):
            self.street_names[TRADES] = INDUSTRY
        self.fields["streets"].choices = list(self.street_names.items())
        self.fields["stations"].choices = [(station.code, station.name) for station in self.reach]
        if self.more:  # "all" would not be all of them
            del self.fields["where"]
        else:
            chosen = _("自选街道或联络站") if len(self.street_names) > 1 else _("自选联络站")
            self.fields["where"].choices = [(ALL, self._all_words() % {"n": len(self.reach)}), (CHOSEN, chosen)]

    def _all_words(self) -> str:
        roles = {posting.role for posting in self.user.current_postings}
        if Role.DISTRICT in roles:
            return _("全区全部联络站（%(n)s 个）")
        if roles == {Role.STREET} and len(self.street_names) == 1:
            return _("本街道全部联络站（%(n)s 个）")
        return _("您管的全部联络站（%(n)s 个）")

    # What is shown

    @property
    def groups(self) -> list[dict]:
        """Stations by street, each with whether it is ticked; a street is unfolded where one of its stations is."""
        streets, stations = (set(self[name].value() or []) for name in ("streets", "stations"))
        groups = {
            code: {"code": code, "name": name, "ticked": code in streets, "stations": [], "open": False}
            for code, name in self.street_names.items()
        }
        for station in self.reach:
            group = groups[self._street(station)]
            ticked = station.code in stations
            group["stations"].append({"code": station.code, "name": station.name, "ticked": ticked})
            group["open"] |= ticked
        return list(groups.values())

    def _street(self, station: Station) -> str:
        street = street_of(station.code)
        return street if street in self.street_names else TRADES

    # Cleaning

    def clean(self):
        cleaned = super().clean()
        if not self.chosen and not {"where", "streets", "stations"} & self.errors.keys():
            self.add_error("stations", _("请至少勾选一个街道或联络站"))
        return cleaned

    def _post_clean(self):
        """With the series itself in order, how many visits there would be at all stations together."""
        super()._post_clean()
        if not self.errors and self.count > MOST_VISITS:
            words = {"stations": len(self.chosen), "n": self.count, "most": MOST_VISITS}
            self.add_error("to_on", _(
                "%(stations)s 个联络站共有 %(n)s 次进站，一次最多建 %(most)s 次，请缩短期限、减少日期，或者分街道建"
            ) % words)  # fmt: skip

    @property
    def chosen(self) -> list[Station]:
        """The stations that are meant."""
        given = self.cleaned_data
        if given.get("where") == ALL:
            return self.reach
        streets, stations = set(given.get("streets") or []), set(given.get("stations") or [])
        return [one for one in self.reach if one.code in stations or self._street(one) in streets]

    @property
    def count(self) -> int:
        """Visits at all stations together, by the rule."""
        days = count_days(self.instance.rule, self.instance.from_on, self.instance.to_on, MOST_COUNTED)
        return days * len(self.chosen)

    @property
    def plans(self) -> list[Plan]:
        given = self.cleaned_data
        return plans_of(self.chosen, given.get("room_kind") or "", given.get("who") or NOBODY, self.user)

    @property
    def wish(self) -> Wish:
        given = self.cleaned_data
        key = given["form_key"] or uuid4()
        asked = (given["room_kind"], given["who"], self.count, key, self._typed())
        return Wish(self.instance, self.chosen, *asked)

    def _typed(self) -> str:
        """The form as it was filled in, as an address holds it."""
        kept = QueryDict(mutable=True)
        for name in self.fields:
            if name in self.data:
                kept.setlist(name, self.data.getlist(name))
        return kept.urlencode()
