"""What people do to the order, the takes and the trims of a scene; each is an edit of its history.

All take the scene's `version` that the person saw as `expected_version` (None: not checked), and
refuse what touches a segment whose lock somebody else holds. An edit that would change nothing
makes none: the edit at which the scene stands is returned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.utils import timezone

from pipeline.scenes import arrangement as history
from pipeline.scenes.arrangement import Arrangement, Item, Key
from pipeline.scenes.events import EditEvents
from pipeline.scenes.models import (
    Boundary,
    Bridge,
    EditKind,
    Scene,
    SceneEdit,
    Segment,
    Take,
    TakeWish,
)
from pipeline.scenes.moves import tell
from pipeline.scenes.takes import hint_advance
from studio.core.access import CapabilityCode, require
from studio.core.errors import Conflict, Invalid
from studio.core.lookups import Codes
from studio.core.models import User
from studio.live.models import Lock
from studio.live.services import record_event

#: Fewest frames that a trim may leave: one to show, one to join.
LEAST_FRAMES = 2


def select_take(
    *, actor: User, scene: Scene, take: Take, expected_version: int | None = None
) -> SceneEdit:
    """Show another take of a segment, from its first frame to its end frame.

    When the take was asked for to be shown (a redo), the history says so. A segment that was
    removed comes back, in the place that its number gives it.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: the take is not ready, the scene has changed, or somebody holds the segment.
        Invalid: the take belongs to another scene.
    """
    segment = take.segment
    if segment.scene_id != scene.pk:
        raise Invalid("This take belongs to another scene.")
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        before = history.current(locked)
        in_frame, out_frame = history.full_range(take)
        item = Item(segment.pk, take.pk, in_frame, out_frame)
        known = before.find(segment.pk)
        if known is not None and known.take_id == take.pk:
            return _standing(locked)
        after = before.with_item(item) if known else _inserted(before, locked, segment, item)
        if TakeWish.objects.filter(take=take).exists():  # it was made to be shown
            summary = f"Segment {segment.number} redone: take {take.number}"
            return _commit(actor, locked, EditKind.Code.REDO, summary, before, after)
        summary = f"Segment {segment.number}: take {take.number}"
        return _commit(actor, locked, EditKind.Code.SELECT, summary, before, after)


def trim_take(
    *,
    actor: User,
    scene: Scene,
    segment: Segment,
    in_frame: int,
    out_frame: int,
    expected_version: int | None = None,
) -> SceneEdit:
    """Show the frames [in_frame, out_frame) of a segment's take; the file stays as it is.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: the segment is not shown, the scene has changed, or somebody holds the segment.
        Invalid: the frames are not in the take, or are fewer than 2.
    """
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        before = history.current(locked)
        item = before.items[before.position(segment.pk)]
        _check_trim(item, in_frame, out_frame)
        after = before.with_item(replace(item, in_frame=in_frame, out_frame=out_frame))
        summary = f"Segment {segment.number}: frames {in_frame}–{out_frame - 1}"
        return _commit(actor, locked, EditKind.Code.TRIM, summary, before, after)


def reorder_segments(
    *, actor: User, scene: Scene, segments: Sequence[Segment], expected_version: int | None = None
) -> SceneEdit:
    """Show the same segments in another order.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: the scene has changed, or somebody holds a segment that would move.
        Invalid: not exactly the segments that are shown.
    """
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        before = history.current(locked)
        wanted = [segment.pk for segment in segments]
        if sorted(wanted) != sorted(item.segment_id for item in before):
            message = "Name each segment that the scene shows once."
            raise Invalid(message, fields={"segments": [message]})
        items = {item.segment_id: item for item in before}
        after = Arrangement(tuple(items[pk] for pk in wanted))
        summary = "Order: " + " ".join(str(segment.number) for segment in segments)
        return _commit(actor, locked, EditKind.Code.REORDER, summary, before, after)


def remove_segment(
    *, actor: User, scene: Scene, segment: Segment, expected_version: int | None = None
) -> SceneEdit:
    """Leave a segment out; its takes stay, and undo or selecting one brings it back.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: it is not shown, it is the only one, the scene has changed, or somebody holds it.
    """
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        before = history.current(locked)
        after = before.without(segment.pk)
        if not after.items:
            raise Conflict("A scene shows at least one segment.")
        summary = f"Segment {segment.number} removed"
        return _commit(actor, locked, EditKind.Code.REMOVE, summary, before, after)


def use_bridge(
    *, actor: User, scene: Scene, bridge: Bridge, expected_version: int | None = None
) -> SceneEdit:
    """Heal a boundary with a bridge that was made for it.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: the bridge is not better than the plain join, its boundary is not part of the
            scene as it stands, the scene has changed, or somebody holds a segment of it.
    """
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        result = getattr(bridge, "result", None)
        if result is None or not result.is_better:
            raise Conflict(
                "This bridge is not better than the plain join; it is kept for comparison only.",
                remedy="Heal by another method, or redo one of the takes.",
            )
        before = history.current(locked)
        key = key_of(bridge.boundary)
        at = _boundary_position(before, key)
        after = before.with_bridge(key, bridge.pk)
        names = _names(before, at)
        summary = f"{names} healed: {result.before_score:.2f} → {result.after_score:.2f}"
        return _commit(actor, locked, EditKind.Code.HEAL, summary, before, after)


def drop_bridge(
    *, actor: User, scene: Scene, boundary: Boundary, expected_version: int | None = None
) -> SceneEdit:
    """Show a boundary as it was measured, without its bridge; the bridge stays at hand.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: the boundary is not part of the scene as it stands or has no bridge, the scene
            has changed, or somebody holds a segment of it.
    """
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        before = history.current(locked)
        key = key_of(boundary)
        at = _boundary_position(before, key)
        if before.items[at].bridge_id is None:
            raise Conflict("No bridge is used here.")
        after = before.with_bridge(key, None)
        summary = f"{_names(before, at)}: bridge taken away"
        return _commit(actor, locked, EditKind.Code.UNHEAL, summary, before, after)


def undo(*, actor: User, scene: Scene, expected_version: int | None = None) -> SceneEdit:
    """Go back to the edit before; what was undone stays in the history.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: nothing is before, the scene has changed, or somebody holds a segment that
            would change.
    """
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        parent = locked.edit.parent if locked.edit is not None else None
        if parent is None:
            raise Conflict("There is nothing to undo.")
        return _go(actor, locked, parent, EditEvents.SCENE_UNDONE)


def redo_edit(*, actor: User, scene: Scene, expected_version: int | None = None) -> SceneEdit:
    """Go forward again, on the branch on which the scene stood last.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: nothing follows, the scene has changed, or somebody holds a segment that would
            change.
    """
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        following = SceneEdit.objects.filter(parent_id=locked.edit_id, scene=locked)
        if locked.edit_id is None or (last := following.order_by("-number").first()) is None:
            raise Conflict("There is nothing to do again.")
        target = following.filter(pk__in=_redo_child(locked.edit_id)).first() or last
        return _go(actor, locked, target, EditEvents.SCENE_DONE_AGAIN)


def jump_to(
    *, actor: User, scene: Scene, edit: SceneEdit, expected_version: int | None = None
) -> SceneEdit:
    """Take up any edit of the scene's history; edits from there on are a branch.

    Raises:
        NotFound, Forbidden: by the access rule (create).
        Conflict: the scene has changed, or somebody holds a segment that would change.
        Invalid: the edit belongs to another scene.
    """
    if edit.scene_id != scene.pk:
        raise Invalid("This edit belongs to another scene.")
    require(actor, CapabilityCode.CREATE, scene.character.project)
    with transaction.atomic():
        locked = history.lock_scene(scene, expected_version)
        if edit.pk == locked.edit_id:
            return edit
        return _go(actor, locked, edit, EditEvents.SCENE_JUMPED)


def key_of(boundary: Boundary) -> Key:
    """What makes this boundary."""
    return Key(boundary.left_take_id, boundary.left_out, boundary.right_take_id, boundary.right_in)


def _redo_child(edit_id: int) -> list[int]:
    rows = SceneEdit.objects.filter(pk=edit_id, redo_path__isnull=False)
    return list(rows.values_list("redo_path__child_id", flat=True))


def _standing(scene: Scene) -> SceneEdit:
    edit = scene.edit
    if edit is None:
        raise Conflict("Nothing of this scene is finished yet.")
    return edit


def _inserted(before: Arrangement, scene: Scene, segment: Segment, item: Item) -> Arrangement:
    """With a segment that is not shown put where its number belongs."""
    numbers = dict(Segment.objects.filter(scene=scene).values_list("pk", "number"))
    at = sum(numbers[known.segment_id] < segment.number for known in before)
    return Arrangement((*before.items[:at], item, *before.items[at:]))


def _check_trim(item: Item, in_frame: int, out_frame: int) -> None:
    take = Take.objects.select_related("examination").get(pk=item.take_id)
    frames = take.examination.frames or 0
    if not 0 <= in_frame < out_frame <= frames:
        message = f"Choose frames within 0–{frames - 1} of the take."
    elif out_frame - in_frame < LEAST_FRAMES:
        message = f"Leave at least {LEAST_FRAMES} frames."
    else:
        return
    raise Invalid(message, fields={"in_frame": [message]})


def _boundary_position(arrangement: Arrangement, key: Key) -> int:
    keys = arrangement.keys()
    if key not in keys:
        raise Conflict(
            "These two takes do not meet like this in the scene as it stands.",
            remedy="Go back to an edit in which they do.",
        )
    return keys.index(key)


def _names(arrangement: Arrangement, at: int) -> str:
    """How people call the boundary after a position: by the numbers of its segments."""
    pair = [item.segment_id for item in arrangement.items[at : at + 2]]
    numbers = dict(Segment.objects.filter(pk__in=pair).values_list("pk", "number"))
    return " | ".join(str(numbers[pk]) for pk in pair)


def _commit(
    actor: User,
    scene: Scene,
    kind: EditKind.Code,
    summary: str,
    before: Arrangement,
    after: Arrangement,
) -> SceneEdit:
    if after == before:
        return _standing(scene)
    _refuse_held(actor, before, after)
    edit = history.add_edit(scene, actor, kind, summary, after)
    _tell(actor, scene, EditEvents.SCENE_EDITED, edit)
    return edit


def _go(actor: User, scene: Scene, edit: SceneEdit, event: Codes) -> SceneEdit:
    _refuse_held(actor, history.current(scene), history.of_edit(edit.pk))
    history.stand_at(scene, edit)
    _tell(actor, scene, event, edit)
    return edit


def _tell(actor: User, scene: Scene, event: Codes, edit: SceneEdit) -> None:
    record_event(
        event,
        project=scene.character.project,
        actor=actor,
        subject_code=scene.code,
        label=str(scene),
        data={"edit": edit.number, "summary": str(edit)},
    )
    tell(scene)
    hint_advance(scene.pk)  # what the edit has joined anew is measured and healed


def _refuse_held(actor: User, before: Arrangement, after: Arrangement) -> None:
    """Pass unless somebody else holds a segment that would look different or stand elsewhere.

    Raises:
        Conflict: the message names the segment and the person.
    """
    changed = {item.segment_id for item in set(before) ^ set(after)}
    stay = [item.segment_id for item in before if after.find(item.segment_id)]
    come = [item.segment_id for item in after if before.find(item.segment_id)]
    changed |= {pk for pair in zip(stay, come, strict=True) if pair[0] != pair[1] for pk in pair}
    segments = {segment.code: segment.number for segment in Segment.objects.filter(pk__in=changed)}
    lock = (
        Lock.objects.filter(subject_code__in=segments, expires_at__gt=timezone.now())
        .exclude(holder=actor)
        .select_related("holder")
        .first()
    )
    if lock is not None:
        raise Conflict(
            f"{lock.holder} is editing segment {segments[lock.subject_code]}; "
            "your change was not made.",
            remedy="Wait until they are done, or ask them.",
        )
