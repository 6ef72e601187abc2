"""Bodies of the characters API."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from pipeline.characters.models import (
    Character,
    MetadataField,
    MetadataType,
    ProposalState,
    RightsBasis,
    RightsRecord,
    RightsUse,
    TraitProposal,
)
from pipeline.characters.territories import TERRITORIES
from studio.core.api.fields import CodeField


class BadgeSerializer(serializers.Serializer[Any]):
    """One sign of readiness, and what is missing."""

    code = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    is_ready = serializers.BooleanField()
    reason = serializers.CharField()


class CharacterSerializer(serializers.ModelSerializer[Character]):
    """A character; the context carries traits and readiness by primary key."""

    project = serializers.UUIDField(source="project.code", read_only=True)
    traits = serializers.SerializerMethodField()
    readiness = serializers.SerializerMethodField()

    class Meta:
        model = Character
        fields = [
            "code",
            "project",
            "name",
            "slate_code",
            "notes",
            "created_at",
            "archived_at",
            "version",
            "traits",
            "readiness",
        ]
        read_only_fields = fields

    def get_traits(self, character: Character) -> dict[str, str]:
        """Current values by key."""
        found: dict[str, str] = self.context["traits"].get(character.pk, {})
        return found

    def get_readiness(self, character: Character) -> list[dict[str, Any]]:
        """Badges in their order."""
        badges = self.context["readiness"].get(character.pk, [])
        return [dict(BadgeSerializer(badge).data) for badge in badges]


class NewCharacterSerializer(serializers.Serializer[Any]):
    """A character to be made."""

    project = serializers.UUIDField()
    name = serializers.CharField(max_length=120)
    slate_code = serializers.CharField(max_length=12, required=False, allow_blank=True, default="")
    notes = serializers.CharField(max_length=20_000, required=False, allow_blank=True, default="")


class ChangeCharacterSerializer(serializers.Serializer[Any]):
    """What is to be changed; what is left out stays."""

    name = serializers.CharField(max_length=120, required=False)
    slate_code = serializers.CharField(max_length=12, required=False)
    notes = serializers.CharField(max_length=20_000, required=False, allow_blank=True)
    archived = serializers.BooleanField(required=False)
    expected_version = serializers.IntegerField(
        required=False, min_value=1, help_text="`version` as it was read; a later one is a conflict"
    )


class TraitsSerializer(serializers.Serializer[Any]):
    """Values by key; an empty value takes a trait away."""

    traits = serializers.DictField(child=serializers.CharField(allow_blank=True, max_length=500))


class TraitFindingSerializer(serializers.Serializer[Any]):
    """What delivery would refuse."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    message = serializers.CharField()


class TraitStateSerializer(serializers.Serializer[Any]):
    """The current traits, and what delivery would refuse about them."""

    traits = serializers.DictField(child=serializers.CharField())
    findings = TraitFindingSerializer(many=True)


class ProposalSerializer(serializers.ModelSerializer[TraitProposal]):
    """A value that a picture suggests."""

    key = serializers.CharField(source="field.key", read_only=True)
    picture = serializers.UUIDField(source="picture.code", read_only=True)
    state = CodeField(ProposalState.Code, source="state_id", read_only=True)

    class Meta:
        model = TraitProposal
        fields = ["code", "key", "value", "confidence_permille", "proposer", "picture", "state"]
        read_only_fields = fields


class ProposeSerializer(serializers.Serializer[Any]):
    """The picture to look at."""

    version = serializers.UUIDField()


class DecisionSerializer(serializers.Serializer[Any]):
    """Take it over, or dismiss it."""

    accept = serializers.BooleanField()


class RightsSerializer(serializers.ModelSerializer[RightsRecord]):
    """A rights record. Load with `pipeline.characters.queries.rights_records`."""

    basis = CodeField(RightsBasis.Code, source="basis_id", read_only=True)
    evidence = serializers.UUIDField(source="evidence.code", read_only=True, default=None)
    uses = serializers.SerializerMethodField()
    territories = serializers.SerializerMethodField()

    class Meta:
        model = RightsRecord
        fields = [
            "code",
            "basis",
            "holder",
            "uses",
            "territories",
            "valid_from",
            "valid_until",
            "evidence",
            "note",
            "recorded_at",
            "revoked_at",
        ]
        read_only_fields = fields

    def get_uses(self, record: RightsRecord) -> list[str]:
        """Codes of the uses; empty: every use."""
        return [RightsUse.Code(row.use_id).code for row in record.uses.all()]

    def get_territories(self, record: RightsRecord) -> list[str]:
        """ISO codes, or WW."""
        return [row.territory for row in record.territories.all()]


class RightsStateSerializer(serializers.Serializer[Any]):
    """Whether the likeness may be used today, why, and the records."""

    is_valid = serializers.BooleanField()  # type: ignore[assignment]
    reason = serializers.CharField()
    records = RightsSerializer(many=True)


class NewRightsSerializer(serializers.Serializer[Any]):
    """A rights record to be made."""

    basis = CodeField(RightsBasis.Code)
    holder = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    uses = serializers.ListField(child=CodeField(RightsUse.Code), required=False, default=list)
    territories = serializers.ListField(
        child=serializers.ChoiceField(list(TERRITORIES)), required=False, default=["WW"]
    )
    valid_from = serializers.DateField(required=False, allow_null=True, default=None)
    valid_until = serializers.DateField(required=False, allow_null=True, default=None)
    evidence = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="a version of the project"
    )
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class FieldSerializer(serializers.ModelSerializer[MetadataField]):
    """A field of a project's metadata schema."""

    value_type = CodeField(MetadataType.Code, source="value_type_id", read_only=True)
    options = serializers.SerializerMethodField()

    class Meta:
        model = MetadataField
        fields = [
            "key",
            "label",
            "value_type",
            "is_required",
            "options",
            "help_text",
            "position",
            "retired_at",
        ]
        read_only_fields = fields

    def get_options(self, field: MetadataField) -> list[str]:
        """Allowed values of a choice."""
        return [option.value for option in field.options.all()]


class NewFieldSerializer(serializers.Serializer[Any]):
    """A field to be defined, or changed by its key."""

    key = serializers.CharField(max_length=40)
    label = serializers.CharField(max_length=80)  # type: ignore[assignment]
    value_type = CodeField(MetadataType.Code, required=False, default=MetadataType.Code.TEXT)
    is_required = serializers.BooleanField(required=False, default=False)
    options = serializers.ListField(
        child=serializers.CharField(max_length=120), required=False, default=list, max_length=200
    )
    help_text = serializers.CharField(  # type: ignore[assignment]
        max_length=200, required=False, allow_blank=True, default=""
    )
