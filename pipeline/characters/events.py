"""Kinds of event that characters record in the activity feed."""

from studio.core.lookups import Codes
from studio.live.kinds import register


@register
class CharacterEvents(Codes):
    """What happens to characters, their rights and the metadata that is kept of them."""

    CREATED = 420, "character.created", "Character added"
    UPDATED = 421, "character.updated", "Character changed"
    ARCHIVED = 422, "character.archived", "Character archived"
    RESTORED = 423, "character.restored", "Character brought back"
    TRAITS_SET = 424, "character.traits-set", "Traits changed"
    TRAITS_PROPOSED = 425, "character.traits-proposed", "Traits proposed"
    PROPOSAL_DECIDED = 426, "character.proposal-decided", "Proposal decided"
    RIGHTS_RECORDED = 427, "character.rights-recorded", "Rights recorded"
    RIGHTS_REVOKED = 428, "character.rights-revoked", "Rights revoked"
    FIELD_DEFINED = 429, "metadata.field-defined", "Metadata field defined"
    FIELD_RETIRED = 430, "metadata.field-retired", "Metadata field retired"
