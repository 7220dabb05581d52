from django.db import migrations

from liaison.common import pages

TABLES = [
    "accounts_region",
    "stations_station", "stations_room", "stations_provision",
    "representatives_representative", "representatives_seat", "representatives_membership",
    "visits_visit", "visits_attendance",
]


class Migration(migrations.Migration):
    """Each table that public pages are made of tells of its changes, whoever makes them (liaison/common/pages.py)."""

    dependencies = [("visits", "0001_initial")]

    operations = [
        migrations.RunSQL(pages.CREATE_FUNCTION, pages.DROP_FUNCTION),
        *(migrations.RunSQL(pages.create_trigger(table), migrations.RunSQL.noop) for table in TABLES),
    ]
