"""Bodies of the seed images API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from pipeline.seeds.models import (
    CheckResult,
    CheckVerdict,
    SeedCheck,
    SeedImage,
    SeedSlot,
    Variation,
    VariationMethod,
)
from pipeline.seeds.queries import worst_verdict
from pipeline.seeds.services.heroes import hero_blockers
from studio.core.api.fields import CodeField


class SeedImageSerializer(serializers.ModelSerializer[SeedImage]):
    """A seed image. Load with its character, and `heroes` as a prefetched list."""

    character = serializers.UUIDField(source="character.code", read_only=True)
    slot = CodeField(SeedSlot.Code, source="slot_id", read_only=True)
    hero = serializers.SerializerMethodField()

    class Meta:
        model = SeedImage
        fields = ["code", "character", "slot", "hero"]
        read_only_fields = fields

    def get_hero(self, seed_image: SeedImage) -> str | None:
        """Code of the variation that scenes are made from."""
        heroes: list[Variation] = getattr(seed_image, "heroes", [])
        return str(heroes[0].code) if heroes else None


class CheckSerializer(serializers.ModelSerializer[CheckResult]):
    """One finding: what was measured, the thresholds, and what that means."""

    check_code = CodeField(SeedCheck.Code, source="check_kind_id", read_only=True)
    verdict = CodeField(CheckVerdict.Code, source="verdict_id", read_only=True)
    measured = serializers.FloatField(source="measured_score", read_only=True, allow_null=True)
    warns_at = serializers.FloatField(source="warn_score", read_only=True, allow_null=True)
    fails_at = serializers.FloatField(source="fail_score", read_only=True, allow_null=True)
    accepted_because = serializers.CharField(source="waiver.reason", read_only=True, default=None)

    class Meta:
        model = CheckResult
        fields = [
            "check_code",
            "verdict",
            "measured",
            "warns_at",
            "fails_at",
            "message",
            "accepted_because",
        ]
        read_only_fields = fields


class VariationSerializer(serializers.ModelSerializer[Variation]):
    """A variation. Load with `pipeline.seeds.queries.with_files`."""

    seed_image = serializers.UUIDField(source="seed_image.code", read_only=True)
    version = serializers.UUIDField(source="version.code", read_only=True)
    asset = serializers.UUIDField(source="version.asset.code", read_only=True)
    method = CodeField(VariationMethod.Code, source="method_id", read_only=True)
    verdict = serializers.SerializerMethodField()
    checks = CheckSerializer(many=True, read_only=True)
    blockers = serializers.SerializerMethodField()

    class Meta:
        model = Variation
        fields = [
            "code",
            "seed_image",
            "number",
            "version",
            "asset",
            "method",
            "is_hero",
            "discarded_at",
            "likeness_score",
            "created_at",
            "verdict",
            "checks",
            "blockers",
        ]
        read_only_fields = fields

    def get_verdict(self, variation: Variation) -> str | None:
        """The worst verdict; null: the checks are not finished."""
        worst = worst_verdict(variation)
        return worst.code if worst is not None else None

    def get_blockers(self, variation: Variation) -> list[str]:
        """Why it can't be the hero now; empty: it can, or it is."""
        return [] if variation.is_hero else hero_blockers(variation)


class NewVariationSerializer(serializers.Serializer[Any]):
    """A picture of the project's library."""

    version = serializers.UUIDField()
    method = serializers.ChoiceField(
        ["uploaded", "chosen", "retouched"], required=False, default="uploaded"
    )


class RetouchedSerializer(serializers.Serializer[Any]):
    """A later version of the variation's own asset."""

    version = serializers.UUIDField()


class GenerateSerializer(serializers.Serializer[Any]):
    """Parameters of the operation; the operation itself checks them."""

    parameters = serializers.DictField(default=dict)
    provider = serializers.CharField(max_length=60, required=False, default="", allow_blank=True)
    model = serializers.CharField(max_length=80, required=False, default="", allow_blank=True)


class ParametersSerializer(serializers.Serializer[Any]):
    """Parameters of the operation; the operation itself checks them."""

    parameters = serializers.DictField(default=dict)


class MergeSerializer(serializers.Serializer[Any]):
    """Two variations and a mask: the second shows where the mask is white."""

    first = serializers.UUIDField()
    second = serializers.UUIDField()
    mask = serializers.UUIDField(help_text="a version of the project")
    parameters = serializers.DictField(default=dict)


class WaiveSerializer(serializers.Serializer[Any]):
    """Which warning is accepted, and why."""

    check_code = CodeField(SeedCheck.Code)
    reason = serializers.CharField(min_length=3, max_length=300)


class CropPlanSerializer(serializers.Serializer[Any]):
    """A crop around the face, in pixels."""

    left_px = serializers.IntegerField()
    top_px = serializers.IntegerField()
    width_px = serializers.IntegerField()
    height_px = serializers.IntegerField()


class ImportSerializer(serializers.Serializer[Any]):
    """A ZIP with a folder for each character."""

    project = serializers.UUIDField()
    archive = serializers.FileField()
    dry_run = serializers.BooleanField(
        required=False, default=False, help_text="only say what would be created"
    )


class RefusedSerializer(serializers.Serializer[Any]):
    """A file that was left out, and why."""

    path = serializers.CharField()
    reason = serializers.CharField()


class ImportReportSerializer(serializers.Serializer[Any]):
    """What an import has created, or would create."""

    characters = serializers.ListField(child=serializers.CharField())
    pictures = serializers.IntegerField()
    skipped = serializers.IntegerField()
    refused = RefusedSerializer(many=True)
