"""Links to maps on other sites, which show a place in coordinates of their own. Nothing is loaded from there."""

from typing import NamedTuple
from urllib.parse import quote, urlencode

from django.utils.translation import gettext_lazy as _

from liaison.common.coordinates import Point, wgs84_to_bd09, wgs84_to_gcj02

SOURCE = "liaison"  # both sites ask who links to them


class MapLink(NamedTuple):
    name: str
    url: str


def map_links(point: Point, name: str, address: str = "") -> list[MapLink]:
    """The place on Amap and on Baidu's map; a phone that has their app is asked to open it.

    Amap's link takes GCJ-02 with the longitude first, Baidu's BD-09 with the latitude first.
    """
    (north, east), (north2, east2) = wgs84_to_gcj02(point), wgs84_to_bd09(point)
    amap = {"position": f"{east:.6f},{north:.6f}", "name": name, "coordinate": "gaode", "callnative": 1, "src": SOURCE}
    baidu = {"location": f"{north2:.6f},{east2:.6f}", "title": name, "content": address or name, "output": "html",
             "coord_type": "bd09ll", "src": f"webapp.{SOURCE}"}  # fmt: skip
    return [
        MapLink(_("高德地图"), f"https://uri.amap.com/marker?{_asked(amap)}"),
        MapLink(_("百度地图"), f"https://api.map.baidu.com/marker?{_asked(baidu)}"),
    ]


def _asked(values: dict) -> str:
    return urlencode(values, safe=",", quote_via=quote)
