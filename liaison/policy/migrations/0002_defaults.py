from datetime import date

import chinese_calendar
from django.db import migrations

from liaison.policy.choices import DEFAULTS

FIRST_YEAR = 2004  # the first that the library knows
NAMES = {
    "New Year's Day": "元旦", "Spring Festival": "春节", "Tomb-sweeping Day": "清明节", "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节", "National Day": "国庆节", "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利 70 周年纪念日",
}  # fmt: skip


# Units of later migrations: the constraint of the next one does not know them yet, and they seed their own.
LATER_UNITS = {"metres", "yes_no"}


def seed(apps, schema_editor):
    """The shipped thresholds, and every holiday and make-up day that has been announced so far."""
    Threshold = apps.get_model("policy", "Threshold")
    Threshold.objects.bulk_create(
        Threshold(key=key, value=d.value, unit=d.unit, source=d.source, valid_from=date(2017, 1, 1))
        for key, d in DEFAULTS.items()
        if d.unit not in LATER_UNITS
    )
    CalendarYear, CalendarDay = (apps.get_model("policy", name) for name in ("CalendarYear", "CalendarDay"))
    last = max(day.year for day in chinese_calendar.holidays)
    CalendarYear.objects.bulk_create(
        CalendarYear(year=year, announced=year <= last, source="国务院办公厅放假通知" if year <= last else "")
        for year in range(FIRST_YEAR, last + 3)
    )
    days = {day: ("holiday", name) for day, name in chinese_calendar.holidays.items()}
    days |= {day: ("makeup", name) for day, name in chinese_calendar.workdays.items()}
    CalendarDay.objects.bulk_create(
        CalendarDay(date=day, kind=kind, name=NAMES.get(name, name), year_id=day.year) for day, (kind, name) in days.items()
    )


class Migration(migrations.Migration):
    dependencies = [("policy", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
