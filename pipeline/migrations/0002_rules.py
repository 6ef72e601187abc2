"""Rules that the database keeps: changes of state, history that never changes."""

from django.db import migrations

from studio.core import sql


class Migration(migrations.Migration):
    """Jobs move only along their transitions; recipes, outputs and history are never rewritten."""

    dependencies = [("pipeline", "0001_initial"), ("studio", "0002_rules")]
    operations = [
        sql.enforce_transitions("pipeline_job", "pipeline_jobstatetransition"),
        sql.append_only("pipeline_jobevent", events="UPDATE"),
        sql.append_only("pipeline_joboutput", events="UPDATE"),
        sql.append_only("pipeline_recipe", events="UPDATE OR DELETE"),
        sql.append_only("pipeline_environment", events="UPDATE OR DELETE"),
    ]
