"""What the API of scenes reads, through the access rule and in a fixed number of queries."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pipeline.characters.models import Character
from pipeline.scenes.models import Placement, Scene, SceneType, SceneTypeVersion, Segment, Take
from pipeline.scenes.standing import with_standing
from studio.core.errors import Invalid, NotFound


def scenes(user: Any) -> QuerySet[Scene]:
    """Scenes that a person may see, with what a line of a list shows. One query."""
    done = Placement.objects.filter(edit_id=OuterRef("edit_id")).order_by().values("edit_id")
    planned = Segment.objects.filter(scene_id=OuterRef("pk")).order_by().values("scene_id")
    visible: QuerySet[Scene] = Scene.objects.visible_to(user)
    return visible.select_related("character__project", "type_version__scene_type").annotate(
        segments_done=Coalesce(Subquery(done.annotate(n=Count("pk")).values("n")), 0),
        segments_planned=Coalesce(Subquery(planned.annotate(n=Count("pk")).values("n")), 0),
    )


def scene(user: Any, code: UUID) -> Scene:
    """One scene, with what its page shows.

    Raises:
        NotFound: there is none for this person.
    """
    found = (
        scenes(user)
        .filter(code=code)
        .select_related(
            "character__project", "type_version__scene_type", "seed_a", "seed_b", "edit",
            "created_by",
        )
        .first()
    )  # fmt: skip
    if found is None:
        raise NotFound("There is no such scene, or it is not shared with you.")
    return found


def takes(user: Any) -> QuerySet[Take]:
    """Takes that a person may see, with what a line of a list shows. Two queries."""
    visible: QuerySet[Take] = Take.objects.visible_to(user)
    return with_standing(visible).select_related(
        "segment__scene__type_version",
        "job",
        "version__blob",
        "start_image",
        "end_image",
        "examination__job",
        "examination__end_picture",
    )


def scene_types(user: Any) -> QuerySet[SceneType]:
    """Scene types that a person may see, with the number of their newest version."""
    visible: QuerySet[SceneType] = SceneType.objects.visible_to(user)
    return visible.select_related("project").annotate(newest=Max("versions__number"))


def scene_type(user: Any, code: UUID) -> SceneType:
    """One scene type.

    Raises:
        NotFound: there is none for this person.
    """
    found = scene_types(user).filter(code=code).first()
    if found is None:
        raise NotFound("There is no such scene type, or it is not shared with you.")
    return found


def type_version(user: Any, code: UUID, number: int | None) -> SceneTypeVersion:
    """A version of a scene type; None: the newest one.

    Raises:
        NotFound: there is no such scene type or version for this person.
    """
    versions = SceneTypeVersion.objects.filter(
        scene_type__in=SceneType.objects.visible_to(user), scene_type__code=code
    ).select_related("scene_type__project", "parent__scene_type")
    if number is not None:
        versions = versions.filter(number=number)
    found = versions.order_by("-number").first()
    if found is None:
        raise NotFound("There is no such version of a scene type, or it is not shared with you.")
    return found


def newest_versions(user: Any, codes: list[UUID]) -> list[SceneTypeVersion]:
    """The newest version of each scene type, in the order of the codes. One query.

    Raises:
        NotFound: one of them is not there for this person.
    """
    rows = (
        SceneTypeVersion.objects.filter(
            scene_type__in=SceneType.objects.visible_to(user), scene_type__code__in=codes
        )
        .select_related("scene_type__project")
        .annotate(newest=Max("scene_type__versions__number"))
        .filter(number=F("newest"))
    )
    found = {row.scene_type.code: row for row in rows}
    return [_known(found, code, "scene type") for code in dict.fromkeys(codes)]


def characters(user: Any, codes: list[UUID]) -> list[Character]:
    """Characters in the order of their codes. One query.

    Raises:
        NotFound: one of them is not there for this person.
    """
    rows = Character.objects.visible_to(user).select_related("project").filter(code__in=codes)
    found = {row.code: row for row in rows}
    return [_known(found, code, "character") for code in dict.fromkeys(codes)]


def segments(of: Scene, numbers: list[int]) -> list[Segment]:
    """Segments of a scene by their numbers. One query.

    Raises:
        Invalid: the scene has no such segment.
    """
    found = {segment.number: segment for segment in of.segments.filter(number__in=numbers)}
    if missing := [number for number in numbers if number not in found]:
        message = f"The scene has no segment {missing[0]}."
        raise Invalid(message, fields={"segments": [message]})
    return [found[number] for number in dict.fromkeys(numbers)]


def uuid_of(value: str, name: str) -> UUID:
    """A UUID from a query.

    Raises:
        Invalid: it is none.
    """
    try:
        return UUID(value)
    except ValueError:
        raise Invalid(f"{name} must be a UUID.", fields={name: ["Not a UUID."]}) from None


def _known(found: dict[UUID, Any], code: UUID, what: str) -> Any:
    if code not in found:
        raise NotFound(f"There is no {what} {code}, or it is not shared with you.")
    return found[code]
