"""The API of uploads that take more than one request."""

from __future__ import annotations

import re
import uuid
from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import generics
from rest_framework.request import Request
from rest_framework.response import Response

from assets.library.models import Asset
from assets.storage import serializers as bodies
from assets.storage import uploads
from assets.storage.models import Upload
from assets.storage.store import too_large
from studio.core.api.people import checked
from studio.core.errors import Invalid
from studio.core.models import Project, User

_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)", re.ASCII)


class UploadView(generics.GenericAPIView[Upload]):
    """Common to all uploads: they are the caller's own."""

    serializer_class: type[Any] = bodies.UploadSerializer
    queryset = Upload.objects.none()

    @property
    def person(self) -> User:
        """Who asks."""
        return cast(User, self.request.user)

    def mine(self) -> Any:
        """The caller's own uploads, in projects that the caller still sees."""
        return Upload.objects.of(self.person).select_related("project", "asset", "version__asset")

    def upload(self, code: uuid.UUID) -> Upload:
        """One of the caller's own.

        Raises:
            NotFound: there is none.
        """
        found: Upload = self.mine().get_visible(self.person, code=code)
        return found

    def answer(self, upload: Upload, status: int = 200) -> Response:
        """The upload, how far it is, and where the rest goes."""
        progress = uploads.progress(upload)
        body = bodies.UploadProgressSerializer({"upload": upload, "progress": progress}).data
        headers = {"Upload-Offset": str(progress.received_bytes), "Cache-Control": "no-store"}
        return Response(body, status=status, headers=headers)


class Uploads(UploadView, generics.ListAPIView[Upload]):
    """One's own uploads."""

    def get_queryset(self) -> QuerySet[Upload]:
        """Newest first."""
        found: QuerySet[Upload] = self.mine()
        return found

    @extend_schema(operation_id="uploads_list")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One's own uploads, newest first."""
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="uploads_create",
        request=bodies.NewUploadSerializer,
        responses={201: bodies.UploadProgressSerializer},
    )
    def post(self, request: Request) -> Response:
        """Announce a file; the answer says where its bytes go."""
        values = checked(self, bodies.NewUploadSerializer, request.data)
        project = Project.objects.get_visible(self.person, code=values.pop("project"))
        wanted = values.pop("asset", None)
        asset = Asset.objects.get_visible(self.person, code=wanted) if wanted else None
        upload = uploads.begin_upload(actor=self.person, project=project, asset=asset, **values)
        return self.answer(upload, status=201)


class OneUpload(UploadView):
    """One upload."""

    @extend_schema(
        operation_id="uploads_retrieve", responses={200: bodies.UploadProgressSerializer}
    )
    def get(self, request: Request, code: uuid.UUID) -> Response:
        """How far it is: continue at `received_bytes`."""
        return self.answer(self.upload(code))

    @extend_schema(
        operation_id="uploads_send",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        parameters=[
            OpenApiParameter(
                "Upload-Offset",
                int,
                location=OpenApiParameter.HEADER,
                description="where in the file these bytes begin; or send Content-Range",
            )
        ],
        responses={200: bodies.UploadProgressSerializer},
    )
    def put(self, request: Request, code: uuid.UUID) -> Response:
        """Send the next bytes, at most `chunk_bytes` of them."""
        upload = self.upload(code)
        stream: Any = request.stream
        if stream is None:
            raise Invalid("The request has no body.")
        length = int(request.META.get("CONTENT_LENGTH") or 0)
        if length > settings.UPLOAD_CHUNK_BYTES:
            raise too_large(settings.UPLOAD_CHUNK_BYTES)
        uploads.receive_part(upload=upload, offset=_offset(request), source=stream)
        return self.answer(upload)

    @extend_schema(
        operation_id="uploads_abort", responses={204: OpenApiResponse(description="Done")}
    )
    def delete(self, request: Request, code: uuid.UUID) -> Response:
        """Give it up and forget its bytes."""
        uploads.abort_upload(upload=self.upload(code))
        return Response(status=204)


class FinishUpload(UploadView):
    """The end of an upload."""

    @extend_schema(
        operation_id="uploads_finish",
        request=bodies.FinishUploadSerializer,
        responses={201: bodies.FinishedUploadSerializer},
    )
    def post(self, request: Request, code: uuid.UUID) -> Response:
        """Check what has arrived and make it an asset or a version; may be repeated."""
        upload = self.upload(code)
        values = checked(self, bodies.FinishUploadSerializer, request.data)
        version = uploads.finish_upload(actor=self.person, upload=upload, **values)
        body = {"asset": version.asset.code, "version": version.code}
        return Response(bodies.FinishedUploadSerializer(body).data, status=201)


def _offset(request: Request) -> int:
    """Where the bytes of this request begin.

    Raises:
        Invalid: neither header is there, or it is malformed.
    """
    offset = request.headers.get("Upload-Offset", "")
    if re.fullmatch(r"\d{1,18}", offset, re.ASCII):
        return int(offset)
    found = _RANGE.fullmatch(request.headers.get("Content-Range", ""))
    if found is None:
        raise Invalid("Say where these bytes begin: Upload-Offset, or Content-Range.")
    return int(found[1])
