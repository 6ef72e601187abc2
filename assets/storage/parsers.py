"""Parsing of uploads in one request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.http.multipartparser import MultiPartParser as DjangoMultiPartParser
from django.http.multipartparser import MultiPartParserError
from rest_framework.exceptions import ParseError
from rest_framework.parsers import DataAndFiles, MultiPartParser

from assets.storage.naming import check_file_name
from assets.storage.store import too_large

_FORM_BYTES = 1024**2


class _NameCheckingParser(DjangoMultiPartParser):
    """Refuses names that Django would silently cut to their last part."""

    def sanitize_file_name(self, file_name: str) -> str | None:
        """The name, which must be one."""
        check_file_name(file_name)
        return super().sanitize_file_name(file_name)


class UploadParser(MultiPartParser):
    """multipart/form-data whose files have honest names and an acceptable size."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Fields and files.

        Raises:
            TooLarge: the request is longer than any acceptable file.
            Invalid: a file's name holds a path or control characters.
        """
        context = parser_context or {}
        request = context["request"]
        meta = request.META.copy()
        meta["CONTENT_TYPE"] = media_type
        if int(meta.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_MAX_BYTES + _FORM_BYTES:
            raise too_large(settings.UPLOAD_MAX_BYTES)
        encoding = context.get("encoding", settings.DEFAULT_CHARSET)
        try:
            parser = _NameCheckingParser(meta, stream, request.upload_handlers, encoding)
            return DataAndFiles(*parser.parse())
        except MultiPartParserError as error:
            raise ParseError(f"Multipart form parse error - {error}") from error
