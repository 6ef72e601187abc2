"""Kinds of event about keys of providers. None ever carries a key, or a part of one."""

from studio.core.lookups import Codes
from studio.live.kinds import register


@register
class ProviderEvents(Codes):
    """What happens to keys."""

    KEY_ADDED = 540, "provider-key.added", "Provider's key added"
    KEY_REPLACED = 541, "provider-key.replaced", "Provider's key replaced"
    KEY_REMOVED = 542, "provider-key.removed", "Provider's key removed"
    KEY_REFUSED = 543, "provider-key.refused", "Provider's key was refused"
