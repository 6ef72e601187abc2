"""Rules that the database keeps for the production line: changes of state, what never changes."""

from django.db import migrations

from studio.core import sql


class Migration(migrations.Migration):
    """Scenes and proposals move along their transitions; recipes, values and words stay."""

    dependencies = [("pipeline", "0003_production_line")]
    operations = [
        sql.enforce_transitions("pipeline_scene", "pipeline_scenestatetransition"),
        sql.enforce_transitions("pipeline_traitproposal", "pipeline_proposalstatetransition"),
        sql.append_only("pipeline_traitvalue", events="UPDATE"),
        sql.append_only("pipeline_scenetypeversion", events="UPDATE"),
        sql.append_only("pipeline_sceneprompt", events="UPDATE"),
        sql.append_only("pipeline_gate", events="UPDATE"),
        sql.append_only("pipeline_sceneedit", events="UPDATE"),
        sql.append_only("pipeline_verdict", events="UPDATE"),
        sql.append_only("pipeline_finalapproval", events="UPDATE OR DELETE"),
        sql.append_only("pipeline_bridgeresult", events="UPDATE"),
        sql.append_only("pipeline_takemeasure", events="UPDATE"),
        sql.append_only("pipeline_takesample", events="UPDATE"),
        sql.append_only("pipeline_cutpiece", events="UPDATE"),
        sql.append_only("pipeline_deliveryitem", events="UPDATE"),
    ]
