"""What can be done to characters, their metadata and their rights."""

from pipeline.characters.services.characters import (
    archive_character,
    create_character,
    propose_slate_code,
    restore_character,
    update_character,
)
from pipeline.characters.services.metadata import define_field, retire_field
from pipeline.characters.services.rights import record_rights, revoke_rights
from pipeline.characters.services.traits import (
    decide_proposal,
    propose_traits,
    set_trait,
    set_traits,
)

__all__ = [
    "archive_character",
    "create_character",
    "decide_proposal",
    "define_field",
    "propose_slate_code",
    "propose_traits",
    "record_rights",
    "restore_character",
    "retire_field",
    "revoke_rights",
    "set_trait",
    "set_traits",
    "update_character",
]
