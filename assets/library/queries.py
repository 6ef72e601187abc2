"""Reads of the library: who sees what, what is in a list, and what a list needs loaded."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.search import SearchQuery
from django.db.models import BooleanField, Exists, F, Func, OuterRef, Prefetch, QuerySet

from studio.core.access import ProjectScopedQuerySet
from studio.core.models import Project, User

if TYPE_CHECKING:
    from assets.library.models import Asset, Lineage, Version
    from assets.storage.models import AssetKind

#: Language of the text search; the generated column `Asset.search` is made with the same.
SEARCH_CONFIG = "english"


class AssetQuerySet(ProjectScopedQuerySet["Asset"]):
    """Assets, who sees them, and how they are narrowed down.

    Lists page by keyset over `-id` (`studio.core.paging.keyset_page` with its default order).
    """

    def present(self) -> AssetQuerySet:
        """Not in the trash."""
        return self.filter(deleted_at__isnull=True)

    def trashed(self) -> AssetQuerySet:
        """In the trash."""
        return self.filter(deleted_at__isnull=False)

    def in_project(self, project: Project) -> AssetQuerySet:
        """Of one project."""
        return self.filter(project=project)

    def of_kind(self, kind: AssetKind.Code) -> AssetQuerySet:
        """Of one kind."""
        return self.filter(kind_id=kind)

    def from_origin(self, origin: Any) -> AssetQuerySet:
        """Uploaded, imported, or made by one provider (`Origin.Code`)."""
        return self.filter(origin_id=origin)

    def created_between(self, start: datetime | None, end: datetime | None) -> AssetQuerySet:
        """Made at `start` or later, and before `end`; None leaves a side open."""
        found = self
        if start is not None:
            found = found.filter(created_at__gte=start)
        if end is not None:
            found = found.filter(created_at__lt=end)
        return found

    def of_class(self, retention_class: Any) -> AssetQuerySet:
        """Of one retention class (`RetentionClass.Code`)."""
        return self.filter(retention_class_id=retention_class)

    def in_ids(self, ids: QuerySet[Any, Any]) -> AssetQuerySet:
        """Those whose primary keys a query of one column gives.

        For queries with few results: they are read first, and the assets looked up one by one,
        however many there are (with IN the planner may as well read all assets).
        """
        return self.filter(
            Func(
                F("pk"),
                ArraySubquery(ids),
                arg_joiner=" = ANY(",
                template="%(expressions)s)",
                output_field=BooleanField(),
            )
        )

    def matching(self, text: str) -> AssetQuerySet:
        """Whose title or caption matches a web search: words, "a phrase", or, -not."""
        query = SearchQuery(text, config=SEARCH_CONFIG, search_type="websearch")
        return self.filter(search=query)

    def favourites_of(self, user: User) -> AssetQuerySet:
        """Those that a person likes."""
        favourite = apps.get_model("assets", "Favourite")
        return self.in_ids(favourite.objects.filter(user_id=user.pk).values("asset_id"))

    def made_from_asset(self, asset: Asset) -> AssetQuerySet:
        """Those of which a version was made from a version of `asset`."""
        lineage = apps.get_model("assets", "Lineage")
        outputs = lineage.objects.filter(input__asset=asset).values("output__asset_id")
        return self.filter(pk__in=outputs).exclude(pk=asset.pk)

    def with_current(self) -> AssetQuerySet:
        """With the current version and its file, in one further query; `asset.current` is free."""
        version = apps.get_model("assets", "Version")
        newest = version.objects.with_file().order_by("asset_id", "-number").distinct("asset_id")
        return self.prefetch_related(
            Prefetch("versions", queryset=newest, to_attr="current_versions")
        )

    def for_list(self, user: User) -> AssetQuerySet:
        """With all that a card or a row of a list shows: two queries however many rows.

        Adds `is_favourite` (of `user`); the search column is left in the database.
        """
        favourite = apps.get_model("assets", "Favourite")
        mine = favourite.objects.filter(user_id=user.pk, asset=OuterRef("pk"))
        return (
            self.select_related(
                "project", "kind", "origin", "retention_class", "created_by", "created_by__profile"
            )
            .defer("search")
            .annotate(is_favourite=Exists(mine))
            .with_current()
        )

    def for_tiles(self, user: User) -> AssetQuerySet:
        """With what a tile of a grid shows, and no more: half the time of `for_list`.

        Two queries however many rows; adds `is_favourite` (of `user`).
        """
        favourite = apps.get_model("assets", "Favourite")
        version = apps.get_model("assets", "Version")
        mine = favourite.objects.filter(user_id=user.pk, asset=OuterRef("pk"))
        return (
            self.only("code", "title", "kind_id", "created_at", "deleted_at")
            .annotate(is_favourite=Exists(mine))
            .prefetch_related(
                Prefetch("versions", queryset=version.objects.newest(), to_attr="current_versions")
            )
        )


class VersionQuerySet(ProjectScopedQuerySet["Version"]):
    """Versions, and who sees them."""

    project_path = "asset__project"

    def with_file(self) -> VersionQuerySet:
        """With blob, media type, picture properties and whether renditions failed."""
        return self.select_related(
            "blob", "blob__media_type", "blob__image", "blob__video", "blob__rendition_failure"
        )

    def newest(self) -> VersionQuerySet:
        """The current version of each asset, with as much of its file as a tile shows."""
        return (
            self.select_related("blob__image", "blob__video", "blob__rendition_failure")
            .only(
                "code",
                "number",
                "asset_id",
                "blob__size_bytes",
                "blob__media_type_id",
                "blob__image__width_px",
                "blob__image__height_px",
                "blob__image__thumbhash",
                "blob__video__width_px",
                "blob__video__height_px",
                "blob__video__frames",
                "blob__video__fps_num",
                "blob__video__fps_den",
                "blob__video__thumbhash",
                "blob__rendition_failure__source_id",
            )
            .order_by("asset_id", "-number")
            .distinct("asset_id")
        )

    def for_detail(self) -> VersionQuerySet:
        """With the file, the asset and the person."""
        return self.with_file().select_related(
            "asset", "asset__project", "asset__kind", "created_by", "created_by__profile"
        )


def made_from(version: Version, user: User) -> list[Lineage]:
    """What a version was made from, as far as `user` may see it. One query and one for files."""
    visible = type(version).objects.visible_to(user)
    return list(
        version.made_from.filter(input__in=visible)
        .select_related("role")
        .prefetch_related(Prefetch("input", queryset=type(version).objects.for_detail()))
        .order_by("id")
    )


def used_in(version: Version, user: User) -> list[Lineage]:
    """What was made from a version, as far as `user` may see it. One query and one for files."""
    visible = type(version).objects.visible_to(user)
    return list(
        version.used_in.filter(output__in=visible)
        .select_related("role")
        .prefetch_related(Prefetch("output", queryset=type(version).objects.for_detail()))
        .order_by("id")
    )
