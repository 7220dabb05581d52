from django.db import migrations


class Migration(migrations.Migration):
    """A posting's station must exist. The key stands here because accounts may not know stations."""

    dependencies = [("stations", "0001_initial"), ("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE accounts_posting ADD CONSTRAINT posting_station_exists FOREIGN KEY (station_code)"
            " REFERENCES stations_station (code) DEFERRABLE INITIALLY DEFERRED",
            "ALTER TABLE accounts_posting DROP CONSTRAINT posting_station_exists",
        )
    ]
