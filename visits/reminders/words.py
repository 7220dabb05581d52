"""What reminders say: when, where, who, and what has changed. No phone number, no voter; the day with its date and no
"tomorrow", for what leaves late may be read on another day."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from liaison.common.linked import full_url
from liaison.common.templatetags.face import cn_near_date, cn_time_range, joined


def when(starts_at: datetime, ends_at: datetime) -> str:
    """12月1日（星期二）9:00—11:00; other languages put a blank between the day and its hours."""
    blank = "" if get_language() == settings.LANGUAGE_CODE else " "
    return f"{cn_near_date(starts_at)}{blank}{cn_time_range(starts_at, ends_at)}"


def where(station, room, place: str, is_online: bool) -> str:
    """The station with its room and address; another place, or online, where the visit is not there."""
    if is_online:
        parts = [station.name, place, _("线上")]
    else:
        parts = [station.name, room and str(room), place or station.address]
    return " ".join(filter(None, parts))


def facts(case) -> dict[str, str]:
    """What every text may speak of."""
    visit = case.visit
    return {
        "when": when(visit.starts_at, visit.ends_at),
        "station": visit.station.name,
        "where": where(visit.station, visit.room, visit.place, visit.is_online),
        "matter": visit.heading,
        "people": joined(case.names) or _("待定"),
        "page": full_url(visit.get_absolute_url()),
    }


def changed(case, before) -> str:
    """What differs from the state of the visit that somebody was told, in words; empty where nothing does."""
    visit, lines = case.visit, []
    if before and before.hours != (visit.starts_at, visit.ends_at):
        lines.append(_("时间原为%s") % when(*before.hours))
    if before and before.place != (visit.room_id, visit.place, visit.is_online):
        room, place, is_online = before.place
        lines.append(_("地点原为%s") % where(visit.station, case.rooms.get(room), place, is_online))
    return _("；").join(lines)
