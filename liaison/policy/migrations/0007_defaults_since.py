from datetime import date

from django.db import migrations

from liaison.policy.choices import DEFAULTS

LATER_UNITS = {"yes_no"}  # the constraint does not know them yet; a later migration seeds its own


def seed(apps, schema_editor):
    """Rules that came after the first start of an installation get their shipped row, too."""
    Threshold = apps.get_model("policy", "Threshold")
    there = set(Threshold.objects.values_list("key", flat=True))
    Threshold.objects.bulk_create(
        Threshold(key=key, value=d.value, unit=d.unit, source=d.source, valid_from=date(2017, 1, 1))
        for key, d in DEFAULTS.items()
        if key not in there and d.unit not in LATER_UNITS
    )


class Migration(migrations.Migration):
    dependencies = [("policy", "0006_near_metres")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
