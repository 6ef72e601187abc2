"""Kinds of event that scenes record in the activity feed."""

from studio.core.lookups import Codes
from studio.live.kinds import register


@register
class SceneEvents(Codes):
    """What happens to scene types, scenes and their takes."""

    TYPE_CREATED = 450, "scene-type.created", "Scene type made"
    TYPE_CHANGED = 451, "scene-type.changed", "Scene type has a new version"
    SCENE_CREATED = 452, "scene.created", "Scene made"
    SCENE_STARTED = 453, "scene.started", "Scene started"
    SCENE_PAUSED = 454, "scene.paused", "Scene paused"
    SCENE_RESUMED = 455, "scene.resumed", "Scene goes on"
    SCENE_CANCELLED = 456, "scene.cancelled", "Scene cancelled"
    SCENE_STOPPED = 457, "scene.stopped", "Scene needs a person"
    SCENE_READY = 458, "scene.ready", "Scene ready"
    SCENE_UPGRADED = 459, "scene.upgraded", "Scene takes up another version of its type"
    TAKES_ASKED = 460, "scene.redone", "Takes asked for"
    TAKE_NOT_SELECTED = 461, "scene.take-not-selected", "Take not selected"
    SEGMENT_ADDED = 462, "scene.lengthened", "Segment added"


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
