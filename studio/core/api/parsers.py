"""Parsing of JSON bodies: bounded, and only what the database can hold."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from studio.core.errors import Invalid, TooLarge

#: Longest body, in bytes. Files go other ways.
MOST_BYTES = 2 * 1024**2
MOST_DEPTH = 40


class PlainJSONParser(JSONParser):
    """JSON of limited length and depth, without text that no column can keep.

    Checked here, for what is inside of parameters and other documents passes no serializer field.
    """

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The document.

        Raises:
            TooLarge: longer than `MOST_BYTES`.
            ParseError: no JSON, or nested deeper than `MOST_DEPTH`.
            Invalid: some text holds a NUL or half of a character.
        """
        body = stream.read(MOST_BYTES + 1)
        if len(body) > MOST_BYTES:
            raise TooLarge(f"A JSON body may have at most {MOST_BYTES / 1024**2:g} MiB.")
        try:
            found = super().parse(
                io.BytesIO(body), media_type=media_type, parser_context=parser_context
            )
        except RecursionError as error:
            raise _too_deep() from error
        for name, text in _texts(found):
            if "\x00" in text or not _is_whole(text):
                message = "Text can't hold NUL or half of a character."
                raise Invalid(message, fields={name or "body": [message]})
        return found


def _texts(document: Any) -> Iterator[tuple[str, str]]:
    """Every text in a document, names of members included, with the top member that it is in."""
    left: list[tuple[str, Any, int]] = [("", document, 0)]
    while left:
        name, value, depth = left.pop()
        if depth > MOST_DEPTH:
            raise _too_deep()
        if isinstance(value, str):
            yield name, value
        elif isinstance(value, dict):
            for key, item in value.items():
                yield name, key
                left.append((name or key, item, depth + 1))
        elif isinstance(value, list):
            left += [(name, item, depth + 1) for item in value]


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _too_deep() -> ParseError:
    return ParseError(f"This JSON is nested deeper than {MOST_DEPTH} levels.")
