"""The API of assets, versions, lineage and favourites."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from assets.library import serializers as bodies
from assets.library import services
from assets.library.filters import AssetFilters
from assets.library.listing import Listing
from assets.library.models import Asset, Origin, RetentionClass, Version
from assets.library.queries import made_from, used_in
from assets.renditions.models import RenditionKindCode
from assets.renditions.services import request_renditions
from assets.storage.models import AssetKind
from assets.storage.parsers import UploadParser
from assets.storage.serving import signed_path
from assets.storage.uploads import upload_file, upload_version
from assets.storage.views import version_response
from studio.core.access import CapabilityCode, require
from studio.core.api.pages import KeysetPagination
from studio.core.api.people import checked
from studio.core.models import Project, User
from studio.core.paging import page_size

DONE = OpenApiResponse(description="Done")
_FILTERS = [
    OpenApiParameter("project", uuid.UUID, description="of one project; all visible ones else"),
    OpenApiParameter("kind", str, enum=[member.code for member in AssetKind.Code]),
    OpenApiParameter("origin", str, enum=[member.code for member in Origin.Code]),
    OpenApiParameter("retention", str, enum=[member.code for member in RetentionClass.Code]),
    OpenApiParameter("creator", uuid.UUID, description="made by one person"),
    OpenApiParameter("since", OpenApiTypes.DATE, description="first day, UTC"),
    OpenApiParameter("until", OpenApiTypes.DATE, description="last day, UTC"),
    OpenApiParameter("q", str, description='words, "a phrase", or, -not; in title and caption'),
    OpenApiParameter("favourite", bool, description="only one's favourites"),
    OpenApiParameter("trash", bool, description="what lies in the trash instead"),
    OpenApiParameter("steps", bool, description="also what was made between two steps"),
]


class AssetView(generics.GenericAPIView[Any]):
    """Common to all that is below one asset: it must be visible to the caller."""

    serializer_class: type[Any] = bodies.AssetSerializer
    queryset = Asset.objects.none()

    @property
    def person(self) -> User:
        """Who asks."""
        return cast(User, self.request.user)

    def seen(self) -> Any:
        """What the caller sees, with all that is shown."""
        return Asset.objects.visible_to(self.person).for_list(self.person)

    def asset(self, code: uuid.UUID) -> Asset:
        """The asset.

        Raises:
            NotFound: there is none, or it is not for this person.
        """
        found: Asset = self.seen().get_visible(self.person, code=code)
        return found

    def answer(self, code: uuid.UUID, status: int = 200) -> Response:
        """The asset as it is now."""
        return Response(bodies.AssetSerializer(self.asset(code)).data, status=status)


class Assets(AssetView, generics.ListAPIView[Asset]):
    """The library."""

    parser_classes = [UploadParser]

    @extend_schema(operation_id="assets_list", parameters=_FILTERS)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Assets of all projects that these credentials see, newest first."""
        query = request.query_params
        paginator = cast(KeysetPagination, self.paginator)
        paginator.request = request
        paginator.page = Listing(self.person, AssetFilters.read(query)).page(
            cursor=query.get("cursor", ""), size=page_size(query.get("page_size"))
        )
        rows = self.get_serializer(paginator.page.rows, many=True).data
        return paginator.get_paginated_response(rows)

    @extend_schema(
        operation_id="assets_create",
        request={"multipart/form-data": bodies.NewAssetSerializer},
        responses={201: bodies.AssetSerializer},
    )
    def post(self, request: Request) -> Response:
        """Upload a whole file as a new asset; big ones better go through `/uploads/`."""
        values = checked(self, bodies.NewAssetSerializer, request.data)
        project = Project.objects.get_visible(self.person, code=values.pop("project"))
        file = values.pop("file")
        version = upload_file(
            actor=self.person,
            project=project,
            file=file,
            file_name=file.name,
            size_bytes=file.size,
            **values,
        )
        return self.answer(version.asset.code, status=201)


class OneAsset(AssetView):
    """One asset."""

    @extend_schema(operation_id="assets_retrieve")
    def get(self, request: Request, code: uuid.UUID) -> Response:
        """One asset with its current version."""
        return self.answer(code)

    @extend_schema(operation_id="assets_update", request=bodies.ChangeAssetSerializer)
    def patch(self, request: Request, code: uuid.UUID) -> Response:
        """Rename it, or change its retention class."""
        asset = self.asset(code)
        change = checked(self, bodies.ChangeAssetSerializer, request.data)
        services.change_asset(actor=self.person, asset=asset, **change)
        return self.answer(code)

    @extend_schema(operation_id="assets_trash", responses={204: DONE})
    def delete(self, request: Request, code: uuid.UUID) -> Response:
        """Put it in the trash; its files stay."""
        services.trash_asset(actor=self.person, asset=self.asset(code))
        return Response(status=204)


