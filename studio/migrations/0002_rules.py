"""Rules that the database keeps: functions for triggers, events never changed."""

from django.db import migrations

from studio.core import sql


class Migration(migrations.Migration):
    """Functions first; every later trigger uses them."""

    dependencies = [("studio", "0001_initial")]
    operations = [
        sql.FUNCTIONS,
        # Deleting goes with the project; changing what happened is never right.
        sql.append_only("studio_event", events="UPDATE"),
    ]
