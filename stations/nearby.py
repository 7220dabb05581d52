"""Where a reader is: a point that the browser tells, or a place chosen step by step from the divisions."""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django import forms
from django.db.models import Avg, Exists, OuterRef, Value
from django.db.models.functions import Concat
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from liaison.accounts.choices import CODE_LENGTH, Level
from liaison.accounts.models import Region, short_name
from liaison.common.coordinates import Point
from liaison.common.finder import options
from liaison.common.pages import remembered

from .models import Station

TOLD_DIGITS = 4  # of a degree, some ten metres: nobody's position needs to be known better
NAMES = {
    Level.PROVINCE: "province", Level.CITY: "city", Level.DISTRICT: "district", Level.STREET: "street",
    Level.COMMUNITY: "community",
}  # fmt: skip
LABELS = {
    Level.PROVINCE: _("省、自治区、直辖市"), Level.CITY: _("市、州"), Level.DISTRICT: _("区、县"),
    Level.STREET: _("街道或乡镇"), Level.COMMUNITY: _("社区或村"),
}  # fmt: skip


class PointForm(forms.Form):
    """The point that the browser tells. It is used for one answer and written nowhere."""

    lat = forms.FloatField(min_value=-90, max_value=90)
    lng = forms.FloatField(min_value=-180, max_value=180)

    @property
    def point(self) -> Point:
        return round(self.cleaned_data["lat"], TOLD_DIGITS), round(self.cleaned_data["lng"], TOLD_DIGITS)


@dataclass
class Step:
    """One list to choose from."""

    name: str
    label: str
    choices: tuple[tuple[str, str], ...]
    chosen: str = ""
    problem: str = ""
    whole: str = ""  # what the choice of nothing in particular is called

    @property
    def options(self) -> SafeString:
        return options((("", self.whole or _("请选择")), *self.choices), self.chosen)


class Chosen(NamedTuple):
    """A place with a point to measure from; of a community that nobody has put on the map, that of its street."""

    name: str
    point: Point
    street: str = ""


class PlaceFinder:
    """The lists from which a reader chooses a place, each a level below the last: street, then community.

    They begin where there is something to choose, so a district's readers begin with its streets and a nation's with
    its provinces. Streets without a station on the map are left out, communities are not: whoever lives there looks
    for a station, too.
    """

    def __init__(self, data, *, user):
        self.data, self.user = data, user
        self.steps: list[Step] = []
        self.code, level = remembered("where places begin", self._beginning)
        for level in [one for one in Level if one >= level]:
            if not self._step(level):
                break

    def _beginning(self) -> tuple[str, Level]:
        code, level = "", Level.PROVINCE
        while level < Level.COMMUNITY and len(only := self._children(code, level)) == 1:
            code, level = only[0][0], Level(level + 1)
        return code, level

    def _children(self, code: str, level: Level) -> tuple[tuple[str, str], ...]:
        """The divisions of `level` under `code`, by index range whatever the size of the nation."""
        regions = Region.objects.for_user(self.user, "read").filter(code__startswith=code, level=level)
        if level < Level.COMMUNITY:
            here = {"code__gt": OuterRef("code"), "code__lt": Concat(OuterRef("code"), Value("~"))}
            regions = regions.filter(Exists(self._stations.filter(**here)))
        return tuple((code, short_name(name)) for code, name in regions.order_by("code").values_list("code", "name"))

    @property
    def _stations(self):
        return Station.objects.for_user(self.user, "read").on_the_map()

    def _step(self, level: Level) -> bool:
        """Add the list of `level`; whether something in it was chosen, so that there is a next one."""
        step = Step(NAMES[level], LABELS[level], self._children(self.code, level))
        if not step.choices and self.steps:
            return False
        if level == Level.COMMUNITY and len(self.code) == CODE_LENGTH[Level.STREET]:
            step.whole = _("整个街道或乡镇")
        self.steps.append(step)
        asked = self.data.get(step.name, "")
        if asked in dict(step.choices):
            self.code = step.chosen = asked
        elif asked and not self._is_left_over(asked, level):
            step.problem = _("没有这个地方，请从列表中选择")
        return bool(step.chosen)

    def _is_left_over(self, asked: str, level: Level) -> bool:
        """Whether it belongs to what was chosen above before: the community of another street."""
        return asked.isdecimal() and len(asked) == CODE_LENGTH[level] and not asked.startswith(self.code)

    @cached_property
    def chosen(self) -> Chosen | None:
        """The chosen street or community, if anything was chosen; above a street there is no middle worth telling."""
        if not self.steps or not self.steps[0].chosen or len(self.code) < CODE_LENGTH[Level.STREET]:
            return None
        name = next(dict(step.choices)[step.chosen] for step in reversed(self.steps) if step.chosen)
        if point := self._middle(self.code):
            return Chosen(name, point)
        street = self.code[: CODE_LENGTH[Level.STREET]]
        point = self._middle(street)
        return point and Chosen(name, point, str(Region.objects.get(code=street)))

    def _middle(self, code: str) -> Point | None:
        """Where the division is: its own centre, or the middle of its stations."""
        point = Region.objects.filter(code=code).values_list("latitude", "longitude").get()
        if None in point:
            found = self._stations.filter(code__startswith=code).aggregate(lat=Avg("latitude"), lng=Avg("longitude"))
            point = found["lat"], found["lng"]
        return None if None in point else point
