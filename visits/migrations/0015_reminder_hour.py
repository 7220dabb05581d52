from datetime import date

from django.db import migrations

HOUR, GRACE = "notice.day_before_hour", "notice.grace_hours"
SHIPPED = {HOUR: 16, GRACE: 14}
NEW_GRACE = 17  # hours: until nine in the morning, so that what is found late in the night still goes at its end


def fold(apps, schema_editor):
    """What staff had set for the reminder of the day before becomes a rule of reminders; one place holds it."""
    Threshold = apps.get_model("policy", "Threshold")
    rows = Threshold.objects.filter(key__in=SHIPPED, valid_from__lte=date.today()).order_by("valid_from")
    there = {row.key: row for row in rows}
    values = {key: int(there[key].value) if key in there else shipped for key, shipped in SHIPPED.items()}
    if values != SHIPPED:
        own = next(there[key] for key in SHIPPED if values[key] != SHIPPED[key])
        grace = values[GRACE] if values[GRACE] != SHIPPED[GRACE] else NEW_GRACE
        apps.get_model("visits", "ReminderRule").objects.create(
            kind="visit_tomorrow", amount=1, hour=values[HOUR], grace=max(1, min(grace, 240)), source=own.source
        )
    Threshold.objects.filter(key__in=SHIPPED).delete()


class Migration(migrations.Migration):
    dependencies = [("visits", "0014_reminders"), ("policy", "0010_quiet_hours")]

    operations = [migrations.RunPython(fold, migrations.RunPython.noop)]