class RestoreAsset(AssetView):
    """Out of the trash."""

    @extend_schema(operation_id="assets_restore", request=None)
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Take it out of the trash."""
        services.restore_asset(actor=self.person, asset=self.asset(code))
        return self.answer(code)


class FavouriteAsset(AssetView):
    """One's favourites."""

    @extend_schema(operation_id="assets_favourite", request=None, responses={204: DONE})
    def put(self, request: Request, code: uuid.UUID) -> Response:
        """Like it; doing it again changes nothing."""
        services.set_favourite(actor=self.person, asset=self.asset(code), favourite=True)
        return Response(status=204)

    @extend_schema(operation_id="assets_unfavourite", responses={204: DONE})
    def delete(self, request: Request, code: uuid.UUID) -> Response:
        """Like it no longer."""
        services.set_favourite(actor=self.person, asset=self.asset(code), favourite=False)
        return Response(status=204)


class Versions(AssetView, generics.ListAPIView[Any]):
    """Versions of one asset."""

    serializer_class = bodies.VersionSerializer
    queryset: Any = Version.objects.none()
    parser_classes = [UploadParser]

    def get_queryset(self) -> QuerySet[Version]:
        """Newest first."""
        return self.asset(self.kwargs["code"]).versions.with_file()

    @extend_schema(operation_id="versions_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Versions of an asset, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="versions_create",
        request={"multipart/form-data": bodies.NewVersionSerializer},
        responses={201: bodies.VersionSerializer},
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Upload a whole file as the next version."""
        asset = self.asset(code)
        # before the file is read, which may be big
        require(self.person, CapabilityCode.CREATE, asset.project)
        values = checked(self, bodies.NewVersionSerializer, request.data)
        file = values["file"]
        version = upload_version(
            actor=self.person, asset=asset, file=file, file_name=file.name, note=values["note"]
        )
        found = Version.objects.with_file().get(pk=version.pk)
        return Response(self.get_serializer(found).data, status=201)


class VersionView(generics.GenericAPIView[Any]):
    """Common to all that is below one version."""

    serializer_class: type[Any] = bodies.VersionOfAssetSerializer
    queryset = Version.objects.none()

    @property
    def person(self) -> User:
        """Who asks."""
        return cast(User, self.request.user)

    def version(self, code: uuid.UUID) -> Version:
        """The version.

        Raises:
            NotFound: there is none, or it is not for this person.
        """
        return Version.objects.for_detail().get_visible(self.person, code=code)


class OneVersion(VersionView):
    """One version."""

    @extend_schema(operation_id="versions_retrieve")
    def get(self, request: Request, code: uuid.UUID) -> Response:
        """One version, and which asset it is of."""
        return Response(self.get_serializer(self.version(code)).data)


class VersionLineage(VersionView):
    """Lineage of one version."""

    serializer_class = bodies.LineageSerializer

    @extend_schema(operation_id="versions_lineage")
    def get(self, request: Request, code: uuid.UUID) -> Response:
        """What it was made from, and what was made from it."""
        version = self.version(code)
        found = {
            "made_from": made_from(version, self.person),
            "used_in": used_in(version, self.person),
        }
        return Response(self.get_serializer(found).data)


class VersionLink(VersionView):
    """A signed link."""

    serializer_class = bodies.LinkSerializer

    @extend_schema(
        operation_id="versions_link",
        request=bodies.NewLinkSerializer,
        responses={201: bodies.LinkSerializer},
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Make an address of the file that works without credentials for a short time."""
        version = self.version(code)
        values = checked(self, bodies.NewLinkSerializer, request.data)
        kind = values.get("rendition")
        rendition = RenditionKindCode(RenditionKindCode.by_code(kind)) if kind else None
        url = signed_path(version, rendition=rendition, download=values["download"])
        expires_at = timezone.now() + timedelta(seconds=settings.SIGNED_LINK_SECONDS)
        body = {"url": request.build_absolute_uri(url), "expires_at": expires_at}
        return Response(self.get_serializer(body).data, status=201)


class VersionRenditions(VersionView):
    """Renditions of one version."""

    @extend_schema(operation_id="versions_render", request=None, responses={202: DONE})
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Ask for the thumbnails again, after a failure."""
        request_renditions(actor=self.person, version=self.version(code))
        return Response(status=202)


class _AnyAccept(DefaultContentNegotiation):
    """The answer is the file, whatever type the client says it accepts."""

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class VersionFile(VersionView):
    """The file of one version."""

    content_negotiation_class = _AnyAccept

    @extend_schema(
        operation_id="versions_file",
        parameters=[OpenApiParameter("download", bool, description="as an attachment")],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            (206, "application/octet-stream"): OpenApiTypes.BINARY,
            302: OpenApiResponse(description="A presigned address of the storage"),
            304: OpenApiResponse(description="The client has it already (ETag)"),
            416: OpenApiResponse(description="The range lies outside the file"),
        },
    )
    def get(self, request: Request, code: uuid.UUID) -> HttpResponseBase:
        """The bytes; one range, ETag and If-Range are understood."""
        download = "download" in request.query_params
        return version_response(
            request._request, self.version(code), self.person, download=download
        )
