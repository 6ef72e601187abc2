"""Templates and styles for staff."""

from __future__ import annotations

from django.contrib import admin

from pipeline.presets.models import Style, Template
from studio.core.back_office import ReadOnlyAdmin


@admin.register(Template)
class TemplateAdmin(ReadOnlyAdmin):
    """Formats; the built-in ones are written by the code."""

    list_display = ["code", "title", "platform", "width_px", "height_px", "look", "quality"]
    list_filter = ["platform", "look", "quality"]
    list_select_related = ["platform", "look", "quality"]
    search_fields = ["code", "title", "goal"]


@admin.register(Style)
class StyleAdmin(ReadOnlyAdmin):
    """Looks; the built-in ones are written by the code."""

    list_display = ["code", "title", "group", "stability_preset"]
    list_filter = ["group"]
    list_select_related = ["group"]
    search_fields = ["code", "title", "fragment"]
