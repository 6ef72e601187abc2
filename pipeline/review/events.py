"""Kinds of event that review records."""

from studio.core.lookups import Codes
from studio.live.kinds import register


@register
class ReviewEvents(Codes):
    """What people say of takes and cuts."""

    TAKE_VERDICT = 480, "take.verdict", "Verdict on a take"
    CUT_VERDICT = 481, "cut.verdict", "Verdict on a cut"
    CUT_FINAL = 482, "cut.final", "Cut declared final"
