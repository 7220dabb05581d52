"""The working-day calendar of the house, read once for a stretch of days and handed to rules that know no tables."""

from datetime import date, timedelta

from django.utils.translation import gettext as _

from liaison.common.templatetags.face import joined
from liaison.policy.choices import DayKind
from liaison.policy.models import CalendarDay, CalendarYear

from .rules import Calendar

BEYOND = timedelta(days=60)  # how far a day may move: no holiday is longer, a week later may meet the next one


def known(from_: date, to: date) -> Calendar:
    """All that the calendar table says of the days from `from_` to `to` and those onto which one of them may move."""
    last = min(to, date.max - BEYOND) + BEYOND
    rows = list(CalendarDay.objects.filter(date__range=(from_, last)).values_list("date", "kind", "name"))
    years = CalendarYear.objects.filter(announced=True, year__range=(from_.year, last.year))
    return Calendar(
        exceptions={day: kind == DayKind.MAKEUP for day, kind, _name in rows},
        names={day: name for day, kind, name in rows if kind == DayKind.HOLIDAY},
        announced=frozenset(years.values_list("year", flat=True)),
    )


def provisional_words(from_: date, to: date) -> str:
    """That days from `from_` to `to` are provisional, naming the years not yet announced; empty where all are."""
    years = range(from_.year, to.year + 1)
    announced = CalendarYear.objects.filter(announced=True, year__in=years).values_list("year", flat=True)
    unknown = sorted(set(years) - set(announced)) if from_ <= to else []
    words = {"years": joined(_("%s年") % year for year in unknown)}
    return _("暂定：%(years)s放假安排尚未公布，日期可能顺延") % words if unknown else ""
