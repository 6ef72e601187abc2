"""Files over HTTP: the file of a version, its thumbnails, and signed links."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.http import require_safe

from assets.library.models import UsageKind, Version
from assets.library.services import record_usage
from assets.renditions.models import Rendition, RenditionKindCode
from assets.storage.serving import IMMUTABLE, file_response, read_token
from studio.core.errors import NotFound
from studio.core.models import User
from studio.core.web import login_exempt

_SIZES = {
    320: RenditionKindCode.THUMB_320,
    640: RenditionKindCode.THUMB_640,
    1280: RenditionKindCode.THUMB_1280,
}


@require_safe
def file(request: HttpRequest, code: UUID, name: str = "") -> HttpResponseBase:
    """The file of a version, for those who may see its project; `?download=1`: as attachment.

    `name` is only there for people to read.
    """
    user: Any = request.user
    version = Version.objects.select_related("blob").get_visible(user, code=code)
    return version_response(request, version, user, download="download" in request.GET)


@require_safe
def thumb(request: HttpRequest, code: UUID, size: int) -> HttpResponseBase:
    """A thumbnail of a version; 404, never cached, as long as it is not made."""
    user: Any = request.user
    kind = _SIZES.get(size)
    visible = Version.objects.visible_to(user).filter(code=code)
    rendition = kind and _rendition(kind).filter(source__versions__in=visible).first()
    if not rendition:
        return HttpResponse(status=404, headers={"Cache-Control": "no-store"})
    return file_response(request, rendition.blob, file_name=f"{code}-{size}.webp")


@login_exempt
@require_safe
def signed_file(request: HttpRequest, token: str, name: str = "") -> HttpResponseBase:
    """What a signed link means, without a session, as long as the link lasts."""
    code, kind, download = read_token(token)
    version = Version.objects.select_related("blob").filter(code=code).first()
    if version is None:
        raise NotFound("The file that this link meant is gone.")
    if kind is None:
        return version_response(request, version, None, download=download, cache="no-store")
    rendition = _rendition(kind).filter(source_id=version.blob_id).first()
    if rendition is None:
        raise NotFound("This thumbnail is not made yet.")
    return file_response(request, rendition.blob, file_name=f"{kind.code}.webp", cache="no-store")


def version_response(
    request: HttpRequest,
    version: Version,
    user: User | None,
    *,
    download: bool,
    cache: str = IMMUTABLE,
) -> HttpResponseBase:
    """Hand out a version's file, and note a download."""
    response = file_response(
        request, version.blob, file_name=version.file_name, download=download, cache=cache
    )
    first = response.headers.get("Content-Range", "bytes 0-").startswith("bytes 0-")
    if download and request.method == "GET" and first and response.status_code in (200, 206, 302):
        record_usage(user=user, version=version, kind=UsageKind.Code.DOWNLOAD)
    return response


def _rendition(kind: RenditionKindCode) -> Any:
    return Rendition.objects.select_related("blob").filter(kind_id=kind)
