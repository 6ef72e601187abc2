"""Characters, the metadata that is kept of them, and what their likeness may be used for."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from assets.models import Version
from studio.core.access import ProjectScopedQuerySet
from studio.core.lookups import Codes, Lookup, Transition
from studio.core.models import Project

__all__ = [
    "Character",
    "MetadataField",
    "MetadataOption",
    "MetadataType",
    "ProposalState",
    "ProposalStateTransition",
    "RightsBasis",
    "RightsRecord",
    "RightsRecordUse",
    "RightsTerritory",
    "RightsUse",
    "TraitProposal",
    "TraitValue",
]


class CharacterQuerySet(ProjectScopedQuerySet["Character"]):
    """Characters, and who sees them."""

    def open(self) -> CharacterQuerySet:
        """Those that are worked with."""
        return self.filter(archived_at=None)


class Character(models.Model):
    """A row states that a project keeps one identity consistent, and how it is called.

    `import_path` is the folder it was imported from, relative to the root of the import: with it,
    importing again makes nothing twice. `version` grows with each change of the row.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="characters")
    name = models.CharField(max_length=120)
    slate_code = models.CharField(max_length=12, help_text="As on the slate: A–Z, 0–9, _ and -")
    notes = models.TextField(blank=True)
    import_path = models.CharField(max_length=400, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="characters"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects = CharacterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(F("project"), Lower("name"), name="character_name_once"),
            models.UniqueConstraint(
                fields=["project", "slate_code"], name="character_slate_code_once"
            ),
            models.UniqueConstraint(
                fields=["project", "import_path"],
                condition=~Q(import_path=""),
                name="character_import_path_once",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="character_has_name"),
            models.CheckConstraint(
                condition=Q(slate_code__regex=r"^[A-Z0-9_-]+$"), name="character_slate_code_plain"
            ),
        ]
        indexes = [
            # the characters of a project, newest first
            models.Index(fields=["project", "-id"], name="character_project_newest"),
        ]

    def __str__(self) -> str:
        return self.name


class MetadataType(Lookup):
    """A row states that a trait can hold values of this type."""

    class Code(Codes):
        """Types of value, all stored as text and checked on the way in."""

        TEXT = 1, "text", "Text"
        NUMBER = 2, "number", "Number"
        CHOICE = 3, "choice", "One of a list"
        BOOLEAN = 4, "boolean", "Yes or no"
        DATE = 5, "date", "Date"


class MetadataField(models.Model):
    """A row states that a project keeps this trait of each of its characters.

    `key` is what prompt templates (`{hair}`) and sidecar files call it.
    """

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="metadata_fields")
    key = models.CharField(max_length=40)
    label = models.CharField(max_length=80)
    value_type = models.ForeignKey(MetadataType, on_delete=models.PROTECT, related_name="+")
    is_required = models.BooleanField(default=False, help_text="Delivery asks for it")
    position = models.PositiveSmallIntegerField()
    help_text = models.CharField(max_length=200, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True, help_text="No longer asked for")

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["project", "key"], name="metadata_field_key_once"),
            models.CheckConstraint(
                condition=Q(key__regex=r"^[a-z][a-z0-9_]*$"), name="metadata_field_key_plain"
            ),
        ]

    def __str__(self) -> str:
        return self.label


class MetadataOption(models.Model):
    """A row states that a field of type choice allows this value."""

    field = models.ForeignKey(MetadataField, on_delete=models.CASCADE, related_name="options")
    value = models.CharField(max_length=120)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["field", "value"], name="metadata_option_once"),
            models.CheckConstraint(condition=~Q(value=""), name="metadata_option_not_empty"),
        ]

    def __str__(self) -> str:
        return self.value


