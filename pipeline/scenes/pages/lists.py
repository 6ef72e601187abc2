"""The list of scenes and the scenes of a character."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, IntegerField, Max, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import F
from django.db.models.functions import Coalesce

from assets.models import Version
from pipeline.characters.models import Character
from pipeline.jobs.shown import show_file
from pipeline.scenes.models import Placement, Scene, SceneEdit, SceneState, Segment
from pipeline.scenes.moves import state_of
from pipeline.scenes.pages.types import uuid_of
from studio.core.errors import Invalid
from studio.core.paging import keyset_page

PAGE_SIZE = 30


@dataclass(frozen=True)
class SceneFilters:
    """What the list shows; each is a part of its address, empty for all."""

    project: str = ""
    character: str = ""
    state: str = ""

    @classmethod
    def from_query(cls, query: Any) -> SceneFilters:
        """Read from an address.

        Raises:
            NotFound: a code is damaged.
            Invalid: there is no such state.
        """
        found = cls(*(query.get(name, "") for name in ("project", "character", "state")))
        for code in (found.project, found.character):
            if code:
                uuid_of(code)
        if found.state and found.state not in {state.code for state in SceneState.Code}:
            raise Invalid("There is no such state of a scene.", remedy="Choose one of the list.")
        return found

    def query(self, **changes: str) -> str:
        """The address with some filters changed."""
        return urlencode({n: v for n, v in {**self.__dict__, **changes}.items() if v})

    @property
    def is_narrow(self) -> bool:
        """Whether anything is filtered."""
        return bool(self.project or self.character or self.state)


@dataclass(frozen=True)
class SceneLine:
    """A scene as a line of a list."""

    scene: Scene
    thumb_url: str
    shown: int
    planned: int
    frames: int

    @property
    def state(self) -> SceneState.Code:
        """The state as a member of the enumeration."""
        return state_of(self.scene)

    @property
    def fraction(self) -> float:
        """Segments shown of those planned, 0–1."""
        return min(1.0, self.shown / self.planned) if self.planned else 0.0


def _counted(rows: QuerySet[Any], key: str) -> Subquery:
    counted = rows.order_by().values(key).annotate(n=Count("pk")).values("n")
    return Subquery(counted, output_field=IntegerField())


def for_list(scenes: QuerySet[Scene]) -> QuerySet[Scene]:
    """With character, type, first picture, segments made and shown, and the last change."""
    placed = Placement.objects.filter(edit=OuterRef("edit"))
    frames = (
        placed.order_by().values("edit").annotate(n=Sum(F("out_frame") - F("in_frame"))).values("n")
    )
    changed = (
        SceneEdit.objects.filter(scene=OuterRef("pk"))
        .order_by()
        .values("scene")
        .annotate(last=Max("created_at"))
        .values("last")
    )
    return scenes.select_related(
        "character__project",
        "type_version__scene_type",
        "state",
        "seed_b__asset",
        "seed_b__blob__media_type",
        "seed_b__blob__image",
    ).annotate(
        segment_count=Coalesce(_counted(Segment.objects.filter(scene=OuterRef("pk")), "scene"), 0),
        shown_count=Coalesce(_counted(placed, "edit"), 0),
        shown_frames=Coalesce(Subquery(frames, output_field=IntegerField()), 0),
        changed_at=Coalesce(Subquery(changed), "created_at"),
    )


def scene_line(scene: Scene) -> SceneLine:
    """A scene loaded by `for_list`, as a line. No query."""
    row: Any = scene
    return SceneLine(
        scene=scene,
        thumb_url=thumb_url(scene.seed_b),
        shown=row.shown_count,
        planned=max(row.segment_count, row.shown_count),
        frames=row.shown_frames,
    )


def thumb_url(version: Version | None) -> str:
    """Where a small picture of a version is; empty for none. No query for loaded versions."""
    return show_file(version).thumb_url if version is not None else ""


def scenes_page(user: Any, filters: SceneFilters, cursor: str) -> tuple[list[SceneLine], str]:
    """One page of scenes, newest first, and the cursor of the next."""
    scenes = Scene.objects.visible_to(user)
    if filters.project:
        scenes = scenes.filter(character__project__code=filters.project)
    if filters.character:
        scenes = scenes.filter(character__code=filters.character)
    if filters.state:
        scenes = scenes.filter(state_id=SceneState.Code.by_code(filters.state).value)
    page = keyset_page(for_list(scenes), cursor=cursor, size=PAGE_SIZE)
    return [scene_line(scene) for scene in page.rows], page.next_cursor


def scenes_of_character(user: Any, code: uuid.UUID) -> tuple[Character, list[SceneLine]]:
    """A character and its scenes, in their order.

    Raises:
        NotFound: there is no such character for this person.
    """
    character = Character.objects.select_related("project").get_visible(user, code=code)  # type: ignore[attr-defined]
    scenes = for_list(Scene.objects.filter(character=character)).order_by("number")
    return character, [scene_line(scene) for scene in scenes[:100]]


def characters_in(user: Any, project: str) -> QuerySet[Character]:
    """Characters to filter by, of all projects or of one."""
    found = Character.objects.visible_to(user).order_by("name", "pk")
    return found.filter(project__code=project) if project else found
