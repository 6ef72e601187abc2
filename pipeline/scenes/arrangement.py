"""What a scene shows, in which order: read from its history and written as the next edit.

An arrangement is a value: services change a copy of it, and `add_edit` writes that copy as a child
of the edit at which the scene stands. Nothing is overwritten, so every earlier arrangement can be
taken up again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from django.db.models import F, Max

from pipeline.scenes.models import (
    Bridge,
    EditKind,
    Placement,
    RedoPath,
    Scene,
    SceneEdit,
    Segment,
    Take,
)
from studio.core.errors import Conflict
from studio.core.models import User


class Key(NamedTuple):
    """What makes a boundary: two takes and where they are trimmed; see `Boundary`."""

    left_take_id: int
    left_out: int
    right_take_id: int
    right_in: int


@dataclass(frozen=True)
class Item:
    """A segment in its place: the take shown for [in_frame, out_frame), the bridge that follows."""

    segment_id: int
    take_id: int
    in_frame: int
    out_frame: int
    bridge_id: int | None = None


@dataclass(frozen=True)
class Arrangement:
    """The segments of a scene in the order in which they are shown."""

    items: tuple[Item, ...] = field(default=())

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def find(self, segment_id: int) -> Item | None:
        """The item of a segment, or None when it is not shown."""
        return next((item for item in self.items if item.segment_id == segment_id), None)

    def position(self, segment_id: int) -> int:
        """Where a segment stands, 0-based.

        Raises:
            Conflict: it is not shown.
        """
        for position, item in enumerate(self.items):
            if item.segment_id == segment_id:
                return position
        raise Conflict(
            "This segment is not part of the scene as it stands.",
            remedy="Go back to an edit that has it.",
        )

    def with_item(self, item: Item) -> Arrangement:
        """With another take or other trims for the item's segment."""
        at = self.position(item.segment_id)
        return Arrangement((*self.items[:at], item, *self.items[at + 1 :]))

    def without(self, segment_id: int) -> Arrangement:
        """Without a segment."""
        at = self.position(segment_id)
        return Arrangement((*self.items[:at], *self.items[at + 1 :]))

    def with_bridge(self, key: Key, bridge_id: int | None) -> Arrangement:
        """With another bridge, or none, at a boundary; unchanged when it has no such boundary."""
        keys = self.keys()
        if key not in keys:
            return self
        at = keys.index(key)
        item = replace(self.items[at], bridge_id=bridge_id)
        return Arrangement((*self.items[:at], item, *self.items[at + 1 :]))

    def keys(self) -> list[Key]:
        """The boundaries between neighbours, in order: one fewer than items."""
        return [
            Key(left.take_id, left.out_frame, right.take_id, right.in_frame)
            for left, right in zip(self.items, self.items[1:], strict=False)
        ]

    def bridges(self) -> dict[Key, int | None]:
        """The bridge used at each boundary."""
        return {key: item.bridge_id for key, item in zip(self.keys(), self.items, strict=False)}


def current(scene: Scene) -> Arrangement:
    """The arrangement at which the scene stands; empty before anything is finished. One query."""
    return of_edit(scene.edit_id)


def of_edit(edit_id: int | None) -> Arrangement:
    """The arrangement that an edit led to. One query."""
    rows = Placement.objects.filter(edit_id=edit_id).order_by("position")
    return Arrangement(tuple(item_of(row) for row in rows))


def item_of(row: Placement) -> Item:
    """A stored placement as a value."""
    return Item(row.segment_id, row.take_id, row.in_frame, row.out_frame, row.bridge_id)


def lock_scene(scene: Scene, expected_version: int | None = None) -> Scene:
    """The scene's row, read anew and locked until the transaction ends.

    Raises:
        Conflict: it is no longer the version that the person saw.
    """
    locked = (
        Scene.objects.select_for_update(of=("self",))
        .select_related("character__project", "edit__actor", "created_by", "type_version")
        .get(pk=scene.pk)
    )
    if expected_version is not None and locked.version != expected_version:
        raise Conflict(
            "Somebody changed this scene meanwhile.",
            remedy="Look at it as it is now, then do it again.",
        )
    return locked


def bump(scene: Scene) -> None:
    """Count a change that pages show; call with the scene locked."""
    Scene.objects.filter(pk=scene.pk).update(version=F("version") + 1)
    scene.version += 1


def full_range(take: Take) -> tuple[int, int]:
    """The frames of a take up to and with its end frame, as [in, out). One query.

    Raises:
        Conflict: it is not there or not examined yet.
    """
    found = getattr(take, "examination", None)
    if take.version_id is None or found is None or found.end_frame is None:
        raise Conflict(
            f"Take {take.number} is not ready yet.", remedy="Wait until it has been examined."
        )
    return 0, found.end_frame + 1


def add_edit(
    scene: Scene, actor: User, kind: EditKind.Code, summary: str, arrangement: Arrangement
) -> SceneEdit:
    """Write an arrangement as a child of the scene's edit and let the scene stand there.

    Call inside a transaction with the scene locked (`lock_scene`). Bridges that no longer fit
    their boundary are left out, and a bridge that was kept for a new boundary is taken up. The
    scene's version grows.
    """
    settled = settle_bridges(arrangement, current(scene))
    edit = _create(scene, actor, kind, summary)
    _place(edit, settled.items)
    _stand(scene, edit)
    return edit


