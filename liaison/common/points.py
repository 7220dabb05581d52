"""A place typed into a form: pasted from a map of the writer's choice, kept as WGS-84."""

import re
from collections.abc import Iterable

from django import forms
from django.utils.translation import gettext_lazy as _

from .coordinates import Point, System, is_shifted, metres_between, to_wgs84

FAR = 50_000  # metres from everything known of the same district: more often a slip than a place
POINT_FIELDS = ["point_system", "point", "point_sure"]
NUMBER = r"[+-]?\d{1,3}(?:\.\d{1,15})?"
PAIR = re.compile(rf"\(?\s*({NUMBER})\s*[,，、;；\s]\s*({NUMBER})\s*\)?")


class PlacedForm(forms.ModelForm):
    """A form of something with a latitude and a longitude: both in one box, as maps copy them, longitude first."""

    point_system = forms.ChoiceField(
        label=_("坐标来自"), choices=System, initial=System.WGS84, required=False,
        help_text=_("不同地图的坐标差几百米，选对来源才准；保存时统一换算成 WGS-84"),
    )  # fmt: skip
    point = forms.CharField(
        label=_("坐标"), required=False, max_length=60,
        help_text=_("经度在前，如 113.68,34.78；可以从高德、百度的坐标拾取页面复制过来"),
        error_messages={"max_length": _("坐标应像 113.68,34.78 这样写")},
    )  # fmt: skip
    point_sure = forms.BooleanField(label=_("位置没有错，就在这里"), required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if "point" in self.fields and self.instance.latitude is not None:
            self.initial["point"] = f"{self.instance.longitude:.6f},{self.instance.latitude:.6f}"

    def known_points(self) -> Iterable[tuple[str, Point]]:
        """Names and places of what lies in the same district, to compare with."""
        return ()

    def clean_point(self) -> Point | None:
        text = self.cleaned_data["point"].strip()
        if not text:
            return None
        pair = PAIR.fullmatch(text)
        if not pair:
            raise forms.ValidationError(_("坐标应像 113.68,34.78 这样写：先经度，后纬度，中间一个逗号"))
        longitude, latitude = map(float, pair.groups())
        if is_shifted((longitude, latitude)):
            words = _("经度和纬度像是写反了，应写成 %(right)s")
            raise forms.ValidationError(words % {"right": f"{pair[2]},{pair[1]}"})
        if not is_shifted((latitude, longitude)):
            raise forms.ValidationError(_("这个位置不在国内，请核对：经度约为 73 至 135，纬度约为 4 至 54"))
        return to_wgs84((latitude, longitude), self.cleaned_data.get("point_system") or System.WGS84)

    def clean(self):
        cleaned = super().clean()
        if "point" in cleaned and self.add_prefix("point") in self.data:
            point = cleaned["point"]
            if point and {"point", "point_system"} & set(self.changed_data) and not cleaned.get("point_sure"):
                self._check_near(point)
            self.instance.latitude, self.instance.longitude = point or (None, None)
        return cleaned

    def _check_near(self, point: Point) -> None:
        """A slip of a digit lies far from everything of the district; who is sure says so with a tick."""
        near = min(((metres_between(point, there), name) for name, there in self.known_points()), default=None)
        if near and near[0] > FAR:
            words = _("这里离同一区县的%(name)s有 %(n)s 公里，请核对；确实在这里，就勾选“位置没有错，就在这里”")
            self.add_error("point", words % {"name": near[1], "n": f"{near[0] / 1000:,.0f}"})
            self.fields["point_sure"].widget = forms.CheckboxInput()
