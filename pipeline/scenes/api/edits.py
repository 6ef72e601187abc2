"""Endpoints of a scene's arrangement and its history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from pipeline.scenes.api.common import (
    EditedSerializer,
    EditSerializer,
    SceneView,
    VersionedBody,
    edited,
)
from pipeline.scenes.joins import Grade, JoinState
from pipeline.scenes.models import SceneEdit
from pipeline.scenes.queries import SceneBoard, ShownJoin, Slot, history_of, scene_board
from pipeline.scenes.services import edits
from studio.core.api.people import checked
from studio.core.errors import Invalid, NotFound
from studio.core.models import ApiScope


class NodeSerializer(EditSerializer):
    """An edit, and whether undo and redo lead through it from where the scene stands."""

    is_here = serializers.BooleanField(read_only=True)
    is_on_path = serializers.BooleanField(read_only=True)

    class Meta(EditSerializer.Meta):
        fields = [*EditSerializer.Meta.fields, "is_here", "is_on_path"]
        read_only_fields = fields


class SelectBody(VersionedBody):
    """Which take."""

    take = serializers.UUIDField()


class TrimBody(VersionedBody):
    """Which frames of a segment's take are shown: [in_frame, out_frame)."""

    segment = serializers.UUIDField()
    in_frame = serializers.IntegerField(min_value=0)
    out_frame = serializers.IntegerField(min_value=1)


class OrderBody(VersionedBody):
    """All segments that are shown, in their new order."""

    segments = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=1000)


class RemoveBody(VersionedBody):
    """Which segment."""

    segment = serializers.UUIDField()


class JumpBody(VersionedBody):
    """Which edit, by its number."""

    edit = serializers.IntegerField(min_value=1)


