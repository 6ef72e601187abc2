"""Who may use the addresses of characters and of the metadata schema."""

from __future__ import annotations

from typing import Any

from pipeline.characters.models import Character, RightsBasis, RightsRecord, TraitProposal
from pipeline.characters.services import (
    create_character,
    define_field,
    record_rights,
)
from pipeline.characters.services.traits import set_trait
from tests.assets.cast import version
from tests.support.access import Cast, Rule, declare, provide

SIGNED_IN, VIEW, CREATE, MANAGE = Rule.SIGNED_IN, Rule.VIEW, Rule.CREATE, Rule.MANAGE


@provide
def character(cast: Cast) -> Character:
    """A character with a trait."""
    made = create_character(
        actor=cast.creator, project=cast.project, name=cast.text[:120], notes=cast.text
    )
    define_field(
        actor=cast.creator,
        project=cast.project,
        key="hair",
        label=cast.text[:80],
        help_text=cast.text[:200],
    )
    set_trait(actor=cast.creator, character=made, key="hair", value=cast.text[:500])
    return made


@provide
def record(cast: Cast) -> RightsRecord:
    """A rights record of the character."""
    return record_rights(
        actor=cast.creator,
        character=cast.make(character),
        basis=RightsBasis.Code.SELF,
        holder=cast.text[:200],
        note=cast.text[:500],
    )


@provide
def proposal(cast: Cast) -> TraitProposal:
    """What a picture suggests for the character."""
    owner = cast.make(character)
    return TraitProposal.objects.create(
        character=owner,
        field=owner.project.metadata_fields.get(key="hair"),
        picture=cast.make(version),
        value="brown",
        confidence_permille=700,
        proposer="a test",
    )


def one(cast: Cast) -> dict[str, Any]:
    return {"code": cast.make(character).code}


def one_record(cast: Cast) -> dict[str, Any]:
    return one(cast) | {"record": cast.make(record).code}


def one_proposal(cast: Cast) -> dict[str, Any]:
    return one(cast) | {"proposal": cast.make(proposal).code}


def project(cast: Cast) -> dict[str, Any]:
    return {"code": cast.project.code}


def field(cast: Cast) -> dict[str, Any]:
    cast.make(character)
    return project(cast) | {"key": "hair"}


def new(cast: Cast) -> dict[str, Any]:
    return {"project": str(cast.project.code), "name": "Another"}


def rights(cast: Cast) -> dict[str, Any]:
    return {"basis": "synthetic"}


def definition(cast: Cast) -> dict[str, Any]:
    return {"key": "age", "label": "Age", "value_type": "number"}


# --- pages --------------------------------------------------------------------------------------
#: The project of a new one is a choice among those the person may create in; see test_pages.
declare("pipeline:characters", GET=SIGNED_IN, POST=SIGNED_IN)
declare("pipeline:character", one, GET=VIEW)
declare("pipeline:character-edit", one, GET=CREATE, POST=CREATE)
declare(
    "pipeline:character-notes",
    one,
    GET=VIEW,
    POST=CREATE,
    bodies={"POST": lambda cast: {"notes": cast.text}},
)
declare("pipeline:character-archive", one, POST=CREATE)
declare(
    "pipeline:character-traits",
    one,
    GET=VIEW,
    POST=CREATE,
    bodies={"POST": lambda cast: {"hair": "red"}},
)
declare("pipeline:character-history", one, GET=VIEW)
declare("pipeline:character-proposal", one_proposal, POST=CREATE)
declare("pipeline:character-propose", one, POST=CREATE)
declare("pipeline:character-rights", one, GET=VIEW, POST=CREATE, bodies={"POST": rights})
declare("pipeline:character-rights-revoke", one_record, POST=CREATE)
declare("pipeline:metadata", project, GET=VIEW, POST=MANAGE, bodies={"POST": definition})
declare("pipeline:metadata-retire", field, POST=MANAGE)

# --- API ----------------------------------------------------------------------------------------
declare("api-characters", GET=SIGNED_IN, POST=CREATE, bodies={"POST": new})
declare("api-character", one, GET=VIEW, PATCH=CREATE)
declare(
    "api-character-traits",
    one,
    GET=VIEW,
    PATCH=CREATE,
    bodies={"PATCH": lambda cast: {"traits": {"hair": "red"}}},
)
declare(
    "api-character-proposals",
    one,
    GET=VIEW,
    POST=CREATE,
    bodies={"POST": lambda cast: {"version": str(cast.make(version).code)}},
)
declare(
    "api-character-proposal",
    one_proposal,
    POST=CREATE,
    bodies={"POST": lambda cast: {"accept": False}},
)
declare("api-character-rights", one, GET=VIEW, POST=CREATE, bodies={"POST": rights})
declare("api-character-rights-revoke", one_record, POST=CREATE)
declare("api-metadata", project, GET=VIEW, POST=MANAGE, bodies={"POST": definition})
declare("api-metadata-field", field, DELETE=MANAGE)
