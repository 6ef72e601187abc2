"""Templates and styles for scripts."""

from __future__ import annotations

from typing import Any

from rest_framework import generics, serializers

from pipeline.presets.models import Style, Template


class TemplateSerializer(serializers.ModelSerializer[Template]):
    """A format: size, look and effort."""

    platform = serializers.CharField(source="platform.code", read_only=True)
    look = serializers.CharField(source="look.code", read_only=True)
    quality = serializers.CharField(source="quality.code", read_only=True)

    class Meta:
        model = Template
        fields = ["code", "title", "platform", "width_px", "height_px", "look", "quality", "goal"]


class StyleSerializer(serializers.ModelSerializer[Style]):
    """A look in words."""

    group = serializers.CharField(source="group.code", read_only=True)

    class Meta:
        model = Style
        fields = ["code", "title", "group", "fragment", "stability_preset"]


class TemplateListView(generics.ListAPIView[Any]):
    """All templates."""

    serializer_class = TemplateSerializer
    queryset = Template.objects.select_related("platform", "look", "quality")
    keyset_order = ("id",)


class StyleListView(generics.ListAPIView[Any]):
    """All styles."""

    serializer_class = StyleSerializer
    queryset = Style.objects.select_related("group")
    keyset_order = ("id",)
