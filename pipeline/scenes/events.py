"""Kinds of event that scenes record in the activity feed."""

from studio.core.lookups import Codes
from studio.live.kinds import register


@register
class EditEvents(Codes):
    """What happens to a scene's arrangement, its boundaries and its cuts."""

    SCENE_EDITED = 465, "scene.edited", "Scene edited"
    SCENE_UNDONE = 466, "scene.undone", "Edit undone"
    SCENE_DONE_AGAIN = 467, "scene.done-again", "Edit done again"
    SCENE_JUMPED = 468, "scene.jumped", "Another point of the history taken up"
    HEAL_ASKED = 470, "boundary.heal-asked", "Healing asked for"
    BOUNDARY_HEALED = 471, "boundary.healed", "Boundary healed"
    BOUNDARY_FLAGGED = 472, "boundary.flagged", "Boundary needs a person"
    CUT_ASKED = 475, "cut.asked", "Cut asked for"
    CUT_RENDERED = 476, "cut.rendered", "Cut rendered"
    CUT_FAILED = 477, "cut.failed", "Cut not rendered"
    POSTER_CHOSEN = 478, "cut.poster-chosen", "Poster frame chosen"