class JoinSerializer(serializers.Serializer[Any]):
    """How two neighbours join; frames are those at which a cut leaves and enters the takes."""

    boundary = serializers.UUIDField(allow_null=True, help_text="none: not looked at yet")
    state = serializers.ChoiceField(choices=[state.value for state in JoinState])
    grade = serializers.ChoiceField(choices=[grade.value for grade in Grade])
    score = serializers.FloatField(allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    bridge = serializers.UUIDField(allow_null=True)
    left_frame = serializers.IntegerField(allow_null=True)
    right_frame = serializers.IntegerField(allow_null=True)


class PlaceSerializer(serializers.Serializer[Any]):
    """A segment in its place; one that is not made yet has no take."""

    segment = serializers.UUIDField()
    number = serializers.IntegerField()
    take = serializers.UUIDField(allow_null=True)
    take_number = serializers.IntegerField(allow_null=True)
    in_frame = serializers.IntegerField(allow_null=True)
    out_frame = serializers.IntegerField(allow_null=True)
    takes = serializers.ListField(child=serializers.UUIDField())
    after = JoinSerializer(allow_null=True)


class TimelineSerializer(serializers.Serializer[Any]):
    """What a scene shows and how far it is."""

    scene_version = serializers.IntegerField()
    edit = serializers.IntegerField(allow_null=True, help_text="number of the edit it stands at")
    segments = PlaceSerializer(many=True)
    segments_done = serializers.IntegerField()
    segments_wanted = serializers.IntegerField()
    seconds_done = serializers.FloatField()
    seconds_wanted = serializers.FloatField()
    seconds_left = serializers.FloatField(
        allow_null=True, help_text="of work, by this studio's history; none: not known"
    )


def timeline(board: SceneBoard) -> dict[str, Any]:
    """A board as the API shows it."""
    progress = board.progress
    return {
        "scene_version": board.scene.version,
        "edit": board.scene.edit.number if board.scene.edit is not None else None,
        "segments": [_place(slot) for slot in board.slots],
        "segments_done": progress.segments_done,
        "segments_wanted": progress.segments_wanted,
        "seconds_done": progress.seconds_done,
        "seconds_wanted": progress.seconds_wanted,
        "seconds_left": progress.seconds_left,
    }


def _place(slot: Slot) -> dict[str, Any]:
    selected = slot.selected.take if slot.selected is not None else None
    return {
        "segment": slot.segment.code,
        "number": slot.segment.number,
        "take": selected.code if selected is not None else None,
        "take_number": selected.number if selected is not None else None,
        "in_frame": slot.item.in_frame if slot.item is not None else None,
        "out_frame": slot.item.out_frame if slot.item is not None else None,
        "takes": [shown.take.code for shown in slot.takes],
        "after": join_document(slot.after) if slot.after is not None else None,
    }


def join_document(join: ShownJoin) -> dict[str, Any]:
    """A boundary between neighbours as the API shows it."""
    return {
        "boundary": join.boundary.code if join.boundary is not None else None,
        "state": join.standing.state.value,
        "grade": join.standing.grade.value,
        "score": join.standing.score,
        "reason": join.standing.reason,
        "bridge": join.bridge.code if join.bridge is not None else None,
        "left_frame": join.left_frame,
        "right_frame": join.right_frame,
    }


class Timeline(SceneView):
    """What a scene shows."""

    serializer_class = TimelineSerializer

    @extend_schema(operation_id="scenes_timeline", responses={200: TimelineSerializer})
    def get(self, request: Request, code: UUID) -> Response:
        """Segments in their order with takes, trims and boundaries, and how far the scene is."""
        board = scene_board(self.scene(code))
        return Response(TimelineSerializer(timeline(board)).data)


class Edits(SceneView):
    """The history of a scene."""

    serializer_class = NodeSerializer

    @extend_schema(operation_id="scenes_edits", responses={200: NodeSerializer(many=True)})
    def get(self, request: Request, code: UUID) -> Response:
        """All edits, oldest first; `parent` makes them a tree."""
        nodes = history_of(self.scene(code))
        for node in nodes:
            node.edit.is_here, node.edit.is_on_path = node.is_here, node.is_on_path  # type: ignore[attr-defined]
        return Response(NodeSerializer([node.edit for node in nodes], many=True).data)


class Change(SceneView):
    """One change of a scene: read the body, call the service, answer where the scene stands.

    What a change joins anew is measured and healed at once, by jobs for whoever made it.
    """

    required_scope = ApiScope.Code.SPEND

    def values(self, request: Request) -> tuple[dict[str, Any], int | None]:
        """The body's values, and the version that the change was made for."""
        found = checked(self, self.serializer_class, request.data)
        return found, found.pop("expected_version")


class Select(Change):
    """Another take."""

    serializer_class = SelectBody

    @extend_schema(operation_id="scenes_select", responses={200: EditedSerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """Show another take of a segment."""
        scene = self.scene(code)
        found, version = self.values(request)
        take = self.take(scene, found["take"])
        user: Any = request.user
        return edited(
            edits.select_take(actor=user, scene=scene, take=take, expected_version=version)
        )


class Trim(Change):
    """In and out."""

    serializer_class = TrimBody

    @extend_schema(operation_id="scenes_trim", responses={200: EditedSerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """Show other frames of a segment's take; the file stays as it is."""
        scene = self.scene(code)
        found, version = self.values(request)
        segment = self.segment(scene, found.pop("segment"))
        user: Any = request.user
        return edited(
            edits.trim_take(
                actor=user, scene=scene, segment=segment, expected_version=version, **found
            )
        )


class Reorder(Change):
    """Order."""

    serializer_class = OrderBody

    @extend_schema(operation_id="scenes_reorder", responses={200: EditedSerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """Show the segments in another order."""
        scene = self.scene(code)
        found, version = self.values(request)
        known = {segment.code: segment for segment in scene.segments.all()}
        if any(wanted not in known for wanted in found["segments"]):
            message = "The scene has no such segment."
            raise Invalid(message, fields={"segments": [message]})
        wanted = [known[one] for one in found["segments"]]
        user: Any = request.user
        return edited(
            edits.reorder_segments(
                actor=user, scene=scene, segments=wanted, expected_version=version
            )
        )


class Remove(Change):
    """Leaving out."""

    serializer_class = RemoveBody

    @extend_schema(operation_id="scenes_remove", responses={200: EditedSerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """Leave a segment out; selecting one of its takes brings it back."""
        scene = self.scene(code)
        found, version = self.values(request)
        segment = self.segment(scene, found["segment"])
        user: Any = request.user
        return edited(
            edits.remove_segment(actor=user, scene=scene, segment=segment, expected_version=version)
        )


class Undo(Change):
    """Back."""

    @extend_schema(
        operation_id="scenes_undo", request=VersionedBody, responses={200: EditedSerializer}
    )
    def post(self, request: Request, code: UUID) -> Response:
        """Go back to the edit before; nothing is lost."""
        scene = self.scene(code)
        _found, version = self.values(request)
        user: Any = request.user
        return edited(edits.undo(actor=user, scene=scene, expected_version=version))


class RedoEdit(Change):
    """Forward."""

    @extend_schema(
        operation_id="scenes_redo_edit", request=VersionedBody, responses={200: EditedSerializer}
    )
    def post(self, request: Request, code: UUID) -> Response:
        """Go forward again, on the branch on which the scene stood last."""
        scene = self.scene(code)
        _found, version = self.values(request)
        user: Any = request.user
        return edited(edits.redo_edit(actor=user, scene=scene, expected_version=version))


class Jump(Change):
    """Anywhere."""

    serializer_class = JumpBody

    @extend_schema(operation_id="scenes_jump", responses={200: EditedSerializer})
    def post(self, request: Request, code: UUID) -> Response:
        """Take up any edit of the history; what follows becomes a branch."""
        scene = self.scene(code)
        found, version = self.values(request)
        edit = SceneEdit.objects.filter(scene=scene, number=found["edit"]).first()
        if edit is None:
            raise NotFound("This scene has no such edit.")
        user: Any = request.user
        return edited(edits.jump_to(actor=user, scene=scene, edit=edit, expected_version=version))
