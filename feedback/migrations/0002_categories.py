from django.db import migrations

from feedback.choices import CATEGORIES


def seed(apps, schema_editor):
    """DOMAIN §4: the list that a new house begins with."""
    rows = apps.get_model("feedback", "Category")
    rows.objects.bulk_create(
        [rows(code=code, name=name, position=10 * n) for n, (code, name) in enumerate(CATEGORIES.items(), 1)],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("feedback", "0001_initial")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
