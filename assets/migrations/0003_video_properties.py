"""What reading a video has shown, one row for each blob that is one."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the table; nothing is filled in: the sweeper looks at videos that were stored before."""

    dependencies = [
        ("assets", "0002_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="VideoProperties",
            fields=[
                (
                    "blob",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="video",
                        serialize=False,
                        to="assets.blob",
                    ),
                ),
                ("width_px", models.PositiveIntegerField()),
                ("height_px", models.PositiveIntegerField()),
                (
                    "fps_num",
                    models.PositiveIntegerField(help_text="Frames per second, above the line"),
                ),
                (
                    "fps_den",
                    models.PositiveIntegerField(help_text="Frames per second, below the line"),
                ),
                ("frames", models.PositiveIntegerField()),
                (
                    "codec",
                    models.CharField(
                        help_text="As FFmpeg calls it: h264, hevc, prores, …", max_length=40
                    ),
                ),
                ("has_audio", models.BooleanField()),
                ("poster_frame", models.PositiveIntegerField()),
                ("thumbhash", models.BinaryField(max_length=32, null=True)),
            ],
            options={
                "verbose_name_plural": "video properties",
                "indexes": [
                    models.Index(
                        condition=models.Q(("thumbhash__isnull", True)),
                        fields=["blob"],
                        name="video_properties_unrendered",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fps_den__gt", 0),
                            ("fps_num__gt", 0),
                            ("frames__gt", 0),
                            ("height_px__gt", 0),
                            ("width_px__gt", 0),
                        ),
                        name="video_properties_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("poster_frame__lt", models.F("frames"))),
                        name="video_properties_poster_is_shown",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("codec", ""), _negated=True),
                        name="video_properties_codec_named",
                    ),
                ],
            },
        ),
    ]
