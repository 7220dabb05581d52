"""What a representative's absence means for visits that are planned already."""

from django.utils.translation import gettext as _

from liaison.common.templatetags.face import cn_day, cn_time_range, joined
from representatives.models import Absence

from .choices import HOLDING, OVER
from .models import Attendance, Visit

MOST = 5


def visits_while_away(absence: Absence, user) -> str:
    """Visits at which somebody is expected on days of an absence, in words for whoever enters it: nobody moves them."""
    visits = Visit.objects.for_user(user).standing().exclude(state__in=OVER).between(absence.from_on, absence.to_on)
    mine = Attendance.objects.filter(representative=absence.representative, state__in=HOLDING)
    rows = visits.filter(pk__in=mine.values("visit")).select_related("station").order_by("starts_at", "id")
    found = [f"{cn_day(v.starts_at)} {cn_time_range(v.starts_at, v.ends_at)} {v.station}" for v in rows[: MOST + 1]]
    if not found:
        return ""
    words = joined([*found[:MOST], _("等")] if len(found) > MOST else found)
    return _("请假期间已有安排，请另行换人或改期：%s") % words
