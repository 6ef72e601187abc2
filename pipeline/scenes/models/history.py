"""The history of a scene: a tree of edits, each with the whole arrangement that it led to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from pipeline.scenes.models.boundaries import Bridge
from pipeline.scenes.models.scenes import Scene, Segment
from pipeline.scenes.models.takes import Take
from studio.core.lookups import Codes, Lookup

__all__ = ["EditKind", "Placement", "RedoPath", "SceneEdit"]


class EditKind(Lookup):
    """A row states what an edit can do to a scene."""

    class Code(Codes):
        """What people and the studio do."""

        GENERATE = 1, "generate", "Generated"
        SELECT = 2, "select", "Take selected"
        REDO = 3, "redo", "Redone"
        TRIM = 4, "trim", "Trimmed"
        REORDER = 5, "reorder", "Re-ordered"
        HEAL = 6, "heal", "Boundary healed"
        UNHEAL = 7, "unheal", "Bridge taken away"
        REMOVE = 8, "remove", "Segment removed"


class SceneEdit(models.Model):
    """A row states that somebody changed a scene, from which edit on, and when.

    The edits of a scene form a tree. The first one, the generation, gains placements while
    segments are finished; every other one is never changed.
    """

    scene = models.ForeignKey(Scene, on_delete=models.CASCADE, related_name="edits")
    number = models.PositiveIntegerField()
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="children", null=True, blank=True
    )
    kind = models.ForeignKey(EditKind, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    summary = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["scene", "number"], name="scene_edit_number_once"),
            models.UniqueConstraint(
                fields=["scene"], condition=Q(parent=None), name="scene_edit_one_root"
            ),
            models.CheckConstraint(
                condition=Q(parent=None) | Q(parent__lt=F("id")),
                name="scene_edit_parent_is_older",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.summary or self.kind}"


class Placement(models.Model):
    """A row states that after an edit a segment stands at a position, with which take selected.

    The take is shown for the frames [`in_frame`, `out_frame`); where a neighbour is joined, the
    boundary decides how much of that is seen. `bridge` is the one used towards the next position.
    """

    edit = models.ForeignKey(SceneEdit, on_delete=models.CASCADE, related_name="placements")
    position = models.PositiveIntegerField()
    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="+")
    take = models.ForeignKey(Take, on_delete=models.PROTECT, related_name="placements")
    in_frame = models.PositiveIntegerField()
    out_frame = models.PositiveIntegerField()
    bridge = models.ForeignKey(
        Bridge, on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["edit", "position"], name="placement_position_once"),
            # one selected take per segment
            models.UniqueConstraint(fields=["edit", "segment"], name="placement_segment_once"),
            models.CheckConstraint(
                condition=Q(in_frame__lt=F("out_frame")), name="placement_shows_frames"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.take} [{self.in_frame}, {self.out_frame})"


class RedoPath(models.Model):
    """A row states to which of its children redo leads from an edit: where the scene stood last.

    Following the rows from the first edit of a scene leads through the edit at which it stands.
    """

    edit = models.OneToOneField(SceneEdit, on_delete=models.CASCADE, related_name="redo_path")
    child = models.ForeignKey(SceneEdit, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(edit__lt=F("child")), name="redo_path_child_is_younger"
            )
        ]

    def __str__(self) -> str:
        return f"{self.edit} → {self.child}"
