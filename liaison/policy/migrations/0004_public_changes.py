from django.db import migrations

from liaison.common import pages

TABLES = ["policy_calendaryear", "policy_calendarday"]


class Migration(migrations.Migration):
    """The public calendar marks holidays, so a change of the working-day calendar makes kept pages out of date."""

    dependencies = [("policy", "0003_whole_values")]

    operations = [
        migrations.RunSQL(pages.CREATE_FUNCTION, migrations.RunSQL.noop),
        *(migrations.RunSQL(pages.create_trigger(table), migrations.RunSQL.noop) for table in TABLES),
    ]