class TraitValue(models.Model):
    """A row states which value a person gave a character's trait, and when; never changed.

    The one with the highest number is current; an empty value means that it was taken away.
    """

    character = models.ForeignKey(Character, on_delete=models.CASCADE, related_name="traits")
    field = models.ForeignKey(MetadataField, on_delete=models.PROTECT, related_name="values")
    number = models.PositiveIntegerField()
    value = models.CharField(max_length=500, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["character", "field", "number"], name="trait_value_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.value}"


class ProposalState(Lookup):
    """A row states that a proposal can be in this state."""

    class Code(Codes):
        """A person decides."""

        OPEN = 1, "open", "Proposed"
        ACCEPTED = 2, "accepted", "Accepted"
        DISMISSED = 3, "dismissed", "Dismissed"


class ProposalStateTransition(Transition):
    """A row states that a proposal may go from one state to another."""

    from_state = models.ForeignKey(
        ProposalState, on_delete=models.CASCADE, null=True, related_name="ways_out"
    )
    to_state = models.ForeignKey(ProposalState, on_delete=models.CASCADE, related_name="ways_in")

    allowed = (
        (None, ProposalState.Code.OPEN),
        (ProposalState.Code.OPEN, ProposalState.Code.ACCEPTED),
        (ProposalState.Code.OPEN, ProposalState.Code.DISMISSED),
    )


class TraitProposal(models.Model):
    """A row states that a picture suggests a value for a trait, and what a person said to that."""

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    character = models.ForeignKey(Character, on_delete=models.CASCADE, related_name="proposals")
    field = models.ForeignKey(MetadataField, on_delete=models.CASCADE, related_name="proposals")
    picture = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="+")
    value = models.CharField(max_length=500)
    confidence_permille = models.PositiveSmallIntegerField()
    proposer = models.CharField(max_length=80, help_text="Name of the method that proposes")
    state = models.ForeignKey(
        ProposalState,
        on_delete=models.PROTECT,
        related_name="+",
        default=ProposalState.Code.OPEN,
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["character", "field"],
                condition=Q(state=ProposalState.Code.OPEN),
                name="trait_proposal_one_open",
            ),
            models.CheckConstraint(
                condition=Q(confidence_permille__lte=1000), name="trait_proposal_confidence"
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.Code.OPEN, decided_at=None, decided_by=None)
                | (
                    ~Q(state=ProposalState.Code.OPEN)
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                ),
                name="trait_proposal_decided",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.field}: {self.value}?"


class RightsBasis(Lookup):
    """A row states on which ground a likeness may be used."""

    class Code(Codes):
        """Grounds, and whether a document must prove them."""

        SELF = 1, "self", "The person is a member of the team"
        CONSENT = 2, "consent", "Signed consent form"
        LICENCE = 3, "licence", "Licence or public domain"
        SYNTHETIC = 4, "synthetic", "Synthetic person; nobody real"

    extras = {
        Code.CONSENT: {"needs_evidence": True},
        Code.LICENCE: {"needs_evidence": False},
    }

    needs_evidence = models.BooleanField(default=False, help_text="A document must be attached")

    class Meta(Lookup.Meta):
        verbose_name_plural = "rights bases"


class RightsUse(Lookup):
    """A row states that a likeness can be used in this way."""

    class Code(Codes):
        """Uses that rights records name."""

        FILM = 1, "film", "Film and series"
        ADVERTISING = 2, "advertising", "Advertising"
        EDITORIAL = 3, "editorial", "Editorial"
        SOCIAL = 4, "social", "Social media"
        INTERNAL = 5, "internal", "Internal tests"
        TRAINING = 6, "training", "Training of models"


class RightsRecord(models.Model):
    """A row states who allowed the use of a character's likeness, on which ground, and how long.

    It is never changed; what no longer holds is revoked, and another record is made.
    """

    code = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    character = models.ForeignKey(Character, on_delete=models.CASCADE, related_name="rights")
    basis = models.ForeignKey(RightsBasis, on_delete=models.PROTECT, related_name="+")
    holder = models.CharField(max_length=200, blank=True, help_text="Who consented or licensed")
    valid_from = models.DateField()
    valid_until = models.DateField(
        null=True, blank=True, help_text="The last day; none: without end"
    )
    evidence = models.ForeignKey(
        Version, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    note = models.CharField(max_length=500, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(auto_now_add=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
                name="rights_record_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(basis=RightsBasis.Code.SYNTHETIC) | ~Q(holder=""),
                name="rights_record_names_holder",
            ),
            models.CheckConstraint(
                condition=~Q(basis=RightsBasis.Code.CONSENT) | Q(evidence__isnull=False),
                name="rights_record_consent_has_evidence",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="rights_record_revoked_by_somebody",
            ),
        ]
        indexes = [
            # readiness: the records of a character that were not revoked
            models.Index(
                fields=["character"],
                condition=Q(revoked_at=None),
                name="rights_record_standing",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.basis} for {self.character}"


class RightsRecordUse(models.Model):
    """A row states that a rights record allows this use."""

    record = models.ForeignKey(RightsRecord, on_delete=models.CASCADE, related_name="uses")
    use = models.ForeignKey(RightsUse, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["record", "use"], name="rights_use_once")]

    def __str__(self) -> str:
        return str(self.use)


class RightsTerritory(models.Model):
    """A row states that a rights record holds in this territory.

    `territory` is an ISO 3166-1 alpha-2 code, or `WW` for the whole world.
    """

    record = models.ForeignKey(RightsRecord, on_delete=models.CASCADE, related_name="territories")
    territory = models.CharField(max_length=2)

    class Meta:
        verbose_name_plural = "rights territories"
        constraints = [
            models.UniqueConstraint(fields=["record", "territory"], name="rights_territory_once"),
            models.CheckConstraint(
                condition=Q(territory__regex=r"^[A-Z]{2}$"), name="rights_territory_code"
            ),
        ]

    def __str__(self) -> str:
        return self.territory
