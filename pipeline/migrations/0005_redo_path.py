import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """On which branch a scene stood last."""

    dependencies = [
        ("pipeline", "0004_production_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="RedoPath",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="pipeline.sceneedit",
                    ),
                ),
                (
                    "edit",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="redo_path",
                        to="pipeline.sceneedit",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("edit__lt", models.F("child"))),
                        name="redo_path_child_is_younger",
                    )
                ],
            },
        ),
    ]
