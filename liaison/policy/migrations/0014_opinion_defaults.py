from datetime import date

from django.db import migrations

from liaison.policy.choices import DEFAULTS


def seed(apps, schema_editor):
    """The rules of opinions and suggestions that came after the first start of an installation."""
    Threshold = apps.get_model("policy", "Threshold")
    there = set(Threshold.objects.values_list("key", flat=True))
    Threshold.objects.bulk_create(
        Threshold(key=key, value=d.value, unit=d.unit, source=d.source, valid_from=date(2017, 1, 1))
        for key, d in DEFAULTS.items()
        if key not in there
    )


class Migration(migrations.Migration):
    dependencies = [("policy", "0013_opinion_rules")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
