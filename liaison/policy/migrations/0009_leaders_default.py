from importlib import import_module

from django.db import migrations

seed = import_module("liaison.policy.migrations.0007_defaults_since").seed


class Migration(migrations.Migration):
    dependencies = [("policy", "0008_leaders")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