def append_generated(
    scene: Scene,
    segment: Segment,
    take: Take,
    in_frame: int,
    out_frame: int,
    *,
    actor: User | None = None,
) -> None:
    """Show a segment that has just been generated, after all others.

    While nobody has edited the scene its first edit gains a placement; afterwards the segment is
    added by an edit of its own, and to the first edit as well, which is the generation as it came.
    Does nothing for a segment that is shown already. Call with the scene locked.

    Args:
        actor: for whom the scene is generated; None: who made it.
    """
    by = actor or scene.created_by
    item = Item(segment.pk, take.pk, in_frame, out_frame)
    root = SceneEdit.objects.filter(scene=scene, parent=None).first()
    if root is None:
        root = _create(scene, by, EditKind.Code.GENERATE, "Generated")
        _stand(scene, root)
    generated = of_edit(root.pk)
    if generated.find(segment.pk) is None:
        _place(root, [item], first=len(generated))
        bump(scene)
    shown = current(scene)
    if shown.find(segment.pk) is None:
        summary = f"Segment {segment.number} generated"
        longer = Arrangement((*shown.items, item))
        add_edit(scene, by, EditKind.Code.GENERATE, summary, longer)


def set_bridge(scene: Scene, key: Key, bridge: Bridge) -> None:
    """Use a bridge in the first edit itself, while it still gains placements.

    Call with the scene locked and standing at its first edit.
    """
    left, left_out, _, _ = key
    Placement.objects.filter(edit_id=scene.edit_id, take_id=left, out_frame=left_out).update(
        bridge=bridge
    )
    bump(scene)


def settle_bridges(wanted: Arrangement, before: Arrangement) -> Arrangement:
    """Let each boundary have a bridge that was made for it, or none.

    A boundary that was there before keeps what `wanted` says (a bridge taken away stays away); a
    new one gets the latest bridge that was kept for the same takes and trims. One query.
    """
    keys, known = wanted.keys(), before.keys()
    kept = kept_bridges(keys)
    items = []
    for position, item in enumerate(wanted.items):
        bridge_id: int | None = None
        if position < len(keys):
            key = keys[position]
            fitting = kept.get(key, [])
            if item.bridge_id in fitting:
                bridge_id = item.bridge_id
            elif key not in known and fitting:
                bridge_id = fitting[-1]
        items.append(replace(item, bridge_id=bridge_id))
    return Arrangement(tuple(items))


def kept_bridges(keys: Iterable[Key]) -> dict[Key, list[int]]:
    """The bridges that made these boundaries better, oldest first. At most one query."""
    wanted = list(keys)
    found: dict[Key, list[int]] = {}
    if not wanted:
        return found
    rows = (
        Bridge.objects.filter(
            boundary__left_take_id__in={key.left_take_id for key in wanted},
            boundary__right_take_id__in={key.right_take_id for key in wanted},
            result__is_better=True,
        )
        .order_by("number")
        .values_list(
            "pk",
            "boundary__left_take_id",
            "boundary__left_out",
            "boundary__right_take_id",
            "boundary__right_in",
        )
    )
    for pk, *key in rows:
        found.setdefault(Key(*key), []).append(pk)
    return found


def stand_at(scene: Scene, edit: SceneEdit) -> None:
    """Let the scene stand at an edit of its history; call with the scene locked.

    Redo leads along the way from the first edit to this one until another branch is taken.
    """
    parents = dict(SceneEdit.objects.filter(scene=scene).values_list("pk", "parent_id"))
    path, at = [], edit.pk
    while (parent := parents[at]) is not None:
        path.append((parent, at))
        at = parent
    _lead(path)
    _stand(scene, edit)


def _create(scene: Scene, actor: User, kind: EditKind.Code, summary: str) -> SceneEdit:
    last = SceneEdit.objects.filter(scene=scene).aggregate(last=Max("number"))["last"] or 0
    edit = SceneEdit.objects.create(
        scene=scene,
        number=last + 1,
        parent_id=scene.edit_id,
        kind_id=kind.value,
        actor=actor,
        summary=summary[:200],
    )
    if scene.edit_id is not None:
        _lead([(scene.edit_id, edit.pk)])
    return edit


def _lead(steps: Sequence[tuple[int, int]]) -> None:
    RedoPath.objects.bulk_create(
        [RedoPath(edit_id=parent, child_id=child) for parent, child in steps],
        update_conflicts=True,
        unique_fields=["edit"],
        update_fields=["child"],
    )


def _place(edit: SceneEdit, items: Sequence[Item], first: int = 0) -> None:
    Placement.objects.bulk_create(
        Placement(
            edit=edit,
            position=first + offset,
            segment_id=item.segment_id,
            take_id=item.take_id,
            in_frame=item.in_frame,
            out_frame=item.out_frame,
            bridge_id=item.bridge_id,
        )
        for offset, item in enumerate(items)
    )


def _stand(scene: Scene, edit: SceneEdit) -> None:
    Scene.objects.filter(pk=scene.pk).update(edit=edit)
    scene.edit = edit
    bump(scene)
