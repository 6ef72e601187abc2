"""Lists and pages of scene types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from pipeline.characters.models import MetadataField
from pipeline.jobs.rights import projects_allowing
from pipeline.scenes.models import Scene, SceneType, SceneTypeVersion
from studio.core.access import CapabilityCode
from studio.core.errors import NotFound
from studio.core.models import Project
from studio.core.paging import Page, keyset_page

PAGE_SIZE = 30


@dataclass(frozen=True)
class SlotChip:
    """A slot that prompt templates of a project can use."""

    key: str
    label: str


def for_list(types: QuerySet[SceneType]) -> QuerySet[SceneType]:
    """With project, number of versions, and how many scenes use them."""
    versions = (
        SceneTypeVersion.objects.filter(scene_type=OuterRef("pk"))
        .order_by()
        .values("scene_type")
        .annotate(n=Count("pk"))
        .values("n")
    )
    scenes = (
        Scene.objects.filter(type_version__scene_type=OuterRef("pk"))
        .order_by()
        .values("type_version__scene_type")
        .annotate(n=Count("pk"))
        .values("n")
    )
    return types.select_related("project", "created_by__profile").annotate(
        version_count=Coalesce(Subquery(versions, output_field=IntegerField()), 0),
        scene_count=Coalesce(Subquery(scenes, output_field=IntegerField()), 0),
    )


def types_page(user: Any, project: str, cursor: str) -> Page[SceneType]:
    """One page of the scene types that a person sees, newest first."""
    types = SceneType.objects.visible_to(user).filter(archived_at=None)
    if project:
        types = types.filter(project__code=uuid_of(project))
    return keyset_page(for_list(types), cursor=cursor, size=PAGE_SIZE)


def load_type(user: Any, code: UUID) -> SceneType:
    """A scene type with its project.

    Raises:
        NotFound: there is none for this person.
    """
    types = for_list(SceneType.objects.all())
    found: SceneType = types.get_visible(user, code=code)  # type: ignore[attr-defined]
    return found


def versions_of(scene_type: SceneType) -> list[SceneTypeVersion]:
    """The versions, newest first, with all that a recipe needs."""
    return list(
        SceneTypeVersion.objects.filter(scene_type=scene_type)
        .select_related(
            "scene_type",
            "parent__scene_type",
            "prompt",
            "offer__operation",
            "offer__model__provider",
            "stitch_mode",
            "seed_strategy",
            "created_by__profile",
        )
        .prefetch_related("gates")
        .order_by("-number")
    )


def newest_version(scene_type: SceneType) -> SceneTypeVersion:
    """The version that new scenes use."""
    return versions_of(scene_type)[0]


def parent_choices(project: Project, besides: SceneType | None = None) -> list[tuple[str, str]]:
    """Scene types that a recipe of this project can inherit from."""
    types = SceneType.objects.filter(project=project, archived_at=None).order_by("name")
    if besides is not None:
        types = types.exclude(pk=besides.pk)
    return [(str(t.code), t.name) for t in types]


def slot_chips(project: Project) -> list[SlotChip]:
    """The slots of a project: the name, and its traits."""
    fields = MetadataField.objects.filter(project=project, retired_at=None)
    return [SlotChip("name", "Name"), *(SlotChip(f.key, f.label) for f in fields)]


def scenes_of(scene_type: SceneType, *, behind: int) -> list[Scene]:
    """Scenes that use an older version than `behind`, at most 100."""
    return list(
        Scene.objects.filter(type_version__scene_type=scene_type, type_version__number__lt=behind)
        .select_related("character", "type_version", "state")
        .order_by("character__name", "number")[:100]
    )


def creatable(user: Any) -> list[Project]:
    """Projects in which a person may make scenes, by name."""
    return sorted(projects_allowing(user, CapabilityCode.CREATE), key=lambda p: p.name.lower())


def visible_projects(user: Any) -> list[Project]:
    """Projects that a person sees, by name."""
    return list(Project.objects.visible_to(user).order_by("name", "pk"))


def uuid_of(text: str) -> UUID:
    """A code from an address.

    Raises:
        NotFound: it is none.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise NotFound("This address is damaged.", remedy="Open the list anew.") from error
