"""Keeps the rows of templates and styles in step with the data (after `migrate`)."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from pipeline.presets.data_styles import STYLES
from pipeline.presets.data_templates import TEMPLATES
from pipeline.presets.models import Style, Template


@transaction.atomic
def sync_presets(**_: Any) -> None:
    """Write every template and style by its code.

    Rows are never removed, for jobs name them; running it again changes nothing.
    """
    Template.objects.bulk_create(
        [
            Template(
                code=item.code,
                title=item.title,
                platform_id=item.platform.value,
                width_px=item.width_px,
                height_px=item.height_px,
                look_id=item.look.value,
                quality_id=item.quality.value,
                goal=item.goal,
            )
            for item in TEMPLATES
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=[
            "title",
            "platform",
            "width_px",
            "height_px",
            "look",
            "quality",
            "goal",
        ],
    )
    Style.objects.bulk_create(
        [
            Style(
                code=item.code,
                title=item.title,
                group_id=item.group.value,
                fragment=item.fragment,
                stability_preset=item.stability_preset,
            )
            for item in STYLES
        ],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["title", "group", "fragment", "stability_preset"],
    )
