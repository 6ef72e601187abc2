"""Rules that the database keeps for workflows and installations."""

from django.db import migrations

from studio.core import sql


class Migration(migrations.Migration):
    """States move along their transitions; graphs and what a plan installs never change."""

    dependencies = [("pipeline", "0007_engines")]
    operations = [
        sql.enforce_transitions("pipeline_workflowversion", "pipeline_workflowstatetransition"),
        sql.enforce_transitions("pipeline_installplan", "pipeline_installstatetransition"),
        sql.append_only(
            "pipeline_workflowversion",
            events="UPDATE OF workflow_id, number, graph, editor, sha256, output_node",
        ),
        sql.append_only("pipeline_workflowparameter", events="UPDATE"),
        sql.append_only("pipeline_workflowtarget", events="UPDATE"),
        sql.append_only("pipeline_installstep", events="UPDATE"),
        sql.append_only("pipeline_installrequirement", events="UPDATE"),
        sql.append_only("pipeline_installnode", events="UPDATE"),
    ]
