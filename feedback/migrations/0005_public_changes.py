from django.db import migrations

from liaison.common import pages

TABLES = ["feedback_category", "feedback_department", "feedback_outcome"]


class Migration(migrations.Migration):
    """What everybody may read stands on kept pages, which a change makes out of date."""

    dependencies = [("feedback", "0004_append_only")]

    operations = [
        migrations.RunSQL(pages.CREATE_FUNCTION, migrations.RunSQL.noop),
        *(migrations.RunSQL(pages.create_trigger(table), migrations.RunSQL.noop) for table in TABLES),
    ]
