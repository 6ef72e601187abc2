"""What the endpoints of a scene's edits, boundaries and cuts share."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from rest_framework import generics, serializers
from rest_framework.response import Response

from pipeline.scenes.models import EditKind, Scene, SceneEdit, Segment, Take
from studio.core.api.fields import CodeField
from studio.core.api.serializers import PersonSerializer
from studio.core.errors import NotFound


class VersionedBody(serializers.Serializer[Any]):
    """What every change of a scene may carry."""

    expected_version = serializers.IntegerField(
        min_value=1,
        required=False,
        allow_null=True,
        default=None,
        help_text="version of the scene that the change was made for; another one is a conflict",
    )


class EditSerializer(serializers.ModelSerializer[SceneEdit]):
    """An edit in the tree of a scene's history. The queryset loads actor and parent."""

    kind = CodeField(EditKind.Code, source="kind_id", read_only=True)
    parent: Any = serializers.IntegerField(source="parent.number", read_only=True, default=None)
    actor = PersonSerializer(read_only=True)

    class Meta:
        model = SceneEdit
        fields = ["number", "parent", "kind", "summary", "actor", "created_at"]
        read_only_fields = fields


class EditedSerializer(serializers.Serializer[Any]):
    """Where a scene stands after a change."""

    edit = EditSerializer()
    scene_version = serializers.IntegerField()


class SceneView(generics.GenericAPIView[Any]):
    """Common to all below a scene: it must be visible to the caller."""

    serializer_class: Any = VersionedBody

    def scene(self, code: UUID) -> Scene:
        """The scene, with what services need.

        Raises:
            NotFound: there is none, or it is not for this person.
        """
        scenes: Any = Scene.objects.select_related(
            "character__project", "type_version", "edit", "created_by"
        )
        found: Scene = scenes.get_visible(self.request.user, code=code)
        return found

    def segment(self, scene: Scene, code: UUID) -> Segment:
        """A segment of the scene.

        Raises:
            NotFound: it has none of this code.
        """
        found = scene.segments.filter(code=code).first()
        if found is None:
            raise NotFound("This scene has no such segment.")
        return found

    def take(self, scene: Scene, code: UUID) -> Take:
        """A take of the scene.

        Raises:
            NotFound: it has none of this code.
        """
        takes = Take.objects.filter(segment__scene=scene, code=code)
        found = takes.select_related("segment", "examination").first()
        if found is None:
            raise NotFound("This scene has no such take.")
        return found


def edited(edit: SceneEdit) -> Response:
    """The answer to a change: the edit, and the version that the scene has now."""
    fresh = SceneEdit.objects.select_related("actor__profile", "parent", "scene").get(pk=edit.pk)
    body = {"edit": fresh, "scene_version": fresh.scene.version}
    return Response(EditedSerializer(body).data)
