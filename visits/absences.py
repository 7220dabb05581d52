"""What a representative's absence means for visits that are planned already."""

from django.utils.translation import gettext as _

from liaison.common.templatetags.face import cn_day, cn_time_range
from representatives.models import Absence

from .choices import HOLDING, OVER
from .models import Attendance, Visit

MOST = 5


def visits_while_away(absence: Absence, user) -> list[str]:
    """Visits at which somebody is expected on days of an absence, in words for whoever enters it: nobody moves them."""
    visits = Visit.objects.for_user(user).standing().exclude(state__in=OVER).between(absence.from_on, absence.to_on)
    mine = Attendance.objects.filter(representative=absence.representative, state__in=HOLDING)
    rows = visits.filter(pk__in=mine.values("visit")).select_related("station").order_by("starts_at", "id")[:MOST]
    return [
        _("请假期间已有安排，请另行换人或改期：%(when)s %(where)s")
        % {"when": f"{cn_day(v.starts_at)} {cn_time_range(v.starts_at, v.ends_at)}", "where": v.station.name}
        for v in rows
    ]
