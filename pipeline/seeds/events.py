"""Kinds of event that seed images record in the activity feed."""

from studio.core.lookups import Codes
from studio.live.kinds import register


@register
class SeedEvents(Codes):
    """What happens to seed images; the subject is the seed image."""

    VARIATION_ADDED = 435, "seed-image.variation-added", "Variation added"
    HERO_CHOSEN = 436, "seed-image.hero-chosen", "Hero chosen"
    WARNING_WAIVED = 437, "seed-image.warning-waived", "Warning accepted"
    DISCARDED = 438, "seed-image.discarded", "Variation discarded"
    RESTORED = 439, "seed-image.restored", "Variation brought back"
    REQUESTED = 440, "seed-image.requested", "Variations requested"
    THRESHOLD_SET = 441, "quality.threshold-set", "Quality threshold changed"
